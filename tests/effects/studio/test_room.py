"""The made room: what is how far, that it is repeatable, and where its light comes from."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.studio.daylight import Hall
from afterglow.effects.studio.room import Room, room


@pytest.fixture(scope="module")
def made() -> Room:
    return room(320, 180, seed=3)


def test_same_seed_same_bytes_and_another_seed_another_room(made: Room) -> None:
    assert np.array_equal(room(320, 180, seed=3).picture, made.picture)
    assert (room(320, 180, seed=4).picture != made.picture).mean() > 0.5


@pytest.mark.parametrize("horizon", [0.46, 0.3, 0.6])
def test_floor_ceiling_and_walls_lie_where_perspective_puts_them(horizon: float) -> None:
    # Of the planes of the room, a ray meets the one that is nearest along it. One over the distance
    # grows evenly from the horizon to a floor at the feet, and from the middle to a wall beside.
    hall, focal = Hall(), 0.86 * 320
    down = np.arange(180)[:, None] - horizon * 179
    across = np.abs(np.arange(320)[None] - 319 / 2)
    floor, ceiling = down / (1.5 * focal), -down / ((hall.tall - 1.5) * focal)
    inverse = np.maximum.reduce(
        [*np.broadcast_arrays(floor, ceiling, across / (hall.half * focal), 1 / hall.back)]
    )
    nearness = (inverse - inverse.min()) / np.ptp(inverse)
    np.testing.assert_allclose(room(320, 180, horizon=horizon).depth, nearness, atol=1e-4)


def test_windows_are_on_the_side_that_the_light_comes_from() -> None:
    left = room(240, 136, light=(-0.8, 0)).picture.astype(float)
    right = room(240, 136, light=(0.8, 0)).picture.astype(float)
    back = room(240, 136, light=(0, 0)).picture.astype(float)
    wall = slice(20, 60)
    assert left[wall, :50].max() > 235 > left[wall, 190:].max()
    assert right[wall, 190:].max() > 235 > right[wall, :50].max()
    assert (back[wall, 60:180].min(-1) > 215).mean() > 0.2


def test_nothing_is_black_or_blown_out_over_large_parts(made: Room) -> None:
    assert (made.picture.max(-1) < 12).mean() < 0.01
    assert (made.picture.min(-1) > 252).mean() < 0.06


def test_edges_are_smooth() -> None:
    # A slanting edge between two walls in steps of whole levels would jump by its whole contrast
    # from pixel to pixel; looked at nine times, half-way levels come between.
    fine = room(960, 540, seed=1, light=(0.0, -0.3)).picture.astype(float).mean(-1)
    coarse = room(320, 180, seed=1, light=(0.0, -0.3)).picture.astype(float).mean(-1)
    averaged = fine.reshape(180, 3, 320, 3).mean((1, 3))
    assert np.abs(averaged - coarse).mean() < 3.0
    assert np.quantile(np.abs(averaged - coarse), 0.99) < 25
