"""Where depth is known, the near moves more than the far, and what it hid is wall."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style.camera import PARALLAX, Moved
from afterglow.frames import Frame
from tests.effects.style.dots import HEIGHT, WIDTH, Move, dots, seen, tracked


def card() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A bright card before a wall of dots."""
    picture, depth = dots(), np.full((HEIGHT, WIDTH), 0.2, np.float32)
    picture[60:120, 130:190], depth[60:120, 130:190] = 250, 1.0
    return picture, depth


@pytest.mark.parametrize("move", sorted(PARALLAX))
def test_the_near_moves_more_than_the_far(move: Move) -> None:
    picture, depth = card()
    effect = Moved(move, distances=lambda frame: depth, ease="linear")
    pictures = seen(effect, picture)
    first, last = pictures[0], pictures[-1]
    near = []
    for each in (first, last):
        rows, columns = np.nonzero(each[..., 0] > 240)
        near.append([rows.mean(), columns.mean(), np.sqrt(len(rows))])
    far = [tracked(pictures, np.array(start)) for start in FAR[move]]
    down, right = (np.array(near[1]) - near[0])[:2]
    if move == "orbit":
        moved = far[0][-1] - far[0][0]
        assert right < -1 < 3 < moved[0], "the card goes left of what it hides"
    elif move == "crane":
        assert down > far[0][-1][1] - far[0][0][1] + 1.5
    else:
        spread = (far[1] - far[0])[:, 0]
        assert near[1][2] / near[0][2] > spread[-1] / spread[0] + 0.03


FAR: dict[str, list[tuple[float, float]]] = {
    "orbit": [(154.0, 42.0)],
    "crane": [(69.0, 90.0)],
    "dolly": [(59.5, 89.5), (259.5, 89.5)],
}


def test_what_the_card_hid_is_wall() -> None:
    picture, depth = card()
    effect = Moved("orbit", distances=lambda frame: depth, amount=20)
    wall = seen(replace(effect, distances=lambda frame: np.full_like(depth, 0.2)))
    made = seen(effect, picture)
    hidden = made[-1][..., 0] < 240
    apart = np.abs(made[-1].astype(int) - wall[-1]).max(axis=2)
    ring = cv2.dilate((made[-1][..., 0] > 240).astype(np.uint8), np.ones((41, 41), np.uint8)) > 0
    assert np.median(apart[ring & hidden]) < 12
    assert (made[-1] > 0).all()


def test_a_held_picture_is_looked_at_once() -> None:
    asked: list[int] = []

    def distances(frame: Frame) -> NDArray[np.float32]:
        asked.append(frame.pts)
        return card()[1]

    seen(Moved("orbit", distances=distances))
    assert asked == [0]
