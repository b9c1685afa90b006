"""Eyes with lids, lashes, iris and pupil, and the brows above them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet.curves import Points, ellipse, smooth, tapered
from afterglow.effects.style.character.puppet.painter import Colour
from afterglow.effects.style.character.puppet.parts import Stage

_ACROSS = -np.cos(np.linspace(0, np.pi, 25)).astype(np.float32)
"""Places along a lid, denser at its ends: inner corner, middle, outer corner."""
_HAIR = np.linspace(0, 1, 5, dtype=np.float32)
"""Places along a lash."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """A pair of eyes; lengths in face heights, x from the middle outwards."""

    x: float
    y: float
    half: float
    """Half the width of an eye."""
    high: float
    """From its middle to the open upper lid."""
    low: float
    """From its middle to the lower lid."""
    iris: tuple[Colour, Colour, Colour]
    """Rim, ring and the light part below."""
    iris_size: tuple[float, float]
    """Radii."""
    pupil: tuple[float, float]
    """Radii."""
    lid: Colour
    crease: Colour
    lash: Colour = (40, 26, 24)
    lash_width: float = 0.016
    lashes: int = 0
    """Single hairs at the outer corner."""
    white: Colour = (250, 248, 246)
    shadow: Colour = (120, 120, 160)
    """What the upper lid throws on the white."""
    pupil_colour: Colour = (22, 16, 18)
    tilt: float = 0.08
    """How much higher the outer corner is, of the way there."""
    bend: float = 0.75
    """Form of the lids: 0.5 round, 1 pointed."""
    wing: float = 0.12
    """How far the lashes go beyond the outer corner, in half widths."""
    rim: float = 0.0
    """Width of a line around the eye instead of lashes."""
    sides: tuple[int, ...] = (-1, 1)
    """Which eyes are drawn: -1 the left one in the picture, 1 the right one."""

    def opening(self, pose: Pose) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return y of the upper and of the lower lid at places along it, from the eye's middle."""
        form = _form(self.bend)
        low = self.low * form * (1 - 0.65 * pose.squint)
        lids = np.clip(pose.lids - 0.10 * pose.squint - 0.12 * max(0.0, pose.gaze[1]), 0, 1.4)
        return low + (-self.high * form - low) * lids, low

    def show(self, stage: Stage) -> None:
        """Paint them, both at once."""
        upper, lower = self.opening(stage.pose)
        x, form = _ACROSS * self.half, _form(self.bend)
        above = np.minimum(upper, 0) - self.high * 0.22 * form**0.5
        crease = np.minimum(above, -self.high * 1.12 * form**0.8)
        tops, lids, bases = (self._at(stage, x, y) for y in (crease, upper, lower))
        paint, wide = stage.painter, stage.rig.lengths(self.lash_width or self.rim)
        paint.fill(*_between(tops, bases), paint=self.lid)
        balls = _between(lids, bases)
        if (lower - upper).max() * stage.rig.unit > 0.5:
            with paint.inside(*balls):
                self._ball(stage, x, upper)
        under = [tapered(base[5:], [0.1 * wide, 0.3 * wide, 0.35 * wide]) for base in bases]
        over = [tapered(top[4:-4], [0.1 * wide, 0.35 * wide, 0.1 * wide]) for top in tops]
        for lines in (under, over):
            paint.fill(*lines, paint=self.crease)
        if self.rim:
            for ball in balls:
                paint.line(ball, self.lash, stage.rig.lengths(self.rim), closed=True)
        if self.lash_width:
            self._lashes(stage, upper)

    def _at(
        self, stage: Stage, x: NDArray[np.float32], y: object, shift: float = 0.0
    ) -> list[Points]:
        """Places of each eye, from its middle, in pixels.

        x: from the nose outwards. shift: to the right in the picture, for both.
        """
        placed = []
        for side in self.sides:
            local = np.empty((len(x), 2), np.float32)
            local[:, 0] = (x + self.x) * side + shift
            local[:, 1] = y - self.tilt * (x + side * shift) + self.y  # type: ignore[operator]
            placed.append(stage.rig.placed(local, "head", None))
        return placed

    def _ball(self, stage: Stage, x: NDArray[np.float32], upper: NDArray[np.float32]) -> None:
        paint, (right, down) = stage.painter, stage.pose.gaze
        above = self._at(stage, x * 1.1, np.full_like(x, -2 * self.high))
        under = self._at(stage, x * 1.1, np.full_like(x, 2 * self.low))
        paint.fill(*_between(above, under), paint=self.white)
        room = max(0.0, self.half - 0.8 * self.iris_size[0])
        at = right * room * 0.9, down * 0.42 * self.low - 0.06 * self.high
        rim, ring, light = self.iris
        rx, ry = self.iris_size
        for scale, lower, colour in ((1.0, 0.0, rim), (0.86, 0.0, ring), (0.58, 0.32, light)):
            place = at[0], at[1] + lower * ry
            self._disc(stage, place, (rx * scale, ry * scale), colour)
        self._disc(stage, at, self.pupil, self.pupil_colour)
        shade = self._at(stage, x * 1.05, upper + 0.20 * self.high)
        paint.fill(*_between(shade, above), paint=self.shadow, opacity=0.30)
        for dx, dy, size in ((-0.36, -0.38, 0.30), (0.34, 0.40, 0.15)):
            place = at[0] + dx * rx, at[1] + dy * ry
            self._disc(stage, place, (rx * size, ry * size), (255, 255, 255), 0.95)

    def _disc(
        self, stage: Stage, at: tuple[float, float], radii: tuple[float, float], colour: Colour,
        opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """An oval, upright, at the same place in both eyes."""
        ring = ellipse(0, at[1], *radii)
        ovals = self._at(stage, ring[:, 0], ring[:, 1] + self.tilt * ring[:, 0], at[0])
        stage.painter.fill(*ovals, paint=colour, opacity=opacity)

    def _lashes(self, stage: Stage, upper: NDArray[np.float32]) -> None:
        x = np.append(_ACROSS * self.half, self.half * (1 + self.wing))
        y = np.append(upper, upper[-1] - 0.35 * self.wing * self.half)
        wide = stage.rig.lengths(self.lash_width)
        widths = [0.25 * wide, 0.8 * wide, wide, 1.1 * wide, 0.15 * wide]
        lines = self._at(stage, x, y - 0.2 * self.lash_width)
        stage.painter.fill(*(tapered(line, widths) for line in lines), paint=self.lash)
        for hair in range(self.lashes):
            start = 24 - 3 * hair
            tip = self.half * (0.16 - 0.03 * hair), -self.high * (0.22 + 0.12 * hair)
            xs = _ACROSS[start] * self.half + _HAIR * tip[0]
            lines = self._at(stage, xs, upper[start] + _HAIR**1.5 * tip[1])
            hairs = (tapered(line, [0.7 * wide, 0.1 * wide]) for line in lines)
            stage.painter.fill(*hairs, paint=self.lash)


def _form(bend: float) -> NDArray[np.float32]:
    """The height of a lid at places along it, 0 to 1."""
    return np.asarray(np.maximum(0, 1 - _ACROSS**2) ** bend, np.float32)


def _between(tops: list[Points], bases: list[Points]) -> list[Points]:
    """Outlines between two lines each."""
    return [np.concatenate([top, base[::-1]]) for top, base in zip(tops, bases, strict=True)]


@dataclass(frozen=True, slots=True)
class Brows:
    """A pair of brows."""

    colour: Colour
    inner: tuple[float, float]
    """(x, y) of the end near the nose."""
    outer: tuple[float, float]
    """(x, y) of the other end."""
    arch: float = 0.03
    """How far the middle stands above the straight line."""
    widths: tuple[float, ...] = (0.022, 0.034, 0.026, 0.008)
    """From the inner to the outer end."""
    lively: float = 1.0
    """Factor on how far they move."""
    z: float | None = None

    def points(self, pose: Pose) -> Points:
        """Return the line of the right brow."""
        (x0, y0), (x1, y1) = self.inner, self.outer
        up = -0.055 * pose.brow * self.lively
        inner = (0.048 if pose.frown > 0 else 0.050) * pose.frown * self.lively
        x0 -= 0.022 * max(0.0, pose.frown)
        y0 += up + inner
        y1 += 0.7 * up - 0.25 * inner
        peak = 0.62
        mid = x0 + (x1 - x0) * peak, y0 + (y1 - y0) * peak - self.arch + 0.15 * up
        half = x0 + (x1 - x0) * 0.3, y0 + (y1 - y0) * 0.3 - 0.75 * self.arch
        return smooth([(x0, y0), half, mid, (x1, y1)], closed=False)

    def show(self, stage: Stage) -> None:
        """Paint them."""
        line = self.points(stage.pose)
        widths = [stage.rig.lengths(width) for width in self.widths]
        sides = (line * np.array([side, 1], np.float32) for side in (-1, 1))
        lines = (stage.rig.placed(side, "head", self.z) for side in sides)
        stage.painter.fill(*(tapered(line, widths) for line in lines), paint=self.colour)
