"""The result: where the camera looked in every frame, and in which light."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class View:
    """One frame's camera and light, against the first frame of its shot.

    A far place q, counted from the middle of the picture, is seen at (dx, dy) + zoom turn q, and
    the nearest at (dx, dy) + zoom turn (q + travel).
    """

    dx: float = 0.0
    """Pixels of the frame that the far background moved to the right."""
    dy: float = 0.0
    """Pixels that it moved down."""
    turn: float = 0.0
    """Degrees that it turned about the middle, clockwise as seen."""
    zoom: float = 1.0
    """Factor by which it grew."""
    travel_x: float = 0.0
    """Pixels that the nearest of the background moved to the right against its farthest; 0 where
    no parallax shows."""
    travel_y: float = 0.0
    """Pixels that the nearest moved down against the farthest."""
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Linear light of the background, R, G and B, over its light in the reference frame, or, in
    another shot, in the frame of that shot in which most of it is seen; smoothed over time."""
    shot: int = 0
    """Number of the shot, from 0."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a video's camera and light."""

    views: tuple[View, ...]
    """One for every frame."""
    light: tuple[float, float] = (0.0, 0.0)
    """(x, y), -1 to 1 from the picture's middle, y down: where the background's light has its
    middle over time; what the subject hides counts for nothing."""
    height: float | None = None
    """Of the camera above the subject's feet, in statures of the subject; None where it cannot
    be told."""
    horizon: float | None = None
    """Share of the height at which the horizon lies in the first frame of the reference's shot;
    None where it cannot be told."""
    reference: int = 0
    """Number of the frame in which most background is seen."""

    def as_dict(self) -> dict[str, Any]:
        """The survey as numbers, lists and names that JSON knows."""
        rows = [[getattr(view, each.name) for each in fields(View)] for view in self.views]
        return {
            "fields": [each.name for each in fields(View)],
            "views": [
                [list(one) if isinstance(one, tuple) else one for one in row] for row in rows
            ],
            "light": list(self.light),
            "height": self.height,
            "horizon": self.horizon,
            "reference": self.reference,
        }

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Survey:
        """The survey that ``as_dict`` told.

        Raises:
            KeyError, TypeError, ValueError: it was told by something else.
        """
        names = told["fields"]
        if names != [each.name for each in fields(View)]:
            raise ValueError(f"these are not the fields of a view: {names}")
        x, y = told["light"]
        return cls(
            tuple(_view(dict(zip(names, row, strict=True))) for row in told["views"]),
            (x, y),
            told["height"],
            told["horizon"],
            told["reference"],
        )


def _view(told: dict[str, Any]) -> View:
    red, green, blue = told["gains"]
    return View(**{**told, "gains": (red, green, blue)})
