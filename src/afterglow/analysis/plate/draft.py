"""A small, growing picture of what the camera saw: frames are aligned to it, not to one another.

What was seen first stays: the draft takes the mean of a few looks at a place and is done with it.
Errors therefore do not add up when the camera comes back, and nothing creeps while it rests.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Grey, Matrix
from afterglow.analysis.plate.canvas import Canvas, outline

Colours: TypeAlias = NDArray[np.float32]
"""(h, w, 3) float32 RGB, display levels 0-255."""

_LOOKS = 8
"""Looks whose mean is the draft."""
_LARGEST = 24
"""Areas of a frame that a draft covers at most; what lies beyond is not remembered."""
_STEP = 0.25
"""Share of a frame by which a draft grows at least."""
_ALL = 0.999
"""Weight from which a place between pixels is fully seen."""


class Draft:
    """What is known of the world of one shot, in pixels of its first frame, small."""

    def __init__(self, width: int, height: int) -> None:
        """Begin with nothing; width, height: of a small frame."""
        self._frame = (width, height)
        self._canvas = Canvas(0, 0, width, height)
        self._colours = np.zeros((height, width, 3), np.float32)
        self._looks = np.zeros((height, width), np.uint8)

    def view(self, place: Matrix) -> tuple[Colours, Grey]:
        """Return what a frame at this place would show, and (h, w) 1 where that is known.

        place: (3, 3) from the shot's first frame to this one.
        """
        back = np.linalg.inv(self._canvas.matrix(np.asarray(place)))
        known = (self._looks > 0).astype(np.float32)
        colours = cv2.warpPerspective(self._colours, back, self._frame, flags=cv2.INTER_LINEAR)
        weight = cv2.warpPerspective(known, back, self._frame, flags=cv2.INTER_LINEAR)
        return np.asarray(colours, np.float32), (weight > _ALL).astype(np.float32)

    def add(self, colours: Colours, free: Grey, place: Matrix) -> None:
        """Take in a frame; free: (h, w) 1 where it shows background."""
        self._grow(place)
        matrix, size = self._canvas.matrix(place), (self._canvas.width, self._canvas.height)
        seen = cv2.warpPerspective((free > _ALL).astype(np.float32), matrix, size)
        fresh = (seen > _ALL) & (self._looks < _LOOKS)
        if not fresh.any():
            return
        moved = np.asarray(cv2.warpPerspective(colours, matrix, size), np.float32)
        self._looks += fresh
        share = 1 / self._looks[fresh].astype(np.float32)[:, None]
        self._colours[fresh] += (moved[fresh] - self._colours[fresh]) * share

    def _grow(self, place: Matrix) -> None:
        """Make room for a frame, unless the draft would become too large."""
        size, old = np.array(self._frame), self._canvas
        corners = outline(np.asarray(np.linalg.inv(place)), *self._frame)
        low, high = corners.min(axis=0), corners.max(axis=0)
        begin, spare = np.array([old.left, old.top]), size * _STEP
        end = np.array([old.left + old.width, old.top + old.height])
        start = np.where(low < begin, np.floor(low - spare), begin).astype(int)
        stop = np.where(high > end, np.ceil(high + spare), end).astype(int)
        fits = np.prod(stop - start) <= _LARGEST * np.prod(size)
        if not fits or (np.array_equal(start, begin) and np.array_equal(stop, end)):
            return
        columns, rows = (
            tuple(map(int, each)) for each in zip(begin - start, stop - end, strict=True)
        )
        self._canvas = Canvas(*map(int, start), *map(int, stop - start))
        self._looks = np.pad(self._looks, (rows, columns))
        self._colours = np.pad(self._colours, (rows, columns, (0, 0)))
