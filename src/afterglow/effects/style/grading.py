"""Colours changed by a table of three dimensions, between its nodes by tetrahedra.

A cell of the table is six tetrahedra along its grey diagonal; a colour is the weighted sum of the
four corners around it (H. Kang, Computational Color Technology, SPIE 2006, section 9.2.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.ops.halves import Array

Colours: TypeAlias = NDArray[np.float32]
"""(..., 3) float32 R'G'B', white at 1.0."""

_NODES = 33
"""Nodes along a side of a table that is made of a function."""
_BLOCK = 1 << 14
"""Pixels that are computed at a time: they stay in the processor's cache."""
_WORTH = 6_000_000
"""Pixels of 8 bits after which every colour there is gets computed once and for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """What becomes of every colour."""

    nodes: Colours
    """(n, n, n, 4) by red, green and blue: R'G'B', and a number that counts for nothing."""
    low: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """R'G'B' of the first node."""
    high: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """R'G'B' of the last node."""


def cube(
    nodes: NDArray[Any],
    low: tuple[float, float, float] = (0.0, 0.0, 0.0),
    high: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Cube:
    """Return the table of (n, n, n, 3) R'G'B' by red, green and blue."""
    return Cube(np.pad(nodes.astype(np.float32), [(0, 0)] * 3 + [(0, 1)]), low, high)


def cube_of(grade: Callable[[Colours], Colours]) -> Cube:
    """Return the table of a function from colours to colours."""
    axis = np.linspace(0, 1, _NODES, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    return cube(np.clip(grade(grid), 0, 1))


class Grader:
    """Lays a table over the pictures of one stream.

    Of 8-bit pictures there are so many pixels sooner or later that a table of all 16.8 million
    colours (64 MiB) is made; what comes out is the same before and after.
    """

    def __init__(self, cube: Cube, white: int) -> None:
        self._size = len(cube.nodes)
        self._nodes = cube.nodes.reshape(-1, 4)
        self._beyond = bool(self._nodes.min() < 0 or self._nodes.max() > 1)
        self._white = white
        self._axes = [self._axis(cube, channel) for channel in range(3)]
        self._seen = 0
        self._all: NDArray[np.uint32] | None = None

    def __call__(self, pixels: Array) -> Array:
        """Return (H, W, 3) of the picture's type: its colours changed."""
        if self._white == 255:
            self._seen += pixels.shape[0] * pixels.shape[1]
            if self._all is None and self._seen > _WORTH:
                self._all = self._every_colour()
        return self._computed(pixels) if self._all is None else _looked_up(pixels, self._all)

    def _axis(self, cube: Cube, channel: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The row of every level's cell in the table; how far inside it is, white for its end."""
        low, high = cube.low[channel], cube.high[channel]
        level = np.arange(self._white + 1) / self._white
        place = np.clip((level - low) / (high - low), 0, 1) * (self._size - 1)
        cell = np.minimum(place.astype(np.int32), self._size - 2)
        return cell * np.int32(self._step(channel)), ((place - cell) * self._white).astype(
            np.float32
        )

    def _step(self, channel: int) -> int:
        return int(self._size ** (2 - channel))

    def _computed(self, pixels: Array) -> Array:
        flat = pixels.reshape(-1, 3)
        made = np.empty_like(flat)
        for start in range(0, len(flat), _BLOCK):
            made[start : start + _BLOCK] = self._block(flat[start : start + _BLOCK])
        return made.reshape(pixels.shape)

    def _block(self, colours: Array) -> Array:
        (r0, r), (g0, g), (b0, b) = (
            (cv2.LUT(level, cell)[0], cv2.LUT(level, inside)[0])
            for (cell, inside), level in zip(self._axes, cv2.split(colours[None]), strict=True)
        )
        red, green, blue = (np.int32(self._step(channel)) for channel in range(3))
        first = r0 + g0 + b0
        last = first + (red + green + blue)
        most, least = np.maximum(np.maximum(r, g), b), np.minimum(np.minimum(r, g), b)
        middle = r + g + b - most - least
        second = first + np.where(r == most, red, np.where(g == most, green, blue))
        third = last - np.where(r == least, red, np.where(g == least, green, blue))
        made = self._share(first, np.float32(self._white) - most)
        made += self._share(second, most - middle)
        made += self._share(third, middle - least)
        made += self._share(last, least)
        if self._beyond:
            made = np.clip(made, 0, self._white)
        made += np.float32(0.5)
        return np.asarray(made.astype(colours.dtype)[:, :3])

    def _share(self, node: NDArray[np.int32], weight: Array) -> NDArray[np.float32]:
        """(pixels, 4) what a corner of the tetrahedra gives, in levels."""
        made = np.take(self._nodes, node, axis=0, mode="clip")
        made *= cv2.merge([weight[None]] * 4)[0]
        return made

    def _every_colour(self) -> NDArray[np.uint32]:
        """(2^24,) R + 256 G + 65536 B of what becomes of the colour of the same number."""
        made = np.zeros((256, 256, 256, 4), np.uint8)
        level = np.arange(256, dtype=np.uint8)
        plane = np.zeros((256, 256, 3), np.uint8)
        plane[..., 0], plane[..., 1] = level, level[:, None]
        for blue in range(256):
            plane[..., 2] = blue
            made[blue, ..., :3] = self._computed(plane)
        return made.reshape(-1).view(np.uint32)


def _looked_up(pixels: Array, table: NDArray[np.uint32]) -> Array:
    """(H, W, 3) uint8: every colour replaced by its entry."""
    height, width = pixels.shape[:2]
    packed = np.zeros((height, width, 4), np.uint8)
    cv2.mixChannels([np.ascontiguousarray(pixels)], [packed], [0, 0, 1, 1, 2, 2])
    number = packed.view(np.uint32)[..., 0]
    rows = max(1, _BLOCK // width)
    for top in range(0, height, rows):
        part = number[top : top + rows]
        np.take(table, part, out=part, mode="clip")
    return np.asarray(cv2.cvtColor(packed, cv2.COLOR_BGRA2BGR))
