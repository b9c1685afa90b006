"""An empty room, made: boards, plaster, panels and daylight, with the distance of every pixel.

Each pixel's ray is cut with the planes of a box; what it meets is computed from where it meets it.
Pixels in which something ends are looked at nine times.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.studio.daylight import Hall, Side, light_maps, sun_of, windows_of
from afterglow.effects.studio.surfaces import Finish, colours_of, palette, seen

Floats = NDArray[np.float32]

FOCAL = 0.86
"""Focal length over the width of the picture: about 60 degrees."""
BACK = 9.2
"""Metres to the wall that the camera sees, where nobody says."""
_GREY = 0.36
"""Exposed light of the walls that the camera sees."""
_ROWS = 48
"""Lines computed at a time: what is computed stays in the cache."""
_CONTRAST = 7
"""Difference between neighbouring pixels, in levels, from which a pixel is looked at again."""
_AGAIN = 0.05
"""Largest share of the pixels that is."""
_SPLIT = 3
"""Rays along the side of such a pixel."""
_BATCH = 1 << 14
"""Such pixels that are looked at together."""
_HANDS = 4
"""Threads that look, at most: what each computes is some ten megabytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """The picture of a room and how near everything in it is."""

    picture: NDArray[np.uint8]
    """(H, W, 3) uint8 RGB, sRGB."""
    depth: Floats
    """(H, W) 0 farthest .. 1 nearest, in steps of parallax: one over the distance."""


def room(
    width: int,
    height: int,
    seed: int = 0,
    light: tuple[float, float] = (-0.6, -0.3),
    horizon: float = 0.46,
    eye: float = 1.5,
    focal: float | None = None,
    back: float = BACK,
) -> Room:
    """A room of a size; the same arguments give the same bytes.

    light: where it comes from in the picture, -1 left or top .. 1 right or bottom; the windows
        are in the wall on that side, or in the back wall where it is neither left nor right.
    horizon: height of the horizon in the picture, as a share from the top.
    eye: height of the camera over the floor, metres.
    focal: focal length in pixels; 0.86 of the width if left out.
    back: from the camera to the wall that it sees, metres.
    """
    hall = Hall(eye=eye, back=back)
    wall, floor = palette(seed)
    side = _lit(light[0])
    windows, sun = windows_of(hall, side), sun_of(side, *light)
    lights = light_maps(hall, windows, sun, colours_of(seed))
    falling = [float(np.median(lights[each])) for each in ("left", "right", "back")]
    usual = float(np.mean(falling)) * float(np.mean(wall))
    finish = Finish(hall, windows, sun, wall, floor, lights, _GREY / usual, seed)
    picture, distance = _View(finish, width, height, horizon, focal or FOCAL * width).whole()
    inverse = 1 / distance
    least, most = float(inverse.min()), float(inverse.max())
    depth = np.asarray((inverse - least) / max(most - least, 1e-9), np.float32)
    return Room(picture, depth)


