"""A frame made small: what camera, light and subject are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.frames import Frame
from afterglow.ops.standards import is_known

Grey: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]

_PIXELS = 480 * 270
"""Pixels of the picture in which points are followed, about."""
_TILES = 64 * 36
"""Pixels, about, of the picture whose light is weighed."""
_COVERED = 4
"""Levels of the matte, 0-255, from which a tile holds some of the subject."""
_EVERY = 4
"""Columns from one to the next in which the subject's extent is looked for."""
_BODY = 0.006
"""Share of a row's pixels that a subject covers at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """A frame, small."""

    grey: Grey
    """(h, w) uint8 luma."""
    matte: Grey | None
    """(h, w) uint8 of the subject, if it is known."""
    light: Floats
    """(r, c, 3) float32 linear light 0 to 1, white where it is clipped."""
    clipped: NDArray[np.bool_]
    """(r, c) blocked or blown out in a channel."""
    free: NDArray[np.bool_]
    """(r, c) holds nothing of the subject, nor do its neighbours."""
    hidden: float
    """Share of the picture that the subject hides, 0 to 1."""
    body: tuple[float, float] | None
    """(top, bottom) of the subject, as shares of the height; None where there is none, or where
    it leaves the picture above or below."""

    def shows(self, places: NDArray[np.complex128]) -> NDArray[np.bool_]:
        """(n,) whether the background is seen there. places: x + iy, counted from the middle."""
        rows, columns = self.free.shape
        height, width = self.grey.shape
        x = (places.real + width / 2) * (columns / width)
        y = (places.imag + height / 2) * (rows / height)
        at = (
            np.clip(part.astype(np.intp), 0, side - 1) for part, side in ((y, rows), (x, columns))
        )
        return np.asarray(self.free[tuple(at)])


def glance(frame: Frame, transfer: str) -> Glance:
    """The frame, small. Its pixels may have any size, and may lie on any device."""
    pixels = ops.array_of(_small(frame.pixels))
    eight = pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)
    grey = _grey(eight)
    columns, rows = _tiles(grey.shape)
    tiles = _averaged(eight, (columns, rows))
    matte = None if frame.alpha is None else _matte(frame.alpha, grey.shape)
    free, hidden, body = _subject(matte, (columns, rows))
    light = cv2.LUT(tiles, _curve(transfer))
    return Glance(grey, matte, np.asarray(light, np.float32), _clipped(tiles), free, hidden, body)


def _small(pixels: Any) -> Any:
    """The picture at about the size in which points are followed."""
    height, width = pixels.shape[:2]
    if width * height <= 4 * _PIXELS:
        return pixels
    return ops.reduce(pixels, *_size(width, height))


def _size(width: int, height: int) -> tuple[int, int]:
    shrink = min(1.0, (_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def _grey(pixels: Grey) -> Grey:
    """The picture in which points are followed."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return np.asarray(ops.reduce(grey, *_size(grey.shape[1], grey.shape[0])), np.uint8)


def _matte(alpha: Any, shape: tuple[int, ...]) -> Grey:
    height, width = shape
    array = ops.array_of(alpha if alpha.shape == shape else ops.reduce(alpha, width, height))
    return array if array.dtype == np.uint8 else (array >> 8).astype(np.uint8)


@lru_cache(maxsize=4)
def _tiles(shape: tuple[int, ...]) -> tuple[int, int]:
    """(columns, rows) of the picture whose light is weighed."""
    height, width = shape
    shrink = min(1.0, (_TILES / (width * height)) ** 0.5)
    return max(1, round(width * shrink)), max(1, round(height * shrink))


@lru_cache(maxsize=4)
def _curve(transfer: str) -> Floats:
    """(256,) linear light of every level; the level itself where nobody knows."""
    every = np.arange(256, dtype=np.uint8)[None]
    light = ops.to_linear(every, transfer) if is_known(transfer) else ops.to_float(every)
    return np.ascontiguousarray(light[0], np.float32)


def _averaged(picture: Grey, size: tuple[int, int]) -> Grey:
    """The mean of every tile, or of every other line of it where it has enough."""
    lines = picture[::2] if picture.shape[0] >= 4 * size[1] else picture
    return np.asarray(cv2.resize(lines, size, interpolation=cv2.INTER_AREA), np.uint8)


def _clipped(tiles: Grey) -> NDArray[np.bool_]:
    return np.asarray((tiles < 12).any(axis=2) | (tiles > 243).any(axis=2))


def _subject(
    matte: Grey | None, size: tuple[int, int]
) -> tuple[NDArray[np.bool_], float, tuple[float, float] | None]:
    """Where the subject is not, how much of the picture it hides, and from where to where it is."""
    if matte is None:
        return np.ones(size[::-1], np.bool_), 0.0, None
    tiles = _averaged(matte, size)
    grown = cv2.dilate(tiles, np.ones((3, 3), np.uint8))
    rows = matte[:, ::_EVERY].mean(axis=1, dtype=np.float32)
    return np.asarray(grown < _COVERED), float(tiles.mean()) / 255, _extent(rows)


def _extent(rows: Floats) -> tuple[float, float] | None:
    """(top, bottom) of a subject that stands within the picture."""
    held = np.flatnonzero(rows >= 255 * _BODY)
    last = len(rows) - 1
    if not held.size or held[0] <= 0.01 * last or held[-1] >= 0.99 * last:
        return None
    return float(held[0]) / len(rows), float(held[-1] + 1) / len(rows)
