"""The way of the camera in the new room, from its way in the old one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from afterglow.analysis.shot import View
from afterglow.effects.studio.backdrop import MOST_MARGIN, Pose, limited, margin_for, oversized

SPARE = 0.01
"""Margin beyond what is needed, so that no view touches the edge."""

_STILL = 0.002
"""Pixels, degrees, or thousandths of size."""
_LEAST = 0.25
"""Pixels beyond the edge that are mirrored and not seen."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where the camera looks in every frame, and how large the picture is that it looks at."""

    poses: tuple[Pose, ...]
    """One for each frame."""
    size: tuple[int, int]
    """(width, height) of the picture behind the person, in pixels."""

    @property
    def travel(self) -> float:
        """The longest way of the nearest against the farthest, in pixels."""
        return max((abs(a) for p in self.poses for a in (p.travel_x, p.travel_y)), default=0.0)

    @property
    def moves(self) -> bool:
        """True where the camera is not always at rest."""
        return any(not _rests(pose) for pose in self.poses)


def _rests(pose: Pose) -> bool:
    """True where a pose moves nothing by what could be seen."""
    away = (pose.dx, pose.dy, pose.turn, pose.travel_x, pose.travel_y, 1000 * (pose.zoom - 1))
    return max(map(abs, away)) < _STILL


def pose_of(view: View, depth_scale: float) -> Pose:
    """The pose in the new room of a view of the old one."""
    x, y = view.travel_x * depth_scale, view.travel_y * depth_scale
    return Pose(view.dx, view.dy, view.turn, view.zoom, x, y)


def way_of(
    views: Sequence[View],
    size: tuple[int, int],
    depth_scale: float,
    margin: float,
    say: Callable[[str], None],
) -> Way:
    """The way of the camera, kept within a picture that is as large as it may be.

    size: (width, height) of a frame. margin: share of the frame on every side; 0 for what the way
    needs.
    """
    wanted = tuple(pose_of(view, depth_scale) for view in views)
    need = margin_for(wanted, *size)
    need = 0.0 if need * max(size) < _LEAST else need
    whole = oversized(*size, min(margin or need + (SPARE if need else 0), MOST_MARGIN))
    room = min((side - frame) / 2 / frame for side, frame in zip(whole, size, strict=True))
    if need <= room:
        return Way(wanted, whole)
    say(
        f"the camera goes {need:.0%} of the frame beyond its edges, and the background has "
        f"{room:.0%} to spare: its way is gently limited"
    )
    return Way(tuple(limited(pose, whole, *size) for pose in wanted), whole)
