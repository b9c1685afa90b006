"""How like two pictures are: PSNR and SSIM."""

from __future__ import annotations

from math import inf, log10
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.ops.framing import framed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]

_SIGMA, _SIDE = 1.5, 11
"""Of SSIM's window, in pixels."""
_K1, _K2 = 0.01, 0.03


def psnr(one: Picture, other: Picture) -> float:
    """Return decibels: 10 log10(255^2 / mean squared difference); infinity for equal pictures.

    one, other: (H, W, 3) uint8 RGB.
    """
    apart = np.subtract(one, other, dtype=np.float32)
    error = float(np.mean(np.square(apart), dtype=np.float64))
    return inf if error == 0 else 10 * log10(255**2 / error)


def ssim(one: Picture, other: Picture) -> float:
    """Return the structural similarity of two pictures' luma: 1 for equal ones.

    one, other: (H, W, 3) uint8 RGB. Z. Wang et al., Image quality assessment: from error visibility
    to structural similarity (IEEE TIP 2004), equation 13, with its Gaussian window of 11 x 11 and
    constants 0.01 and 0.03; windows that leave the picture do not count, where others are there.
    """
    x, y = (np.asarray(ops.luma(each.astype(np.float32))) for each in (one, other))
    mean_x, mean_y = _blurred(x), _blurred(y)
    spread_x = _blurred(x * x) - mean_x * mean_x
    spread_y = _blurred(y * y) - mean_y * mean_y
    both = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (_K1 * 255) ** 2, (_K2 * 255) ** 2
    above = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    below = (mean_x * mean_x + mean_y * mean_y + c1) * (spread_x + spread_y + c2)
    index = above / below
    edge = _SIDE // 2
    inner = index[edge:-edge, edge:-edge]
    return float(np.mean(inner if inner.size else index, dtype=np.float64))


def _blurred(plane: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = plane.astype(np.float64)
    return np.asarray(cv2.GaussianBlur(wide, (_SIDE, _SIDE), _SIGMA, borderType=cv2.BORDER_REFLECT))


def brought_to(picture: Picture, like: Picture) -> Picture:
    """Return the middle of a picture at another one's size and shape; (H, W, 3) uint8 both."""
    height, width = like.shape[:2]
    return np.asarray(framed(picture, width, height))
