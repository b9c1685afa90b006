"""Stable Video Diffusion with a LoRA over its attention, which learns from parts of clips.

Hu et al., LoRA: low-rank adaptation of large language models (ICLR 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from afterglow.effects.train.course import Course
from afterglow.effects.train.model.objective import (
    DROPPED,
    NOISE_MEAN,
    NOISE_STD,
    P_MEAN,
    P_STD,
    drawn,
    loss_of,
    scalings,
)
from afterglow.effects.train.model.state import packed, unpacked, written
from afterglow.errors import ModelError
from afterglow.models import parts, svd

LAYERS = ("to_q", "to_k", "to_v", "to_out.0")
"""Ends of the names of the layers that learn: attention, in space and in time."""
_LONGEST = 1.0
"""Length that the gradient of a step has at most."""
_CHUNK = 2
"""Frames that are encoded or decoded at once."""


def number_format(device: str) -> str:
    """Return bf16 where a device computes fast with it, else no."""
    if device == "cpu":
        return "no"
    with torch.cuda.device(device):
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "no"


@contextmanager
def accelerated(device: str, fast: str) -> Iterator[Any]:
    """Give what places networks on a device and computes in its number format."""
    if device != "cpu":
        torch.cuda.set_device(device)
    accelerate, state = import_module("accelerate"), import_module("accelerate.state")
    made = accelerate.Accelerator(mixed_precision=fast, cpu=device == "cpu")
    try:
        yield made
    finally:
        made.free_memory()
        # It keeps the choice for the whole program, and refuses another one.
        state.AcceleratorState._reset_state(True)


class SvdLearner:
    """A pipeline whose UNet learns."""

    def __init__(self, made: Any, course: Course, accelerator: Any, facts: dict[str, str]) -> None:
        self._made, self._course, self._by, self._facts = made, course, accelerator, facts
        made.set_progress_bar_config(disable=True)
        for name, network in parts.networks_in(made):
            network.requires_grad_(False)
            if name != "unet":
                network.to(accelerator.device)
        self._weights = _laid_over(made.unet, course.rank, course.seed)
        made.unet.enable_gradient_checkpointing()
        optimizer = torch.optim.AdamW(self._weights.values(), lr=course.lr)
        self._optimizer: Any = accelerator.prepare(optimizer)
        made.unet = accelerator.prepare(made.unet)
        made.unet.train()

    def learn(self, parts: NDArray[np.uint8], seed: int) -> float:
        """Take one step and return the loss; (B, F, H, W, 3) uint8 RGB.

        Raises:
            ModelError: the loss is not finite.
        """
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            loss = self._loss(parts, torch.Generator("cpu").manual_seed(seed))
            found = float(loss.item())
            if not np.isfinite(found):
                raise ModelError(
                    f"the training went astray: the loss is {found}",
                    hint="try a lower --lr from the last checkpoint that is well",
                )
            self._by.backward(loss)
            self._by.clip_grad_norm_(list(self._weights.values()), _LONGEST)
            self._optimizer.step()
            self._optimizer.zero_grad()
        return found

    def _loss(self, clips: NDArray[np.uint8], source: torch.Generator) -> Any:
        count, device = len(clips), self._by.device
        with torch.no_grad():
            latents, beside, embedding, told = self._conditions(clips, source)
        sigma = drawn(count, P_MEAN, P_STD, source).to(device)
        wide = sigma.reshape(-1, 1, 1, 1, 1)
        noisy = latents + wide * torch.randn(latents.shape, generator=source).to(device)
        by = scalings(wide)
        output = self._made.unet(
            torch.cat([by.put_in * noisy, beside], dim=2),
            scalings(sigma).noise,
            encoder_hidden_states=embedding,
            added_time_ids=told,
        ).sample
        return loss_of(output.float(), noisy, latents, wide)

    def _conditions(
        self, clips: NDArray[np.uint8], source: torch.Generator
    ) -> tuple[Any, Any, Any, Any]:
        """Latents of clips, latents beside them, what is seen of the picture, and three numbers.

        They are as the pipeline has them: the picture's own latents are not scaled, and the rate is
        told less one.
        """
        vae, device, course = self._made.vae, self._by.device, self._course
        frames = torch.from_numpy(clips).permute(0, 1, 4, 2, 3).float() / 127.5 - 1
        noise = drawn(len(clips), NOISE_MEAN, NOISE_STD, source)
        first = frames[:, 0]
        rough = torch.randn(first.shape, generator=source) * noise.reshape(-1, 1, 1, 1)
        beside = self._encoded(first + rough).mode()
        own = self._encoded(frames.flatten(0, 1))
        latents = own.sample(generator=source).unflatten(0, frames.shape[:2])
        embedding = self._seen(clips[:, 0])
        kept = (torch.rand(len(clips), generator=source) >= DROPPED).to(device, torch.float32)
        beside = (beside * kept.reshape(-1, 1, 1, 1)).unsqueeze(1).expand_as(latents)
        embedding = embedding * kept.reshape(-1, 1, 1).to(embedding.dtype)
        rest = torch.tensor([[float(max(1, round(course.fps)) - 1), float(course.bucket)]])
        told = torch.cat([rest.expand(len(clips), 2), noise.reshape(-1, 1)], dim=1).to(device)
        return latents * vae.config.scaling_factor, beside, embedding, told

    def _encoded(self, frames: Any) -> Any:
        """What the encoder says of (N, 3, H, W), -1 to 1: a distribution on the CPU or GPU."""
        from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

        vae = self._made.vae
        moments = [
            vae.encode(part.to(self._by.device, vae.dtype)).latent_dist.parameters
            for part in frames.split(_CHUNK)
        ]
        return DiagonalGaussianDistribution(torch.cat(moments).float())

    def _seen(self, pictures: NDArray[np.uint8]) -> Any:
        """(B, 1, C): what the image encoder sees in pictures."""
        from PIL import Image

        shown = [Image.fromarray(picture) for picture in pictures]
        return self._made._encode_image(shown, self._by.device, 1, False)

    def lora(self) -> bytes:
        """Return what was learnt, named as peft names it; its alpha is its rank."""
        from peft import get_peft_model_state_dict

        return written(get_peft_model_state_dict(self._unet()), self._facts)

    def state(self, losses: Sequence[float]) -> bytes:
        """Return all that is needed to go on."""
        return packed(self._weights, self._optimizer.optimizer, losses, self._facts)

    def go_on(self, state: bytes) -> list[float]:
        """Become what a state says, and return the loss of every step before it."""
        return unpacked(state, self._weights, self._optimizer.optimizer)

    def sample(
        self, still: NDArray[np.uint8], tell: Callable[[int, int], None]
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a still."""
        course = self._course
        rate = max(1, round(course.fps))
        asked = svd.Window(course.frames, rate, course.bucket, decode_chunk=_CHUNK)
        self._made.unet.eval()
        try:
            yield from svd.window(self._made, still, asked, course.seed, tell)
        finally:
            self._made.unet.train()

    def _unet(self) -> Any:
        return self._by.unwrap_model(self._made.unet)


def _laid_over(unet: Any, rank: int, seed: int) -> dict[str, Any]:
    """Lay a LoRA that changes nothing yet over a network, and return its weights by name."""
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(
        r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=list(LAYERS)
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        inject_adapter_in_model(config, unet)
    learning = {name: each for name, each in unet.named_parameters() if each.requires_grad}
    for each in learning.values():
        each.data = each.data.float()
    return learning
