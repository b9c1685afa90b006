"""Curves drawn by OpenCV: panels above one another, in each of them a curve for each name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]

_WIDTH, _LINE = 1280, 26
"""Pixels: of the picture, and of the height of a line of names."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 24, 34, 26
"""Pixels around the curves of a panel."""
_INK, _FAINT, _PAPER = (40, 40, 40), (225, 225, 225), (255, 255, 255)
COLOURS = (
    (31, 119, 180), (214, 39, 40), (44, 160, 44), (255, 127, 14), (148, 103, 189),
    (23, 150, 170), (140, 86, 75), (200, 80, 160),
)  # fmt: skip
"""R'G'B' 0-255 of the names in turn."""
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_NAME = 60
"""Characters of a name that are shown."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves that share their scales."""

    title: str
    """What is drawn."""
    curves: Sequence[Sequence[tuple[float, float]]]
    """Points (x, y), not below 0, of every name in turn."""
    height: int = 190
    """Pixels."""


@dataclass(frozen=True, slots=True)
class _Scales:
    """The ends of a panel's axes, and what is told of them."""

    across: float
    up: float
    unit: str
    height: int

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Pixels of a point in the panel."""
        wide, high = _WIDTH - _LEFT - _RIGHT, self.height - _TOP - _BOTTOM
        across = _LEFT + round(wide * min(x / self.across, 1.0))
        return across, self.height - _BOTTOM - round(high * min(y / self.up, 1.0))


def chart(names: Sequence[str], panels: Sequence[Panel], unit: str) -> Picture:
    """Return an (H, 1280, 3) uint8 RGB picture: the names in their colours, then the panels.

    unit: of x, which all panels share.
    """
    top = _LINE * (len(names) + 1)
    canvas = np.full((top + sum(panel.height for panel in panels), _WIDTH, 3), _PAPER, np.uint8)
    for row, name in enumerate(names):
        y = _LINE * (row + 1)
        cv2.line(canvas, (_LEFT, y - 5), (_LEFT + 30, y - 5), _colour(row), 3, cv2.LINE_AA)
        shown = name[-_NAME:].encode("ascii", "replace").decode()
        _write(canvas, shown, (_LEFT + 40, y), 0.5)
    ends = [curve[-1][0] for panel in panels for curve in panel.curves if curve]
    for panel in panels:
        most = max((y for curve in panel.curves for _, y in curve), default=0.0) or 1.0
        scales = _Scales(max(ends, default=0.0) or 1.0, most, unit, panel.height)
        _draw(canvas[top : top + panel.height], panel, scales)
        top += panel.height
    return canvas


def _draw(canvas: Picture, panel: Panel, scales: _Scales) -> None:
    """Draw one panel: its title, its scales, its curves."""
    bottom = panel.height - _BOTTOM
    _write(canvas, panel.title, (_LEFT, _TOP - 12), 0.5)
    for value in ticks(scales.up):
        _, y = scales.place(0, value)
        cv2.line(canvas, (_LEFT, y), (_WIDTH - _RIGHT, y), _FAINT, 1)
        _write(canvas, f"{value:g}", (_LEFT - 8, y + 4), 0.4, beside=1.0)
    for value in ticks(scales.across):
        x, _ = scales.place(value, 0)
        cv2.line(canvas, (x, _TOP), (x, bottom), _FAINT, 1)
        _write(canvas, f"{value:g} {scales.unit}", (x, bottom + 16), 0.4, beside=0.5)
    for row, curve in enumerate(panel.curves):
        places = [scales.place(*point) for point in curve]
        if len(places) == 1:
            cv2.circle(canvas, places[0], 3, _colour(row), cv2.FILLED, cv2.LINE_AA)
        shape = np.array(places, np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [shape], False, _colour(row), 2, cv2.LINE_AA)


def ticks(most: float) -> list[float]:
    """Return round numbers from 0 up to a value, about five."""
    rough = most / 5
    unit = 10.0 ** floor(log10(rough))
    pace = next(step * unit for step in (1, 2, 5, 10) if step * unit >= rough * 0.999)
    return [round(number * pace, 12) for number in range(int(most / pace + 1e-9) + 1)]


def _colour(row: int) -> tuple[int, int, int]:
    return COLOURS[row % len(COLOURS)]


def _write(
    canvas: Picture, text: str, at: tuple[int, int], size: float, *, beside: float = 0.0
) -> None:
    """Write a line whose lower left corner is at a place; ``beside``: so much of it to the left."""
    (width, _), _ = cv2.getTextSize(text, _FONT, size, 1)
    place = at[0] - round(beside * width), at[1]
    cv2.putText(canvas, text, place, _FONT, size, _INK, 1, cv2.LINE_AA)
