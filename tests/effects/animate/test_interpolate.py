"""Frames between frames, against those that were left out."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.animate.interpolate import interpolated
from tests.scenes import Scene, Subject, pan, walk

SCENE = Scene(
    192, 112, 9, camera=pan(1.1, 0.4), subject=Subject(area=0.1, path=walk(step=(0.015, 0.006)))
)
TRUE = [view.rgb for view in SCENE]


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    inside = np.s_[8:-8, 8:-8]
    apart = np.square(one.astype(float) - other)[inside].mean()
    return float(10 * np.log10(255**2 / max(apart, 1e-9)))


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
def test_every_frame_stays_exactly_where_it_was(factor: int) -> None:
    made = list(interpolated(iter(TRUE), factor))
    assert len(made) == (len(TRUE) - 1) * factor + 1
    for frame, kept in zip(TRUE, made[::factor], strict=True):
        assert np.array_equal(frame, kept)


@pytest.mark.parametrize("factor", [2, 4])
def test_frames_between_are_near_the_true_ones_and_better_than_a_fade(factor: int) -> None:
    given = TRUE[::factor]
    made = list(interpolated(given, factor))
    for t in range(len(made)):
        if t % factor:
            low, high = given[t // factor], given[t // factor + 1]
            share = t % factor / factor
            fade = low * (1 - share) + high * share
            assert psnr(made[t], TRUE[t]) > 30
            assert psnr(made[t], TRUE[t]) > psnr(fade, TRUE[t]) + 5


def test_light_stays_even_between() -> None:
    made = np.array([frame.mean() for frame in interpolated(TRUE[::4], 4)])
    true = np.array([frame.mean() for frame in TRUE])
    assert np.abs(made - true).max() < 1


def test_a_cut_stays_a_cut() -> None:
    other = Scene(192, 112, seed=9).view(0).rgb
    made = list(interpolated([TRUE[0], other], 4))
    assert [int(np.array_equal(each, other)) for each in made] == [0, 0, 1, 1, 1]
    assert all(np.array_equal(each, TRUE[0]) for each in made[:2])


@pytest.mark.parametrize("size", [(1, 1), (40, 8), (31, 31), (32, 32), (300, 33), (600, 32)])
def test_small_and_thin_pictures_work(size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 256, (height, width, 3), np.uint8) for _ in range(2)]
    made = list(interpolated(frames, 3))
    assert len(made) == 4 and all(each.shape == frames[0].shape for each in made)
    assert np.array_equal(made[0], frames[0]) and np.array_equal(made[3], frames[1])
    if min(size) < 32:
        assert (made[1].astype(int) <= np.maximum(*frames)).all()


def test_equal_frames_stay() -> None:
    made = list(interpolated([TRUE[0], TRUE[0].copy()], 3))
    assert all(np.array_equal(each, TRUE[0]) for each in made)


def test_no_frames_and_one_frame() -> None:
    assert list(interpolated([], 2)) == []
    assert len(list(interpolated(TRUE[:1], 5))) == 1
    with pytest.raises(ValueError, match="0 frames"):
        list(interpolated(TRUE, 0))
