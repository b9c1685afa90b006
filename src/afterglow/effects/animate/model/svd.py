"""Stable Video Diffusion as one of the families: no text, but how much moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.motion import Motion
from afterglow.models import svd
from afterglow.models.denoising import Tell
from afterglow.models.store import Weights


def assemble(weights: Mapping[str, Weights], dtype: Any) -> Any:
    """Return the pipeline, in main memory."""
    (folder,) = weights.values()
    return svd.assemble(folder, dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Svd:
    """Animates a picture."""

    made: Any
    """The pipeline."""

    def window(
        self, still: NDArray[np.uint8], motion: Motion, seed: int, tell: Tell
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a picture of its size."""
        asked = svd.Window(
            frames=motion.frames,
            fps=max(1, round(motion.fps)),
            bucket=svd.bucket_of(motion.motion_strength),
            noise=motion.noise,
            guidance=motion.guidance,
            steps=motion.steps,
            decode_chunk=motion.decode_chunk,
        )
        yield from svd.window(self.made, still, asked, seed, tell)
