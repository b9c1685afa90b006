"""A character stands at its place and as tall as is asked, whatever its picture is like."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style.hybrid import Hybrid
from afterglow.effects.style.standing import Body, body_of
from afterglow.frames import Frame, VideoInfo
from tests.effects.style.hybrid.figure import HYBRID, Plain, character, shown


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(("place", "middle"), [("left", 60), ("center", 100), ("right", 140)])
@pytest.mark.parametrize("size", [0.5, 0.8])
def test_the_character_stands_at_its_place_on_the_lower_edge(
    place: Any, middle: int, size: float, depth: int
) -> None:
    frame, video = character(depth=depth)
    made = shown(replace(HYBRID, place=place, size=size), frame, video)
    assert made.shape == (100, 200, 3) and made.dtype == frame.pixels.dtype
    unit = 1 if depth == 8 else 257
    rows, columns = np.nonzero(made[..., 0] > 150 * unit)
    assert rows.max() == 99 and abs(rows.min() - (100 - 50 * size)) <= 1
    assert abs(columns.mean() + 0.5 - middle) <= 0.5
    assert abs(np.ptp(columns) + 1 - 50 * size) <= 1
    away = made[:, np.abs(np.arange(200) - middle) > 30 * size + 2]
    assert (away == 60 * unit).all(), "elsewhere is the background"


@pytest.mark.parametrize(("place", "middle"), [("left", 60), ("right", 140)])
@pytest.mark.parametrize("size", [0.3, 0.9])
def test_a_body_in_its_picture_is_what_is_placed_and_sized(
    place: Any, middle: int, size: float
) -> None:
    """A small figure in a corner, which leaves the lower edge of its picture."""
    video = character()[1]
    alpha = np.zeros((80, 80), np.uint8)
    alpha[30:60, 52:64] = 255
    pixels = np.where(alpha[..., None] > 0, 200, 20).astype(np.uint8).repeat(3, axis=2)
    body = body_of([alpha])
    assert body == Body(pytest.approx(58 / 80), 30 / 80, 60 / 80)
    assert body is not None
    effect = replace(HYBRID, place=place, size=size, body=body)
    made = shown(effect, Frame(pixels, 0, alpha), video)
    rows, columns = np.nonzero(made[..., 0] > 150)
    assert abs(columns.mean() + 0.5 - middle) <= 1
    assert rows.max() == 99 and abs(rows.min() - 100 * (1 - size)) <= 1
    assert abs(np.ptp(columns) + 1 - 100 * size * 12 / 30) <= 2


def test_a_body_is_held_over_time_without_specks_and_rare_reaches() -> None:
    def matte(left: int, top: int, bottom: int, level: int = 255) -> NDArray[np.uint8]:
        made = np.zeros((100, 200), np.uint8)
        made[top:bottom, left : left + 20] = level
        made[2:5, 180:190] = 255
        return made

    walk = [matte(40 + 4 * n, 30, 90) for n in range(11)]
    thrown_up = [*walk[:5], matte(60, 0, 90), *walk[6:]]
    for each in (walk, thrown_up, [*walk, matte(0, 10, 10)]):
        found = body_of(each)
        assert found is not None
        assert (found.middle, found.bottom) == (pytest.approx(0.35, abs=0.011), 0.9)
        assert found.top == pytest.approx(0.3, abs=0.02)
    jump = body_of([*walk, matte(60, 20, 96)])
    assert jump is not None and jump.bottom == 0.96, "feet stay in the frame"
    assert body_of([]) is None and body_of([np.zeros((9, 9), np.uint16)]) is None


def test_a_character_may_reach_beyond_the_frame() -> None:
    frame, video = character()
    made = shown(replace(HYBRID, place="left", size=2.0), frame, video)
    rows, columns = np.nonzero(made[..., 0] > 150)
    assert rows.min() <= 1 and abs(columns.min() - 10) <= 1 and abs(columns.max() - 109) <= 1


def test_pixels_that_are_not_square_become_square() -> None:
    frame, video = character()
    made = shown(replace(HYBRID, size=0.8), frame, replace(video, sample_aspect=Fraction(2)))
    columns = np.nonzero(made[..., 0] > 150)[1]
    assert abs(np.ptp(columns) + 1 - 80) <= 1


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 40), (17, 1)])
def test_small_characters_and_frames_work(size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(1)
    each = rng.integers(0, 256, (height, width, 4), np.uint8)
    frame = Frame(each[..., :3].copy(), 0, each[..., 3].copy())
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25), alpha=True)
    for canvas in ((2, 2), (64, 48)):
        made = shown(Hybrid(Plain(), *canvas), frame, video)
        assert made.shape == (canvas[1], canvas[0], 3)
