"""Wan 2.1: a picture and words.

Wan Team, Wan: open and advanced large-scale video generative models (2025).
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
    from transformers import AutoTokenizer, CLIPVisionModel, UMT5EncoderModel

    (folder,) = weights.values()
    kinds = parts.library()
    networks = {
        "transformer": kinds.WanTransformer3DModel,
        "vae": kinds.AutoencoderKLWan,
        "text_encoder": UMT5EncoderModel,
        "image_encoder": CLIPVisionModel,
    }
    made = kinds.WanImageToVideoPipeline(
        **parts.networks_of(folder, networks, dtype, exact=("vae", "image_encoder")),
        tokenizer=parts.read_small(AutoTokenizer, folder, "tokenizer"),
        scheduler=parts.scheduler_of(folder),
        image_processor=parts.read_small(parts.image_processor(), folder, "image_processor"),
    )
    made.vae.enable_tiling()
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Wan:
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
            output_type="np",
        )
        yield from levels(made[0])
