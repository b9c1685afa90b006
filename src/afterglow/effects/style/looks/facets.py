"""Facets: triangles whose corners sit on the edges of a picture, and go where its things go.

Corners come from a fixed grid that is finer where there is more to see; each is drawn to the
strongest edge near its place. What is the same in two pictures has therefore the same facets.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from afterglow.analysis.flow import Flow

Floats: TypeAlias = NDArray[np.float32]

_CELL = 1 / 14
"""Side of a cell of the grid, of a side of the picture's square."""
_LEAST = 5.0
"""Pixels of the smallest cell."""
_SPLITS = 3
"""How often a cell may be parted into four."""
_DETAIL = (1.8, 3.6, 6.0)
"""Mean strength of the edges in a cell, in levels a pixel, from which it is parted, and again."""
_EDGE = 3.0
"""Levels a pixel from which an edge draws a corner to itself."""
_SHARP = 8
"""Power by which the strongest place of an edge counts more than those beside it: a place that was
chosen by itself would jump with the noise."""
_JITTER = 0.3
"""How far a corner lies from the middle of its cell, in cells."""
_REACH = 0.42
"""Sigma, in cells, of the way that an edge draws a corner."""
_SAMPLES = np.array(
    [[4, 4, 4], [8, 2, 2], [2, 8, 2], [2, 2, 8], [1, 5.5, 5.5], [5.5, 1, 5.5], [5.5, 5.5, 1]],
    np.float32,
) / np.float32(12)
"""Where a facet's colour is taken: shares of its three corners."""


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """Places in a picture that facets have their corners at."""

    places: Floats
    """(n, 2): x and y, in pixels of the picture that they were found in."""
    lots: Floats
    """(n,), 0 to 1: a number that belongs to the cell of the grid that each comes from."""

    def moved(self, way: Flow, width: int, height: int) -> Corners:
        """Return the corners after a step.

        way: (h, w, 2) flow of that step at the places before, of any size; beyond the picture its
        edge counts. width, height: of the picture that the corners lie in.
        """
        tall, wide = way.shape[:2]
        scale = np.array([wide / width, tall / height], np.float32)
        place = (self.places + np.float32(0.5)) * scale - np.float32(0.5)
        place = np.clip(place, 0, np.array([wide - 1, tall - 1], np.float32))
        return Corners(self.places + at_places(way, place) / scale, self.lots)

    def chosen(self, which: NDArray[np.bool_]) -> Corners:
        """Return some of the corners."""
        return Corners(self.places[which], self.lots[which])

    def missing(self, others: Corners, apart: float) -> NDArray[np.bool_]:
        """Return (n,): which of these have none of the others about so many pixels around."""
        here, there = (np.floor(each.places / apart).astype(int) for each in (self, others))
        low = np.minimum(here.min(axis=0), there.min(axis=0)) - 1
        columns, rows = np.maximum(here.max(axis=0), there.max(axis=0)) - low + 2
        taken = np.zeros((rows, columns), np.uint8)
        taken[tuple((there - low).T[::-1])] = 1
        around = cv2.dilate(taken, np.ones((3, 3), np.uint8))
        return np.asarray(around[tuple((here - low).T[::-1])] == 0)

    def with_those(self, others: Corners) -> Corners:
        """Return both."""
        return Corners(
            np.concatenate([self.places, others.places]), np.concatenate([self.lots, others.lots])
        )


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """Triangles that cover a picture."""

    triangles: Floats
    """(m, 3, 2): x and y of their corners."""
    lots: Floats
    """(m,), 0 to 1: a number of each that follows from its corners."""

    def colours(self, picture: Floats) -> Floats:
        """Return (m, n): the mean colour of each facet in (h, w, n) float32."""
        places = np.einsum("sc,mcx->msx", _SAMPLES, self.triangles)
        taken = at_places(picture, places.reshape(-1, 2))
        return np.asarray(taken.reshape(*places.shape[:2], -1).mean(axis=1), np.float32)


def at_places(picture: Floats, places: Floats) -> Floats:
    """Return (n, channels) of (h, w, channels) float32 at (n, 2) x and y; beyond, its edge."""
    found = []
    for start in range(0, len(places), 32000):  # OpenCV counts columns in 16 bits
        where = np.ascontiguousarray(places[start : start + 32000, None], np.float32)
        taken = cv2.remap(
            picture, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        found.append(np.asarray(taken, np.float32).reshape(len(where), -1))
    return np.concatenate(found)


def edges(light: Floats) -> Floats:
    """Return (h, w): levels a pixel, of (h, w, n) float32 levels; the strongest channel's."""
    soft = cv2.GaussianBlur(light, (0, 0), 1.2)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    strength = cv2.magnitude(across, down)
    return np.asarray(strength.max(axis=2) if strength.ndim == 3 else strength, np.float32)


def corners_of(light: Floats, seed: int, margin: float = 0.0) -> Corners:
    """Return the corners of a picture, and of a margin around it.

    light: (h, w, n) float32 levels, 0-255. margin: in widths or heights on each side.
    """
    strength = edges(light)
    height, width = strength.shape
    cells = _cells(strength, spacing(width, height), margin)
    lots = _lots(cells, seed)
    places = _drawn(strength, cells, lots)
    ring = _ring(width, height)
    return Corners(
        np.concatenate([places, ring]),
        np.concatenate([lots[:, 0], np.zeros(len(ring))]).astype(np.float32),
    )


def _ring(width: int, height: int) -> Floats:
    """Return (8, 2): corners so far around a picture that facets cover it wherever it moves."""
    ways = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)]
    middle = np.array([width, height]) / 2
    return np.asarray(middle + 6 * middle * np.array(ways), np.float32)


