"""A made shot with parallax: a wall and boards before it, a camera that turns and travels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.frames import Frame

WIDTH, HEIGHT = 640, 360
WIDE, HIGH = 1280, 800
BOARDS = ((430, 330, 600, 560), 0.5), ((660, 300, 850, 590), 1.0)
"""Left, top, right, bottom in the large picture, and nearness; the wall has 0."""


@lru_cache
def _texture(plane: int) -> NDArray[np.float32]:
    """(HIGH, WIDE, 3) float32 blocks and grain, some pixels soft."""
    chance = np.random.default_rng(plane)
    picture = np.full((HIGH, WIDE, 3), 120, np.float32)
    for _ in range(160):
        x, y = (int(chance.integers(0, side)) for side in (WIDE, HIGH))
        wide, high = (int(size) for size in chance.integers(20, 110, 2))
        colour = chance.uniform(40, 210, 3).tolist()
        cv2.rectangle(picture, (x, y), (x + wide, y + high), colour, cv2.FILLED)
    grain = cv2.GaussianBlur(chance.normal(size=picture.shape).astype(np.float32), (0, 0), 2.5)
    return cv2.GaussianBlur(picture, (0, 0), 1.2) + grain * np.float32(12 / grain.std())


@dataclass(frozen=True)
class Pose:
    """Of one frame, as a view of the studio tells it."""

    dx: float = 0.0
    dy: float = 0.0
    turn: float = 0.0
    zoom: float = 1.0
    travel_x: float = 0.0
    travel_y: float = 0.0

    def matrix(self, near: float) -> NDArray[np.float64]:
        """(2, 3) from the large picture to the frame, for a plane so near."""
        angle = np.radians(self.turn)
        c, s = self.zoom * np.cos(angle), self.zoom * np.sin(angle)
        turn = np.array([[c, -s], [s, c]])
        middle = np.array([(WIDE - 1) / 2, (HIGH - 1) / 2])
        travel = near * np.array([self.travel_x, self.travel_y])
        there = np.array([(WIDTH - 1) / 2 + self.dx, (HEIGHT - 1) / 2 + self.dy])
        return np.column_stack((turn, there + turn @ (travel - middle)))


@lru_cache(maxsize=40)
def background(pose: Pose) -> NDArray[np.float32]:
    """(H, W, 3) float32 levels of what the camera sees."""
    picture = _seen(_texture(0), pose.matrix(0.0))
    for plane, ((left, top, right, bottom), near) in enumerate(BOARDS, 1):
        matte = np.zeros((HIGH, WIDE), np.float32)
        matte[top:bottom, left:right] = 1
        share = _seen(matte, pose.matrix(near))[..., None]
        picture = picture * (1 - share) + _seen(_texture(plane), pose.matrix(near)) * share
    return picture


def _seen(picture: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    found = cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
    return np.clip(found, 0, 255 if picture.ndim == 3 else 1).astype(np.float32)


def frames(
    path: Callable[[int], Pose],
    count: int,
    *,
    light: Callable[[int], Any] = lambda t: 1.0,
    subject: bool = False,
    noise: float = 1.5,
) -> Iterator[Frame]:
    """The shot; light: factor on linear light, of all channels or (3,) of each.

    The light curve is a plain power of 2.2. subject: a textured body that walks by itself.
    """
    for t in range(count):
        picture = background(path(t))
        matte = _body(t) if subject else np.zeros((HEIGHT, WIDTH), np.float32)
        factor = np.asarray(light(t), np.float64) ** (1 / 2.2)
        own = _texture(3)[:HEIGHT, :WIDTH]
        own = np.roll(own, (3 * t, 9 * t), (0, 1))
        # The clothes shine by themselves, so that they must not be taken for the room.
        picture = picture * factor * (1 - matte[..., None]) + own * matte[..., None]
        picture = picture + noise * _grain(t)
        pixels = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        yield Frame(pixels, t, np.rint(matte * 255).astype(np.uint8))


@lru_cache
def _field() -> NDArray[np.float32]:
    return np.random.default_rng(7).standard_normal((HEIGHT + 64, WIDTH + 64, 3), np.float32)


def _grain(t: int) -> NDArray[np.float32]:
    """(H, W, 3) noise of frame t: another part of one field."""
    x, y = np.random.default_rng([7, t]).integers(0, 64, 2)
    return _field()[y : y + HEIGHT, x : x + WIDTH]


def _body(t: int) -> NDArray[np.float32]:
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.ellipse(matte, (140 + 8 * t, 190), (70, 150), 0, 0, 360, 1.0, cv2.FILLED, cv2.LINE_AA)
    return np.clip(matte, 0, 1)


def turned(degrees: float, count: int, focal: float = 0.8) -> Iterator[Frame]:
    """A camera on a tripod that turns by so many degrees a frame; its picture moves to the right.

    focal: length over the picture's width.
    """
    f = focal * WIDTH
    lens = np.array([[f, 0, (WIDTH - 1) / 2], [0, f, (HEIGHT - 1) / 2], [0, 0, 1]])
    wall = np.array([[1, 0, (WIDTH - WIDE) / 2], [0, 1, (HEIGHT - HIGH) / 2], [0, 0, 1]])
    for t in range(count):
        c, s = np.cos(np.radians(degrees * t)), np.sin(np.radians(degrees * t))
        spin = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        matrix = lens @ spin @ np.linalg.inv(lens) @ wall
        seen = cv2.warpPerspective(_texture(0), matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
        yield Frame(np.clip(np.rint(seen + 1.5 * _grain(t)), 0, 255).astype(np.uint8), t)
