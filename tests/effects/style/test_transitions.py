"""Transitions: exact ends, light that stays even, edges that are soft, ways that are followed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from afterglow import ops
from afterglow.effects.style.transitions import (
    TRANSITIONS,
    crossed,
    dip,
    dissolve,
    flow,
    slide,
    wipe,
)
from afterglow.frames import Frame
from tests.scenes import Scene

ONE = Scene(96, 64, seed=2).view(0).rgb
OTHER = Scene(96, 64, seed=7).view(0).rgb


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("name", TRANSITIONS)
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (40, 1), (48, 40)])
def test_ends_are_the_pictures_and_between_is_neither(
    name: str, size: tuple[int, int], depth: int
) -> None:
    rng = np.random.default_rng(4)
    kind = np.uint8 if depth == 8 else np.uint16
    one, other = rng.integers(0, 1 << depth, (2, size[1], size[0], 3)).astype(kind)
    before = one.copy(), other.copy()
    go = TRANSITIONS[name]
    assert np.array_equal(go(one, other, 0.0), one) and np.array_equal(go(one, other, 1.0), other)
    for share in (0.25, 0.5, 0.9):
        made = go(one, other, share)
        assert made.shape == one.shape and made.dtype == one.dtype
        if size == (48, 40):
            assert not np.array_equal(made, one) and not np.array_equal(made, other)
    assert np.array_equal(one, before[0]) and np.array_equal(other, before[1])


@pytest.mark.parametrize("name", TRANSITIONS)
def test_every_transition_goes_on_without_a_jump(name: str) -> None:
    shares = np.linspace(0, 1, 41)
    made = [TRANSITIONS[name](ONE, OTHER, float(share)).astype(float) for share in shares]
    steps = [np.abs(b - a).mean() for a, b in pairwise(made)]
    whole = np.abs(ONE.astype(float) - OTHER).mean()
    assert max(steps) < 0.35 * whole
    apart = [np.abs(each - OTHER).mean() for each in made]
    assert apart[0] > apart[38] > apart[40] == 0
    assert name == "dip" or apart[0] > apart[20] > apart[38]


@pytest.mark.parametrize("name", TRANSITIONS)
def test_pictures_of_two_shapes_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no transition"):
        TRANSITIONS[name](ONE, OTHER[:-1], 0.5)


def test_a_dissolve_mixes_light() -> None:
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    half = dissolve(black, white, 0.5)
    assert abs(int(half[0, 0, 0]) - 180) <= 1, "half of the light is level 180 of BT.709"
    light = ops.to_linear(half, "bt709")
    assert abs(float(light.mean()) - 0.5) < 0.01


def test_a_dip_is_black_in_the_middle() -> None:
    assert dip(ONE, OTHER, 0.5).max() == 0
    assert np.abs(dip(ONE, OTHER, 0.25) - ONE / 2).max() <= 0.51
    assert np.abs(dip(ONE, OTHER, 0.75) - OTHER / 2).max() <= 0.51


def test_a_wipe_uncovers_from_the_left_behind_a_soft_edge() -> None:
    made = wipe(np.zeros((8, 400, 3), np.uint8), np.full((8, 400, 3), 255, np.uint8), 0.5)
    line = made[3, :, 0].astype(int)
    assert (np.diff(line) <= 0).all() and line[0] == 255 and line[-1] == 0
    assert np.abs(np.diff(line)).max() < 20, "no hard edge"
    middle = np.flatnonzero(ops.to_linear(made[3:4], "bt709")[0, :, 0] < 0.5)[0]
    assert abs(middle - 200) < 2


def test_a_slide_moves_by_parts_of_a_pixel() -> None:
    x = np.arange(200)
    wave = np.rint(127 + 100 * np.sin(x / 6)).astype(np.uint8)
    one = np.repeat(np.tile(wave, (8, 1))[..., None], 3, axis=2)
    for share in (0.1013, 0.3337):
        line = slide(one, one, share)[4, 10:90, 1]
        true = 127 + 100 * np.sin((x[10:90] + share * 200) / 6)
        assert np.abs(line - true).max() < 2


def test_a_flow_carries_things_along() -> None:
    pictures = []
    for left in (40, 56):
        picture = np.full((80, 120, 3), 60, np.uint8)
        picture[30:50, left : left + 24] = (220, 200, 180)
        pictures.append(picture)
    made = flow(pictures[0], pictures[1], 0.5).astype(float)[..., 0] - 60
    middle = float((made.sum(0) * np.arange(120)).sum() / made.sum())
    assert abs(middle - 59.5) < 2
    ghosted = dissolve(pictures[0], pictures[1], 0.5).astype(float)[..., 0] - 60
    assert made[40].std() > ghosted[40].std() + 5, "one thing on its way, and not two faint ones"


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_matte_goes_along(name: str) -> None:
    ramp = np.linspace(0, 255, 96).astype(np.uint8)[None].repeat(64, 0)
    one, other = Frame(ONE, 7, ramp), Frame(OTHER, 9, np.full_like(ramp, 255))
    made = crossed(name, one, other, 0.5)
    assert made.pts == 7 and made.alpha is not None
    assert made.alpha.shape == ramp.shape and made.alpha.mean() > ramp.mean()
    plain = np.array_equal(made.pixels, TRANSITIONS[name](ONE, OTHER, 0.5))
    assert plain == (name not in ("dissolve", "wipe")), "these two weigh colours by what is seen"
    assert crossed(name, Frame(ONE, 0), other, 0.5).alpha is None
    if name == "dip":
        assert abs(float(made.alpha.mean()) - (ramp.mean() + 255) / 2) < 1


@pytest.mark.parametrize("name", ["dissolve", "wipe"])
def test_what_a_matte_hides_does_not_darken_what_the_other_shows(name: str) -> None:
    clear, solid = np.zeros((8, 40), np.uint8), np.full((8, 40), 255, np.uint8)
    hidden, red = np.zeros((8, 40, 3), np.uint8), np.full((8, 40, 3), (200, 40, 30), np.uint8)
    for share in (0.3, 0.5, 0.8):
        coming = crossed(name, Frame(hidden, 0, clear), Frame(red, 0, solid), share)
        going = crossed(name, Frame(red, 0, solid), Frame(hidden, 0, clear), share)
        for made in (coming, going):
            assert made.alpha is not None
            seen = np.asarray(made.pixels)[np.asarray(made.alpha) > 0].astype(int)
            assert len(seen) and np.abs(seen - (200, 40, 30)).max() <= 1
