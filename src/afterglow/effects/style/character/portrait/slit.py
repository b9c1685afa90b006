"""An opening between two borders: a mouth between its lips, an eye between its lids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.portrait.frame import Points
from afterglow.ops.levels import Region

_SAMPLES = 97
"""Places along a border at which its height is kept."""

Plane = NDArray[np.float32]
"""(h, w) float32, a number for each pixel of a part of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Slit:
    """Two curves from corner to corner."""

    middle: Points
    """(2,) between the corners, in pixels."""
    axes: Points
    """(2, 2) unit vectors along the slit, to the right, and across it, down."""
    half: float
    """Pixels from the middle to a corner."""
    upper: Points
    """Heights of the upper border at even places from corner to corner, in pixels, down."""
    lower: Points
    """The same of the lower border."""

    @property
    def gap(self) -> float:
        """Mean distance of the borders in pixels."""
        return float(np.mean(np.maximum(self.lower - self.upper, 0)))

    def box(self, margin: float, pad: float, within: Region) -> Region:
        """The pixels about the slit, as far as the region goes.

        margin: how far to both sides, in half widths. pad: how far above and below the borders.
        """
        reach, beyond = self.half * margin, self.half * pad
        top, bottom = float(self.upper.min()) - beyond, float(self.lower.max()) + beyond
        corners = np.array([[-reach, top], [reach, top], [-reach, bottom], [reach, bottom]])
        places = corners @ self.axes + self.middle
        low = np.clip(np.floor(places.min(axis=0)), within[:2], within[2:])
        high = np.clip(np.ceil(places.max(axis=0)) + 1, within[:2], within[2:])
        return Region(int(low[0]), int(low[1]), int(high[0]), int(high[1]))

    def local(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Along the slit in half widths, and across it in pixels, for places in the picture."""
        from_x, from_y = x - np.float32(self.middle[0]), y - np.float32(self.middle[1])
        a = self.axes.astype(np.float32)
        along = (from_x * a[0, 0] + from_y * a[0, 1]) / np.float32(max(self.half, 1e-3))
        return along, from_x * a[1, 0] + from_y * a[1, 1]

    def placed(self, along: Plane, across: Plane) -> tuple[Plane, Plane]:
        """The opposite of ``local``."""
        a, half = self.axes.astype(np.float32), np.float32(self.half)
        x = np.float32(self.middle[0]) + along * half * a[0, 0] + across * a[1, 0]
        return x, np.float32(self.middle[1]) + along * half * a[0, 1] + across * a[1, 1]

    def borders(self, along: Plane) -> tuple[Plane, Plane]:
        """Heights of the upper and of the lower border at places along the slit."""
        place = np.clip((along + 1) * np.float32((_SAMPLES - 1) / 2), 0, _SAMPLES - 1.001)
        index = place.astype(np.int32)
        rest = place - index.astype(np.float32)
        found = []
        for border in (self.upper, self.lower):
            table = border.astype(np.float32)
            found.append(table[index] + rest * (table[index + 1] - table[index]))
        return found[0], found[1]


def slit_of(upper: Points, lower: Points) -> Slit:
    """The slit between two rows of points, from the left corner in the face to the right one."""
    start, end = (upper[0] + lower[0]) / 2, (upper[-1] + lower[-1]) / 2
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    axes = np.array([along, [-along[1], along[0]]])
    middle, half = (start + end) / 2, max(float(np.hypot(*(end - start))) / 2, 1e-3)
    curves = [_curve((row - middle) @ axes.T, half) for row in (upper, lower)]
    seam = (curves[0] + curves[1]) / 2
    return Slit(middle, axes, half, np.minimum(curves[0], seam), np.maximum(curves[1], seam))


def _curve(row: Points, half: float) -> Points:
    """Heights of a smooth curve through points, at even places from -half to half.

    Between two points it is Catmull and Rom's cubic (1974).
    """
    ends = np.concatenate([2 * row[:1] - row[1:2], row, 2 * row[-1:] - row[-2:-1]])
    share = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    a, b, c, d = ends[:-3], ends[1:-2], ends[2:-1], ends[3:]
    cubic = 0.5 * (
        2 * b
        + (c - a) * share
        + (2 * a - 5 * b + 4 * c - d) * share**2
        + (3 * b - a - 3 * c + d) * share**3
    )
    dense = np.concatenate([cubic.transpose(1, 0, 2).reshape(-1, 2), row[-1:]])
    order = np.maximum.accumulate(dense[:, 0] + 1e-6 * np.arange(len(dense)))
    heights: Points = np.interp(np.linspace(-half, half, _SAMPLES), order, dense[:, 1])
    heights[[0, -1]] = 0.0
    return heights


def cover(across: Plane, upper: Plane, lower: Plane, soft: float) -> Plane:
    """How much of each pixel lies between two borders, 0 to 1; nothing where they meet."""
    inner = np.minimum(across - upper, lower - across) / np.float32(soft)
    room = np.clip((lower - upper) / np.float32(soft), 0, 1) * np.float32(0.5)
    covered: Plane = np.clip(inner + room, 0, 1)
    return covered
