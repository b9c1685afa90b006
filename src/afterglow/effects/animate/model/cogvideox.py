"""CogVideoX: a picture and words.

Yang et al., CogVideoX: text-to-video diffusion models with an expert transformer (ICLR 2025).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.motion import Motion, words_of
from afterglow.models import parts
from afterglow.models.denoising import Tell, denoised, image_of, levels
from afterglow.models.store import Weights


def assemble(weights: Mapping[str, Weights], dtype: Any) -> Any:
    """Return the pipeline, in main memory."""
    from transformers import T5EncoderModel, T5Tokenizer

    (folder,) = weights.values()
    kinds = parts.library()
    networks = {
        "transformer": kinds.CogVideoXTransformer3DModel,
        "vae": kinds.AutoencoderKLCogVideoX,
        "text_encoder": T5EncoderModel,
    }
    made = kinds.CogVideoXImageToVideoPipeline(
        **parts.networks_of(folder, networks, dtype),
        tokenizer=parts.read_small(T5Tokenizer, folder, "tokenizer"),
        scheduler=parts.scheduler_of(folder),
    )
    made.vae.enable_slicing()
    made.vae.enable_tiling()
    return made


@dataclass(frozen=True, slots=True, eq=False)
class CogVideoX:
    """Animates a picture by words."""

    made: Any
    """The pipeline."""

    def window(
        self, still: NDArray[np.uint8], motion: Motion, seed: int, tell: Tell
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a picture of its size."""
        made = denoised(
            self.made,
            seed,
            tell,
            **words_of(motion),
            **image_of(still),
            num_frames=motion.frames,
            num_inference_steps=motion.steps,
            guidance_scale=motion.guidance,
            max_sequence_length=self.made.transformer.config.max_text_seq_length,
            output_type="np",
        )
        yield from levels(made[0])