def spacing(width: int, height: int) -> float:
    """Return the pixels between corners where there is nothing to see."""
    return max(2 * _LEAST, _CELL * sqrt(width * height))


def _cells(strength: Floats, side: float, margin: float) -> Floats:
    """Return (n, 4): x and y of the middle, side, and a number of each cell of the grid."""
    height, width = strength.shape
    total = np.asarray(cv2.integral(strength), np.float64)
    beyond = [int(np.ceil(margin * length / side)) for length in (width, height)]
    columns = np.arange(-beyond[0], int(np.ceil(width / side)) + beyond[0])
    rows = np.arange(-beyond[1], int(np.ceil(height / side)) + beyond[1])
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2) + 0.5
    found, size = [], side
    for level in range(_SPLITS + 1):
        middle = grid * size
        rich = _mean(total, middle, size) > _DETAIL[min(level, _SPLITS - 1)]
        rich &= level < _SPLITS and size / 2 >= _LEAST
        kept = middle[~rich]
        number = (kept[:, 1] * 8191 + kept[:, 0]) * 4 + level
        found.append(np.column_stack([kept, np.full(len(kept), size), number]))
        parts = np.array([[(0, 0)], [(1, 0)], [(0, 1)], [(1, 1)]])
        grid = (((grid[rich] - 0.5) * 2 + 0.5) + parts).reshape(-1, 2)
        size /= 2
    return np.concatenate(found)


def _mean(total: NDArray[np.float64], middle: NDArray[Any], size: float) -> Floats:
    """Return (n,): the mean in square cells, of what is summed up in an integral picture."""
    tall, wide = total.shape
    least = np.rint(np.clip(middle - size / 2, 0, (wide - 1, tall - 1))).astype(int)
    most = np.rint(np.clip(middle + size / 2, 0, (wide - 1, tall - 1))).astype(int)
    (x0, y0), (x1, y1) = least.T, most.T
    inside = total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0]
    return np.asarray(inside / np.maximum((x1 - x0) * (y1 - y0), 1), np.float32)


def _lots(cells: Floats, seed: int) -> NDArray[np.float64]:
    """Return (n, 2), 0 to 1: two numbers of each cell, always the same ones."""
    turn = cells[:, 3] * 0.1 + seed * 37.719
    return (
        np.stack([np.sin(turn * 12.9898) * 43758.5453, np.sin(turn * 78.233) * 24634.6345], 1) % 1
    )


def _drawn(strength: Floats, cells: Floats, lots: NDArray[np.float64]) -> Floats:
    """Return (n, 2): where the corner of each cell lies, drawn to the edge beside it."""
    height, width = strength.shape
    start = cells[:, :2] + (lots - 0.5) * 2 * _JITTER * cells[:, 2:3] - 0.5
    ways = np.linspace(-0.5, 0.5, 9)
    dx, dy = (each.ravel() for each in np.meshgrid(ways, ways))
    near = np.exp(-(dx**2 + dy**2) / (2 * _REACH**2))
    x = start[:, :1] + dx * cells[:, 2:3]
    y = start[:, 1:] + dy * cells[:, 2:3]
    within = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    pull = at_places(strength, np.stack([x.ravel(), y.ravel()], 1).astype(np.float32))
    score = np.where(within, pull.reshape(x.shape) * near, 0)
    most = score.max(axis=1, keepdims=True)
    weight = (score / np.maximum(most, 1e-6)) ** _SHARP
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-6)
    sure = np.clip(most[:, 0] / _EDGE - 0.5, 0, 1)
    found = np.stack([(weight * each).sum(axis=1) for each in (x, y)], axis=1)
    return np.asarray(start + sure[:, None] * (found - start), np.float32)


def facets_between(corners: Corners) -> Facets:
    """Return the triangles between corners by Delaunay's rule: none is thinner than it must be.

    Corners are taken to the eighth of a pixel.
    """
    fine, first = np.unique(np.rint(corners.places * 8).astype(np.int64), axis=0, return_index=True)
    low = fine.min(axis=0) - 64
    fine -= low
    width, height = (int(each) // 8 + 9 for each in fine.max(axis=0))
    plane = cv2.Subdiv2D((0, 0, width, height))
    plane.insert((fine / 8).tolist())
    found = np.asarray(plane.getTriangleList(), np.float32).reshape(-1, 3, 2)
    inside = ((found >= 0) & (found < (width, height))).all(axis=(1, 2))
    asked = _number((found[inside] * 8).astype(np.int64))
    known = _number(fine)
    order = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    whole = (known[order] == asked).all(axis=1)
    lots = corners.lots[first][order[whole]]
    triangles = (found[inside][whole] * 8 + low.astype(np.float32)) / np.float32(8)
    return Facets(np.asarray(triangles, np.float32), np.asarray(lots.sum(axis=1) * 37.3 % 1))


def _number(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (...,): one number of whole (..., 2) places, in the order of x, then y."""
    return np.asarray(places @ np.array([1 << 24, 1]))
