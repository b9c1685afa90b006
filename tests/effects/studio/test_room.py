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


def test_floor_lies_where_perspective_puts_it(made: Room) -> None:
    # A floor point y pixels below the horizon is eye x focal / y away.
    focal = 0.86 * 320
    below = 170 - made.horizon
    assert made.distance[170, 160] == pytest.approx(1.5 * focal / below, rel=1e-4)
    assert made.distance[int(made.horizon), 160] == pytest.approx(Hall().back)


def test_a_wall_lies_where_perspective_puts_it(made: Room) -> None:
    across = 319 - (320 - 1) / 2
    assert made.distance[90, 319] == pytest.approx(Hall().half * 0.86 * 320 / across, rel=1e-4)


def test_depth_is_inverse_distance_from_0_to_1(made: Room) -> None:
    assert made.depth.min() == 0
    assert made.depth.max() == 1
    inverse = 1 / made.distance
    slope = np.polyfit(inverse.ravel(), made.depth.ravel(), 1)
    assert np.allclose(np.polyval(slope, inverse), made.depth, atol=1e-4)


def test_windows_are_on_the_side_that_the_light_comes_from() -> None:
    left = room(240, 136, light=(-0.8, 0)).picture.astype(float)
    right = room(240, 136, light=(0.8, 0)).picture.astype(float)
    back = room(240, 136, light=(0, 0)).picture.astype(float)
    wall = slice(20, 60)
    assert left[wall, :50].max() > 235 > left[wall, 190:].max()
    assert right[wall, 190:].max() > 235 > right[wall, :50].max()
    assert (back[wall, 60:180].min(-1) > 215).mean() > 0.2


def test_the_horizon_is_where_it_was_asked_for() -> None:
    high, low = room(160, 90, horizon=0.3), room(160, 90, horizon=0.6)
    assert high.horizon == pytest.approx(0.3 * 89)
    assert high.distance[80, 80] < low.distance[80, 80]


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
