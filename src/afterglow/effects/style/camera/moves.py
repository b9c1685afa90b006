"""Camera moves: where the camera is when a share of its way is done.

The scene is seen by a camera at the origin that looks along z; x is to the right and y down, as in
the picture, and what the camera turns about stands at the distance 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import atan, cos, radians, sin, tan
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from afterglow.ops import easing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]

Move: TypeAlias = Literal[
    "static", "slow-zoom-in", "slow-zoom-out", "pan-left", "pan-right", "tilt-up", "tilt-down",
    "orbit", "dolly", "crane",
]  # fmt: skip
"""What the camera does: in pan-left it turns to the left, so that the content goes to the right;
tilt-up and crane lift it, so that the content goes down; dolly drives it forward; orbit carries it
to the right around what it looks at."""
Ease: TypeAlias = Literal["linear", "in-out", "in", "out"]
"""One pace; a gentle beginning, a gentle end, or both."""

MOVES: Mapping[Move, float] = {
    "static": 0.0, "slow-zoom-in": 1.3, "slow-zoom-out": 1.3, "pan-left": 0.15, "pan-right": 0.15,
    "tilt-up": 0.15, "tilt-down": 0.15, "orbit": 15.0, "dolly": 0.2, "crane": 0.1,
}  # fmt: skip
"""Every move with its usual amount: how many times larger things are at the near end of a zoom;
the share of the picture's side that things cross in a pan, a tilt or a crane; the share by which
they grow in a dolly; degrees of an orbit."""
EASES: tuple[Ease, ...] = ("linear", "in-out", "in", "out")
PARALLAX: frozenset[Move] = frozenset({"orbit", "dolly", "crane"})
"""Moves in which the camera leaves its place, so that the near moves more than the far."""
_BOUNDS: Mapping[Move, tuple[float, float]] = {
    "static": (0.0, 0.0), "slow-zoom-in": (1.0, 4.0), "slow-zoom-out": (1.0, 4.0),
    "orbit": (-45.0, 45.0), "dolly": (0.0, 1.0),
}  # fmt: skip
_SIDE = (-0.5, 0.5)
"""Bounds of the others: a negative amount goes the other way."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Where the camera is, and how it looks."""

    scale: float = 1.0
    """How much larger the lens shows things."""
    across: float = 0.0
    """Share of the width that the picture has gone to the right."""
    down: float = 0.0
    """Share of the height that the picture has gone down."""
    turn: Vector = field(default_factory=lambda: np.eye(3))
    """(3, 3) rotation from the scene to the camera."""
    travel: Vector = field(default_factory=lambda: np.zeros(3))
    """(3,) what is added to a turned place: the camera's travel, the other way."""


def bounds_of(move: Move) -> tuple[float, float]:
    """Return the least and the largest amount of a move."""
    return _BOUNDS.get(move, _SIDE)


def eased(way: float, ease: Ease) -> float:
    """Return the share of the way, 0 to 1, that is done after a share of the time."""
    time = min(max(way, 0.0), 1.0)
    if ease == "in":
        return time * time
    if ease == "out":
        return time * (2 - time)
    return easing.eased(time) if ease == "in-out" else time


def view_at(move: Move, amount: float, way: float, tallness: float = 1.0) -> View:
    """Return the view of a camera that did this share of its way, 0 to 1; zooms go evenly.

    tallness: height of the picture over the lens's distance, for a crane.
    """
    about = amount * (way - 0.5)
    match move:
        case "slow-zoom-in":
            return View(scale=amount**way)
        case "slow-zoom-out":
            return View(scale=amount ** (1 - way))
        case "pan-left" | "pan-right":
            return View(across=about if move == "pan-left" else -about)
        case "tilt-up" | "tilt-down":
            return View(down=about if move == "tilt-up" else -about)
        case "dolly":
            return View(travel=np.array([0.0, 0.0, (1 + amount) ** -way - 1]))
        case "orbit":
            return _around(radians(about))
        case "crane":
            return _lifted(about * tallness)
    return View()


def _around(angle: float) -> View:
    """The view from so far, in radians, to the right on a circle around the middle."""
    c, s = cos(angle), sin(angle)
    turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return View(turn=turn, travel=np.array([-s, 0.0, 1 - c]))


def _lifted(by: float) -> View:
    """The view of a camera that rises and looks down a little.

    The middle goes down by so much of the distance: half of that is what looking down takes back.
    """
    lean = atan(by) / 2
    rise = tan(3 * lean)
    c, s = cos(lean), sin(lean)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
    return View(turn=turn, travel=rise * np.array([0.0, c, s]))
