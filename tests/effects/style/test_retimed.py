"""Another frame rate: exact times, true pictures between, cuts and lengths kept."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from afterglow.effects.style.retimed import Retimed
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo
from tests import contract
from tests.promises import Promises
from tests.scenes import Scene, Subject, frames_of, joined, pan, video_of, walk

SCENE = Scene(
    160, 96, 12, camera=pan(1.5, 0.5), subject=Subject(area=0.1, path=walk(step=(0.015, 0.006)))
)
RATES = [Fraction(15), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60)]


def made(rate: Fraction, scene: Scene = SCENE, smooth: bool = True, **more: bool) -> list[Frame]:
    return list(Retimed(rate, smooth).stream(frames_of(scene, **more), video_of(scene, **more)))


class TestContract(Promises):
    """The promises of every effect whose rate comes out as it went in."""

    @pytest.fixture(params=[True, False], ids=["smooth", "nearest"])
    def effect(self, request: pytest.FixtureRequest) -> Retimed:
        return Retimed(Fraction(30), request.param)

    test_small_and_short_videos = staticmethod(contract.test_small_and_short_videos_work)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("smooth", [True, False])
def test_times_are_exact_and_the_length_stays(rate: Fraction, smooth: bool) -> None:
    plan = Retimed(rate, smooth).plan(video_of(SCENE))
    frames = made(rate, smooth=smooth)
    assert [frame.pts for frame in frames] == list(range(len(frames)))
    assert plan.frames == len(frames) and plan.time_base == 1 / rate == 1 / plan.rate
    assert abs(len(frames) / rate - Fraction(12, 25)) <= 1 / (2 * rate)


def test_pictures_between_are_near_the_true_ones() -> None:
    taken = [frame for t, frame in enumerate(frames_of(SCENE, alpha=True)) if t % 2 == 0]
    slow = replace(video_of(SCENE, alpha=True), rate=Fraction(25, 2), frames=6)
    found = list(Retimed(Fraction(25)).stream(iter(taken), slow))
    inside = np.s_[8:-8, 8:-8]
    for frame, true in zip(found[:11], SCENE, strict=False):
        assert np.abs(frame.pixels[inside].astype(float) - true.rgb[inside]).mean() < 2.5
        assert frame.alpha is not None
        assert np.abs(frame.alpha[inside].astype(float) - true.alpha[inside]).mean() < 2
    assert all(np.array_equal(found[2 * t].pixels, each.pixels) for t, each in enumerate(taken))


def test_nearest_pictures_are_those_that_were_there() -> None:
    sources = {view.rgb.tobytes(): t for t, view in enumerate(SCENE)}
    shown = [
        sources[np.asarray(frame.pixels).tobytes()] for frame in made(Fraction(60), smooth=False)
    ]
    assert shown == sorted(shown) and set(shown) == set(range(12))
    for tick, t in enumerate(shown[:27]):
        assert abs(Fraction(tick, 60) - Fraction(t, 25)) <= Fraction(1, 50)


def test_no_picture_is_made_across_a_cut() -> None:
    other = replace(SCENE, seed=11, frames=4)
    video = video_of(SCENE)
    frames = list(frames_of(joined(replace(SCENE, frames=4), other)))
    real = {np.asarray(frame.pixels).tobytes() for frame in frames[3:5]}
    found = list(Retimed(Fraction(100)).stream(iter(frames), video))
    assert {np.asarray(frame.pixels).tobytes() for frame in found[12:17]} == real


def test_a_varying_rate_is_evened_and_what_was_held_is_held() -> None:
    times = [0, 40, 80, 1080, 1120]
    frames = [Frame(view.rgb, pts) for view, pts in zip(SCENE, times, strict=False)]
    video = VideoInfo(160, 96, Fraction(25), Fraction(1, 1000))
    found = list(Retimed(Fraction(50)).stream(iter(frames), video))
    assert [frame.pts for frame in found] == list(range(58))
    held = [np.array_equal(frame.pixels, frames[2].pixels) for frame in found]
    assert all(held[4:51]) and not any(held[52:])
    assert not np.array_equal(found[52].pixels, frames[3].pixels)


def test_times_rounded_to_milliseconds_are_no_reason_for_new_pictures() -> None:
    frames = [Frame(view.rgb, round(t * 1000 / 30)) for t, view in enumerate(SCENE)]
    video = VideoInfo(160, 96, Fraction(24), Fraction(1, 1000), frames=12)
    found = list(Retimed(Fraction(30)).stream(iter(frames), video))
    assert all(
        np.array_equal(one.pixels, other.pixels) for one, other in zip(found, frames, strict=False)
    )


def test_at_its_own_rate_a_video_stays() -> None:
    frames = [Frame(view.rgb, 20 + 40 * t) for t, view in enumerate(SCENE)]
    video = VideoInfo(160, 96, Fraction(25), Fraction(1, 1000), frames=12)
    found = list(Retimed(Fraction(25)).stream(iter(frames), video))
    assert [frame.pts for frame in found] == list(range(1, 13))
    assert {id(each.pixels) for each in found} <= {id(each.pixels) for each in frames}


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(60)])
def test_the_reach_is_honest(rate: Fraction, smooth: bool) -> None:
    effect, video = Retimed(rate, smooth), video_of(SCENE)
    reach = effect.reach(video)
    frames = list(frames_of(SCENE))
    whole = [each for each in effect.stream(iter(frames), video) if 5 <= each.pts / rate * 25 < 9]
    cut = frames[5 - reach.past : 9 + reach.future]
    part = [each for each in effect.stream(iter(cut), video) if 5 <= each.pts / rate * 25 < 9]
    assert contract.same(whole, part) and whole


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="0 frames per second"):
        Retimed(Fraction(0)).plan(video_of(SCENE))
    strange = replace(video_of(SCENE), colour=Colour(transfer="log100"))
    with pytest.raises(UsageError, match="log100"):
        Retimed(Fraction(30)).plan(strange)
    assert Retimed(Fraction(30), smooth=False).plan(strange).rate == 30
