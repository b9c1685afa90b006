"""Eyes with lids, lashes, iris and pupil, and the brows above them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet.curves import Points, ellipse, smooth, tapered
from afterglow.effects.style.character.puppet.painter import Colour
from afterglow.effects.style.character.puppet.parts import Stage

_ACROSS = np.linspace(-1, 1, 19, dtype=np.float32)
"""Places along a lid: inner corner, middle, outer corner."""


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

    def show(self, stage: Stage) -> None:
        """Paint them."""
        for side in self.sides:
            self._eye(stage, side)

    def opening(self, pose: Pose) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return y of the upper and of the lower lid at places along it, from the eye's middle."""
        form = (1 - _ACROSS**2) ** self.bend
        low = self.low * form * (1 - 0.65 * pose.squint)
        lids = np.clip(pose.lids - 0.10 * pose.squint - 0.12 * max(0.0, pose.gaze[1]), 0, 1.4)
        return low + (-self.high * form - low) * lids, low

    def _at(self, stage: Stage, side: int, x: NDArray[np.float32], y: object) -> Points:
        """Places of an eye, from its middle, in pixels."""
        local = np.empty((len(x), 2), np.float32)
        local[:, 0] = (x + self.x) * side
        local[:, 1] = y - self.tilt * x + self.y  # type: ignore[operator]
        return stage.rig.placed(local, "head", None)

    def _eye(self, stage: Stage, side: int) -> None:
        upper, lower = self.opening(stage.pose)
        x = _ACROSS * self.half
        form = (1 - _ACROSS**2) ** self.bend
        above = np.minimum(upper, 0) - self.high * 0.22 * form**0.5
        crease = np.minimum(above, -self.high * 1.12 * form**0.8)
        top = self._at(stage, side, x, crease)
        lid = self._at(stage, side, x, upper)
        base = self._at(stage, side, x, lower)
        paint = stage.painter
        paint.fill(np.vstack([top, base[::-1]]), paint=self.lid)
        if (lower - upper).max() * stage.rig.unit > 0.5:
            with paint.inside(np.vstack([lid, base[::-1]])):
                self._ball(stage, side, x, upper)
        wide = stage.rig.lengths(self.lash_width)
        if self.rim:
            ring = np.vstack([lid, base[::-1]])
            paint.line(ring, self.lash, stage.rig.lengths(self.rim), closed=True)
        paint.fill(tapered(base[3:], [0.1 * wide, 0.3 * wide, 0.35 * wide]), paint=self.crease)
        paint.fill(tapered(top[2:-2], [0.1 * wide, 0.35 * wide, 0.1 * wide]), paint=self.crease)
        self._lashes(stage, side, upper)

    def _ball(self, stage: Stage, side: int, x: NDArray[np.float32], upper: object) -> None:
        paint, (right, down) = stage.painter, stage.pose.gaze
        everywhere = self._at(stage, side, x * 1.1, -2 * self.high)
        under = self._at(stage, side, x[::-1] * 1.1, 2 * self.low)
        paint.fill(np.vstack([everywhere, under]), paint=self.white)
        room = max(0.0, self.half - 0.8 * self.iris_size[0])
        at = right * side * room * 0.9, down * 0.42 * self.low - 0.06 * self.high
        rim, ring, light = self.iris
        for scale, shift, colour in ((1.0, 0.0, rim), (0.86, 0.0, ring), (0.58, 0.32, light)):
            self._disc(stage, side, at, scale, shift, colour)
        rx, ry = self.pupil
        paint.fill(self._oval(stage, side, at, rx, ry), paint=self.pupil_colour)
        shade = np.asarray(upper) + 0.20 * self.high
        lid = self._at(stage, side, x * 1.05, shade)
        above = self._at(stage, side, x[::-1] * 1.1, -2 * self.high)
        paint.fill(np.vstack([lid, above]), paint=self.shadow, opacity=0.30)
        self._lights(stage, side, at)

    def _oval(
        self, stage: Stage, side: int, at: tuple[float, float], rx: float, ry: float
    ) -> Points:
        ring = ellipse(at[0], at[1], rx, ry)
        return self._at(stage, side, ring[:, 0], ring[:, 1] + self.tilt * ring[:, 0])

    def _disc(
        self, stage: Stage, side: int, at: tuple[float, float], scale: float, shift: float,
        colour: Colour,
    ) -> None:  # fmt: skip
        rx, ry = self.iris_size
        place = at[0], at[1] + shift * ry
        oval = self._oval(stage, side, place, rx * scale, ry * scale)
        stage.painter.fill(oval, paint=colour)

    def _lights(self, stage: Stage, side: int, at: tuple[float, float]) -> None:
        """Two reflections, on the same side of both eyes."""
        rx, ry = self.iris_size
        for dx, dy, size in ((-0.36, -0.38, 0.30), (0.34, 0.40, 0.15)):
            place = at[0] + dx * rx * side, at[1] + dy * ry
            oval = self._oval(stage, side, place, rx * size, ry * size)
            stage.painter.fill(oval, paint=(255, 255, 255), opacity=0.95)

    def _lashes(self, stage: Stage, side: int, upper: NDArray[np.float32]) -> None:
        if not self.lash_width:
            return
        x = np.append(_ACROSS * self.half, self.half * (1 + self.wing))
        y = np.append(upper, upper[-1] - 0.35 * self.wing * self.half)
        wide = stage.rig.lengths(self.lash_width)
        line = self._at(stage, side, x, y - 0.2 * self.lash_width)
        stage.painter.fill(
            tapered(line, [0.25 * wide, 0.8 * wide, wide, 1.1 * wide, 0.15 * wide]),
            paint=self.lash,
        )
        for hair in range(self.lashes):
            start = 18 - 2 * hair
            tip = self.half * (0.16 - 0.03 * hair), -self.high * (0.22 + 0.12 * hair)
            xs = _ACROSS[start] * self.half + np.linspace(0, tip[0], 5, dtype=np.float32)
            ys = upper[start] + np.linspace(0, 1, 5, dtype=np.float32) ** 1.5 * tip[1]
            line = self._at(stage, side, xs, ys)
            stage.painter.fill(tapered(line, [0.7 * wide, 0.1 * wide]), paint=self.lash)


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
        for side in (-1, 1):
            placed = stage.rig.placed(line * np.array([side, 1], np.float32), "head", self.z)
            stage.painter.fill(tapered(placed, widths), paint=self.colour)
