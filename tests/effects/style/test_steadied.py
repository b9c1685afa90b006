"""Temporal smoothing: less noise, no trails, no blur of what moves or rests."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from afterglow.effects.style.steadied import Steadied, alike, way_back
from afterglow.errors import UsageError
from afterglow.frames import Effect, VideoInfo
from tests.contract import (  # noqa: F401
    given,
    same,
    scene,
    taken,
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
from tests.effects.style.steadiness import kept, noisy, painted
from tests.scenes import Scene, frames_of, pan


@pytest.fixture(scope="module")
def effect() -> Effect:
    return Steadied()


def crossing(count: int, noise: float, seed: int = 1) -> list[np.ndarray]:
    """A bright textured square that crosses a darker ground at 6 pixels a frame, under noise."""
    rng = np.random.default_rng(seed)
    ground = 90 + 25 * cv2.GaussianBlur(rng.normal(size=(120, 200, 3)), (0, 0), 2) * 4
    square = 190 + 20 * cv2.GaussianBlur(rng.normal(size=(40, 40, 3)), (0, 0), 2) * 4
    pictures = []
    for t in range(count):
        picture = ground.copy()
        picture[40:80, 10 + 6 * t : 50 + 6 * t] = square
        picture += rng.normal(0, noise, picture.shape)
        pictures.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    return pictures


def test_noise_goes_down_to_half() -> None:
    before, after = kept(Steadied(0.6), noisy(16), skip=8)
    assert after.pixel_spread < 0.62 * before.pixel_spread
    assert after.mean_spread <= 0.5


def test_a_moving_square_leaves_no_trail() -> None:
    """Where it was, the ground is at once what it is; a plain average shows 24 levels of it."""
    clean, made = crossing(16, 0), painted(Steadied(0.75), crossing(16, 3))
    for t in range(4, 16):
        left = slice(max(0, 10 + 6 * t - 30), 10 + 6 * t - 2)
        trail = made[t][42:78, left].astype(float) - clean[t][42:78, left]
        assert abs(trail.mean()) < 1.5
        assert np.abs(cv2.blur(trail, (7, 7))).max() < 9


def test_noise_goes_down_while_a_square_moves() -> None:
    clean, noise = crossing(16, 0), crossing(16, 6)
    made = painted(Steadied(0.6), noise)
    apart = [np.std(each[15].astype(float) - clean[15]) for each in (noise, made)]
    assert apart[1] < 0.75 * apart[0]


def test_what_moves_stays_sharp() -> None:
    shot = Scene(200, 120, frames=14, camera=pan(1.37, 0.4), seed=3)
    source = [np.asarray(frame.pixels) for frame in frames_of(shot)]
    made = painted(Steadied(0.7), source)

    def sharpness(picture: np.ndarray) -> float:
        return float(cv2.Laplacian(picture[20:-20, 20:-20].astype(float), cv2.CV_64F).std())

    assert sharpness(made[-1]) > 0.85 * sharpness(source[-1])


def test_what_rests_is_not_touched_without_noise() -> None:
    picture = noisy(1, sigma=0)[0]
    made = painted(Steadied(0.8), [picture] * 10)
    assert np.abs(made[-1].astype(int) - picture).max() <= 1


def test_a_cut_begins_anew() -> None:
    one, two = (next(iter(Scene(96, 64, frames=1, seed=seed))).rgb for seed in (1, 2))
    made = painted(Steadied(0.8), [one, one, two, two])
    assert np.abs(made[2].astype(int) - two).max() <= 1
    assert way_back(one[..., 1].copy(), two[..., 1].copy(), 96, 64) is None


def test_only_what_is_alike_in_every_channel_counts() -> None:
    one = np.full((16, 16, 3), 90, np.uint8)
    other = one + np.array([0, 0, 30], np.uint8)
    assert alike(one, one).min() == 1
    assert alike(one, other).max() < 0.01
    assert alike(one, one + np.uint8(2)).min() > 0.9


def test_nothing_of_it_is_the_source() -> None:
    frames, video = taken(scene())
    assert same(given(Steadied(0.0), frames, video), frames)


@pytest.mark.parametrize("amount", [-0.1, 0.95])
def test_an_amount_out_of_range_is_a_usage_error(amount: float) -> None:
    with pytest.raises(UsageError, match=r"0 to 0\.9"):
        Steadied(amount).plan(VideoInfo(64, 64, Fraction(25), Fraction(1, 25)))
