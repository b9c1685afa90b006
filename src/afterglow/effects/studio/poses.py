"""The way of the camera in the new room, from its way in the old one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from afterglow.analysis.shot import View
from afterglow.effects.studio.backdrop import MOST_MARGIN, Pose, limited, margin_for, oversized

SPARE = 0.01
"""Margin beyond what is needed, so that no view touches the edge."""


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
        return any(pose != Pose() for pose in self.poses)


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
    wanted = [pose_of(view, depth_scale) for view in views]
    need = margin_for(wanted, *size)
    if need:
        need += SPARE
    given = min(margin or need, MOST_MARGIN)
    whole = oversized(*size, given)
    # The frame and half a margin more on each side: what sizes and sums are rounded by is free.
    room = min((side - frame) / 2 / frame for side, frame in zip(whole, size, strict=True))
    if need - SPARE > room:
        say(
            f"the camera goes {need:.0%} of the frame beyond its edges, and the background has "
            f"{room:.0%} to spare: its way is gently limited"
        )
    poses = tuple(limited(pose, whole, *size) for pose in wanted)
    return Way(poses, whole)
