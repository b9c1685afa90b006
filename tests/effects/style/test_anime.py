"""Anime: flat tones, dark lines where they belong, and neither flickers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from afterglow.effects.style.looks import look_named
from afterglow.effects.style.looks.anime import line_field, tones, uncrowded
from afterglow.effects.style.looks.held import Follower, step_between
from tests.effects.style.steadiness import kept, noisy, painted, wandering


def disc(side: int = 96, radius: float = 28.0) -> np.ndarray:
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    inside = np.clip(radius - np.hypot(x, y) + 0.5, 0, 1)
    return (70 + 120 * inside).astype(np.float32)


def test_a_line_runs_on_the_dark_side_of_an_edge() -> None:
    field = line_field(disc())
    y, x = np.mgrid[:96, :96] - 47.5
    away = np.hypot(x, y)
    assert field[np.abs(away - 29.5) < 0.7].min() > 2.9, "a whole line"
    assert field[np.abs(away - 26.5) < 0.7].max() < 0, "nothing on the bright side"
    assert np.abs(field[away < 20]).max() < 0.01


def test_texture_gets_fewer_lines_than_an_outline() -> None:
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 60, (128, 128)).astype(np.float32)
    grass = 100 + cv2.GaussianBlur(noise, (0, 0), sigmaX=1.0, sigmaY=5.0)
    before, after = line_field(grass), uncrowded(line_field(grass))
    assert (after > 0.9).mean() < 0.4 * (before > 0.9).mean()
    assert uncrowded(line_field(disc())).max() > 2.9


def test_light_is_drawn_in_steps() -> None:
    table = tones()
    slope = np.diff(table)
    assert table[0] == 0 and table[255] == pytest.approx(255) and (slope > 0).all()
    flat = np.sort(slope)[: len(slope) // 2].mean()
    assert np.sort(slope)[-20:].mean() > 3 * flat, "steep between two tones, flat within one"


@pytest.mark.parametrize("depth", [8, 16])
def test_texture_goes_and_the_edge_stays(depth: int) -> None:
    rng = np.random.default_rng(1)
    grey = disc(160, 50) + rng.normal(0, 4, (160, 160))
    white = 255 if depth == 8 else 65535
    kind = np.uint8 if depth == 8 else np.uint16
    picture = np.repeat(np.rint(grey * white / 255)[..., None], 3, axis=2).astype(kind)
    (drawn,) = painted(look_named("anime"), [picture])
    level = drawn[..., 1].astype(float) * 255 / white
    y, x = np.mgrid[:160, :160] - 79.5
    away = np.hypot(x, y)
    assert level[away < 40].std() < 0.5 * 4
    assert level[np.abs(away - 51.5) < 0.5].mean() < 0.6 * level[away > 70].mean(), "the line"


def test_what_stands_still_does_not_flicker() -> None:
    before, after = kept(look_named("anime"), noisy())
    assert after.mean_spread <= 0.5
    assert after.pixel_spread < 0.6 * before.pixel_spread


def test_what_moves_flickers_no_more_than_in_the_source() -> None:
    before, after = wandering(look_named("anime"))
    assert after <= 1.3 * before


def test_a_cut_is_no_step() -> None:
    rng = np.random.default_rng(5)
    one, two = (
        cv2.GaussianBlur(rng.integers(0, 256, (64, 96), np.uint8), (0, 0), 3) for _ in range(2)
    )
    follower = Follower()
    assert follower.step(one) is None
    assert follower.step(one) is not None
    assert follower.step(two) is None, "another shot"


def test_a_step_says_where_things_were() -> None:
    rng = np.random.default_rng(6)
    world = cv2.GaussianBlur(rng.normal(128, 300, (80, 140)), (0, 0), 3)
    levels = np.clip(world, 0, 255).astype(np.uint8)
    step = step_between(levels[:64, 4:100].copy(), levels[:64, 2:98].copy())
    assert step is not None
    way = step.at(192, 128)[32:-32, 32:-32]
    assert np.median(way[..., 0]) == pytest.approx(-4, abs=0.2)
    assert np.median(way[..., 1]) == pytest.approx(0, abs=0.2)
    carried = step.carried(levels[:64, 4:100].astype(np.float32))
    assert np.abs(carried - levels[:64, 2:98])[8:-8, 8:-8].mean() < 1.5
