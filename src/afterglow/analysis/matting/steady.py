"""Steadiness: where the picture goes on as before, so does its matte.

The matte before is carried along by optical flow (DIS: T. Kroeger et al., Fast optical flow using
dense inverse search, ECCV 2016) and counts where the carried picture is like the present one.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.flow import LEAST_SIDE, fetched, flow

_MEMORY = 0.7
"""Weight of the matte before, where nothing speaks against it."""
_UNLIKE = 16.0
"""Levels, 0-255, by which a carried picture may differ."""
_FAST = 0.02
"""Motion from frame to frame, by the picture's longer side, that is no longer steady."""


class Seen(NamedTuple):
    """What is remembered of a frame."""

    picture: NDArray[np.uint8]
    """(h, w, 3) RGB."""
    matte: NDArray[np.float32]
    """(h, w) 0-1."""


def steadied(
    matte: NDArray[np.float32], picture: NDArray[np.uint8], before: Seen | None
) -> NDArray[np.float32]:
    """Return the (h, w) float32 0-1 matte, as it was before where the picture goes on.

    picture: (h, w, 3) uint8 RGB.
    """
    if before is None or min(matte.shape) < LEAST_SIDE:
        return matte
    by = flow(ops.luma(picture), ops.luma(before.picture), "swift")
    change = _weight(picture, before.picture, by) * (fetched(before.matte, by) - matte)
    return np.asarray(matte + change, np.float32)


def _weight(
    now: NDArray[np.uint8], before: NDArray[np.uint8], by: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(h, w) how much the matte before counts."""
    apart = ops.difference(fetched(before, by), now)
    unlike = cv2.blur(apart.astype(np.float32), (5, 5))
    speed = np.hypot(by[..., 0], by[..., 1]) / (_FAST * max(by.shape))
    return np.asarray(_MEMORY * np.exp(-np.square(unlike / _UNLIKE) - np.square(speed)), np.float32)
