"""Outlines as points: smooth curves through a few places, mirrored halves, tapered strokes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.ops.easing import eased

Points: TypeAlias = NDArray[np.float32]
"""(N, 2) float32 places (x, y), y down."""
Places: TypeAlias = Sequence[Sequence[float]]
"""Places that a curve goes through, (x, y); or (x, y, 1) where it has a corner."""

_STEPS = 12
"""Points on a curve between two of its places."""


def smooth(places: Places, *, closed: bool = True) -> Points:
    """Return a curve through the places, round as a circle where they lie on one."""
    through = np.array([place[:2] for place in places], np.float32)
    corner = np.array([len(place) > 2 and bool(place[2]) for place in places])
    if not closed:
        corner[[0, -1]] = True
    ways = np.roll(through, -1, 0) - through
    lengths = np.maximum(np.hypot(*ways.T), 1e-6)[:, None]
    leaving, arriving = _tangents(ways / lengths, lengths, corner)
    count = len(through) if closed else len(through) - 1
    after = np.roll(np.arange(len(through)), -1)[:count]
    controls = np.stack(
        [through[:count], leaving[:count] * lengths[:count], through[after],
         arriving[after] * lengths[:count]], 1,
    )  # fmt: skip
    curve = np.einsum("sk,nkc->nsc", _hermite(), controls).reshape(-1, 2)
    return curve if closed else np.vstack([curve, through[-1:]]).astype(np.float32)


def _tangents(ways: Any, lengths: Any, corner: Any) -> tuple[Points, Points]:
    """Unit directions in which the curve leaves and reaches each place.

    Between corners it is that of the circle through a place and its two neighbours.
    """
    before, shorter = np.roll(ways, 1, 0), np.roll(lengths, 1, 0)
    along = before * lengths + ways * shorter
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return np.where(corner[:, None], ways, along), np.where(corner[:, None], before, along)


@lru_cache(maxsize=1)
def _hermite() -> Points:
    """(steps, 4) weights of a start, its tangent, an end and its tangent."""
    t = np.arange(_STEPS, dtype=np.float32) / _STEPS
    return np.stack(
        [2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, 3 * t**2 - 2 * t**3, t**3 - t**2], 1
    )


def mirrored(places: Places) -> list[Sequence[float]]:
    """Return a closed outline of its right half, given from the top to the bottom."""
    left = [(-place[0], *place[1:]) for place in reversed(places) if abs(place[0]) > 1e-6]
    return [*places, *left]


def flipped(points: Points) -> Points:
    """Return the points on the other side of the upright axis."""
    return points * np.array([-1, 1], np.float32)


def moved(points: Points, right: float, down: float) -> Points:
    """Return the points shifted."""
    return points + np.array([right, down], np.float32)


def ellipse(x: float, y: float, rx: float, ry: float, degrees: float = 0.0) -> Points:
    """Return an ellipse."""
    turn = np.deg2rad(degrees)
    ring = _ring() * np.array([rx, ry], np.float32)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)
    return ring @ spin + np.array([x, y], np.float32)


@lru_cache(maxsize=1)
def _ring() -> Points:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Points:
    """Return a rectangle with round corners."""
    corners = [(right, bottom), (left, bottom), (left, top), (right, top)]
    middles = [
        (x - np.sign(x - (left + right) / 2) * radius, y - np.sign(y - (top + bottom) / 2) * radius)
        for x, y in corners
    ]
    parts = []
    for quarter, middle in enumerate(middles):
        angle = np.linspace(quarter, quarter + 1, 9) * np.pi / 2
        parts.append(np.stack([np.cos(angle), np.sin(angle)], 1) * radius + np.array(middle))
    return np.vstack(parts).astype(np.float32)


def tapered(line: Points, widths: Sequence[float]) -> Points:
    """Return the outline of a stroke along a line, as wide as told at places evenly along it."""
    way = np.empty_like(line)
    way[1:-1] = line[2:] - line[:-2]
    way[0], way[-1] = line[1] - line[0], line[-1] - line[-2]
    half = _eased(len(line), tuple(widths))
    half /= 2 * np.maximum(np.sqrt(way[:, 0] ** 2 + way[:, 1] ** 2), 1e-9)
    aside = (way[:, ::-1] * half[:, None]).astype(np.float32)
    aside[:, 0] *= -1
    return np.concatenate([line + aside, (line - aside)[::-1]])


def _eased(count: int, widths: tuple[float, ...]) -> NDArray[np.float64]:
    """Widths at places evenly along a line, without corners where they were told."""
    number, share = _between(count, len(widths))
    told = np.array(widths)
    return np.asarray(told[number] + (told[number + 1] - told[number]) * share)


@lru_cache(maxsize=256)
def _between(count: int, knots: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Which two of some knots each place is between, and how far, eased."""
    along = np.linspace(0, knots - 1, count)
    number = np.minimum(along.astype(np.intp), knots - 2)
    share = along - number
    return number, eased(share)
