"""Small grey pictures: what the camera and the cuts are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Grey, evened

_SOFT_FINE, _SOFT_COARSE = 1.5, 0.8
"""Blur, in pixels: sampling between the pixels is only exact in a picture that is a little soft."""
_BRIGHT, _DIM = 64.0, 32.0
"""Mean level, 0-255, to which a darker picture is brightened before levels are compared; and below
which it is dim."""
_BLANK = 1.0
"""Standard deviation of the levels, 0-255, below which there is nothing to see."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A frame, small."""

    fine: Grey
    """(h, w) float32, evened."""
    coarse: Grey
    """(h / 2, w / 2) float32, evened."""
    grey: Grey
    """(h / 2, w / 2) float32: levels 0-255; a dim picture is brightened."""
    free: Grey
    """(h, w) float32: 1 - matte; 1 where no matte is known."""
    matted: bool
    """A matte is known."""
    brightness: float
    """Mean level, 0-255."""
    blank: bool
    """There is nothing to see: black, white, or one level throughout."""

    @property
    def dim(self) -> bool:
        """True where a scene comes out of the dark, or goes into it."""
        return self.brightness < _DIM


def measuring_size(shape: tuple[int, ...], lines: int) -> tuple[int, int]:
    """Return (width, height), even, with at most the pixels of ``lines`` lines of 16:9."""
    height, width = shape[:2]
    shrink = min(1.0, (lines * lines * 16 / 9 / (width * height)) ** 0.5)
    return max(2, 2 * round(width * shrink / 2)), max(2, 2 * round(height * shrink / 2))


def look(picture: NDArray[Any], subject: NDArray[Any] | None, size: tuple[int, int]) -> Look:
    """Return the look of a picture at ``size`` (width, height).

    picture: (H, W) grey or (H, W, 3) RGB, uint8, uint16 or float32 0-255.
    subject: (H, W) matte, uint8, uint16 or float32 0-1.
    """
    grey = _grey(picture, size)
    width, height = size
    brightness, spread = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    half = _floats(cv2.resize(grey, (width // 2, height // 2), interpolation=cv2.INTER_AREA))
    free = np.ones((height, width), np.float32)
    if subject is not None:
        free -= _grey(subject, size) / np.float32(1 if subject.dtype.kind == "f" else 255)
    return Look(
        evened(_floats(cv2.GaussianBlur(grey, (0, 0), _SOFT_FINE))),
        evened(_floats(cv2.GaussianBlur(half, (0, 0), _SOFT_COARSE))),
        half * np.float32(max(1, _BRIGHT / max(brightness, 1))),
        free,
        subject is not None,
        brightness,
        spread < _BLANK,
    )


def _grey(picture: NDArray[Any], size: tuple[int, int]) -> Grey:
    """Return (h, w) float32: levels 0-255, or the picture's own if it is of floats."""
    shrunk = picture
    if picture.shape[1::-1] != size:
        shrunk = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if shrunk.ndim == 3:
        shrunk = cv2.cvtColor(shrunk, cv2.COLOR_RGB2GRAY)
    scale = np.float32(1 / 257 if picture.dtype == np.uint16 else 1)
    return _floats(np.multiply(shrunk, scale, dtype=np.float32))


def _floats(picture: NDArray[Any]) -> Grey:
    """Return the same picture: OpenCV's results have no type of their own."""
    return np.asarray(picture, np.float32)
