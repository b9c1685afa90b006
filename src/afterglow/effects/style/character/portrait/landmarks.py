"""Points of a face that a person gives, for faces that no network finds."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait.frame import Points
from afterglow.effects.style.character.portrait.sketch import HINT, sketched
from afterglow.errors import UsageError

_SMALLEST = 4
"""Pixels across a face, at least."""
_HINT = f"a JSON list of 478 (or 468) points [x, y] or [x, y, z] in pixels; or {HINT}"


def read_landmarks(text: str) -> Points:
    """(478, 3) the points that a JSON text lists, in pixels.

    It lists 478 or 468 points as [x, y], as [x, y, z] or as {"x": ..., "y": ...}, or is an object
    whose "landmarks" do; without irises, these are where eyes look straight ahead. Or it is a
    sketch: an object that names a few places of the face (``sketch.NEEDED`` and ``sketch.FREE``).

    Raises:
        UsageError: it lists no such points.
    """
    try:
        told = json.loads(text, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the landmarks are no JSON ({error})", hint=_HINT) from error
    points = _points(told)
    if (np.ptp(points[:, :2], axis=0) < _SMALLEST).any():
        raise UsageError(
            f"the landmarks lie within {_SMALLEST} pixels",
            hint="they are pixels of PORTRAIT, and no shares of its width and height",
        )
    return points


def require_inside(points: Points, width: int, height: int) -> None:
    """Raise UsageError where no part of a face lies in a picture of so many pixels."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    if (high < 0).any() or (low >= (width, height)).any():
        raise UsageError(
            f"the landmarks lie outside of the picture, which has {width}x{height} pixels",
            hint="they are pixels of PORTRAIT as it is shown, turned upright",
        )


def _points(told: Any) -> Points:
    """(478, 3) the points of a list or a sketch."""
    if isinstance(told, dict) and "landmarks" not in told:
        return sketched(told)
    listed = told["landmarks"] if isinstance(told, dict) else told
    rows = [_row(each) for each in listed] if isinstance(listed, list) else []
    if len(rows) not in (of.MESH, of.POINTS):
        raise UsageError(f"the landmarks are {len(rows)} points", hint=_HINT)
    points = np.array(rows, np.float64)
    if not np.isfinite(points).all():
        raise UsageError("a landmark is not a finite number", hint=_HINT)
    return points if len(points) == of.POINTS else with_irises(points)


def _row(each: Any) -> tuple[float, float, float]:
    """x, y, z of a point; z is 0 where it is not given."""
    if isinstance(each, dict):
        each = [each.get("x"), each.get("y"), each.get("z", 0.0)]
    if not isinstance(each, list) or len(each) not in (2, 3):
        raise UsageError(f"a landmark is no point ({each!r:.60})", hint=_HINT)
    if not all(isinstance(value, (int, float)) for value in each):
        raise UsageError(f"a landmark is no point ({each!r:.60})", hint=_HINT)
    x, y, z = [*each, 0.0][:3]
    return float(x), float(y), float(z)


def with_irises(mesh: Points) -> Points:
    """(478, 3) the 468 points and irises in the middles of the eyes, as wide as these are high."""
    irises = []
    for upper, lower in (
        (of.LEFT_EYE_UPPER, of.LEFT_EYE_LOWER),
        (of.RIGHT_EYE_UPPER, of.RIGHT_EYE_LOWER),
    ):
        middle = of.middle(mesh, (*upper[1:-1], *lower[1:-1]))
        wide = float(np.hypot(*(mesh[upper[0], :2] - mesh[upper[-1], :2])))
        around = np.array([[1, 0], [0, -1], [-1, 0], [0, 1]]) * 0.21 * wide
        ring = np.column_stack([middle[:2] + around, np.full(4, middle[2])])
        irises.append(np.concatenate([middle[None], ring]))
    return np.concatenate([mesh, *irises])
