"""I2VGen-XL: a picture and words.

Zhang et al., I2VGen-XL: high-quality image-to-video synthesis via cascaded diffusion models (2023).
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

_UNREAD = 1
"""Last layers of what reads words that it was trained without."""


def assemble(weights: Mapping[str, Weights], dtype: Any) -> Any:
    """Return the pipeline, in main memory."""
    from transformers import CLIPTextModel, CLIPTokenizer, CLIPVisionModelWithProjection

    (folder,) = weights.values()
    kinds = parts.library()
    networks = {
        "unet": kinds.I2VGenXLUNet,
        "vae": kinds.AutoencoderKL,
        "text_encoder": CLIPTextModel,
        "image_encoder": CLIPVisionModelWithProjection,
    }
    made = kinds.I2VGenXLPipeline(
        **parts.networks_of(folder, networks, dtype),
        tokenizer=parts.read_small(CLIPTokenizer, folder, "tokenizer"),
        scheduler=parts.scheduler_of(folder),
        feature_extractor=parts.read_small(parts.image_processor(), folder, "feature_extractor"),
    )
    _as_before(made.text_encoder)
    return made


def _as_before(text_encoder: Any) -> None:
    """Give a network of transformers 5 the name by which the pipeline finds its last layer.

    Before it was a part by itself. It is no part of itself now, so torch is not told.
    """
    if not hasattr(text_encoder, "text_model"):
        object.__setattr__(text_encoder, "text_model", text_encoder)


@dataclass(frozen=True, slots=True, eq=False)
class I2VGenXL:
    """Animates a picture by words."""

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
            **words_of(motion),
            **image_of(still),
            num_frames=motion.frames,
            target_fps=max(1, round(motion.fps)),
            num_inference_steps=motion.steps,
            guidance_scale=motion.guidance,
            clip_skip=_UNREAD,
            output_type="latent",
        )
        yield from decoded(self.made.vae, latents[0].transpose(0, 1), motion.decode_chunk)
