"""Parts of a puppet: what is painted in turn, each on a stage that knows the pose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet.curves import Points
from afterglow.effects.style.character.puppet.painter import (
    Canvas,
    Colour,
    Paint,
    Painter,
    Texture,
)
from afterglow.effects.style.character.puppet.rig import Build, Rig, Space
from afterglow.effects.style.character.puppet.shades import Fill, Shade, painted


class Wardrobe:
    """The textures of a puppet at one size, made when they are first worn."""

    def __init__(self, unit: float, depth: int) -> None:
        self._unit, self._depth = unit, depth
        self._made: dict[Shade, tuple[Canvas, float]] = {}

    def of(self, shade: Shade) -> tuple[Canvas, float]:
        """Return the pixels of a shade, and how many of them are a face height."""
        if shade not in self._made:
            self._made[shade] = painted(shade, self._unit, self._depth)
        return self._made[shade]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a part paints on, in one pose."""

    painter: Painter
    rig: Rig
    pose: Pose
    wardrobe: Wardrobe

    def paint(self, fill: Fill, space: Space = "head") -> Paint:
        """Return a colour as it is, and a shade as it lies in the picture."""
        if not isinstance(fill, Shade):
            return fill
        pixels, density = self.wardrobe.of(fill)
        held: Space = "body" if space == "body" else "head"
        matrix = np.array(cv2.invertAffineTransform(self.rig.matrix(held, fill.z)))
        matrix[:, 2] -= np.array(fill.box[:2])
        return Texture(pixels, np.asarray(matrix * density, np.float64))


class Part(Protocol):
    """Something that is painted."""

    def show(self, stage: Stage) -> None:
        """Paint it."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A filled outline."""

    outline: Points
    fill: Fill
    space: Space = "head"
    z: float | None = 0.0
    """Depth; None for the roundness of the face."""
    edge: tuple[Colour, float] | None = None
    """Colour and width, in face heights, of a line around it."""
    over: Sequence[Part] = ()
    """What is painted within it alone."""
    solid: bool = True
    """It belongs to the matte."""

    def show(self, stage: Stage) -> None:
        """Paint it, its line, and what is within."""
        outline = stage.rig.placed(self.outline, self.space, self.z)
        paint = stage.paint(self.fill, self.space)
        stage.painter.fill(outline, paint=paint, solid=self.solid)
        if self.over:
            with stage.painter.inside(outline):
                for part in self.over:
                    part.show(stage)
        if self.edge:
            colour, width = self.edge
            wide = stage.rig.lengths(width)
            stage.painter.line(outline, colour, wide, closed=True, solid=self.solid)


@dataclass(frozen=True, slots=True, eq=False)
class Softness:
    """A soft shadow or light."""

    outline: Points
    colour: Colour
    opacity: float
    blur: float
    """Sigma in face heights."""
    space: Space = "head"
    z: float | None = 0.0

    def show(self, stage: Stage) -> None:
        """Paint it."""
        outline = stage.rig.placed(self.outline, self.space, self.z)
        blur = max(0.3, stage.rig.lengths(self.blur))
        stage.painter.soft(outline, paint=self.colour, opacity=self.opacity, blur=blur)


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A line of an even width with round ends."""

    points: Points
    colour: Colour
    width: float
    """In face heights."""
    space: Space = "head"
    z: float | None = 0.0
    closed: bool = False
    solid: bool = False

    def show(self, stage: Stage) -> None:
        """Paint it."""
        line = stage.rig.placed(self.points, self.space, self.z)
        wide = stage.rig.lengths(self.width)
        stage.painter.line(line, self.colour, wide, closed=self.closed, solid=self.solid)


@dataclass(frozen=True, slots=True, eq=False)
class Character:
    """A puppet: its parts from the back to the front."""

    parts: Sequence[Part]
    studio: tuple[Colour, Colour]
    """Colours of the middle and of the corners of its background."""
    build: Build = field(default_factory=Build)
