"""Light and air: how much, how softly, and that nothing depends on what went before."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from afterglow import ops
from afterglow.effects.style.air import Bloom, Fog, Lighting, lit, pool, thickness, veil
from afterglow.effects.style.looks import look_named
from afterglow.errors import UsageError
from afterglow.frames import Colour, Effect, Frame, VideoInfo
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

NEAR_RIGHT = np.tile(np.linspace(0, 1, 48, dtype=np.float32), (36, 1))
EFFECTS = {
    "lighting": Lighting(0.3),
    "fog": Fog(0.4, seed=3),
    "fog-in-depth": Fog(0.4, distances=lambda frame: NEAR_RIGHT),
}


@pytest.fixture(scope="module", params=EFFECTS)
def effect(request: pytest.FixtureRequest) -> Effect:
    return EFFECTS[request.param]


def grey(level: int, count: int, width: int = 96, height: int = 54) -> list[Frame]:
    return [Frame(np.full((height, width, 3), level, np.uint8), pts) for pts in range(count)]


VIDEO = VideoInfo(96, 54, Fraction(5), Fraction(1, 5))


def light_of(frame: Frame) -> np.ndarray:
    return np.asarray(ops.to_linear(np.asarray(frame.pixels)[..., 1], "bt709"))


def test_the_key_light_goes_five_per_cent_up_and_down() -> None:
    source = light_of(grey(150, 1)[0])
    shares = [light_of(frame) / source - 1 for frame in given(Lighting(), grey(150, 40), VIDEO)]
    assert 0.045 < np.max(shares) < 0.06 and -0.06 < np.min(shares) < -0.03
    assert abs(np.mean(shares)) < 0.02


def test_the_key_light_goes_round_and_comes_back() -> None:
    assert np.allclose(pool(96, 54, 0.0), pool(96, 54, 1.0), atol=1e-5)
    bright = [np.unravel_index(pool(96, 54, turn).argmax(), (54, 96)) for turn in (0, 0.25, 0.5)]
    assert bright[0][1] > 80 and 30 < bright[1][1] < 66 and bright[2][1] < 16


def test_the_key_light_is_soft_and_slow() -> None:
    one, two = pool(96, 54, 0.3), pool(96, 54, 0.3 + 1 / 200)
    assert np.abs(np.diff(one, axis=1)).max() < 0.06
    assert 0 < np.abs(one - two).max() < 0.08


def test_light_is_multiplied_in_linear_light() -> None:
    pixels = np.full((8, 8, 3), 100, np.uint8)
    made = lit(pixels, np.full((2, 2), 1.5, np.float32), "bt709")
    before, after = (float(ops.to_linear(each, "bt709").mean()) for each in (pixels, made))
    assert after / before == pytest.approx(1.5, abs=0.02)


def test_usual_fog_is_two_per_cent_give_or_take_one() -> None:
    share = np.concatenate(
        [veil(thickness(240, 135, t, 0), 0.02, None).ravel() for t in range(0, 100, 5)]
    )
    assert share.mean() == pytest.approx(0.02, abs=0.002)
    assert 0.009 < share.min() < 0.014 and 0.026 < share.max() < 0.031


@pytest.mark.parametrize("density", [0.1, 0.5, 0.9])
def test_density_is_the_share_of_light(density: float) -> None:
    share = [veil(thickness(240, 135, t, 1), density, None).mean() for t in range(0, 200, 10)]
    assert np.mean(share) == pytest.approx(density, abs=0.06)


def test_whole_fog_hides_all_and_has_its_colour() -> None:
    (made,) = given(Fog(1.0, colour=(200, 180, 90)), grey(10, 1), VIDEO)
    assert np.abs(np.asarray(made.pixels, float) - (200, 180, 90)).max() <= 3


def test_fog_drifts_and_does_not_flicker() -> None:
    frames = given(Fog(0.5), grey(60, 26, 192, 108), replace(VIDEO, width=192, height=108))
    levels = np.stack([np.asarray(frame.pixels, float)[..., 1] for frame in frames])
    steps = np.diff(levels, axis=0)
    assert np.abs(levels[-1] - levels[0]).max() > 15, "it moved in five seconds"
    assert np.abs(steps).max() <= 12
    means = levels.mean(axis=(1, 2))
    assert np.abs(np.diff(means)).max() < 0.5
    assert np.abs(np.diff(means, 2)).max() < 0.15, "smoothly"


def test_fog_has_large_and_small_clouds() -> None:
    thick = thickness(240, 135, 0.0, 4)
    assert np.abs(np.diff(thick, axis=1)).max() < 0.2, "no edges"
    blocks = thick[:128, :].reshape(8, 16, 15, 16)
    assert blocks.mean(axis=(1, 3)).std() > 0.2 and blocks.std(axis=(1, 3)).mean() > 0.03


def test_clouds_are_as_large_at_every_size() -> None:
    small, large = thickness(96, 54, 3.0, 2), thickness(384, 216, 3.0, 2)
    assert np.abs(ops.resize(large, 96, 54) - small).mean() < 0.06


def test_fog_lies_deeper_on_what_is_far() -> None:
    near = np.tile(np.linspace(0, 1, 96, dtype=np.float32), (54, 1))
    (made,) = given(Fog(0.5, distances=lambda frame: near), grey(20, 1), VIDEO)
    columns = np.asarray(made.pixels, float)[..., 1].mean(axis=0)
    assert columns[:6].mean() > columns[-6:].mean() + 80
    assert columns[-1] <= 23, "none before the nearest"


def test_seeds_give_other_clouds() -> None:
    assert np.abs(thickness(96, 54, 0.0, 1) - thickness(96, 54, 0.0, 2)).mean() > 0.1


def test_none_of_it_is_the_source() -> None:
    frames, video = taken(scene())
    assert same(given(Fog(0.0), frames, video), frames)
    assert same(given(Lighting(0.0), frames, video), frames)


@pytest.mark.parametrize("effect_", [Fog(1.1), Fog(-0.1), Lighting(2.0), Lighting(0.1, 0.0)])
def test_values_out_of_range_are_usage_errors(effect_: Effect) -> None:
    with pytest.raises(UsageError):
        effect_.plan(VIDEO)


@pytest.mark.parametrize("effect_", [Fog(), Lighting(), Bloom(), look_named("noir")])
def test_what_is_made_for_sdr_refuses_hdr(effect_: Effect) -> None:
    with pytest.raises(UsageError, match="for SDR"):
        effect_.plan(replace(VIDEO, depth=16, colour=Colour(transfer="smpte2084")))
