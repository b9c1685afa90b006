"""What is known before the first pixel: reach, memory, number of frames."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from afterglow import engine, media
from afterglow.engine import plans
from afterglow.errors import DeviceError
from afterglow.frames import Reach, VideoInfo
from afterglow.media import ReadOptions
from tests.engine.fakes import QUIET, VIDEO, FakeSource, FakeTarget, Same, job


def test_a_cut_pulls_what_the_effects_reach(
    source: FakeSource, target: FakeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ReadOptions] = []

    def opens(name: str, reading: ReadOptions, say: object) -> FakeSource:
        asked.append(reading)
        return source

    monkeypatch.setattr(media, "open_source", opens)
    monkeypatch.setattr(media, "probe", lambda name: FakeSource(), raising=False)
    chain = [Same(past=3, future=1), Same(past=4)]
    engine.run(job(start=Fraction(1)), chain, QUIET)
    engine.run(job("-", duration=Fraction(1)), chain, QUIET)
    engine.run(job(), chain, QUIET)
    assert [each.reach for each in asked] == [Reach(7, 1), Reach(7, 1), Reach()]


def test_too_little_memory_is_refused_before_the_target(
    source: FakeSource, target: FakeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.video = replace(VIDEO, width=1920, height=1080)
    monkeypatch.setattr(plans, "memory_available", lambda device: 200_000_000)
    with pytest.raises(DeviceError, match="not enough memory on cpu") as caught:
        engine.run(job(), [Same(held=100)], QUIET)
    assert "--resolution 540" in caught.value.hint
    assert caught.value.exit_code == 5 and not target.written and target.left_by is None


def test_what_never_fits_is_said(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    source.video = replace(VIDEO, width=1920, height=1080)
    monkeypatch.setattr(plans, "memory_available", lambda device: 1)
    with pytest.raises(DeviceError) as caught:
        engine.run(job(), [Same(held=100)], QUIET)
    assert "fewer frames" in caught.value.hint


def test_the_plan_is_told_before_the_first_frame(source: FakeSource, target: FakeTarget) -> None:
    told: list[object] = []
    watch = replace(QUIET, start=told.append, step=told.append)
    engine.run(job(), [Same(held=2, past=4)], watch)
    plan = told[0]
    assert isinstance(plan, engine.Plan) and told[1:] == list(range(1, 11))
    assert (plan.encoder, plan.device, plan.frames, plan.reach) == ("fake", "cpu", 10, Reach(4, 0))
    assert plan.memory == (plans.IN_HAND + 2) * 4 * 2 * 3


@pytest.mark.parametrize(
    ("video", "duration", "frames"),
    [
        (VIDEO, None, 10),
        (replace(VIDEO, frames=None, duration=Fraction(4)), None, 100),
        (replace(VIDEO, frames=None, duration=Fraction(4)), Fraction(1), 25),
        (replace(VIDEO, frames=None), Fraction(2), 50),
        (replace(VIDEO, frames=None), None, None),
    ],
)
def test_frames_are_known_as_well_as_they_can_be(
    video: VideoInfo, duration: Fraction | None, frames: int | None
) -> None:
    assert plans.frames_of(video, ReadOptions(duration=duration)) == frames
