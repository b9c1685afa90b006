"""The loop: a reader thread, the effects in the calling thread, a writer thread, belts between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import cv2

from afterglow import media
from afterglow.engine.belts import Belt, Floor
from afterglow.engine.plans import (
    BELT_LENGTH,
    Job,
    Plan,
    frames_of,
    pulled,
    reach_of,
    require_memory,
    result_of,
)
from afterglow.engine.thrift import be_thrifty
from afterglow.errors import DeviceError, MediaError
from afterglow.frames import Effect, Frame, VideoInfo
from afterglow.media.pipe import DownstreamClosed

if TYPE_CHECKING:
    from afterglow.media import Source, Target
    from afterglow.media.soundtracks import Soundtrack

READER, WRITER = "reader", "writer"
"""Names of the two threads."""

PIPE_PATIENCE = 2.0
"""Seconds that a stopped run waits for a thread that reads or writes a pipe."""

Held = TypeVar("Held", bound=AbstractContextManager[object])


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did."""

    frames: int
    """Frames written."""
    seconds: float
    """Wall time."""
    encoder: str
    """What encoded, as FFmpeg names it."""
    target: str
    """Where it went."""
    complete: bool = True
    """False where the reader of our pipe had seen enough."""

    @property
    def fps(self) -> float:
        """Frames written per second of wall time."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Watch:
    """What a run tells while it runs."""

    say: Callable[[str], None]
    """One clear line for the person; called from any thread."""
    start: Callable[[Plan], None] = lambda plan: None
    """The plan, once everything is open."""
    step: Callable[[int], None] = lambda frames: None
    """Frames that went to the writer so far."""


@dataclass(slots=True)
class _Tally:
    """What is known of a run when it ends, however it ends."""

    encoder: str = ""
    frames: int = 0


def run(job: Job, effects: Iterable[Effect], watch: Watch) -> Summary:
    """Read, change and write a whole video; return what was done.

    Raises MediaError where there is no picture, DeviceError where memory does not suffice, and
    else whatever first stopped the reader, an effect or the writer. No target is left then.
    """
    chain = tuple(effects)
    began = time.monotonic()
    be_thrifty()
    tally = _Tally()
    complete = True
    try:
        with _memory_told(), _opened(job, chain, watch) as opened:
            _make(job, chain, opened, tally, watch)
    except DownstreamClosed:
        complete = False
    seconds = time.monotonic() - began
    return Summary(tally.frames, seconds, tally.encoder, job.target, complete)


@contextmanager
def _memory_told() -> Iterator[None]:
    """Raise DeviceError where memory runs out after all."""
    try:
        yield
    except (MemoryError, cv2.error) as error:
        if isinstance(error, cv2.error) and error.code != cv2.Error.StsNoMem:
            raise
        raise DeviceError(
            f"memory ran out: {error}",
            hint="--resolution takes less of it; --dry-run tells what a run holds",
        ) from error


def plan(job: Job, effects: Iterable[Effect], watch: Watch) -> Plan:
    """What ``run`` would do, found without writing anything; raises what it would raise."""
    chain = tuple(effects)
    with _opened(job, chain, watch) as opened:
        planned = _plan(job, chain, opened)
        facts = media.plan_target(job.target, planned.given, job.writing)
        return replace(planned, encoder=facts.encoder)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A source with its matte on."""

    source: Source
    """What carries sound, and knows which frames belong to the result."""
    frames: Iterator[Frame]
    """Its pictures."""
    video: VideoInfo
    """What they are."""
    floor: Floor
    """Where the threads work that read them."""


@contextmanager
def _opened(job: Job, chain: Sequence[Effect], watch: Watch) -> Iterator[_Opened]:
    floor = Floor()
    with _let_go(
        media.open_source(job.source, pulled(job, chain), watch.say), floor, READER
    ) as source:
        frames, video = source.frames(), source.video
        if job.matte is not None:
            frames, video = media.attach_matte(
                frames,
                video,
                job.matte,
                watch.say,
                None if job.cut_matte else source.offset,
                shortest=job.shortest,
                whole=job.reading.duration is None and not job.cut_matte,
            )
        yield _Opened(source, frames, video, floor)


