"""What a talking face does at one moment, in plain numbers that any face can follow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Pose:
    """What a face does at one moment; all defaults are the neutral face."""

    jaw: float = 0.0
    """Mouth opening: 0 closed, 1 wide open."""
    width: float = 0.0
    """Mouth width: -1 pursed or rounded, 1 spread."""
    press: float = 0.0
    """0 loose lips, 1 lips pressed together (m, b, p)."""
    smile: float = 0.0
    """Corners of the mouth: -1 down, 1 up."""
    lids: float = 1.0
    """Upper lids: 0 shut, 1 open, up to 1.3 wide."""
    squint: float = 0.0
    """Lower lids: 0 at rest, 1 raised."""
    brow: float = 0.0
    """Both brows: -1 down, 1 raised."""
    frown: float = 0.0
    """Inner brows: -1 raised (sad), 1 drawn together and down (angry)."""
    gaze: tuple[float, float] = (0.0, 0.0)
    """Where the eyes look: -1 to 1, right and down in the picture."""
    head: tuple[float, float] = (0.0, 0.0)
    """Shift of the head in face heights: x right, y down."""
    roll: float = 0.0
    """Degrees in the plane of the picture, clockwise."""
    nod: float = 0.0
    """Degrees about the ear-to-ear axis, chin down positive (small)."""
    turn: float = 0.0
    """Degrees about the upright axis, to the right of the picture positive (small)."""
    breath: float = 0.0
    """Chest and shoulders: -1 breathed out, 1 breathed in."""


class Performance(Protocol):
    """What a face does over time."""

    @property
    def duration(self) -> Fraction:
        """Seconds from the first pose to the end."""

    def pose_at(self, seconds: float) -> Pose:
        """Give the pose at a time; before the start and after the end the nearest one."""
