"""Glow: light that spreads, no more of it than there is, and none where nothing is bright."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.glow import Bloom, Glow, glowing, light_curve
from afterglow.frames import Colour, Effect
from tests.contract import (  # noqa: F401
    test_an_empty_video_stays_empty,
    test_frames_that_were_given_stay_as_they_are,
    test_frames_that_were_taken_stay_as_they_are,
    test_memory_is_stated_and_kept,
    test_small_and_short_videos_work,
    test_the_plan_is_kept,
    test_the_reach_is_honest,
    test_the_same_twice,
    test_two_videos_at_once_do_not_meet,
)
from tests.scenes import Scene, video_of


@pytest.fixture(scope="module")
def effect() -> Effect:
    return Bloom()


def lamp(level: int = 255, back: int = 30) -> NDArray[np.uint8]:
    picture = np.full((160, 240, 3), back, np.uint8)
    picture[64:96, 104:136] = level
    return picture


def light(picture: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(ops.to_linear(picture, "bt709"), np.float64)


def test_light_falls_off_around_a_lamp() -> None:
    made = glowing(lamp(), Glow(amount=0.3, radius=5), "bt709")[80, 136:, 0].astype(int)
    assert made[0] > 60
    assert (np.diff(made) <= 1).all()
    assert made[-1] == 30


def test_what_is_dark_sends_nothing() -> None:
    dark = lamp(level=70)
    assert np.array_equal(glowing(dark, Glow(amount=1.0, radius=5, threshold=0.6), "bt709"), dark)


def test_as_much_light_is_added_as_the_share_says() -> None:
    glow = Glow(amount=0.2, radius=4, threshold=0.3)
    added = light(glowing(lamp(), glow, "bt709")) - light(lamp())
    outside = np.ones(added.shape[:2], bool)
    outside[64:96, 104:136] = False  # there white is white already
    soft = ops.gaussian_blur(np.asarray(light(lamp()) > 0.5, np.float32), 0.04 * 160)
    assert added[outside].sum() == pytest.approx(0.2 * soft[outside].sum(), rel=0.05)


def test_seventy_to_thirty_keeps_the_light_of_a_plain_wall() -> None:
    wall = np.full((90, 120, 3), 180, np.uint8)
    made = glowing(wall, Glow(amount=0.3, radius=4, threshold=0.0, keep=0.7), "bt709")
    assert np.abs(made.astype(int) - 180).max() <= 1


def test_halation_is_red_and_only_around() -> None:
    glow = Glow(amount=0.5, radius=3, threshold=0.6, tint=(1.0, 0.3, 0.1), around=True)
    picture = lamp(level=220)
    made = glowing(picture, glow, "bt709").astype(int)
    red, green, blue = made[80, 138]
    assert red > green + 10 > blue + 10
    assert np.abs(made[78:82, 118:122] - 220).max() <= 1


def test_all_depths_agree() -> None:
    glow = Glow(amount=0.3, radius=3)
    eight = glowing(lamp(level=230), glow, "bt709")
    deep = glowing(lamp(level=230).astype(np.uint16) * 257, glow, "bt709")
    assert deep.dtype == np.uint16
    assert np.abs(deep / 257 - eight).max() <= 0.51


def test_a_curve_without_a_toe_is_computed_by_another() -> None:
    video = video_of(Scene())
    assert light_curve(video) == "bt709"
    for transfer, taken in (("iec61966-2-1", "iec61966-2-1"), ("gamma22", "bt709")):
        colour = Colour(transfer=transfer)
        assert light_curve(replace(video, colour=colour)) == taken
