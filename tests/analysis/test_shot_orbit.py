"""Which way parallax goes for a camera on an arc: in true perspective, seen by casting rays."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.shot import survey
from afterglow.frames import Frame, VideoInfo

WIDTH, HEIGHT, FOCAL = 480, 270, 432.0
EYE, AWAY, WALL = 1.4, 2.5, 8.0
BOARDS = (-1.6, 5.2), (1.4, 6.2), (0.2, 7.0)
CLIP = VideoInfo(WIDTH, HEIGHT, Fraction(25), Fraction(1, 25), alpha=True)


def texture(seed: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).normal(size=(640, 640, 3)).astype(np.float32)
    fine, coarse = (cv2.GaussianBlur(noise, (0, 0), sigma) for sigma in (2, 14))
    return np.asarray(90 + 15 * seed + 18 * fine / fine.std() + 18 * coarse / coarse.std())


TEXTURES = [texture(seed) for seed in range(5)]


def seen(camera: NDArray[np.float64], yaw: float) -> NDArray[np.float32]:
    """(H, W, 3) a floor, a wall and boards that stand upright."""
    x, y = np.meshgrid(
        (np.arange(2 * WIDTH) + 0.5 - WIDTH) / 2 / FOCAL,
        (np.arange(2 * HEIGHT) + 0.5 - HEIGHT) / 2 / FOCAL,
    )
    c, s = np.cos(yaw), np.sin(yaw)
    ray = np.stack((c * x + s, -y, c - s * x), axis=-1)
    best = np.full(x.shape, np.inf)
    picture = np.zeros((*x.shape, 3), np.float32)
    planes = [(2, 0.0, WALL), (1, 0.0, 0.0), *((2, x, z) for x, z in BOARDS)]
    for number, (axis, middle, at) in enumerate(planes):
        with np.errstate(divide="ignore", invalid="ignore"):
            far = (at - camera[axis]) / ray[..., axis]
            place = camera + far[..., None] * ray
        there = (far > 0.05) & (far < best)
        if number > 1:
            there &= (np.abs(place[..., 0] - middle) < 0.45) & (place[..., 1] < 1.5)
        u, v = place[..., 0], place[..., 1 if axis == 2 else 2]
        look = [np.where(there, each, 0) * 20 % 600 + 10 for each in (u, v)]
        colour = cv2.remap(TEXTURES[number], *(each.astype(np.float32) for each in look), 1)
        picture[there], best[there] = colour[there], far[there]
    return np.asarray(cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))


def arc(degrees: float, count: int) -> Iterator[Frame]:
    """A camera that goes around somebody who stands still in the middle of the picture."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(alpha, (240, 150), (70, 140), 0, 0, 360, 255, cv2.FILLED, cv2.LINE_AA)
    for t in range(count):
        angle = np.radians(degrees) * t / (count - 1)
        picture = seen(np.array([AWAY * np.sin(angle), EYE, -AWAY * np.cos(angle)]), -angle)
        picture[alpha > 0] = (200, 60, 50)
        grain = np.random.default_rng(t).normal(size=picture.shape)
        yield Frame(np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8), t, alpha)


@pytest.mark.parametrize("degrees", [14, -14])
def test_around_a_subject_the_far_moves_more_and_is_still_the_far(degrees: float) -> None:
    last = survey(arc(degrees, 12), CLIP).views[-1]
    side, angle = np.sign(degrees), np.radians(abs(degrees))
    assert -45 < last.travel_x * side < -6
    assert abs(last.travel_y) < 4
    wall = FOCAL * np.tan(angle) - FOCAL * AWAY * np.sin(angle) / (WALL + AWAY)
    assert last.dx * side == pytest.approx(wall, abs=12)
