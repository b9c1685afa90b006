"""AnimateDiff with SparseCtrl: Stable Diffusion 1.5 in motion, its first frame held by a picture.

Guo et al., AnimateDiff: animate your personalized text-to-image diffusion models without specific
tuning (ICLR 2024); Guo et al., SparseCtrl: adding sparse controls to text-to-video diffusion models
(ECCV 2024).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.motion import Motion, words_of
from afterglow.models import parts
from afterglow.models.denoising import Tell, decoded, denoised, image_of
from afterglow.models.store import Weights

_OWN = ("animatediff", "sparsectrl-rgb", "sd15")
"""Entries of what it is made of; another one is of what steers it."""


def assemble(weights: Mapping[str, Weights], dtype: Any) -> Any:
    """Return the pipeline, in main memory; what steers it by a video is in its ``controlnet``."""
    made = _pipeline(weights, dtype)
    # Its weights have gone into the network, and nothing asks for them again.
    made.motion_adapter = None
    for name, folder in weights.items():
        if name not in _OWN:
            steering = parts.network_of(folder, parts.library().ControlNetModel, dtype)
            made.controlnet.add_module("steering", steering)
    return made


def _pipeline(weights: Mapping[str, Weights], dtype: Any) -> Any:
    from transformers import CLIPTextModel, CLIPTokenizer

    kinds, base = parts.library(), weights["sd15"]
    networks = {
        "unet": kinds.UNet2DConditionModel,
        "vae": kinds.AutoencoderKL,
        "text_encoder": CLIPTextModel,
    }
    return kinds.AnimateDiffSparseControlNetPipeline(
        **parts.networks_of(base, networks, dtype),
        tokenizer=parts.read_small(CLIPTokenizer, base, "tokenizer"),
        scheduler=parts.scheduler_of(
            base, "DPMSolverMultistepScheduler", beta_schedule="linear", use_karras_sigmas=True
        ),
        motion_adapter=parts.network_of(weights["animatediff"], kinds.MotionAdapter, dtype),
        controlnet=parts.network_of(weights["sparsectrl-rgb"], kinds.SparseControlNetModel, dtype),
    )


@dataclass(frozen=True, slots=True, eq=False)
class AnimateDiff:
    """Animates a picture by words."""

    made: Any
    """The pipeline."""

    def window(
        self,
        still: NDArray[np.uint8],
        motion: Motion,
        seed: int,
        tell: Tell,
        guide: NDArray[np.uint8] | None = None,
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a picture of its size.

        guide: (F, H, W, 3) uint8 RGB that steers the frames.
        """
        seen = image_of(still)
        with steered(self.made.controlnet, guide):
            latents = denoised(
                self.made,
                seed,
                tell,
                **words_of(motion),
                conditioning_frames=[seen.pop("image")],
                controlnet_frame_indices=[0],
                **seen,
                num_frames=motion.frames,
                num_inference_steps=motion.steps,
                guidance_scale=motion.guidance,
                output_type="latent",
            )
        yield from decoded(self.made.vae, latents[0].transpose(0, 1), motion.decode_chunk)


@contextmanager
def steered(first: Any, guide: NDArray[np.uint8] | None) -> Iterator[None]:
    """Add what a ControlNet says of every frame to what holds the first one, as diffusers adds
    those of several ControlNets.

    first: a SparseControlNetModel, of which the other one is the part ``steering``.
    guide: (F, H, W, 3) uint8 RGB; without one nothing is added.
    """
    if guide is None:
        yield
        return
    import torch

    planes = torch.from_numpy(guide).permute(0, 3, 1, 2).float() / 255

    def add(network: Any, given: tuple[Any, ...], more: dict[str, Any], said: Any) -> Any:
        latents, time = given
        asked = planes.to(latents.device, latents.dtype).repeat(len(latents), 1, 1, 1)
        down, middle = network.steering(
            latents.transpose(1, 2).flatten(0, 1),
            time,
            encoder_hidden_states=more["encoder_hidden_states"],
            controlnet_cond=asked,
            return_dict=False,
        )
        both = [one + other for one, other in zip(said[0], down, strict=True)]
        return both, said[1] + middle

    hook = first.register_forward_hook(add, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()
