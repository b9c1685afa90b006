"""Light in an empty room: windows, the sky through them, the sun, and what the walls give back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Side: TypeAlias = Literal["floor", "ceiling", "left", "right", "back", "front"]
SIDES: tuple[Side, ...] = ("floor", "ceiling", "left", "right", "back", "front")

_PATCHES = 16
"""Patches along a wall between which light is thrown to and fro."""
_FINE = 40
"""Points along a wall at which the light of the windows is computed."""
_BOUNCES = 6


@dataclass(frozen=True, slots=True)
class Hall:
    """An empty room in metres; the camera is at x = 0, z = 0 and looks along z."""

    half: float = 3.5
    """Half its width."""
    tall: float = 3.3
    """Height of the ceiling."""
    back: float = 9.2
    """From the camera to the wall that it sees."""
    front: float = 3.0
    """From the camera to the wall behind it."""
    eye: float = 1.5
    """Height of the camera."""

    def extent(self, side: Side) -> tuple[float, float, float, float]:
        """(least u, most u, least v, most v) of a wall's own two directions."""
        if side in ("floor", "ceiling"):
            return -self.half, self.half, -self.front, self.back
        if side in ("left", "right"):
            return -self.front, self.back, 0.0, self.tall
        return -self.half, self.half, 0.0, self.tall

    def points(self, side: Side, u: Floats, v: Floats) -> tuple[Floats, tuple[int, int, int]]:
        """(..., 3) places x, y (up), z on a wall, and the direction that it faces."""
        still = np.zeros_like(u)
        if side in ("floor", "ceiling"):
            low = side == "floor"
            places = (u, still + (0.0 if low else self.tall), v)
            return _stacked(places), (0, 1 if low else -1, 0)
        if side in ("left", "right"):
            sign = -1 if side == "left" else 1
            return _stacked((still + sign * self.half, v, u)), (-sign, 0, 0)
        ahead = side == "back"
        places = (u, v, still + (self.back if ahead else -self.front))
        return _stacked(places), (0, 0, -1 if ahead else 1)


@dataclass(frozen=True, slots=True)
class Window:
    """An opening in a wall, in that wall's u (along) and v (up), metres."""

    side: Side
    left: float
    right: float
    sill: float
    head: float
    reveal: float = 0.22
    """How deep the glass lies in the wall."""


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the light goes, and of what colour it is."""

    x: float
    y: float
    z: float
    colour: tuple[float, float, float] = (5.2, 4.3, 3.1)
    """Linear light on a surface that faces it."""


SKY = (6.4, 7.1, 8.2)
"""Linear light of the sky through a window."""


def windows_of(hall: Hall, side: Side) -> list[Window]:
    """The windows of a wall, evenly spaced."""
    wide, apart = (1.35, 2.3) if side == "back" else (1.5, 2.6)
    middles = (
        (-2.3, 0.0, 2.3) if side == "back" else tuple(hall.back - 1.7 - apart * i for i in range(4))
    )
    return [Window(side, m - wide / 2, m + wide / 2, 0.85, 2.75) for m in middles]


def sun_of(side: Side, x: float, y: float) -> Sun:
    """The sun that shines in by the windows of a wall.

    x, y: where the light comes from in the picture, -1 left or top to 1 right or bottom.
    """
    steep = 0.75 - 0.35 * y
    if side == "back":
        way = np.array([-0.5 * x - 0.22, -steep, -1.0])
    else:
        way = np.array([1.0 if side == "left" else -1.0, -steep, 0.28])
    way /= np.linalg.norm(way)
    return Sun(float(way[0]), float(way[1]), float(way[2]))


def through(window: Window, sun: Sun, hall: Hall, points: Floats) -> Floats:
    """(...,) share of the sun, 0-1, that reaches places through a window and its bars."""
    way = np.array([sun.x, sun.y, sun.z], np.float32)
    axis, plane = (2, hall.back) if window.side == "back" else (0, hall.half)
    plane = -plane if window.side == "left" else plane
    far = (points[..., axis] - plane) / way[axis]
    along = points[..., 0 if axis == 2 else 2] - far * way[0 if axis == 2 else 2]
    up = points[..., 1] - far * way[1]
    soft = np.maximum(far * np.float32(0.012), np.float32(0.006))
    return np.asarray(glass(window, along, up, soft) * (far > 0.02), np.float32)


def glass(window: Window, u: Floats, v: Floats, soft: Floats | np.float32) -> Floats:
    """Share of glass, 0-1, at places of the window's plane, over a width of ``soft`` metres."""
    inside = _between(u, window.left + 0.06, window.right - 0.06, soft)
    inside = inside * _between(v, window.sill + 0.06, window.head - 0.06, soft)
    for at in np.linspace(window.left, window.right, 3)[1:-1]:
        inside = inside * (1 - _between(u, at - 0.028, at + 0.028, soft))
    for at in np.linspace(window.sill, window.head, 4)[1:-1]:
        inside = inside * (1 - _between(v, at - 0.018, at + 0.018, soft))
    return inside


def opening(window: Window, u: Floats, v: Floats, soft: Floats | np.float32) -> Floats:
    """Share of the opening, 0-1, at places of the wall."""
    across = _between(u, window.left, window.right, soft)
    return np.asarray(across * _between(v, window.sill, window.head, soft), np.float32)


