"""Looks: the promises of every effect, strength, seeds, and what each look is."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.style.looks import LOOKS, LookSettings, look_named
from afterglow.errors import UsageError
from afterglow.frames import Effect
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

NAMES = [name for name in LOOKS if name != "none"]


@pytest.fixture(scope="module", params=NAMES)
def effect(request: pytest.FixtureRequest) -> Effect:
    return LOOKS[request.param](LookSettings(seed=4))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("name", LOOKS)
def test_no_strength_is_the_source(name: str, depth: int) -> None:
    frames, video = taken(scene(depth), alpha=True)  # type: ignore[arg-type]
    assert same(given(look_named(name, 0.0), frames, video), frames)


@pytest.mark.parametrize("name", NAMES)
def test_strength_is_a_share_of_the_look(name: str) -> None:
    frames, video = taken(scene(frames=6))
    pictures = [
        np.stack([np.asarray(frame.pixels, float) for frame in given(look, frames, video)])
        for look in (look_named(name, share, 4) for share in (0.0, 0.5, 1.0))
    ]
    none, half, whole = pictures
    full = np.abs(whole - none).mean()
    assert full > 3
    assert 0.3 * full < np.abs(half - none).mean() < 0.7 * full


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(UsageError, match=r"no style of that name \(noire\)") as caught:
        look_named("noire")
    assert "noir" in caught.value.hint


@pytest.mark.parametrize("strength", [-0.1, 1.1])
def test_a_strength_out_of_range_is_a_usage_error(strength: float) -> None:
    with pytest.raises(UsageError, match="strength"):
        look_named("noir", strength)
