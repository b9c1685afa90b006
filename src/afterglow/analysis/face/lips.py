"""Borders of the lips, drawn to where the picture shows them.

The mesh places the inner borders of lips by some hundredths of the mouth's width. Here each is a
path along the mouth, from one column of a straightened strip to the next (dynamic programming):
of a closed mouth the darkest path, of an open one the strongest edge, near the mesh's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import topology as of

Places = NDArray[np.float64]

_COLUMNS, _STEP = 49, 0.01
"""Columns of the strip; half widths of the mouth between its rows."""
_SEEK = 0.17
"""Half widths that a border is sought above and below where the mesh has it."""
_CLOSED, _OPEN = 0.07, 0.13
"""Mean gap over half width below which a mouth is closed, and above which it is open."""
_CORNERS = 0.75
"""How much of the way to the outer corners the slit of a closed mouth goes."""


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """The picture along a mouth, made straight."""

    middle: Places
    axes: Places
    half: float

    def local(self, places: Places) -> Places:
        """Along and across, in half widths."""
        found: Places = (places - self.middle) @ self.axes.T / self.half
        return found

    def placed(self, local: Places) -> Places:
        """The opposite of ``local``."""
        found: Places = local * self.half @ self.axes + self.middle
        return found


def with_lips(picture: NDArray[Any], points: Places) -> Places:
    """The points (478, 3) of a face with the inner borders of its lips as the picture shows them.

    picture: (H, W, 3) uint8 or uint16 RGB.
    """
    corners = points[[of.LIP_OUTER_UPPER[0], of.LIP_OUTER_UPPER[-1]], :2]
    across = corners[1] - corners[0]
    wide = float(np.hypot(*across))
    if wide < 8:
        return points
    along = across / wide
    strip = _Strip(corners.mean(axis=0), np.array([along, [-along[1], along[0]]]), wide / 2)
    upper, lower = (
        strip.local(points[list(row), :2]) for row in (of.LIP_INNER_UPPER, of.LIP_INNER_LOWER)
    )
    gap = float(np.mean(lower[1:-1, 1] - upper[1:-1, 1]))
    closed = 1 - float(np.clip((gap - _CLOSED) / (_OPEN - _CLOSED), 0, 1))
    new = _seamed(picture, strip, upper, lower, closed) if closed > 0 else (upper, lower)
    if closed < 1:
        edges = _edged(picture, strip, upper, lower)
        new = _between(edges[0], new[0], closed), _between(edges[1], new[1], closed)
    found = points.copy()
    for inner, outer, old, now in (
        (of.LIP_INNER_UPPER, of.LIP_OUTER_UPPER, upper, new[0]),
        (of.LIP_INNER_LOWER, of.LIP_OUTER_LOWER, lower, new[1]),
    ):
        found[list(inner), :2] = strip.placed(now)
        found[list(outer), :2] = strip.placed(
            _followed(strip.local(points[list(outer), :2]), old, now)
        )
    return found


def _followed(outer: Places, old: Places, now: Places) -> Places:
    """The outer border of a lip after its inner one was moved: the more, the nearer to a corner."""
    moved = np.interp(outer[:, 0], now[:, 0], now[:, 1])
    moved -= np.interp(outer[:, 0], old[:, 0], old[:, 1])
    found = outer.copy()
    found[:, 1] += moved * np.clip(outer[:, 0] ** 2, 0, 1)
    return found


def _between(one: Places, other: Places, share: float) -> Places:
    found: Places = one + share * (other - one)
    return found


def _seamed(
    picture: NDArray[Any], strip: _Strip, upper: Places, lower: Places, closed: float
) -> tuple[Places, Places]:
    """Both borders on the dark seam of a closed mouth, which goes on towards its corners."""
    seam = (upper + lower) / 2
    wide = seam.copy()
    wide[:, 0] *= 1 + _CORNERS * (1 / max(float(np.abs(seam[[0, -1], 0]).mean()), 0.5) - 1)
    columns, prior = _prior(wide)
    light = _seen(picture, strip, columns, prior).mean(axis=2)
    rows = _rows()
    dark = (light - light.min(axis=0)) / (np.ptp(light, axis=0).mean() + 1e-3)
    path = _path(dark + 0.35 * (rows[:, None] / _SEEK) ** 2)
    offset = _smooth(rows[path])
    moved = wide + np.column_stack([np.zeros(11), np.interp(wide[:, 0], columns, offset)])
    half_gap = 0.5 * (1 - closed) * np.maximum(lower - upper, 0)[:, 1]
    shift = np.column_stack([np.zeros(11), half_gap])
    return moved - shift, moved + shift


def _edged(
    picture: NDArray[Any], strip: _Strip, upper: Places, lower: Places
) -> tuple[Places, Places]:
    """Both borders of an open mouth on the strongest edges."""
    found = []
    rows = _rows()
    for border, other in ((upper, lower), (lower, upper)):
        columns, prior = _prior(border)
        _, beyond = _prior(other)
        strip_seen = _seen(picture, strip, columns, prior)
        edge = np.abs(np.gradient(cv2.GaussianBlur(strip_seen, (3, 5), 0), axis=0)).sum(axis=2)
        edge = edge / (edge.max(axis=0).mean() + 1e-3)
        side = 1 if border is upper else -1
        inwards = side * rows[:, None] / np.maximum(side * (beyond - prior), 0.02)
        cost = 0.5 * (rows[:, None] / _SEEK) ** 2 - edge + 4.0 * (inwards > 0.5)
        offset = _smooth(rows[_path(cost)])
        moved = border.copy()
        moved[1:-1, 1] += np.interp(border[1:-1, 0], columns, offset)
        found.append(moved)
    return found[0], found[1]


def _rows() -> Places:
    return np.arange(-_SEEK, _SEEK + _STEP / 2, _STEP)


def _prior(border: Places) -> tuple[Places, Places]:
    """Columns from corner to corner, and the border's height in each."""
    columns = np.linspace(border[0, 0], border[-1, 0], _COLUMNS)
    return columns, np.interp(columns, border[:, 0], border[:, 1])


def _seen(
    picture: NDArray[Any], strip: _Strip, columns: Places, prior: Places
) -> NDArray[np.float32]:
    """(rows, columns, 3) float32 the picture about a border, white at 1."""
    across = prior + _rows()[:, None]
    local = np.stack(np.broadcast_arrays(columns, across), axis=-1)
    places = strip.placed(local).astype(np.float32)
    x, y = (np.ascontiguousarray(places[..., axis]) for axis in (0, 1))
    seen = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32) / np.float32(np.iinfo(picture.dtype).max)


def _path(cost: Places) -> NDArray[np.intp]:
    """The row in each column of the path of least cost, which climbs a row or two at most."""
    rows, columns = cost.shape
    best, steps = cost[:, 0], np.zeros((rows, columns), np.intp)
    for column in range(1, columns):
        padded = np.pad(best, 2, constant_values=np.inf)
        ways = np.stack([padded[k : k + rows] + 0.03 * abs(k - 2) for k in range(5)])
        steps[:, column] = ways.argmin(axis=0) - 2
        best = ways.min(axis=0) + cost[:, column]
    path = np.empty(columns, np.intp)
    path[-1] = int(best.argmin())
    for column in range(columns - 1, 0, -1):
        path[column - 1] = path[column] + steps[path[column], column]
    return path


def _smooth(heights: Places) -> Places:
    """The path without its single steps."""
    kernel = np.exp(-0.5 * (np.arange(-4, 5) / 1.8) ** 2)
    padded = np.pad(heights, 4, mode="edge")
    smooth: Places = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return smooth
