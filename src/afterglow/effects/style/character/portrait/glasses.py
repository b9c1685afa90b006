"""Whether a face wears glasses, which do not bend as brows rise behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait.frame import FaceFrame, Points
from afterglow.effects.style.character.pose import Pose
from afterglow.ops.easing import rise

_ROWS, _COLUMNS = 72, 25
"""Places down and across the bridge of the nose at which it is looked at."""
_DOWN, _ACROSS = (-0.35, 0.25), 0.12
"""How far they reach, in distances of the eyes from the line between them."""
_THICK = 6
"""Places down from the middle of a bridge of glasses to the skin above and below it."""
_SEEN = (0.12, 0.28)
"""By what share it is darker than the skin where it is doubted, and where it is certain."""
_MOST = 0.3
"""Share of a brow's move that is left with glasses: more bends their rims."""


def glasses_of(pixels: NDArray[Any], points: Points, frame: FaceFrame) -> float:
    """How surely the face of 478 points in a picture (H, W, 3) RGB wears glasses, 0 to 1.

    Their bridge is a dark line across the nose, between the eyes; nothing else there is.
    """
    skin = _bridge(pixels, points, frame)
    around = np.minimum(skin[: -2 * _THICK], skin[2 * _THICK :])
    darker = np.percentile(around - skin[_THICK:-_THICK], 20, axis=1).max()
    return float(rise(np.float32(darker / max(float(skin.mean()), 1e-3)), *_SEEN))


def behind_glasses(pose: Pose, sure: float) -> Pose:
    """The pose with brows that move as little as glasses let them."""
    left = 1 - (1 - _MOST) * sure
    return replace(pose, brow=left * pose.brow, frown=left * pose.frown) if sure else pose


def _bridge(pixels: NDArray[Any], points: Points, frame: FaceFrame) -> NDArray[np.float32]:
    """(rows, columns) how bright the bridge of the nose is."""
    left, right = (
        frame.inside(points[[*upper, *lower]]).mean(axis=0)
        for upper, lower in (
            (of.LEFT_EYE_UPPER, of.LEFT_EYE_LOWER),
            (of.RIGHT_EYE_UPPER, of.RIGHT_EYE_LOWER),
        )
    )
    apart = float(right[0] - left[0])
    across = np.linspace(-_ACROSS, _ACROSS, _COLUMNS) * apart
    down = np.linspace(*_DOWN, _ROWS) * apart
    places = np.stack(np.meshgrid(across, down), axis=-1) + (left + right) / 2
    there = frame.outside(places)
    low, high = np.floor(there.min(axis=(0, 1))) - 2, np.ceil(there.max(axis=(0, 1))) + 3
    height, width = pixels.shape[:2]
    first, last = (np.clip(each, 0, (width, height)).astype(int) for each in (low, high))
    part = pixels[first[1] : last[1], first[0] : last[0]]
    if not part.size:
        return np.ones((_ROWS, _COLUMNS), np.float32)
    gray = part.astype(np.float32).mean(axis=2)
    wide = max((_DOWN[1] - _DOWN[0]) * apart / _ROWS, 1.0)
    gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), 0.5 * wide), np.float32)
    x, y = ((there - first).astype(np.float32)[..., k] for k in (0, 1))
    seen = cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)
