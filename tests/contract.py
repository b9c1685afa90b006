"""What every effect and every command promises, checked for all that are installed.

An effect is taken from its command, with its defaults and with each of its looks.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import click
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.frames import Effect, Frame, VideoInfo
from tests.asked import COMMANDS, NAMES, SETTINGS, effect_of, line_of
from tests.program import command_of
from tests.scenes import Camera, Scene, Subject, frames_of, hand_held, still, video_of


@pytest.fixture(scope="module", params=SETTINGS, ids=lambda each: "-".join(filter(None, each)))
def effect(request: pytest.FixtureRequest) -> Effect:
    return effect_of(*request.param)


def scene(depth: Literal[8, 16] = 8, **more: Any) -> Scene:
    size = {"width": 48, "height": 36, "frames": 20, **more}
    return Scene(**size, depth=depth, subject=Subject(), camera=hand_held(0.7), noise=1.0)


def taken(of: Scene, alpha: bool = False) -> tuple[list[Frame], VideoInfo]:
    """Frames that cannot be written to, and what they are."""
    frames = list(frames_of(of, alpha=alpha))
    for frame in frames:
        frame.pixels.flags.writeable = False  # type: ignore[union-attr]
        if frame.alpha is not None:
            frame.alpha.flags.writeable = False  # type: ignore[union-attr]
    return frames, video_of(of, alpha=alpha)


def given(effect: Effect, frames: Sequence[Frame], video: VideoInfo) -> list[Frame]:
    return list(effect.stream(iter(frames), video))


def same(one: Sequence[Frame], two: Sequence[Frame]) -> bool:
    return len(one) == len(two) and all(
        a.pts == b.pts
        and np.array_equal(a.pixels, b.pixels)
        and (a.alpha is None) == (b.alpha is None)
        and (a.alpha is None or np.array_equal(a.alpha, b.alpha))
        for a, b in zip(one, two, strict=True)
    )


@pytest.mark.parametrize("alpha", [False, True], ids=["plain", "matte"])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_plan_is_kept(effect: Effect, depth: Literal[8, 16], alpha: bool) -> None:
    frames, video = taken(scene(depth), alpha)
    plan = effect.plan(video)
    made = given(effect, frames, video)
    assert len(made) == (plan.frames if plan.frames is not None else len(made)) > 0
    for frame in made:
        kind = np.uint8 if plan.depth == 8 else np.uint16
        assert frame.pixels.shape == (plan.height, plan.width, 3) and frame.pixels.dtype == kind
        assert (frame.alpha is not None) == plan.alpha
        if frame.alpha is not None:
            assert frame.alpha.shape == (plan.height, plan.width) and frame.alpha.dtype == kind
    times = [frame.pts for frame in made]
    assert times == sorted(set(times)), "every frame has its own time"


def test_frames_that_were_taken_stay_as_they_are(effect: Effect) -> None:
    frames, video = taken(scene(), alpha=True)
    before = [(np.array(frame.pixels), np.array(frame.alpha)) for frame in frames]
    given(effect, frames, video)
    for frame, (pixels, alpha) in zip(frames, before, strict=True):
        assert np.array_equal(frame.pixels, pixels) and np.array_equal(frame.alpha, alpha)


def test_frames_that_were_given_stay_as_they_are(effect: Effect) -> None:
    frames, video = taken(scene())
    seen = [(frame, np.array(frame.pixels)) for frame in effect.stream(iter(frames), video)]
    assert all(np.array_equal(frame.pixels, pixels) for frame, pixels in seen)


def test_an_empty_video_stays_empty(effect: Effect) -> None:
    assert given(effect, [], video_of(scene())) == []


@pytest.mark.parametrize("alpha", [False, True], ids=["plain", "matte"])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 2), (1, 40), (17, 1), (48, 36)])
def test_small_and_short_videos_work(effect: Effect, size: tuple[int, int], alpha: bool) -> None:
    width, height = size
    for count in (1, 2, 4):
        pictures = np.random.default_rng(3).integers(0, 256, (count, height, width, 4), np.uint8)
        frames = [
            Frame(each[..., :3].copy(), pts, each[..., 3].copy() if alpha else None)
            for pts, each in enumerate(pictures)
        ]
        video = VideoInfo(width, height, Fraction(25), Fraction(1, 25), alpha=alpha, frames=count)
        made = given(effect, frames, video)
        assert len(made) == effect.plan(video).frames
        assert all(frame.pixels.shape[:2] == (height, width) for frame in made)


def test_two_videos_at_once_do_not_meet(effect: Effect) -> None:
    one, video = taken(scene())
    two, _ = taken(replace(scene(), seed=5))
    both = zip(effect.stream(iter(one), video), effect.stream(iter(two), video), strict=True)
    first, second = (list(each) for each in zip(*both, strict=True))
    assert same(first, given(effect, one, video)) and same(second, given(effect, two, video))
    assert not same(first, second)


@pytest.mark.parametrize(
    ("camera", "size", "levels"),
    [(still(), (48, 36), 0.1), (hand_held(0.7), (96, 72), 2.0)],
    ids=["still", "hand-held"],
)
def test_the_reach_is_honest(
    effect: Effect, camera: Camera, size: tuple[int, int], levels: float
) -> None:
    """A run with pre-roll and post-roll equals the whole run; a quarter less of it is seen.

    Under a moving camera the two runs measure it from different beginnings, some hundredths of a
    pixel apart: 2 levels. A reach that is a quarter too short shows as 5 levels and more.
    """
    width, height = size
    shot = replace(scene(width=width, height=height), camera=camera)
    reach = effect.reach(video_of(shot))
    start, end = reach.past + 3, reach.past + 8
    frames, video = taken(replace(shot, frames=end + reach.future + 3))
    whole = [frame for frame in given(effect, frames, video) if start <= frame.pts < end]
    cut = frames[start - reach.past : end + reach.future]
    part = [frame for frame in given(effect, cut, video) if start <= frame.pts < end]
    assert (
        [frame.pts for frame in part] == [frame.pts for frame in whole] == list(range(start, end))
    )
    one, two = (np.stack([np.asarray(frame.pixels) for frame in run]) for run in (whole, part))
    assert np.sqrt(np.mean(np.square(one.astype(float) - two))) <= levels


def test_memory_is_stated_and_kept(effect: Effect) -> None:
    video = video_of(scene(width=96, height=72))
    stated = effect.memory(video)
    assert isinstance(stated, int) and stated > 0
    assert effect.memory(replace(video, width=192, height=144)) > 2 * stated
    held = [held_by(effect, video, count) for count in (50, 90)]
    assert held[1] <= held[0] * 1.1 + 65536, "memory grows with length"
    assert held[1] <= stated + 6 * 96 * 72 * 3, "more is held than stated"


def held_by(effect: Effect, video: VideoInfo, count: int) -> int:
    """Most bytes that a stream holds between two frames."""
    rng = np.random.default_rng(9)
    base = rng.integers(0, 200, (72, 96, 3), np.uint8)

    def frames() -> Iterator[Frame]:
        for pts in range(count):
            pixels = np.roll(base, pts % 7, axis=1)
            pixels[20:40, pts % 60 : pts % 60 + 20] = 255
            yield Frame(pixels, pts)

    given(effect, list(frames())[:30], video)  # what is made once and kept is not the stream's
    tracemalloc.start()
    start = tracemalloc.get_traced_memory()[0]
    most = 0
    for _ in effect.stream(frames(), video):
        most = max(most, tracemalloc.get_traced_memory()[0] - start)
    tracemalloc.stop()
    return most


def test_the_same_twice(effect: Effect) -> None:
    frames, video = taken(scene())
    assert same(given(effect, frames, video), given(effect, frames, video))


@pytest.fixture(params=COMMANDS)
def named(request: pytest.FixtureRequest) -> tuple[str, click.Command]:
    return request.param, command_of(request.param)


def test_a_command_explains_itself(named: tuple[str, click.Command]) -> None:
    name, command = named
    assert command.short_help and len(command.short_help) <= 60
    assert f"afterglow {name}" in (command.help or ""), "the help has an example"
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert options and all(each.help for each in options)
    assert all(flag == flag.lower() for each in options for flag in each.opts)


def test_no_flag_is_declared_twice(named: tuple[str, click.Command]) -> None:
    flags = [flag for each in named[1].params for flag in (*each.opts, *each.secondary_opts)]
    assert len(flags) == len(set(flags))


def test_an_unknown_flag_is_a_usage_error(
    named: tuple[str, click.Command], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*named[0].split(), "--no-such-flag"]) == 2
    assert capsys.readouterr().err.startswith("afterglow: error: no such option (--no-such-flag)")


@pytest.mark.parametrize("name", NAMES)
def test_values_out_of_range_are_usage_errors(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    checked = [
        each
        for each in command_of(name).params
        if isinstance(each, click.Option)
        and not each.is_flag
        and not isinstance(each.type, click.types.StringParamType)
        and not (isinstance(each.type, click.Path) and not each.type.exists)
    ]
    assert checked
    for option in checked:
        line = [*line_of(name), f"{option.opts[0]}=no such value"]
        assert exit_code(line) == 2, option.opts
        assert option.opts[0] in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_one_line(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    files = {"in.mkv": "none.mp4", "out.mkv": "out.mkv", "out.png": "out.png"}
    line = [str(tmp_path / files[each]) if each in files else each for each in line_of(name)]
    assert exit_code(line) == 3
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 1 and "none.mp4" in errors[0]
    assert list(tmp_path.iterdir()) == []
