"""The loop: order, failures, ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import pytest

from afterglow import engine
from afterglow.engine import belts, plans
from afterglow.errors import Cancelled, DeviceError, MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.pipe import DownstreamClosed
from tests.engine.fakes import QUIET, FakeSource, FakeTarget, Same, job, pictures


def no_thread_left() -> bool:
    names = {thread.name for thread in threading.enumerate()}
    return not names & {"reader", "writer"}


def test_every_frame_arrives_in_order(source: FakeSource, target: FakeTarget) -> None:
    source.make = lambda: pictures(100)
    summary = engine.run(job(), [Same(), Same()], QUIET)
    assert target.written == list(range(100)) and target.finished
    assert (summary.frames, summary.encoder, summary.target) == (100, "fake", "out.mp4")
    assert summary.complete and summary.seconds > 0 and summary.fps > 0
    assert source.closed and no_thread_left()


def test_pre_roll_and_post_roll_are_not_written(source: FakeSource, target: FakeTarget) -> None:
    seen: list[int] = []
    source.make = lambda: pictures(20, first=-5)
    source.kept = (0, 7)
    engine.run(job(), [Same(hook=lambda frame: seen.append(frame.pts))], QUIET)
    assert target.written == list(range(7))
    assert seen == list(range(-5, 15)), "the effect sees what is around the cut"


def test_kept_is_told_in_units_of_the_source(source: FakeSource, target: FakeTarget) -> None:
    class Finer(Same):
        def plan(self, video: VideoInfo) -> VideoInfo:
            return replace(video, time_base=video.time_base / 10)

        def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
            return (replace(frame, pts=frame.pts * 10) for frame in frames)

    source.kept = (2, 4)
    engine.run(job(), [Finer()], QUIET)
    assert target.written == [20, 30]


def of_opencv(code: int) -> cv2.error:
    error = cv2.error("said")
    error.code = code
    return error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError("said"), DeviceError),
        (of_opencv(cv2.Error.StsNoMem), DeviceError),
        (of_opencv(cv2.Error.StsBadArg), cv2.error),
    ],
)
def test_memory_that_runs_out_is_told(
    source: FakeSource, target: FakeTarget, error: Exception, told: type[Exception]
) -> None:
    source.make = lambda: fails(3, error)
    with pytest.raises(told, match="said"):
        engine.run(job(), [Same()], QUIET)
    assert target.left_by is not None and not target.finished and no_thread_left()


def fails(after: int, error: BaseException) -> Iterator[Frame]:
    yield from pictures(after)
    raise error


def test_a_dead_source_leaves_no_target(source: FakeSource, target: FakeTarget) -> None:
    source.make = lambda: fails(5, MediaError("the upstream died"))
    with pytest.raises(MediaError, match="the upstream died"):
        engine.run(job(), [Same()], QUIET)
    assert target.left_by is MediaError and not target.finished
    assert source.closed and no_thread_left()


def raiser(error: BaseException, at: int) -> Callable[[Frame], None]:
    def hook(frame: Frame) -> None:
        if frame.pts == at:
            raise error

    return hook


def test_a_full_disk_stops_the_reader(source: FakeSource, target: FakeTarget) -> None:
    source.make = lambda: pictures(10_000_000)
    target.write_hook = raiser(MediaError("no space left"), 3)
    with pytest.raises(MediaError, match="no space left"):
        engine.run(job(), [Same()], QUIET)
    assert target.left_by is MediaError and no_thread_left()


def test_a_bug_in_an_effect_keeps_its_traceback(source: FakeSource, target: FakeTarget) -> None:
    source.make = lambda: pictures(10_000_000)
    bug = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError) as caught:
        engine.run(job(), [Same(hook=raiser(bug, 4))], QUIET)
    assert caught.value is bug and "hook" in str(caught.traceback[-1])
    assert target.left_by is ZeroDivisionError and no_thread_left()


def test_the_first_error_is_the_one_shown(source: FakeSource, target: FakeTarget) -> None:
    gate = threading.Event()

    def late(frame: Frame) -> None:
        gate.wait(5)
        raise MediaError("second")

    def dying() -> Iterator[Frame]:
        yield from pictures(1)
        try:
            raise MediaError("first")
        finally:
            threading.Timer(0.05, gate.set).start()

    source.make = dying
    target.write_hook = late
    with pytest.raises(MediaError, match="first"):
        engine.run(job(), [Same()], QUIET)
    assert no_thread_left()


def test_ctrl_c_stops_all(source: FakeSource, target: FakeTarget) -> None:
    source.make = lambda: pictures(10_000_000)

    def press(frames: int) -> None:
        if frames == 20:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        engine.run(job(), [Same()], replace(QUIET, step=press))
    assert target.left_by is Cancelled and source.closed and no_thread_left()


def test_a_reader_that_has_enough_is_a_quiet_end(source: FakeSource, target: FakeTarget) -> None:
    source.make = lambda: pictures(10_000_000)
    target.write_hook = raiser(DownstreamClosed(), 7)
    summary = engine.run(job(), [Same()], QUIET)
    assert not summary.complete and source.closed and no_thread_left()


def test_no_picture_is_an_error(source: FakeSource, target: FakeTarget) -> None:
    source.make = lambda: pictures(0)
    with pytest.raises(MediaError, match=r"no picture.*in\.mp4"):
        engine.run(job(), [Same()], QUIET)
    assert not target.finished


def test_an_effect_that_ends_early_ends_the_run(source: FakeSource, target: FakeTarget) -> None:
    class Two(Same):
        def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
            for _ in range(2):
                yield next(frames)

    source.make = lambda: pictures(10_000_000)
    assert engine.run(job(), [Two()], QUIET).frames == 2
    assert target.finished and no_thread_left()


def test_few_frames_wait_between_the_stages(source: FakeSource, target: FakeTarget) -> None:
    made, ahead = [0], [0]

    def counted() -> Iterator[Frame]:
        for frame in pictures(60):
            made[0] += 1
            yield frame

    def slow(frame: Frame) -> None:
        time.sleep(0.002)
        ahead[0] = max(ahead[0], made[0] - len(target.written))

    source.make, target.write_hook = counted, slow
    engine.run(job(), [Same()], QUIET)
    assert ahead[0] <= plans.IN_HAND


def test_a_thread_that_is_stuck_is_left_behind() -> None:
    never = threading.Event()
    with pytest.raises(Cancelled), belts.Floor() as floor:
        floor.hire("reader", lambda: never.wait() and None, patience=0.05)
        raise Cancelled("stopped")
    assert floor.is_stuck("reader") and not floor.is_stuck("writer")
    never.set()


def test_a_stuck_reader_is_not_closed_under_its_feet(
    source: FakeSource, target: FakeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()

    def blocked() -> Iterator[Frame]:
        yield from pictures(1)
        never.wait()

    def press(frames: int) -> None:
        raise Cancelled("stopped")

    monkeypatch.setattr("afterglow.engine.loop.PIPE_PATIENCE", 0.05)
    source.make = blocked
    with pytest.raises(Cancelled):
        engine.run(job("-"), [Same()], replace(QUIET, step=press))
    assert not source.closed and target.left_by is Cancelled
    never.set()
