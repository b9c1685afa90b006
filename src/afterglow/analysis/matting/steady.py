"""Steadiness: where the picture goes on as before, so does its matte.

The matte before is carried along by optical flow (DIS: T. Kroeger et al., Fast optical flow using
dense inverse search, ECCV 2016) and counts where the carried picture is like the present one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops

_MEMORY = 0.7
"""Weight of the matte before, where nothing speaks against it."""
_UNLIKE = 16.0
"""Levels, 0-255, by which a carried picture may differ."""
_FAST = 0.02
"""Motion from frame to frame, by the picture's longer side, that is no longer steady."""
_LEAST_SIDE = 32
"""Pixels: in a smaller picture nothing is carried along; OpenCV's DIS reads beyond some of them."""


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
    if before is None or min(matte.shape) < _LEAST_SIDE:
        return matte
    flow = _flow(ops.luma(picture), ops.luma(before.picture))
    change = _weight(picture, before.picture, flow) * (_carried(before.matte, flow) - matte)
    return np.asarray(matte + change, np.float32)


def _flow(now: NDArray[np.uint8], before: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w, 2) where each pixel was before, in pixels from where it is."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    return np.asarray(search.calc(now, before, np.zeros((*now.shape, 2), np.float32)), np.float32)


def _carried(plane: NDArray[Any], flow: NDArray[np.float32]) -> NDArray[Any]:
    """The plane before, brought to where its pixels are now."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    moved = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, plane.dtype)


def _weight(
    now: NDArray[np.uint8], before: NDArray[np.uint8], flow: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(h, w) how much the matte before counts."""
    apart = ops.difference(_carried(before, flow), now)
    unlike = cv2.blur(apart.astype(np.float32), (5, 5))
    speed = np.hypot(flow[..., 0], flow[..., 1]) / (_FAST * max(flow.shape))
    return np.asarray(_MEMORY * np.exp(-np.square(unlike / _UNLIKE) - np.square(speed)), np.float32)
