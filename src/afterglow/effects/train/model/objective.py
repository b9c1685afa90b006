"""What a video model of noise levels learns from: EDM with sigma_data = 1, a v-prediction.

Karras et al., Elucidating the design space of diffusion-based generative models (NeurIPS 2022),
equation 7 and table 1 for the scalings, equation 8 for the loss; with c_skip, c_out, c_in of
sigma_data = 1 the network predicts v of Salimans and Ho, Progressive distillation for fast sampling
of diffusion models (ICLR 2022). Noise levels and the noise on the picture are drawn as Blattmann et
al., Stable Video Diffusion (2023), appendix D, have them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

P_MEAN, P_STD = 0.7, 1.6
"""Of the logarithm of the noise level."""
NOISE_MEAN, NOISE_STD = -3.0, 0.5
"""Of the logarithm of the noise on the picture that a video begins with."""
DROPPED = 0.1
"""Share of the parts whose picture is not told, for guidance without a classifier."""


class Scalings(NamedTuple):
    """The preconditioning of equation 7, for noise levels of any shape."""

    skip: Any
    """c_skip: the share of the noisy input in the output."""
    out: Any
    """c_out: of the network's output."""
    put_in: Any
    """c_in: of the network's input."""
    noise: Any
    """c_noise: what the network is told of the level."""


def scalings(sigma: Any) -> Scalings:
    """Return c_skip, c_out, c_in and c_noise of noise levels."""
    whole = sigma**2 + 1
    return Scalings(1 / whole, -sigma / whole**0.5, 1 / whole**0.5, sigma.log() / 4)


def loss_of(output: Any, noisy: Any, clean: Any, sigma: Any) -> Any:
    """Return the loss of equation 8, lambda = 1 / c_out^2, its mean over all that is compared.

    output: of the network. noisy: clean + sigma n. sigma: of a shape that fits to theirs.
    """
    by = scalings(sigma)
    denoised = by.skip * noisy + by.out * output
    return (((denoised - clean) / by.out) ** 2).mean()


def drawn(count: int, mean: float, std: float, source: Any) -> Any:
    """Return (count,) levels whose logarithms have a mean and a deviation."""
    import torch

    return (torch.randn(count, generator=source) * std + mean).exp()
