"""A mouth with lips, teeth and tongue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet.curves import Points, ellipse, tapered
from afterglow.effects.style.character.puppet.painter import Colour
from afterglow.effects.style.character.puppet.parts import Stage

Curve: TypeAlias = NDArray[Any]
_ACROSS = -np.cos(np.linspace(0, np.pi, 25)).astype(np.float32)
_SIDE = np.abs(_ACROSS)
_ARCH = np.maximum(0, 1 - _ACROSS**2)
_BOW = np.exp(-((_SIDE / 0.16) ** 2)).astype(np.float32)
"""The dip in the middle of the upper lip."""


class Lips(NamedTuple):
    """The edges of the lips at places across the mouth, in face heights from its rest."""

    x: Curve
    top: Curve
    """Upper edge of the upper lip."""
    upper: Curve
    """Where the upper lip meets the opening."""
    lower: Curve
    """Where the lower lip meets it."""
    bottom: Curve
    """Lower edge of the lower lip."""

    @property
    def aperture(self) -> float:
        """The height of the opening in its middle."""
        middle = len(self.x) // 2
        return float(self.lower[middle] - self.upper[middle])


@dataclass(frozen=True, slots=True)
class Mouth:
    """A mouth; lengths in face heights."""

    y: float
    half: float
    """Half its width at rest."""
    lip: Colour
    """The lower lip."""
    lip_dark: Colour
    """The upper lip."""
    line: Colour
    """Between closed lips."""
    thick: tuple[float, float] = (0.026, 0.034)
    """Upper and lower lip."""
    gape: float = 0.19
    """The opening with the jaw wide open."""
    inside: Colour = (84, 24, 32)
    tongue: Colour = (214, 96, 102)
    teeth: Colour = (252, 250, 246)
    shine: Colour | None = (255, 226, 220)
    """A light on the lower lip."""
    x: float = 0.0
    z: float | None = None
    line_width: float = 0.012
    curl: float = 0.05
    """How far a smile lifts the corners."""
    fangs: bool = False
    """Pointed teeth at the sides."""
    rest: float = 0.38
    """The smile of the neutral face."""
    outlined: bool = False
    """A line all around the opening, for faces without lips."""

    def lips(self, pose: Pose) -> Lips:
        """Return the edges of the lips in a pose."""
        press = float(np.clip(pose.press, 0, 1))
        wide = 1 + 0.30 * pose.width if pose.width > 0 else 1 + 0.36 * pose.width
        wide -= 0.16 * press
        half = self.half * (wide + 0.12 * max(0.0, pose.smile) - 0.10 * pose.jaw)
        gape = self.gape * float(np.clip(pose.jaw, 0, 1.2)) * (1 - press)
        pursed = max(0.0, -pose.width)
        smile = (pose.smile + self.rest * (1 - press)) * (1 - 0.7 * pursed)
        lift = -self.curl * smile * (_SIDE**1.8 - 0.45)
        drop = 0.32 * gape
        full = 1 - 0.55 * press + 0.35 * pursed
        rise, fall = self.thick[0] * full, self.thick[1] * full
        open_form = _ARCH ** (0.62 + 0.1 * pose.width)
        upper = lift + drop * (1 - open_form) * 0.9 - (0.16 + 0.10 * pursed) * gape * open_form
        lower = lift + drop * (1 - open_form) * 0.9 + (0.84 - 0.10 * pursed) * gape * open_form
        top = upper - rise * (_ARCH**0.75) * (1 - 0.28 * _BOW)
        bottom = lower + fall * _ARCH**0.6
        return Lips(_ACROSS * half, top, upper, lower, bottom)

    def show(self, stage: Stage) -> None:
        """Paint it."""
        lips = self.lips(stage.pose)
        upper, lower = self._at(stage, lips.x, lips.upper), self._at(stage, lips.x, lips.lower)
        hole = np.vstack([upper, lower[::-1]])
        wide = stage.rig.lengths(self.line_width)
        is_open = lips.aperture * stage.rig.unit > 0.4
        if is_open:
            stage.painter.fill(hole, paint=self.inside)
            with stage.painter.inside(hole):
                self._within(stage, lips)
        if self.thick[0]:
            self._lips(stage, lips, upper, lower)
        if self.outlined and is_open:
            stage.painter.line(hole, self.line, wide, closed=True)
        elif self.outlined:
            wide *= 1 + 0.35 * stage.pose.press
            stage.painter.line(upper, self.line, wide, closed=False)
        else:
            closed = min(1.0, max(0.25, 1 - lips.aperture / 0.05))
            ends = [0.5 * wide, wide * closed, wide * closed, wide * closed, 0.5 * wide]
            stage.painter.fill(tapered(upper, ends), paint=self.line)

    def _at(self, stage: Stage, x: Curve, y: Curve) -> Points:
        """Places of the mouth in pixels: what the jaw carries is in them already."""
        moved = np.empty((len(x), 2), np.float32)
        moved[:, 0], moved[:, 1] = x + self.x, y + self.y
        middle = np.array([[self.x, self.y]], np.float32)
        depth = self.z if self.z is not None else float(stage.rig.depth(middle)[0])
        return stage.rig.fixed(moved, depth)

    def _within(self, stage: Stage, lips: Lips) -> None:
        """Teeth and tongue."""
        gape, half = lips.aperture, float(lips.x[-1])
        root = float(lips.lower[12])
        tongue = ellipse(0, root + 0.015, 0.62 * half, max(0.012, 0.42 * gape))
        stage.painter.fill(self._at(stage, *tongue.T), paint=self.tongue)
        groove = ellipse(0, root + 0.02, 0.05 * half, max(0.01, 0.26 * gape))
        stage.painter.fill(self._at(stage, *groove.T), paint=self.inside, opacity=0.25)
        room = lips.lower - lips.upper
        long = min(0.042, 0.38 * gape + 0.004) * (1 - 0.6 * max(0.0, -stage.pose.width))
        edge = lips.upper + np.minimum(long * (0.7 + 0.3 * _ARCH), 0.46 * room)
        band = self._at(stage, lips.x, lips.upper - 0.004), self._at(stage, lips.x, edge)[::-1]
        stage.painter.fill(np.vstack(band), paint=self.teeth)
        if self.fangs:
            self._fangs(stage, lips, long)
        below = lips.lower - np.minimum(0.016 * _ARCH, 0.16 * room)
        ground = self._at(stage, lips.x, below)[4:-4], self._at(stage, lips.x, lips.lower)[-5:3:-1]
        stage.painter.fill(np.vstack(ground), paint=self.teeth, opacity=0.85)
        shade = lips.upper + np.minimum(0.010, 0.3 * room)
        top = self._at(stage, lips.x, lips.upper - 0.004), self._at(stage, lips.x, shade)[::-1]
        stage.painter.fill(np.vstack(top), paint=self.inside, opacity=0.30)

    def _fangs(self, stage: Stage, lips: Lips, long: float) -> None:
        for place in (7, 17):
            x, y = float(lips.x[place]), float(lips.upper[place])
            tooth = np.array(
                [(x - 0.02, y - 0.01), (x + 0.02, y - 0.01), (x, y + 0.02 + 1.2 * long)], np.float32
            )
            stage.painter.fill(self._at(stage, *tooth.T), paint=self.teeth)

    def _lips(self, stage: Stage, lips: Lips, upper: Points, lower: Points) -> None:
        top, bottom = self._at(stage, lips.x, lips.top), self._at(stage, lips.x, lips.bottom)
        stage.painter.fill(np.vstack([lower, bottom[::-1]]), paint=self.lip)
        stage.painter.fill(np.vstack([top, upper[::-1]]), paint=self.lip_dark)
        if self.shine:
            thick = float(lips.bottom[12] - lips.lower[12])
            spot = ellipse(
                0, float(lips.lower[12]) + 0.48 * thick, 0.34 * float(lips.x[-1]), 0.17 * thick
            )
            stage.painter.fill(self._at(stage, *spot.T), paint=self.shine, opacity=0.45)
