"""Where frames go: a film, numbered pictures, a GIF or the pipe, all opened and left alike."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from afterglow.errors import UsageError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.choice import TargetPlan, WriteOptions, choose
from afterglow.media.landing import landing, require_free, require_other, told
from afterglow.media.options import Say
from afterglow.media.passengers import Passengers
from afterglow.media.pipe import stdout_for_video

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Target", "TargetPlan", "WriteOptions", "open_target", "plan_target"]


class Writer(Protocol):
    """What writes one kind of target to its temporary place."""

    def write(self, frame: Frame) -> None:
        """Encode one frame."""

    def finish(self) -> None:
        """Write everything that is still on its way."""

    def abandon(self) -> None:
        """Let go of everything, complete or not; raises nothing about the file."""


class Carrier(Protocol):
    """What has passengers: a source, or a soundtrack in its place."""

    @property
    def passengers(self) -> Passengers:
        """Sound, subtitles, chapters and metadata on their way to the target."""


class Target:
    """A target that is being written: a context manager that leaves it whole, or not at all."""

    def __init__(self, target: str, plan: TargetPlan, writer: Writer, stack: ExitStack) -> None:
        self._target = target
        self._writer = writer
        self._stack = stack
        self.plan = plan
        self.encoder = plan.encoder

    def write(self, frame: Frame) -> None:
        """Encode one frame, and what sound and subtitles came with it.

        Raises MediaError where it cannot be written, DownstreamClosed where nobody reads the pipe.
        """
        with told(self._target):
            self._writer.write(frame)

    def __enter__(self) -> Target:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._writer.abandon()
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack:
            try:
                with told(self._target):
                    self._writer.finish()
            finally:
                self._writer.abandon()


def plan_target(target: str, video: VideoInfo, options: WriteOptions) -> TargetPlan:
    """What ``open_target`` would write, without touching anything; raises what it would raise."""
    plan = choose(target, video, options)
    if target != "-":
        require_other(target, video.source)
        require_free(target, options.overwrite)
        _require_room(target, plan, video)
    return plan


def open_target(
    target: str, video: VideoInfo, options: WriteOptions, source: Carrier | None, say: Say
) -> Target:
    """A target for such a video, with the sound, subtitles and metadata of ``source``.

    Raises UsageError for what cannot be asked, MediaError where it cannot be written,
    DeviceError where NVENC was asked for and does not work.
    """
    plan = plan_target(target, video, options)
    for note in plan.notes:
        say(note)
    passengers = source.passengers if source is not None else Passengers()
    with ExitStack() as stack:
        place = None if target == "-" else stack.enter_context(landing(target, options.overwrite))
        with told(target):
            writer = _writer(target, place, plan, video, passengers, say)
        return Target(target, plan, writer, stack.pop_all())


def _writer(
    target: str,
    place: Path | None,
    plan: TargetPlan,
    video: VideoInfo,
    passengers: Passengers,
    say: Say,
) -> Writer:
    if place is None:
        from afterglow.media.pipe_writer import PipeWriter

        return PipeWriter(stdout_for_video(), plan, video, passengers, say)
    if plan.kind == "pictures":
        from afterglow.media.pictures import PicturesWriter

        return PicturesWriter(target, place, plan, video, passengers, say)
    if plan.kind == "gif":
        from afterglow.media.gif import GifWriter

        return GifWriter(place, plan, video, passengers, say)
    from afterglow.media.writer import FilmWriter

    return FilmWriter(place, plan, video, passengers, say)


def _require_room(target: str, plan: TargetPlan, video: VideoInfo) -> None:
    """Raise UsageError where one picture would have to hold a whole video."""
    from afterglow.media.landing import is_sequence

    if plan.kind == "pictures" and not is_sequence(target) and (video.frames or 1) > 1:
        raise UsageError(
            f"{target}: one picture cannot hold {video.frames}",
            hint="number them, for example out_%04d.png",
        )
