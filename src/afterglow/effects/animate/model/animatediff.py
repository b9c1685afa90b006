"""AnimateDiff with SparseCtrl: Stable Diffusion 1.5 in motion, its first frame held by a picture.

Guo et al., AnimateDiff: animate your personalized text-to-image diffusion models without specific
tuning (ICLR 2024); Guo et al., SparseCtrl: adding sparse controls to text-to-video diffusion models
(ECCV 2024).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.motion import Motion, words_of
from afterglow.models import parts
from afterglow.models.denoising import Tell, decoded, denoised, image_of
from afterglow.models.store import Weights


def assemble(weights: Mapping[str, Weights], dtype: Any) -> Any:
    """Return the pipeline, in main memory."""
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
        self, still: NDArray[np.uint8], motion: Motion, seed: int, tell: Tell
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a picture of its size."""
        seen = image_of(still)
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
