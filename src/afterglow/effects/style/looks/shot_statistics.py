"""What is measured of a shot as it goes on: the mean of the last seconds, begun anew at cuts.

The window ends, so that a frame far into a shot asks only for the frames of the window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.matting.shots import is_cut
from afterglow.analysis.picture import Look, look, measuring_size
from afterglow.frames import VideoInfo
from afterglow.ops.halves import Array

Measure: TypeAlias = Callable[[Array, Array], NDArray[np.float64]]
"""Gives numbers, always as many, of a picture made small and of the picture: (H, W, 3) RGB."""

_SECONDS = 1.5
"""Length of the window."""
_LINES = 72
"""Lines, of 16:9, of the pictures that are measured."""


def window_of(video: VideoInfo) -> int:
    """Return the frames of the window."""
    return max(1, round(_SECONDS * video.rate))


class ShotStatistics:
    """The mean of what was measured of the shot's last frames."""

    def __init__(self, measure: Measure, video: VideoInfo) -> None:
        self._measure = measure
        self._size = measuring_size((video.height, video.width), _LINES)
        self._known: deque[NDArray[np.float64]] = deque(maxlen=window_of(video))
        self._before: Look | None = None

    def after(self, pixels: NDArray[Any]) -> NDArray[np.float64]:
        """Return the mean, once this frame is seen as well."""
        height, width = pixels.shape[:2]
        size = min(self._size[0], width), min(self._size[1], height)
        small = np.asarray(ops.reduce(pixels, *size))
        now = look(small, None, self._size)
        if self._before is not None and is_cut(self._before, now):
            self._known.clear()
        self._before = now
        self._known.append(self._measure(small, pixels))
        return np.asarray(np.mean(self._known, axis=0))
