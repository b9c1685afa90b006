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

from afterglow.models import parts
from afterglow.models.denoising import Tell, decoded, denoised, image_of
from afterglow.models.store import Weights

PARTS = (
    *("unet/config", "unet/*", "vae/config", "vae/*", "scheduler/scheduler_config"),
    *("image_encoder/config", "image_encoder/*", "feature_extractor/preprocessor_config"),
)
"""What its folder must hold."""
SIZES = ((1024, 576), (768, 768), (896, 640))
"""Widths and heights that suit it, in pixels, lying or upright."""
MULTIPLE = 64
"""Pixels: sides of other sizes are multiples of it."""
WINDOWS: Mapping[str, int] = {"svd": 14, "svd-xt": 25, "svd-xt-1.1": 25}
"""Frames that each of its entries in models.lock was trained for."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked of it for one window."""

    frames: int
    """Frames that are made."""
    fps: int
    """Frames per second that they are exported at."""
    bucket: int
    """How much moves, 1 to 255."""
    noise: float = 0.02
    """Noise on the picture before it is looked at."""
    guidance: float = 3.0
    """How closely the last frame follows the picture; the first one is not guided."""
    steps: int = 25
    """Steps from noise to a window."""
    decode_chunk: int = 8
    """Frames that are decoded at once."""


def bucket_of(motion_strength: float) -> int:
    """Return its motion bucket, 1 to 255, of a strength of 0 to 1."""
    return 1 + round(254 * min(max(motion_strength, 0.0), 1.0))


def assemble(weights: Weights, dtype: Any, exact: tuple[str, ...] = ()) -> Any:
    """Return the pipeline, in main memory.

    exact: networks that always compute in single precision.
    """
    from transformers import CLIPVisionModelWithProjection

    kinds = parts.library()
    networks = {
        "unet": kinds.UNetSpatioTemporalConditionModel,
        "vae": kinds.AutoencoderKLTemporalDecoder,
        "image_encoder": CLIPVisionModelWithProjection,
    }
    return kinds.StableVideoDiffusionPipeline(
        **parts.networks_of(weights, networks, dtype, exact),
        scheduler=parts.scheduler_of(weights),
        feature_extractor=parts.read_small(parts.image_processor(), weights, "feature_extractor"),
    )


def window(
    made: Any, still: NDArray[np.uint8], asked: Window, seed: int, tell: Tell
) -> Iterator[NDArray[np.uint8]]:
    """Yield (H, W, 3) uint8 RGB of a window that begins with a picture of its size.

    made: the pipeline. still: (H, W, 3) uint8 RGB.
    """
    # Of one frame, which is not guided, the pipeline would double one half of its input only.
    guidance = asked.guidance if asked.frames > 1 else 1.0
    latents = denoised(
        made,
        seed,
        tell,
        **image_of(still),
        num_frames=asked.frames,
        num_inference_steps=asked.steps,
        motion_bucket_id=asked.bucket,
        fps=asked.fps,
        noise_aug_strength=asked.noise,
        min_guidance_scale=1.0,
        max_guidance_scale=guidance,
        output_type="latent",
    )
    yield from decoded(made.vae, latents[0], asked.decode_chunk, num_frames=0)
