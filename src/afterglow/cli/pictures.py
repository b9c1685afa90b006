"""A run that reads a video several times and ends in pictures, not in a video."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import click

from afterglow.cli.flags import Flags
from afterglow.cli.progress import Reporter, reporter_for, show_plan
from afterglow.cli.run import NOTES
from afterglow.cli.subject import AUTO, Subject
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.engine import Job
    from afterglow.frames import Effect, Frame, Reach, VideoInfo
    from afterglow.media import Say

_PEOPLE = ("person-landscape", "person-square")
"""The networks that find people."""
_ENDINGS = (".png", ".tif", ".tiff", ".jpg", ".jpeg")
"""How the names of pictures end."""
_COUNT = "afterglow.count"
"""Where in a click context lies what counts the run under way."""


def tell_steps(name: str, done: int, total: int) -> None:
    """Tell how many of how many steps of some work are done, for makers that do more than read."""
    click.get_current_context().meta[_COUNT].work(name, done, total)


def counting(reporter: Reporter) -> None:
    """Let ``tell_steps`` tell a reporter of the run under way."""
    click.get_current_context().meta[_COUNT] = _Count(reporter)


class Maker(Protocol):
    """Makes pictures of a video that it may read several times."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Say what the first picture will be; UsageError if none can be made."""

    def memory(self, video: VideoInfo) -> int:
        """Bytes that are held at most, whatever the length."""

    def pictures(
        self, passes: Callable[[str], Iterator[Frame]], video: VideoInfo, say: Say
    ) -> Iterator[tuple[str, Frame, VideoInfo]]:
        """Yield each target with its picture, and what that is."""


@dataclass(frozen=True, slots=True)
class PictureRun(Flags):
    """The flags of a run that ends in pictures, typed and checked."""

    source: str
    """A file, an image sequence or -."""
    target: str
    """A picture."""
    start: Fraction | None
    """Seconds from the first picture."""
    duration: Fraction | None
    """Seconds."""
    resolution: int | None
    """Lines to work at."""
    rate: Fraction | None
    """Frames per second of an image sequence."""
    hdr: Literal["refuse", "keep", "tonemap"]
    """What becomes of PQ and HLG."""
    overwrite: bool
    """Replace what exists."""
    dry_run: bool
    """Only show the plan."""
    subject: Subject
    """Where the matte comes from."""

    def finds_people(self) -> bool:
        """True where the matte is to be found, and the networks that find people are here."""
        if self.subject.alpha != AUTO:
            return False
        from afterglow.models.store import open_store

        store = open_store()
        found = (store.lock.model(name) for name in _PEOPLE)
        return all(store.presence(model) == "yes" for model in found)

    def make(self, maker: Maker, *, matted: bool = True, beside: str | None = None) -> None:
        """Write what a maker makes of the source; raise what a person must know.

        matted: the frames need a matte. beside: another picture that is made, if any.
        """
        from afterglow.media.landing import require_free

        for target in filter(None, (self.target, beside)):
            require_picture(target)
            require_free(target, self.overwrite)
        if self.source != "-" and Path(self.source).is_dir():
            raise UsageError(
                f"pictures are made of one video, not of a folder ({self.source})",
                hint="run it once for each clip",
            )
        with reporter_for(quiet=self.quiet, as_json=self.as_json) as reporter:
            for note in click.get_current_context().meta.get(NOTES, ()):
                reporter.note(note)
            self._make(maker, self.subject.in_front() if matted else (), reporter)

    def _make(self, maker: Maker, in_front: tuple[Effect, ...], reporter: Reporter) -> None:
        from afterglow import engine
        from afterglow.engine.takes import several_takes
        from afterglow.media import silent

        began, count = time.monotonic(), _Count(reporter)
        click.get_current_context().meta[_COUNT] = count
        job, watch = self._job(), engine.Watch(reporter.note, step=count.step)
        if self.dry_run or self.source != "-":  # a pipe can be looked at only once
            looking = watch if self.dry_run else engine.Watch(silent)
            plan = engine.plan(job, (*in_front, _OnePicture(maker)), looking)
            if self.dry_run:
                return show_plan(plan, as_json=self.as_json)
        copied = self.source == "-" or self.subject.alpha == AUTO
        with several_takes(job, in_front if copied else (), watch, count.stage) as takes:
            for picture in maker.pictures(takes, takes.video, reporter.note):
                encoder = _write(job, picture, reporter)
        seconds = time.monotonic() - began
        reporter.done(engine.Summary(count.frames, seconds, encoder, self.target))
        return None

    def _job(self) -> Job:
        from afterglow.engine import Job
        from afterglow.media import ReadOptions, WriteOptions

        reading = ReadOptions(
            start=self.start or Fraction(0),
            duration=self.duration,
            resolution=self.resolution,
            hdr=self.hdr,
            rate=self.rate,
        )
        writing = WriteOptions(overwrite=self.overwrite)
        subject = self.subject
        return Job(self.source, self.target, reading, writing, subject.file, subject.shortest)


def require_picture(target: str) -> None:
    """Raise UsageError where a name is none of a picture."""
    if not target.lower().endswith(_ENDINGS):
        raise UsageError(
            f"one picture is made, and {target} is none",
            hint=f"name it {', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}",
        )


def _write(job: Job, picture: tuple[str, Frame, VideoInfo], reporter: Reporter) -> str:
    """Write one picture, whole or not at all, and return what encoded it."""
    from afterglow import media

    target, frame, video = picture
    with media.open_target(target, video, job.writing, None, reporter.note) as opened:
        opened.write(frame)
    return opened.encoder


class _Count:
    """Counts the frames of all passes on their way to a reporter."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._before = self._now = 0
        self._work: tuple[str, int] | None = None

    @property
    def frames(self) -> int:
        """Frames read so far, in all passes."""
        return self._before + self._now

    def stage(self, name: str, frames: int | None) -> None:
        """Begin another pass."""
        self._before, self._now = self.frames, 0
        self._reporter.stage(name, frames)

    def work(self, name: str, done: int, total: int) -> None:
        """Take down how far some work is that reads no frames."""
        if self._work != (name, total):
            self._work = name, total
            self._reporter.stage(name, total)
        self._reporter.step(done)

    def step(self, frames: int) -> None:
        """Take down how many frames of this pass were read."""
        self._now = frames
        self._reporter.step(frames)


@dataclass(frozen=True, slots=True)
class _OnePicture:
    """Stands for a maker where the plan of a run is found."""

    maker: Maker

    def plan(self, video: VideoInfo) -> VideoInfo:
        return self.maker.plan(video)

    def reach(self, video: VideoInfo) -> Reach:
        from afterglow.frames import Reach

        return Reach()

    def memory(self, video: VideoInfo) -> int:
        return self.maker.memory(video)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        return frames
