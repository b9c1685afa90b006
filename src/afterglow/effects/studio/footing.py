"""Where the subject stands in the picture, so that a new floor can lie under its feet."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.shot import View

_THERE = 0.5
"""Matte from which a pixel is the subject."""
_FEW = 0.05
"""Share of the subject's widest line below which a line holds nothing of it."""
_EDGE = 0.015
"""Share of the height next to an edge of the frame that cuts the subject off."""
_OFTEN = 0.3
"""Share of the frames in which all of the subject must be seen."""


@dataclass(frozen=True, slots=True)
class Footing:
    """Where the subject stands in the first frame."""

    feet: float
    """Share of the frame's height at which its feet are."""
    stature: float
    """Its height, as a share of the frame's."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was seen of the subject's head and feet so far; 16 bytes a frame."""

    rows: array[float] = field(default_factory=lambda: array("d"))
    """Where head and feet are in each frame, as shares of its height; NaN where not seen."""

    def step(self, alpha: NDArray[Any] | None) -> None:
        """Take the matte of the next frame."""
        self.rows.extend((np.nan, np.nan) if alpha is None else _ends(alpha))

    def footing(self, views: Sequence[View], height: int) -> Footing | None:
        """Where it stands, the camera's way taken off; None where it is not often wholly seen.

        height: of a frame, in the pixels of the views.
        """
        ends = np.array(self.rows).reshape(-1, 2)
        seen = ~np.isnan(ends).any(axis=1)
        if seen.sum() < max(1, _OFTEN * len(ends)):
            return None
        moved = np.array([view.dy for view in views]) / height
        feet = float(np.median((ends[:, 1] - moved)[seen]))
        return Footing(feet, float(np.median((ends[:, 1] - ends[:, 0])[seen])))


def _ends(alpha: NDArray[Any]) -> tuple[float, float]:
    """The shares of the height where the subject begins and ends; NaN where it is cut off."""
    white = 255 if alpha.dtype == np.uint8 else 65535
    wide = (alpha > int(_THERE * white)).sum(axis=1, dtype=np.uint32)
    rows = np.flatnonzero(wide > _FEW * wide.max()) if wide.any() else np.zeros(0, np.intp)
    if not len(rows):
        return np.nan, np.nan
    top, bottom = float(rows[0]) / len(wide), float(rows[-1] + 1) / len(wide)
    return (top, bottom) if bottom < 1 - _EDGE else (np.nan, np.nan)
