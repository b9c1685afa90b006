"""Everything about a take that is decided before the first step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from afterglow.effects.animate.camera_move import CameraMove
from afterglow.effects.animate.model.family import Family
from afterglow.effects.animate.motion import Motion


@dataclass(frozen=True, slots=True)
class Shot:
    """Everything that is decided before the first step."""

    family: Family
    """What animates."""
    motion: Motion
    """What is asked of it for one window."""
    values: Mapping[str, Any]
    """Every value by key, as the effect, the family and the person have it."""
    windows: int
    """How many windows are made, each from the end of the one before."""
    overlap: int
    """Frames that a window shares with the next one."""
    generated: int
    """Frames that are kept of the windows."""
    frames: int
    """Frames that come out."""
    size: tuple[int, int]
    """Width and height of them, in pixels."""

    @property
    def move(self) -> CameraMove:
        """What the camera does afterwards."""
        names = ("zoom", "pan", "tilt", "roll")
        return CameraMove(**{name: self.values[f"camera_{name}"] for name in names})

    @property
    def anchor(self) -> float:
        """How much of the picture's own colours is kept: all of it through several windows."""
        told = self.values["anchor"]
        return float(self.windows > 1) if told is None else float(told)
