"""Soft colours within an outline: a gradient with blushes, shadows and strands painted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.puppet.curves import Points
from afterglow.effects.style.character.puppet.painter import Canvas, Colour

_FINEST = 300.0
"""Pixels of a face height in a texture, at most: what is painted there is soft."""


@dataclass(frozen=True, slots=True)
class Glow:
    """A soft round spot."""

    x: float
    y: float
    rx: float
    """Radius at which it has faded to a third, in face heights."""
    ry: float
    colour: Colour
    strength: float
    """0 to 1."""

    def reach(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom, in face heights, of where it is seen."""
        wide, high = 2.6 * self.rx, 2.6 * self.ry
        return self.x - wide, self.y - high, self.x + wide, self.y + high

    def mask(self, x: NDArray[Any], y: NDArray[Any], density: float) -> NDArray[Any]:
        """Return (h, w) how much of it is where."""
        far = ((x - self.x) / self.rx) ** 2 + ((y - self.y) / self.ry) ** 2
        return np.asarray(self.strength * np.exp(-far))


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A filled outline with a soft edge."""

    outline: Points
    colour: Colour
    strength: float
    """0 to 1."""
    blur: float = 0.01
    """Softness (sigma) in face heights."""

    def reach(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom, in face heights, of where it is seen."""
        room = 3 * self.blur + 0.02
        (left, top), (right, bottom) = self.outline.min(0) - room, self.outline.max(0) + room
        return float(left), float(top), float(right), float(bottom)

    def mask(self, x: NDArray[Any], y: NDArray[Any], density: float) -> NDArray[Any]:
        """Return (h, w) how much of it is where."""
        drawn = np.zeros(x.shape, np.uint8)
        places = (self.outline - np.array([x[0, 0], y[0, 0]])) * density
        fixed = [np.rint(places * 64).astype(np.int32)]
        cv2.fillPoly(drawn, fixed, 255, cv2.LINE_AA, 6)
        soft = cv2.GaussianBlur(drawn.astype(np.float32), (0, 0), self.blur * density + 0.3)
        return np.asarray(soft * np.float32(self.strength / 255))


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """The colours of a part."""

    top: Colour
    bottom: Colour
    span: tuple[float, float] = (-0.5, 0.5)
    """y of the first and the last colour."""
    marks: tuple[Glow | Mark, ...] = ()
    """What is painted over the gradient, in turn."""
    slope: float = 0.0
    """How much sooner the last colour comes on the right: a light from the left."""
    z: float = 0.0
    """Depth at which it lies."""
    box: tuple[float, float, float, float] = (-0.75, -0.95, 0.75, 0.85)
    """Left, top, right and bottom of what is painted, in face heights."""


Marks: TypeAlias = tuple[Glow | Mark, ...]
Fill: TypeAlias = Colour | Shade


def painted(shade: Shade, unit: float, depth: int) -> tuple[Canvas, float]:
    """Return the (h, w, 3) pixels of a shade, and how many of them are a face height."""
    density = min(unit, _FINEST)
    left, top, right, bottom = shade.box
    columns, rows = (max(2, round(span * density)) for span in (right - left, bottom - top))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    x, y = left + (x + 0.5) / density, top + (y + 0.5) / density
    low, high = shade.span
    share = np.clip((y + shade.slope * x - low) / (high - low), 0, 1)[..., None]
    rgb: NDArray[Any] = np.array(shade.top) * (1 - share) + np.array(shade.bottom) * share
    for mark in shade.marks:
        there = _part(mark.reach(), shade.box, density)
        if x[there].size:
            weight = mark.mask(x[there], y[there], density)[..., None]
            rgb[there] += (np.array(mark.colour) - rgb[there]) * weight
    return stored(np.asarray(rgb, np.float32), depth), density


def _part(
    reach: tuple[float, float, float, float],
    box: tuple[float, float, float, float],
    density: float,
) -> tuple[slice, slice]:
    """Rows and columns of a texture that a mark reaches."""
    left, top, right, bottom = (
        max(0, round((edge - corner) * density))
        for edge, corner in zip(reach, (box[0], box[1]) * 2, strict=True)
    )
    return slice(top, bottom + 1), slice(left, right + 1)


def stored(rgb: NDArray[np.float32], depth: int) -> Canvas:
    """Return float levels 0-255 as uint8 or uint16; at 8 bits a fine noise hides the steps."""
    if depth == 16:
        return np.rint(np.clip(rgb, 0, 255) * 257).astype(np.uint16)
    noise = np.random.default_rng(7).random(rgb.shape[:2], np.float32)[..., None] - 0.5
    levels: Canvas = np.rint(np.clip(rgb + noise, 0, 255)).astype(np.uint8)
    return levels
