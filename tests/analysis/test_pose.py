"""A body is found anywhere in a picture, looked at from close, followed, and lost."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.pose import COUNT, SIDE, Points, followed


def picture(x: int, y: int, side: int, size: tuple[int, int] = (320, 180)) -> NDArray[np.uint8]:
    """A body: a white square whose upper half is red."""
    made = np.zeros((size[1], size[0], 3), np.uint8)
    made[y : y + side, x : x + side] = 255
    made[y : y + side // 2, x : x + side] = (255, 0, 0)
    return made


class Network:
    """Finds the square where it is large enough: its middle first, then its corners."""

    def __init__(self, least: int = 30) -> None:
        self.least, self.seen = least, 0

    def __call__(self, seen: NDArray[np.uint8]) -> tuple[Points, float]:
        assert seen.shape == (SIDE, SIDE, 3) and seen.dtype == np.uint8
        self.seen += 1
        points = np.zeros((COUNT + 2, 3), np.float32)
        rows, columns = np.nonzero(seen[..., 0] > 127)
        if len(rows) < self.least**2:
            return points, 0.1
        middle = columns.mean() + 0.5, rows.mean() + 0.5
        red = np.nonzero((seen[..., 0] > 127) & (seen[..., 1] < 127))
        up = np.array([red[1].mean() + 0.5, red[0].mean() + 0.5]) - middle
        side = np.sqrt(len(rows))
        points[:, :2] = middle
        points[:, 2] = 0.9
        points[1, :2] = middle + up * 2
        points[COUNT + 1, :2] = middle + up / np.hypot(*up) * side
        return points, 0.95


@pytest.mark.parametrize("place", [(20, 30), (200, 90), (140, 10)])
def test_points_are_in_pixels_of_the_picture(place: tuple[int, int]) -> None:
    (found,) = followed([picture(*place, side=60)], Network())
    assert found is not None and found.shape == (COUNT, 3) and found.dtype == np.float32
    np.testing.assert_allclose(found[0, :2], (place[0] + 30, place[1] + 30), atol=1)
    np.testing.assert_allclose(found[1, :2], (place[0] + 30, place[1]), atol=2)
    assert (found[:, 2] == np.float32(0.9)).all()


def test_a_small_body_is_found_in_a_part_and_seen_from_close() -> None:
    network = Network(least=30)
    (found,) = followed([picture(240, 60, side=30)], network)
    assert found is not None and network.seen > 3, "the whole picture showed too little"
    np.testing.assert_allclose(found[0, :2], (255, 75), atol=1)


def test_a_body_that_is_turned_is_seen_upright() -> None:
    lying = np.ascontiguousarray(np.rot90(picture(60, 60, 60, (180, 180))))
    seen: list[NDArray[np.uint8]] = []
    network = Network()

    def ask(crop: NDArray[np.uint8]) -> tuple[Points, float]:
        seen.append(crop)
        return network(crop)

    (found,) = followed([lying], ask)
    assert found is not None
    white = np.argwhere(seen[-1][..., 1] > 127).mean(axis=0)
    red = np.argwhere((seen[-1][..., 0] > 127) & (seen[-1][..., 1] < 127)).mean(axis=0)
    assert white[0] > red[0] + 20 and abs(white[1] - red[1]) < 2, "red is above white"


def test_who_was_found_is_followed_with_one_look_and_found_again_when_lost() -> None:
    network = Network()
    frames = [picture(60 + 4 * t, 60, 60) for t in range(5)]
    frames.insert(3, np.zeros_like(frames[0]))
    looks = []
    found = []
    for points in followed(frames, network):
        found.append(points)
        looks.append(network.seen)
    assert found[3] is None and all(found[t] is not None for t in (0, 1, 2, 4, 5))
    assert [looks[1] - looks[0], looks[2] - looks[1], looks[5] - looks[4]] == [1, 1, 1]
    last = found[5]
    assert last is not None
    np.testing.assert_allclose(last[0, :2], (60 + 16 + 30, 90), atol=1)
