"""All points of a face from the few that a person can point at: for drawn faces.

A sketch names the left, top, right and bottom of each feature, left and right as in the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait import shape
from afterglow.effects.style.character.portrait.frame import Points
from afterglow.errors import UsageError

NEEDED = ("face", "left_eye", "right_eye", "mouth")
"""Each is [left, top, right, bottom], of points [x, y]."""
FREE = {"lips": 2, "left_brow": 3, "right_brow": 3, "left_iris": 2, "right_iris": 2}
"""lips: lower edge of the upper one, upper edge of the lower one. Brows: left end, middle, right
end. Irises: middle, and a point of the border. How many points each has."""
HINT = (
    "a sketch is {face, left_eye, right_eye, mouth: [left, top, right, bottom]}, each [x, y] in "
    "pixels; and, if wanted, lips: [upper, lower], left_brow, right_brow: [left, middle, right], "
    "left_iris, right_iris: [middle, border]"
)

_NOSE = {168: -0.02, 6: 0.09, 197: 0.22, 195: 0.34, 5: 0.45, 4: 0.50, 1: 0.55, 2: 0.66}
"""How far from between the eyes (0) to the mouth (1) points on the nose lie."""
_PAIRS = {
    (98, 327): (0.3, 0.64), (129, 358): (0.47, 0.58), (205, 425): (1.18, 0.67),
    (50, 280): (1.4, 0.45), (187, 411): (1.4, 0.89), (36, 266): (0.88, 0.61),
    (207, 427): (1.24, 1.03), (216, 436): (1.18, 0.92), (206, 426): (0.76, 0.81),
}  # fmt: skip
"""Points to both sides: halves of the distance of the eyes outwards, and how far down as above."""
_BELOW = {
    (18, 18): (0.0, 0.15), (200, 200): (0.0, 0.38), (199, 199): (0.0, 0.57),
    (175, 175): (0.0, 0.77), (83, 313): (0.25, 0.15), (201, 421): (0.3, 0.38),
    (208, 428): (0.35, 0.57), (204, 424): (0.62, 0.2), (211, 431): (0.62, 0.48),
    (194, 418): (0.43, 0.28),
}  # fmt: skip
"""Half widths of the mouth outwards, and how far from the lower lip (0) to the chin (1)."""


def sketched(told: Mapping[str, Any]) -> Points:
    """(478, 3) points of a face from the places that a sketch names.

    Raises:
        UsageError: a name is missing or unknown, or its points are none.
    """
    unknown = sorted(set(told) - {*NEEDED, *FREE})
    missing = [name for name in NEEDED if name not in told]
    if unknown or missing:
        named = f"no {', '.join(missing)}" if missing else f"the unknown name {unknown[0]}"
        raise UsageError(f"the sketch of a face has {named}", hint=HINT)
    places = {name: _places(name, each, FREE.get(name, 4)) for name, each in told.items()}
    points = np.zeros((of.POINTS, 3))
    _oval(points, places["face"])
    _eye(points, places, "left")
    _eye(points, places, "right")
    _mouth(points, places)
    _rest(points, places)
    _depth(points)
    return points


def _places(name: str, told: Any, count: int) -> Points:
    try:
        found = np.array(told, np.float64)
    except (TypeError, ValueError):
        found = np.zeros(0)
    if found.shape != (count, 2) or not np.isfinite(found).all():
        raise UsageError(f"{name} of a sketch takes {count} points [x, y]", hint=HINT)
    return found


def _oval(points: Points, face: Points) -> None:
    """The outline: quarters of ellipses through its left, top, right and bottom."""
    left, top, right, bottom = face
    middle = (left + right) / 2
    turn = np.linspace(0, 2 * np.pi, len(of.OVAL), endpoint=False)[:, None]
    up, down = top - middle, bottom - middle
    tall = np.where(np.cos(turn) > 0, np.cos(turn) * up, -np.cos(turn) * down)
    wide = np.where(
        np.sin(turn) > 0, np.sin(turn) * (right - middle), np.sin(turn) * (middle - left)
    )
    points[list(of.OVAL), :2] = middle + tall + wide


def _arch(start: Points, end: Points, top: Points, count: int) -> Points:
    """(count, 2) an arch from start to end, as high as ``top`` above the line between them."""
    share = np.linspace(-1, 1, count)[:, None]
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    rise = top - (start + end) / 2
    rise = rise - along * float(rise @ along)
    arch: Points = (start + end) / 2 + share * (end - start) / 2 + (1 - share**2) * rise
    return arch


def _eye(points: Points, places: Mapping[str, Points], side: str) -> None:
    """Lids, iris, brow, and the skin between them."""
    left, top, right, bottom = places[f"{side}_eye"]
    outer, inner = (left, right) if side == "left" else (right, left)
    half = float(np.hypot(*(right - left))) / 2
    up = np.array([right[1] - left[1], -(right[0] - left[0])]) / 2
    upper, lower, fold, socket, bag, brow, iris = (
        getattr(module, f"{side.upper()}_{name}")
        for module, name in (
            (of, "EYE_UPPER"), (of, "EYE_LOWER"), (shape, "FOLD"), (shape, "SOCKET"),
            (shape, "BAG"), (of, "BROW"), (of, "IRIS"),
        )
    )  # fmt: skip
    lids = _arch(outer, inner, top, 9)
    points[list(upper), :2] = lids
    points[list(lower), :2] = _arch(outer, inner, bottom, 9)
    points[list(bag), :2] = points[list(lower), :2][1:8] - 0.45 * up
    points[list(fold), :2] = lids[1:8] + 0.38 * up
    ends = places.get(f"{side}_brow")
    if ends is None:
        ends = np.array([left + 1.15 * up, top + 0.75 * up, right + 1.15 * up])
    first, last = (ends[0], ends[2]) if side == "left" else (ends[2], ends[0])
    arch = _arch(first, last, ends[1], 5)
    points[list(brow), :2] = np.concatenate([arch + 0.12 * up, arch - 0.12 * up])
    between = 0.55 * points[list(fold[1::2]), :2].mean(axis=0) + 0.45 * arch.mean(axis=0)
    points[list(socket), :2] = points[list(fold), :2] + (
        between - points[list(fold), :2].mean(axis=0)
    )
    _iris(points, iris, places.get(f"{side}_iris"), (lids[4] + points[lower[4], :2]) / 2, half)


def _iris(
    points: Points, row: tuple[int, ...], told: Points | None, middle: Points, half: float
) -> None:
    radius = 0.45 * half
    if told is not None:
        middle, radius = told[0], float(np.hypot(*(told[1] - told[0])))
    ring = np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]])
    points[list(row), :2] = middle + radius * ring


def _mouth(points: Points, places: Mapping[str, Points]) -> None:
    left, top, right, bottom = places["mouth"]
    lips = places.get("lips")
    if lips is None:
        lips = np.array([0.55 * top + 0.45 * bottom] * 2)
    middle, inset = (left + right) / 2, 0.94
    inner = middle + inset * (left - middle), middle + inset * (right - middle)
    points[list(of.LIP_OUTER_UPPER), :2] = _arch(left, right, top, 11)
    points[list(of.LIP_OUTER_LOWER), :2] = _arch(left, right, bottom, 11)
    points[list(of.LIP_INNER_UPPER), :2] = _arch(*inner, lips[0], 11)
    points[list(of.LIP_INNER_LOWER), :2] = _arch(*inner, lips[1], 11)


def _rest(points: Points, places: Mapping[str, Points]) -> None:
    """Nose, cheeks, chin and forehead, which are not told."""
    left, right = (places[f"{side}_eye"].mean(axis=0) for side in ("left", "right"))
    eyes, mouth = (left + right) / 2, places["mouth"].mean(axis=0)
    across, down = (right - left) / 2, mouth - eyes
    for index, share in _NOSE.items():
        points[index, :2] = eyes + share * down
    for pair, (out, share) in _PAIRS.items():
        for index, sign in zip(pair, (-1, 1), strict=True):
            points[index, :2] = eyes + share * down + sign * out * across
    bottom, chin = places["mouth"][3], points[of.CHIN, :2]
    wide = (places["mouth"][2] - places["mouth"][0]) / 2
    for pair, (out, share) in _BELOW.items():
        for index, sign in zip(pair, (-1, 1), strict=True):
            points[index, :2] = bottom + share * (chin - bottom) + sign * out * wide
    brows = points[list(of.LEFT_BROW + of.RIGHT_BROW), :2].mean(axis=0)
    points[list(shape.BETWEEN_BROWS), :2] = brows, 0.5 * (brows + eyes)
    high = 0.5 * (brows + points[of.FOREHEAD, :2])
    spread = np.linspace(-1.4, 1.4, len(shape.FOREHEAD))[:, None]
    points[list(shape.FOREHEAD), :2] = high + spread * across


def _depth(points: Points) -> None:
    """Give the points the depth of an egg."""
    oval = points[list(of.OVAL), :2]
    middle, radii = (oval.min(axis=0) + oval.max(axis=0)) / 2, np.ptp(oval, axis=0) / 2
    away = (((points[:, :2] - middle) / np.maximum(radii, 1e-6) / 1.1) ** 2).sum(axis=1)
    points[:, 2] = radii[0] * (0.9 - 1.4 * np.sqrt(np.clip(1 - away, 0, 1)))
