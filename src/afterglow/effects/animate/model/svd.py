"""Stable Video Diffusion: a picture, how much shall move, and the frames per second; no text.

Blattmann et al., Stable Video Diffusion: scaling latent video diffusion models to large datasets
(2023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.model import parts
from afterglow.effects.animate.model.denoising import decoded, denoised, image_of
from afterglow.effects.animate.motion import Motion, Tell, bucket_of
from afterglow.models.store import Weights


def assemble(weights: Mapping[str, Weights], dtype: Any) -> Any:
    """Return the pipeline, in main memory."""
    from transformers import CLIPVisionModelWithProjection

    (folder,) = weights.values()
    kinds = parts.library()
    networks = {
        "unet": kinds.UNetSpatioTemporalConditionModel,
        "vae": kinds.AutoencoderKLTemporalDecoder,
        "image_encoder": CLIPVisionModelWithProjection,
    }
    return kinds.StableVideoDiffusionPipeline(
        **parts.networks_of(folder, networks, dtype),
        scheduler=parts.scheduler_of(folder),
        feature_extractor=parts.read_small(parts.image_processor(), folder, "feature_extractor"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Svd:
    """Animates a picture."""

    made: Any
    """The pipeline."""

    def window(
        self, still: NDArray[np.uint8], motion: Motion, seed: int, tell: Tell
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a picture of its size."""
        latents = denoised(
            self.made,
            seed,
            tell,
            **image_of(still),
            num_frames=motion.frames,
            num_inference_steps=motion.steps,
            motion_bucket_id=bucket_of(motion.motion_strength),
            fps=max(1, round(motion.fps)),
            noise_aug_strength=motion.noise,
            min_guidance_scale=1.0,
            max_guidance_scale=motion.guidance,
            output_type="latent",
        )
        yield from decoded(self.made.vae, latents[0], motion.decode_chunk, num_frames=0)
