"""Curves of what changes with time, drawn by OpenCV: a panel for each measure."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from afterglow.effects.evaluate.report import MEASURES
from afterglow.effects.evaluate.tally import CURVES, Findings, Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]

_WIDTH, _PANEL, _LINE = 1280, 190, 26
"""Pixels: of the picture, of a panel's height, of a line of names."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 24, 34, 26
"""Pixels around the curves of a panel."""
_INK, _FAINT, _PAPER = (40, 40, 40), (225, 225, 225), (255, 255, 255)
_COLOURS = (
    (31, 119, 180), (214, 39, 40), (44, 160, 44), (255, 127, 14), (148, 103, 189),
    (23, 150, 170), (140, 86, 75), (200, 80, 160),
)  # fmt: skip
"""Of the videos in turn."""
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_NAME = 60
"""Characters of a name that are shown."""


def plot(found: Sequence[Findings]) -> Picture:
    """Return an (H, 1280, 3) uint8 RGB picture: every measure over time, a curve for each video."""
    height = _LINE * (len(found) + 1) + _PANEL * len(CURVES)
    canvas = np.full((height, _WIDTH, 3), _PAPER, np.uint8)
    for row, one in enumerate(found):
        y = _LINE * (row + 1)
        cv2.line(canvas, (_LEFT, y - 5), (_LEFT + 30, y - 5), _colour(row), 3, cv2.LINE_AA)
        name = (Path(one.name).name or one.name)[-_NAME:]
        _write(canvas, name.encode("ascii", "replace").decode(), (_LEFT + 40, y), 0.5)
    longest = max(
        (line[-1].seconds for one in found for line in one.curves.values() if line), default=0
    )
    for number, name in enumerate(CURVES):
        top = _LINE * (len(found) + 1) + _PANEL * number
        panel = canvas[top : top + _PANEL]
        _draw(panel, name, [one.curves[name] for one in found], longest or 1.0)
    return canvas


def _draw(panel: Picture, name: str, lines: Sequence[Sequence[Point]], longest: float) -> None:
    """Draw one panel: its title, its scales, its curves."""
    measure = MEASURES[name]
    most = max((point.value for line in lines for point in line), default=0.0) or 1.0
    _write(panel, f"{measure.title} ({measure.unit})", (_LEFT, _TOP - 12), 0.5)
    for value in ticks(most):
        _, y = _place(0, value, longest, most)
        cv2.line(panel, (_LEFT, y), (_WIDTH - _RIGHT, y), _FAINT, 1)
        _write(panel, f"{value:g}", (_LEFT - 8, y + 4), 0.4, beside=1.0)
    for seconds in ticks(longest):
        x, _ = _place(seconds, 0, longest, most)
        cv2.line(panel, (x, _TOP), (x, _PANEL - _BOTTOM), _FAINT, 1)
        _write(panel, f"{seconds:g} s", (x, _PANEL - _BOTTOM + 16), 0.4, beside=0.5)
    for row, line in enumerate(lines):
        places = [_place(*point, longest, most) for point in line]
        if len(places) == 1:
            cv2.circle(panel, places[0], 3, _colour(row), cv2.FILLED, cv2.LINE_AA)
        shape = np.array(places, np.int32).reshape(-1, 1, 2)
        cv2.polylines(panel, [shape], False, _colour(row), 2, cv2.LINE_AA)


def _place(seconds: float, value: float, longest: float, most: float) -> tuple[int, int]:
    """Pixels of a point in its panel."""
    wide, high = _WIDTH - _LEFT - _RIGHT, _PANEL - _TOP - _BOTTOM
    x = _LEFT + round(wide * min(seconds / longest, 1.0))
    return x, _PANEL - _BOTTOM - round(high * min(value / most, 1.0))


def ticks(most: float) -> list[float]:
    """Return round numbers from 0 up to a value, about five."""
    rough = most / 5
    unit = 10.0 ** floor(log10(rough))
    pace = next(step * unit for step in (1, 2, 5, 10) if step * unit >= rough * 0.999)
    return [round(number * pace, 12) for number in range(int(most / pace + 1e-9) + 1)]


def _colour(row: int) -> tuple[int, int, int]:
    return _COLOURS[row % len(_COLOURS)]


def _write(
    canvas: Picture, text: str, at: tuple[int, int], size: float, *, beside: float = 0.0
) -> None:
    """Write a line whose lower left corner is at a place; ``beside``: so much of it to the left."""
    (width, _), _ = cv2.getTextSize(text, _FONT, size, 1)
    place = at[0] - round(beside * width), at[1]
    cv2.putText(canvas, text, place, _FONT, size, _INK, 1, cv2.LINE_AA)
