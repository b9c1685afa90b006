"""Camera motion of a stream: how the content moved from each frame to the next.

One pass, no look-ahead, and a state whose size does not depend on the length of the video.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.phase import Grey, Spectrum, correlate, hann, peaks, spectrum

Model: TypeAlias = Literal["translation", "similarity", "none"]
"""What a camera may do: shift; shift, turn and zoom; nothing."""
Matrix: TypeAlias = NDArray[np.float64]
"""(3, 3) float64: maps (x, y, 1) in display pixels."""


def _stand_still() -> Matrix:
    return np.eye(3)


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Motion of the content from the frame before to this frame, in display pixels, y down."""

    step: Matrix = field(default_factory=_stand_still)
    """(3, 3) maps a place in the frame before to its place in this frame."""
    cumulative: Matrix = field(default_factory=_stand_still)
    """(3, 3) maps a place in the shot's first frame to its place in this frame."""
    dx: float = 0.0
    """Pixels that the middle of the picture moved to the right."""
    dy: float = 0.0
    """Pixels that the middle of the picture moved down."""
    rotation: float = 0.0
    """Degrees that the content turned, clockwise as seen."""
    zoom: float = 1.0
    """Size of the content over its size in the frame before."""
    confidence: float = 0.0
    """0 to 1: how much of the picture agrees."""
    second_ratio: float = 1.0
    """Second-best answer over the best: near 1 means that there were two."""
    cut: bool = False
    """The frame begins a new shot."""
    shot: int = 0
    """Number of the shot, from 0."""


class CameraTracker:
    """The state of one video's camera: what the frame before looked like, and the path so far."""

    def __init__(
        self, width: int, height: int, model: Model = "translation", *, lines: int = 270
    ) -> None:
        """Begin a video of ``width`` x ``height`` pixels, measured at ``lines`` lines of 16:9."""
        self._model = model
        self._size = (width, height)
        shrink = min(1.0, (lines * lines * 16 / 9 / (width * height)) ** 0.5)
        self._small = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        self._before: Spectrum | None = None
        self._cumulative = np.eye(3)

    def step(self, picture: NDArray[Any], subject: NDArray[Any] | None = None) -> Motion:
        """Return the motion that led to this frame.

        picture: (h, w) grey or (h, w, 3) RGB, uint8, uint16 or float32 0-255, of any size with the
        video's shape: a picture that is already small costs least.
        subject: (h, w) matte of the same kind, or float32 0-1; it is left out of the measurement.
        """
        if self._model == "none" or min(self._small) < 16:
            return Motion()
        grey = small_grey(picture, self._small)
        weight = hann(*grey.shape)
        if subject is not None:
            weight = weight * (1 - small_matte(subject, self._small))
        before, self._before = self._before, spectrum(grey, weight)
        if before is None:
            return Motion()
        found = peaks(correlate(before, self._before, grey.shape[1]), 2)
        if not found:
            return Motion(cumulative=self._cumulative)
        dx = found[0].dx * self._size[0] / self._small[0]
        dy = found[0].dy * self._size[1] / self._small[1]
        step = np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], np.float64)
        self._cumulative = step @ self._cumulative
        return Motion(step, self._cumulative, dx, dy, confidence=found[0].response)


def small_grey(picture: NDArray[Any], size: tuple[int, int]) -> Grey:
    """Return an (h, w) float32 picture of grey levels 0-255 at ``size`` (width, height)."""
    shrunk = picture if picture.shape[1::-1] == size else cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA
    )
    grey = cv2.cvtColor(shrunk, cv2.COLOR_RGB2GRAY) if shrunk.ndim == 3 else shrunk
    scale = 1 / 257 if picture.dtype == np.uint16 else 1.0
    return (grey * np.float32(scale)).astype(np.float32, copy=False)


def small_matte(matte: NDArray[Any], size: tuple[int, int]) -> Grey:
    """Return an (h, w) float32 matte 0-1 at ``size`` (width, height)."""
    white = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}.get(matte.dtype, 1)
    return small_grey(matte, size) * np.float32((257 if white == 65535 else 1) / white)