def light_maps(
    hall: Hall, windows: list[Window], sun: Sun, colours: dict[Side, tuple[float, float, float]]
) -> dict[Side, Floats]:
    """(40, 40, 3) linear light that falls on each wall, rows along v and columns along u.

    The sky's is summed over the windows; what walls throw on one another is solved by radiosity
    (Goral et al., Modeling the interaction of light between diffuse surfaces, 1984). The sun's
    own patch is not in it, only what it throws back.
    """
    patches = [_grid(hall, side, _PATCHES) for side in SIDES]
    points = np.concatenate([p.reshape(-1, 3) for p, _, _ in patches])
    facing = np.concatenate([np.tile(of_three(n), (_PATCHES**2, 1)) for _, n, _ in patches])
    areas = np.repeat(np.array([a for _, _, a in patches], np.float32), _PATCHES**2)
    tint = np.repeat(np.array([colours[side] for side in SIDES], np.float32), _PATCHES**2, axis=0)
    shares = _factors(points, facing, points, facing, areas)
    shares /= shares.sum(1, keepdims=True)
    sky = sum(_sky(hall, w, points, facing) for w in windows)
    beam = facing @ -np.array([sun.x, sun.y, sun.z], np.float32)
    shine = sum(through(w, sun, hall, points) for w in windows) * np.maximum(beam, 0)
    first = sky + shine[:, None] * np.array(sun.colour, np.float32)
    thrown = np.zeros_like(tint)
    for _ in range(_BOUNCES):
        thrown = shares @ (tint * (first + thrown))
    return dict(_maps(hall, windows, thrown))


def _maps(hall: Hall, windows: list[Window], thrown: Floats) -> Iterator[tuple[Side, Floats]]:
    """What walls throw, and the sky, finely."""
    for side, part in zip(SIDES, np.split(thrown, len(SIDES)), strict=True):
        points, normal, _ = _grid(hall, side, _FINE)
        facing = np.tile(of_three(normal), (_FINE**2, 1))
        sky = sum(_sky(hall, w, points.reshape(-1, 3), facing) for w in windows)
        soft = part.reshape(_PATCHES, _PATCHES, 3)
        fine = cv2.resize(soft, (_FINE, _FINE), interpolation=cv2.INTER_CUBIC)
        yield side, np.asarray(fine + np.reshape(sky, fine.shape), np.float32)


def _grid(hall: Hall, side: Side, count: int) -> tuple[Floats, tuple[int, int, int], float]:
    """(count, count, 3) middles of the patches of a wall, where it faces, area of a patch."""
    left, right, low, high = hall.extent(side)
    steps = (np.arange(count, dtype=np.float32) + np.float32(0.5)) / np.float32(count)
    u, v = np.meshgrid(left + (right - left) * steps, low + (high - low) * steps)
    points, normal = hall.points(side, u.astype(np.float32), v.astype(np.float32))
    return points, normal, (right - left) * (high - low) / count**2


def _sky(hall: Hall, window: Window, points: Floats, facing: Floats) -> Floats:
    """(n, 3) light of the sky through one window."""
    count = 4
    steps = (np.arange(count, dtype=np.float32) + np.float32(0.5)) / np.float32(count)
    u, v = np.meshgrid(
        window.left + (window.right - window.left) * steps,
        window.sill + (window.head - window.sill) * steps,
    )
    panes, normal = hall.points(window.side, u.astype(np.float32), v.astype(np.float32))
    area = (window.right - window.left) * (window.head - window.sill) / count**2 * 0.8
    towards = np.tile(of_three(normal), (count**2, 1))
    areas = np.full(count**2, area, np.float32)
    share = _factors(points, facing, panes.reshape(-1, 3), towards, areas).sum(1, keepdims=True)
    return np.asarray(share * np.array(SKY, np.float32), np.float32)


def _factors(
    points: Floats, facing: Floats, sources: Floats, towards: Floats, areas: Floats
) -> Floats:
    """(n, m) share of what a point receives from each source, were that alone and bright."""
    way = sources[None] - points[:, None]
    far = np.maximum((way**2).sum(-1), np.float32(1e-6))
    here = np.maximum(np.einsum("nmk,nk->nm", way, facing), 0)
    there = np.maximum(-np.einsum("nmk,mk->nm", way, towards), 0)
    spread = far + areas / np.float32(math.pi)
    return np.asarray(here * there * areas / (np.float32(math.pi) * far * spread), np.float32)


def _between(at: Floats, low: float, high: float, soft: Floats | np.float32) -> Floats:
    """Share, 0-1, of a strip of width ``soft`` around places that lies from low to high."""
    start = np.clip((at - np.float32(low)) / soft + np.float32(0.5), 0, 1)
    return np.asarray(start - np.clip((at - np.float32(high)) / soft + np.float32(0.5), 0, 1))


def _stacked(parts: tuple[Floats, ...]) -> Floats:
    return np.asarray(np.stack(parts, axis=-1), np.float32)


def of_three(values: tuple[float, float, float]) -> Floats:
    """(3,) float32, so that what it is multiplied with stays float32."""
    return np.array(values, np.float32)
