"""LTX-Video: a picture and words, fast.

HaCohen et al., LTX-Video: realtime video latent diffusion (2024).
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

_DECODED_AT = {"decode_timestep": 0.05, "decode_noise_scale": 0.025}
"""How noisy a window is when it is decoded, where the decoder takes away the rest itself."""


def assemble(weights: Mapping[str, Weights], dtype: Any) -> Any:
    """Return the pipeline, in main memory."""
    from transformers import T5EncoderModel, T5Tokenizer

    (folder,) = weights.values()
    kinds = parts.library()
    networks = {
        "transformer": kinds.LTXVideoTransformer3DModel,
        "vae": kinds.AutoencoderKLLTXVideo,
        "text_encoder": T5EncoderModel,
    }
    made = kinds.LTXImageToVideoPipeline(
        **parts.networks_of(folder, networks, dtype),
        tokenizer=parts.read_small(T5Tokenizer, folder, "tokenizer"),
        scheduler=parts.scheduler_of(folder),
    )
    made.vae.enable_tiling()
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Ltx:
    """Animates a picture by words."""

    made: Any
    """The pipeline."""

    def window(
        self, still: NDArray[np.uint8], motion: Motion, seed: int, tell: Tell
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a picture of its size."""
        more = _DECODED_AT if self.made.vae.config.timestep_conditioning else {}
        made = denoised(
            self.made,
            seed,
            tell,
            **words_of(motion),
            **image_of(still),
            num_frames=motion.frames,
            frame_rate=max(1, round(motion.fps)),
            num_inference_steps=motion.steps,
            guidance_scale=motion.guidance,
            output_type="np",
            **more,
        )
        yield from levels(made[0])