@contextmanager
def _let_go(held: Held, floor: Floor, name: str) -> Iterator[Held]:
    """Hold a source or target; close it in the end, unless a thread is stuck inside it."""
    with ExitStack() as stack:
        stack.enter_context(held)
        try:
            yield held
        finally:
            if floor.is_stuck(name):
                stack.pop_all()


def _plan(job: Job, chain: Sequence[Effect], opened: _Opened) -> Plan:
    taken, device = opened.video, job.reading.device
    given = result_of(chain, taken)
    return Plan(
        source=job.source,
        target=job.target,
        taken=taken,
        given=given,
        reach=reach_of(chain, taken),
        encoder="",
        device=device,
        frames=frames_of(given, job.reading),
        memory=require_memory(chain, taken, device, cut=job.reading.cut),
    )


def _make(job: Job, chain: Sequence[Effect], opened: _Opened, tally: _Tally, watch: Watch) -> None:
    planned = _plan(job, chain, opened)
    given = planned.given
    with ExitStack() as stack:
        sound = stack.enter_context(_sound(job, opened, given))
        opening = media.open_target(
            job.target, given, job.writing, sound or opened.source, watch.say
        )
        target = stack.enter_context(_let_go(opening, opened.floor, WRITER))
        tally.encoder = target.encoder
        watch.start(replace(planned, encoder=target.encoder))
        with opened.floor as floor:
            leaving: Belt[Frame] = Belt(floor, BELT_LENGTH)
            write = partial(_write, leaving, target, sound, given.time_base)
            floor.hire(WRITER, write, _patience(job.target))
            for frame in _kept(_changed(job, chain, opened), opened, given):
                leaving.put(frame)
                tally.frames += 1
                watch.step(tally.frames)
            leaving.end()
            leaving.wait_until_cleared()
        if tally.frames == 0:
            raise MediaError(f"there is no picture in {job.source}", hint=_why_none(job))


def _changed(job: Job, chain: Sequence[Effect], opened: _Opened) -> Iterator[Frame]:
    """What comes out of the last effect, while a thread reads what goes into the first."""
    arriving: Belt[Frame] = Belt(opened.floor, BELT_LENGTH)
    opened.floor.hire(READER, partial(arriving.fill, opened.frames), _patience(job.source))
    frames, video = iter(arriving), opened.video
    for effect in chain:
        frames = effect.stream(frames, video)
        video = effect.plan(video)
    return frames


def _sound(
    job: Job, opened: _Opened, given: VideoInfo
) -> AbstractContextManager[Soundtrack | None]:
    """What holds the sound that comes in place of the source's, if any does."""
    if job.soundtrack is None:
        return nullcontext()
    seconds = given.duration
    if seconds is None and given.frames is not None:
        seconds = given.frames / given.rate
    return media.soundtrack(job.soundtrack, opened.source.passengers, seconds)


def _write(
    frames: Iterable[Frame], target: Target, sound: Soundtrack | None, unit: Fraction
) -> None:
    for frame in frames:
        if sound is not None:
            sound.play(frame.pts * unit)
        target.write(frame)
    if sound is not None:
        sound.play(None)


def _kept(frames: Iterator[Frame], opened: _Opened, given: VideoInfo) -> Iterator[Frame]:
    """The frames that belong to the result: without pre-roll and post-roll."""
    first, end = opened.source.kept
    units = given.time_base / opened.video.time_base
    for frame in frames:
        moment = frame.pts * units
        if (first is None or moment >= first) and (end is None or moment < end):
            yield frame


def _patience(name: str) -> float | None:
    """How long a stopped run waits for a thread: a pipe can block for ever, a file cannot."""
    return PIPE_PATIENCE if name == "-" else None


def _why_none(job: Job) -> str:
    if job.reading.cut:
        return "the cut lies between two of its pictures; take a longer --duration"
    return "does a player show one?"
