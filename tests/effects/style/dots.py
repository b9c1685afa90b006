"""A grid of dots, what a camera shows of it, and the way that a dot goes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.camera import Moved
from afterglow.frames import Frame, VideoInfo

WIDTH, HEIGHT, COUNT = 320, 180, 21
Move = Any


def video_of(count: int | None = COUNT, **more: Any) -> VideoInfo:
    rate = Fraction(25)
    size = {"width": WIDTH, "height": HEIGHT, **more}
    return VideoInfo(**size, rate=rate, time_base=1 / rate, frames=count)


def dots(width: int = WIDTH, height: int = HEIGHT, step: int = 20) -> NDArray[np.uint8]:
    """Soft dots on a grid, the middle one in the middle of the picture."""
    y, x = np.mgrid[:height, :width].astype(float)
    y, x = y - (height - 1) / 2, x - (width - 1) / 2
    away = ((x + step / 2) % step - step / 2) ** 2 + ((y + step / 2) % step - step / 2) ** 2
    levels = np.rint(20 + 200 * np.exp(-away / 2 / 2.5**2)).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=2)


def seen(effect: Moved, picture: NDArray[Any] | None = None, **more: Any) -> list[NDArray[Any]]:
    picture = dots() if picture is None else picture
    frames = (Frame(picture, pts) for pts in range(COUNT))
    return [np.asarray(each.pixels) for each in effect.stream(frames, video_of(**more))]


def found(picture: NDArray[Any], near: tuple[float, float]) -> NDArray[np.float64]:
    """(x, y) of the dot near a place, to hundredths of a pixel."""
    grey = picture[..., 0].astype(float) - 20
    x, y = near
    for _ in range(12):
        left, top = round(x) - 8, round(y) - 8
        part = np.clip(grey[top : top + 17, left : left + 17] - 8, 0, None)
        rows, columns = np.mgrid[top : top + 17, left : left + 17]
        gate = np.hypot(columns - x, rows - y) < 7.5
        total = (part * gate).sum()
        x, y = (
            float((columns * part * gate).sum() / total),
            float((rows * part * gate).sum() / total),
        )
    return np.array([x, y])


def tracked(pictures: list[NDArray[Any]], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """(frames, 2) the way of one dot."""
    way, place = [], start
    for picture in pictures:
        place = found(picture, (float(place[0]), float(place[1])))
        way.append(place)
    return np.array(way)
