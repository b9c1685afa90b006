"""Horizon and height of the camera: from known walks and known rooms."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.shot import survey
from afterglow.analysis.shot.exposure import smoothed
from afterglow.analysis.shot.stance import from_lines, from_walk, height_above
from afterglow.effects.studio.room import room
from afterglow.frames import Frame
from tests.scenes import Scene, video_of

SIZE = 480, 270


def grey_room(horizon: float, seed: int = 1) -> NDArray[np.uint8]:
    picture = np.asarray(room(*SIZE, seed, light=(0.3, -0.3), horizon=horizon).picture)
    assert picture.dtype == np.uint8
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


@pytest.mark.parametrize("seed", [1, 3, 5])
@pytest.mark.parametrize("horizon", [0.31, 0.36])
def test_lines_of_a_room_meet_at_its_horizon(horizon: float, seed: int) -> None:
    assert from_lines(grey_room(horizon, seed), None) == pytest.approx(horizon, abs=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_lines_that_meet_nowhere_tell_nothing(seed: int) -> None:
    picture = Scene(*SIZE, seed=seed).view(0).rgb
    assert from_lines(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8), None) is None


def test_a_subject_tells_no_lines() -> None:
    whole = np.full(SIZE[::-1], 255, np.uint8)
    assert from_lines(grey_room(0.35), whole) is None


@pytest.mark.parametrize(("height", "horizon"), [(0.25, 0.7), (0.9, 0.4), (1.6, 0.2)])
def test_a_walk_towards_the_camera_tells_where_it_stands(height: float, horizon: float) -> None:
    stature = np.linspace(0.2, 0.35, 30)
    chance = np.random.default_rng(3)
    feet = horizon + height * stature + chance.normal(0, 0.002, 30)
    found = from_walk(feet, stature * (1 + chance.normal(0, 0.005, 30)), 0.3 * stature**2)
    assert found is not None
    assert found[0] == pytest.approx(horizon, abs=0.03)
    assert found[1] == pytest.approx(height, rel=0.1)


def test_a_subject_that_stays_or_crouches_tells_no_horizon() -> None:
    chance = np.random.default_rng(4)
    steady, noisy = 0.9 + chance.normal(0, 0.003, 40), 0.5 + chance.normal(0, 0.02, 40)
    assert from_walk(steady, noisy, noisy**2) is None
    stature = np.linspace(0.3, 0.5, 40)
    assert from_walk(np.full(40, 0.9), stature, stature**2) is None
    assert from_walk(np.linspace(0.6, 0.9, 5), stature[:5], stature[:5] ** 2) is None


def test_a_subject_that_stretches_tells_no_horizon() -> None:
    stature = np.linspace(0.3, 0.5, 40)
    feet = 0.5 + 0.6 * stature
    assert from_walk(feet, stature, stature**2) is not None
    assert from_walk(feet, stature, stature) is None


def test_height_above_the_feet() -> None:
    feet, stature = np.array([0.9, 0.95, 0.91]), np.array([0.5, 0.55, 0.51])
    assert height_above(feet, stature, 0.4) == pytest.approx(1.0, abs=0.01)
    assert height_above(feet, stature, 0.95) is None
    assert height_above(feet, stature, 0.85) is None
    assert height_above(feet[:0], stature[:0], 0.4) is None


def test_a_survey_tells_the_stance_of_the_first_frame() -> None:
    """A camera tilts down while the subject comes: what it stood on moves up by so much."""
    scene = Scene(*SIZE)
    height, horizon, shot = 0.8, 0.3, []
    for t in range(20):
        stature = 0.25 + 0.012 * t
        tilt = -0.004 * t
        feet = horizon + height * stature + tilt
        matte = np.zeros(SIZE[::-1], np.uint8)
        top, bottom = (round(share * SIZE[1]) for share in (feet - stature, feet))
        half = round(0.2 * stature * SIZE[1])
        matte[top:bottom, 240 - half : 240 + half] = 255
        world = np.asarray(replace(scene, camera=lambda _, d=tilt: _down(d)).view(0).rgb)
        shot.append(Frame(world, t, matte))
    found = survey(shot, video_of(scene, alpha=True))
    assert found.horizon == pytest.approx(horizon, abs=0.03)
    assert found.height == pytest.approx(height, abs=0.08)


def _down(share: float) -> NDArray[np.float64]:
    move = np.eye(3)
    move[1, 2] = share * SIZE[1]
    return move


def test_smoothing_keeps_ramps_and_ends() -> None:
    ramp = np.repeat(np.linspace(0, 1, 30)[:, None], 3, axis=1)
    assert smoothed(ramp, 15) == pytest.approx(ramp)
    assert smoothed(ramp[:1], 15) == pytest.approx(ramp[:1])
    step = np.repeat((np.arange(40) >= 20).astype(float)[:, None], 3, axis=1)
    soft = smoothed(step, 9)[:, 0]
    assert np.all(np.diff(soft) >= -1e-12)
    assert soft[15] == pytest.approx(0.0)
    assert soft[24] == pytest.approx(1.0)
    assert soft[19] + soft[20] == pytest.approx(1.0)
