"""Feet are found, and the floor of a room lies under them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.shot import Survey, View
from afterglow.effects.studio.footing import Footing, Measure
from afterglow.effects.studio.grounds import Scene, stand_of
from afterglow.frames import VideoInfo


def person(top: float, bottom: float, rows: int = 100) -> NDArray[np.uint8]:
    matte = np.zeros((rows, 80), np.uint8)
    matte[round(top * rows) : round(bottom * rows), 30:50] = 255
    return matte


def test_feet_are_found_whatever_the_camera_does() -> None:
    measure, views = Measure(), []
    for t in range(20):
        measure.step(person(0.2 + t / 100, 0.7 + t / 100))
        views.append(View(dy=t * 3.6))
    found = measure.footing(views, 360)
    assert found is not None
    assert found.feet == pytest.approx(0.7, abs=0.01)
    assert found.stature == pytest.approx(0.5, abs=0.01)


def test_feet_outside_of_the_picture_are_not_found() -> None:
    measure = Measure()
    for _ in range(10):
        measure.step(person(0.3, 1.0))
    assert measure.footing([View()] * 10, 360) is None


def scene_for(footing: Footing | None, size: tuple[int, int], **survey: Any) -> Scene:
    video = VideoInfo(640, 360, Fraction(25), Fraction(1, 25))
    return Scene(video, Survey((), **survey), footing, size, 1, None, None, lambda line: None)


@pytest.mark.parametrize("feet", [0.45, 0.6, 0.75, 0.95])
@pytest.mark.parametrize("stature", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720)])
def test_the_floor_lies_under_the_feet(feet: float, stature: float, size: tuple[int, int]) -> None:
    stand = stand_of(scene_for(Footing(feet, stature), size))
    foot = feet * 360 + (size[1] - 360) / 2
    wall = stand.horizon * size[1] + stand.focal * stand.eye / stand.back
    assert wall < foot, "where the floor ends is behind the feet"
    assert 0.05 < stand.eye < 3 and stand.back <= 25


def test_the_made_room_is_seen_from_the_shots_horizon() -> None:
    low, high = (stand_of(scene_for(None, (640, 360), horizon=each)).horizon for each in (0.3, 0.6))
    assert (low, high) == (pytest.approx(0.3), pytest.approx(0.6))
