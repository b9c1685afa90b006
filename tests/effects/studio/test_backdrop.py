"""Sizes, margins and caps of a backdrop, and the depth of one that has none."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.studio.backdrop import (
    MOST_MARGIN,
    MOST_PIXELS,
    Backdrop,
    Pose,
    fitted,
    limited,
    margin_for,
    oversized,
    prior_depth,
)


def test_a_margin_is_added_on_every_side() -> None:
    assert oversized(1920, 1080, 0.1) == (2304, 1296)
    assert oversized(1920, 1080, 0.0) == (1920, 1080)


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (3840, 2160), (7680, 4320)])
def test_a_backdrop_never_exceeds_its_caps(size: tuple[int, int]) -> None:
    wide, high = oversized(*size, 9.0)
    assert wide <= size[0] * (1 + 2 * MOST_MARGIN)
    assert wide * high <= max(MOST_PIXELS, size[0] * size[1])
    assert wide >= size[0]
    assert high >= size[1]


def test_the_margin_is_what_the_path_needs() -> None:
    assert margin_for([Pose()], 400, 200) == pytest.approx(0.0)
    assert margin_for([Pose(dx=-40), Pose(dx=12)], 400, 200) == pytest.approx(0.1)
    assert margin_for([Pose(dx=20, travel_x=20)], 400, 200) == pytest.approx(0.1)
    assert margin_for([Pose(dx=20, travel_x=-30)], 400, 200) == pytest.approx(0.05)
    assert margin_for([Pose(dy=20)], 400, 200) == pytest.approx(0.1)
    assert margin_for([Pose(turn=90)], 400, 200) == pytest.approx(0.5)
    assert margin_for([Pose(zoom=0.5)], 400, 200) == pytest.approx(0.5)


def test_within_three_quarters_of_the_margin_the_path_is_left_alone() -> None:
    pose = Pose(dx=25.0, dy=-10.0, travel_x=4.0)
    assert limited(pose, (480, 240), 400, 200) == pose


@pytest.mark.parametrize("dx", [35.0, 80.0, 1000.0, -5000.0])
def test_a_limited_path_stays_inside(dx: float) -> None:
    pose = limited(Pose(dx=dx, travel_x=dx / 10), (480, 240), 400, 200)
    assert 30 <= abs(pose.dx + pose.travel_x) <= 40
    assert margin_for([pose], 400, 200) <= 0.1 + 1e-9
    assert pose.travel_x / pose.dx == pytest.approx(0.1)


def test_a_limited_path_bends_smoothly() -> None:
    path = [limited(Pose(dx=float(x)), (480, 240), 400, 200).dx for x in range(200)]
    steps = np.diff(path)
    assert (steps >= 0).all()
    assert np.abs(np.diff(steps)).max() < 0.12


def test_the_prior_is_far_above_the_horizon_and_near_at_the_bottom() -> None:
    depth = prior_depth(200, 60, 80)
    assert depth.shape == (200, 60)
    assert depth.dtype == np.float32
    assert depth[:81].max() < 0.01
    assert depth[-1, 0] == pytest.approx(1.0, abs=0.01)
    assert (np.diff(depth[:, 0]) >= 0).all()
    assert np.ptp(depth, axis=1).max() == 0
    floor = np.diff(depth[130:, 0])
    assert np.allclose(floor, floor[0], rtol=0.02)


@pytest.mark.parametrize("horizon", [-50.0, 0.0, 199.0, 400.0])
def test_the_prior_takes_any_horizon(horizon: float) -> None:
    depth = prior_depth(200, 10, horizon)
    assert np.isfinite(depth).all()
    assert depth.min() >= 0
    assert depth.max() <= 1


@pytest.mark.parametrize("size", [(90, 40), (300, 300), (50, 120)])
@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_a_photo_is_fitted_from_its_middle(size: tuple[int, int], kind: str) -> None:
    picture = np.zeros((80, 120, 3), kind)
    picture[38:42, 58:62] = 200
    backdrop = fitted(picture, None, *size)
    assert backdrop.size == size
    assert backdrop.picture.dtype == kind
    y, x = np.nonzero(np.asarray(backdrop.picture)[..., 0] > 100)
    assert np.allclose((x.mean(), y.mean()), ((size[0] - 1) / 2, (size[1] - 1) / 2), atol=0.6)


def test_a_depth_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="depth"):
        Backdrop(np.zeros((4, 5, 3), np.uint8), np.zeros((4, 4), np.float32))
