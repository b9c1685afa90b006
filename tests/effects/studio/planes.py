"""Three textured planes at known depths: a wall, and two boards in front of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.studio.backdrop import Backdrop

WIDTH, HEIGHT = 420, 300
VIEW = 320, 220
DEPTHS = 0.0, 0.5, 1.0
BOARDS = (60, 80, 170, 240), (190, 120, 310, 260)
"""Left, top, right, bottom of the two boards; the second is the nearer."""
COLOURS = (110, 120, 150), (180, 140, 90), (90, 170, 110)


@lru_cache
def texture(plane: int) -> NDArray[np.uint8]:
    """(H, W, 3) a plane without end, nowhere darker than 40, its detail some 8 pixels wide."""
    chance = np.random.default_rng(plane)
    grains = chance.normal(size=(HEIGHT, WIDTH, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(grains, (0, 0), 2.0)
    soft = soft / soft.std() * 22 + np.float32(COLOURS[plane])
    return np.clip(np.rint(soft), 40, 250).astype(np.uint8)


def scene() -> Backdrop:
    """The planes as they are seen without travel."""
    picture, depth = texture(0).copy(), np.zeros((HEIGHT, WIDTH), np.float32)
    for plane, (left, top, right, bottom) in enumerate(BOARDS, 1):
        picture[top:bottom, left:right] = texture(plane)[top:bottom, left:right]
        depth[top:bottom, left:right] = DEPTHS[plane]
    return Backdrop(picture, depth)


def truth(travel: tuple[float, float]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The view with a travel, all textures known: (h, w, 3) picture and (h, w) plane number."""
    picture, planes = texture(0), np.zeros((HEIGHT, WIDTH), np.int64)
    for plane, (left, top, right, bottom) in enumerate(BOARDS, 1):
        dx, dy = (DEPTHS[plane] * t for t in travel)
        matte = np.zeros((HEIGHT, WIDTH), np.uint8)
        matte[top:bottom, left:right] = 255
        moved = ops.translate(matte, dx, dy)
        board = ops.translate(texture(plane), dx, dy, "reflect", "lanczos")
        picture = ops.lerp(picture, board, moved)
        planes[moved > 127] = plane
    return middle(picture), middle(planes)


def middle(picture: NDArray[Any]) -> NDArray[Any]:
    """The part of a backdrop that a camera at rest sees."""
    x, y = (WIDTH - VIEW[0]) // 2, (HEIGHT - VIEW[1]) // 2
    return picture[y : y + VIEW[1], x : x + VIEW[0]]
