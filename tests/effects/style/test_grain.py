"""Grain: no mean, the same again, of the size and place it is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style.grain import Grain, _square, grained, window

GREY = 110


def plain(level: int = GREY, height: int = 1080, width: int = 480) -> NDArray[np.uint8]:
    return np.full((height, width, 3), level, np.uint8)


def by(level: int = GREY, pts: int = 5, amount: float = 4.0, **more: Any) -> NDArray[np.float64]:
    grain = Grain(amount, **more)
    return grained(plain(level), grain, pts).astype(np.float64) - level


def test_the_square_has_no_sum() -> None:
    for sigma in (0.45, 1.0):
        assert _square(sigma, 3).sum(dtype=np.int64) == 0


def test_a_whole_square_has_no_mean() -> None:
    assert window(2048, 1024, Grain(3.0), 9).sum(dtype=np.int64) == 0


@pytest.mark.parametrize("level", [20, 60, 110, 200, 240])
def test_no_level_becomes_brighter(level: int) -> None:
    means = [by(level, pts).mean() for pts in range(12)]
    assert abs(float(np.mean(means))) < 0.02
    assert max(map(abs, means)) < 0.1


def test_it_is_as_strong_as_it_is_asked_for() -> None:
    assert by(round(0.4 * 255)).std() == pytest.approx(4.0, rel=0.05)
    assert by(round(0.4 * 255), amount=12.0).std() == pytest.approx(12.0, rel=0.05)


def test_black_and_white_have_none_and_lights_have_little() -> None:
    assert not by(0).any()
    assert not by(255).any()
    assert 0.2 < by(235).std() < 0.5 * by().std()


def test_all_channels_are_grained_alike() -> None:
    noise = by()
    assert np.array_equal(noise[..., 0], noise[..., 1])
    assert np.array_equal(noise[..., 0], noise[..., 2])


def test_every_frame_and_seed_has_its_own_and_the_same_again() -> None:
    assert np.array_equal(by(pts=5), by(pts=5))
    for other in (by(pts=6), by(pts=-5), by(seed=1)):
        assert abs(np.corrcoef(by(pts=5).ravel(), other.ravel())[0, 1]) < 0.02


def test_larger_grains_are_softer() -> None:
    def neighbours(size: float) -> float:
        noise = by(amount=8.0, size=size)[..., 0]
        return float(np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1])

    assert neighbours(0.04) < 0.15
    assert neighbours(0.15) > 0.7


def test_a_small_picture_has_the_grain_of_a_large_one_made_small() -> None:
    grain = Grain(8.0, size=0.06)
    large = grained(plain(), grain, 3).astype(np.float64)[..., 0]
    made_small = large.reshape(270, 4, 120, 4).mean(axis=(1, 3))
    small = grained(plain(height=270, width=120), grain, 3)[..., 0].astype(np.float64)
    assert 0.6 < small.std() / made_small.std() < 1.6


def test_sixteen_bits_are_grained_as_much() -> None:
    deep = plain().astype(np.uint16) * 257
    noise = (grained(deep, Grain(4.0), 5).astype(np.float64) - GREY * 257) / 257
    assert np.abs(noise - by()).max() <= 0.51
    assert len(np.unique(noise)) > 200