def _lit(x: float) -> Side:
    if abs(x) < 0.34:
        return "back"
    return "left" if x < 0 else "right"


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A camera in a room."""

    finish: Finish
    width: int
    height: int
    horizon: float
    focal: float

    def whole(self) -> tuple[NDArray[np.uint8], Floats]:
        """The picture and the distance of every pixel."""
        picture = np.empty((self.height, self.width, 3), np.uint8)
        distance = np.empty((self.height, self.width), np.float32)

        def fill(top: int) -> None:
            rows = np.arange(top, min(top + _ROWS, self.height), dtype=np.float32)
            x, y = np.meshgrid(np.arange(self.width, dtype=np.float32), rows)
            light, far = self._looked(x.ravel(), y.ravel())
            picture[top : top + _ROWS] = self._shown(light).reshape(*x.shape, 3)
            distance[top : top + _ROWS] = far.reshape(x.shape)

        with ThreadPoolExecutor(_HANDS) as hands:
            list(hands.map(fill, range(0, self.height, _ROWS)))
            y, x = np.nonzero(_busy(picture))
            parts = [slice(start, start + _BATCH) for start in range(0, len(y), _BATCH)]
            list(hands.map(lambda part: self._look_again(picture, x[part], y[part]), parts))
        return picture, distance

    def _look_again(
        self, picture: NDArray[np.uint8], x: NDArray[np.intp], y: NDArray[np.intp]
    ) -> None:
        """Replace pixels in which something ends by the mean of several rays."""
        steps = (np.arange(_SPLIT, dtype=np.float32) + np.float32(0.5)) / np.float32(_SPLIT)
        across, down = np.meshgrid(steps - np.float32(0.5), steps - np.float32(0.5))
        many_x = (x[:, None] + across.ravel()).astype(np.float32)
        many_y = (y[:, None] + down.ravel()).astype(np.float32)
        light, _ = self._looked(many_x.ravel(), many_y.ravel(), 1 / _SPLIT)
        levels = self._shown(light).reshape(*many_x.shape, 3)
        picture[y, x] = np.rint(levels.mean(1)).astype(np.uint8)

    def _looked(self, x: Floats, y: Floats, size: float = 1.0) -> tuple[Floats, Floats]:
        """(n, 3) light and (n,) distance of what is seen at places of the picture."""
        hall = self.finish.hall
        focal = np.float32(self.focal)
        way_x = (x - np.float32((self.width - 1) / 2)) / focal
        way_y = (y - np.float32(self.horizon * (self.height - 1))) / focal
        light = np.empty((len(x), 3), np.float32)
        sides = np.where(way_x < 0, 2, 3)
        far = np.float32(hall.half) / np.maximum(np.abs(way_x), np.float32(1e-6))
        room = np.where(way_y > 0, hall.eye, hall.tall - hall.eye).astype(np.float32)
        level = room / np.maximum(np.abs(way_y), np.float32(1e-6))
        sides = np.where(level < far, np.where(way_y > 0, 0, 1), sides)
        far = np.minimum(far, level)
        sides = np.where(far > hall.back, 4, sides)
        far = np.minimum(far, np.float32(hall.back))
        names: tuple[Side, ...] = ("floor", "ceiling", "left", "right", "back")
        for number, side in enumerate(names):
            at = np.flatnonzero(sides == number)
            if len(at):
                u, v = self._on(side, way_x[at], way_y[at], far[at])
                light[at] = seen(self.finish, side, u, v, far[at], size / float(focal))
        return light, far

    def _shown(self, light: Floats) -> NDArray[np.uint8]:
        """(n, 3) uint8 sRGB of linear light: the brightest are drawn together as film does."""
        exposed = light * np.float32(self.finish.exposure)
        rolled = exposed * (1 + exposed / np.float32(9)) / (1 + exposed)
        return np.asarray(ops.to_display(np.asarray(rolled, np.float32), "iec61966-2-1", "uint8"))

    def _on(self, side: Side, x: Floats, y: Floats, far: Floats) -> tuple[Floats, Floats]:
        """Where on a side rays end, in its own two directions."""
        if side in ("floor", "ceiling"):
            return x * far, far
        up = np.asarray(np.float32(self.finish.hall.eye) - y * far, np.float32)
        return (far, up) if side in ("left", "right") else (x * far, up)


def _busy(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels that differ from a neighbour, at most one in twenty."""
    box = np.ones((3, 3), np.uint8)
    grey = ops.luma(picture)
    apart = cv2.dilate(grey, box).astype(np.int16) - cv2.erode(grey, box)
    counts = np.cumsum(np.bincount(apart.ravel(), minlength=256)[::-1])
    fits = int(np.searchsorted(counts, _AGAIN * apart.size))
    return np.asarray(apart > max(_CONTRAST, 255 - fits))
