"""A video read again and again: a file as it lies there, a pipe through a copy on disk."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from afterglow import media
from afterglow.engine.belts import Belt, Floor
from afterglow.engine.cache import Cache
from afterglow.engine.clock import Clock, Restored, Rounded
from afterglow.engine.loop import Watch, run
from afterglow.engine.plans import BELT_LENGTH, Job, frames_of, pulled
from afterglow.engine.thrift import be_thrifty
from afterglow.errors import MediaError
from afterglow.frames import Colour, Effect, Frame, Reach, VideoInfo
from afterglow.media import ReadOptions, WriteOptions
from afterglow.media.options import silent
from afterglow.media.reader import scaled_info
from afterglow.ops.levels import repeat_channel

Stage = Callable[[str, int | None], None]
"""Is told what the video is read for from now on, and how many frames will come, if known."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where a file finds no room."""


@dataclass(frozen=True, slots=True)
class Takes:
    """A video that gives its frames as often as it is called."""

    job: Job
    """The source, how it is read, and its matte."""
    video: VideoInfo
    """What the frames are."""
    watch: Watch
    """Is told what is said of the source, and the frames so far."""
    stage: Stage
    """Is told of each take."""
    lines: int | None = None
    """Lines at which a matte is decoded; None: at its own."""
    exact: tuple[Effect, ...] = ()
    """Gives the frames of a copied pipe the times that they had."""

    def smaller(self, lines: int) -> Takes:
        """The same video at so many lines, decoded to that size at once; never larger."""
        if lines >= self.video.height:
            return self
        job = replace(self.job, reading=replace(self.job.reading, resolution=lines))
        return replace(self, job=job, video=scaled_info(self.video, lines), lines=lines)

    def __call__(self, purpose: str) -> Iterator[Frame]:
        """All frames from the first; they are read ahead in a thread."""
        self.stage(purpose, frames_of(self.video, self.job.reading))
        opened = _shown(self.job, silent, self.lines)
        with opened as (frames, _), Floor() as floor:
            belt: Belt[Frame] = Belt(floor, BELT_LENGTH)
            floor.hire("takes", partial(belt.fill, frames))
            for number, frame in enumerate(belt):
                yield frame
                self.watch.step(number + 1)


@contextmanager
def several_takes(
    job: Job,
    effects: Sequence[Effect],
    watch: Watch,
    stage: Stage,
    cache: Cache | None = None,
) -> Iterator[Takes]:
    """The source of a job, to be read more than once; the job's target is not touched.

    A pipe is copied to disk first, without loss, with what the effects made of it. Of a file only
    the matte that the effects find is kept there. The copy is gone in the end, however it ends;
    the matte stays in the cache, if there is one.

    Raises:
        MediaError: the source cannot be read, or the disk is full.
    """
    be_thrifty()
    clock = Clock()
    exact: tuple[Effect, ...] = ()
    with tempfile.TemporaryDirectory(prefix="afterglow-") as folder:
        found = bool(effects) and job.source != "-"
        if found:
            matte = _found_matte(job, effects, watch, stage, Path(folder), cache)
            job = replace(job, matte=matte, shortest=False, cut_matte=True)
        elif job.source == "-":
            copy = _copy(job, (*effects, Rounded(clock)), watch, stage, folder)
            exact = (Restored(clock),)
            job = Job(copy, job.target, ReadOptions(hdr="keep"), job.writing)
        with _shown(job, watch.say) as (_, video):
            known = replace(video, source=job.source)
        yield Takes(job, known, watch, stage, exact=exact)


def _found_matte(
    job: Job,
    effects: Sequence[Effect],
    watch: Watch,
    stage: Stage,
    folder: Path,
    cache: Cache | None,
) -> str:
    """The name of the file of a matte that effects find, or found before."""
    chain = (*effects, MatteAlone())
    tell = watch.say
    watch = replace(watch, say=silent)  # what there is to say is said of the source itself
    if cache is None:
        return _copy(job, chain, watch, stage, str(folder))
    facts = {"effects": [type(each).__name__ for each in effects]}
    known = cache.recall("matte", facts, ".mkv")
    if known is None:
        found = Path(_copy(job, chain, watch, stage, str(folder)))
        known = cache.keep("matte", facts, ".mkv", found)
    else:
        tell("matte: from the cache")
    return str(known)


def _copy(job: Job, effects: Sequence[Effect], watch: Watch, stage: Stage, folder: str) -> str:
    """The name of a lossless file of what comes out of the effects."""
    name = str(Path(folder) / "take.mkv")
    copying = Watch(
        watch.say,
        lambda plan: stage("matte" if job.source != "-" else "copying the pipe", plan.frames),
        watch.step,
    )
    kept = replace(job, target=name, writing=WriteOptions(codec="ffv1", encoder="software"))
    try:
        run(kept, effects, copying)
    except MediaError as error:
        if getattr(error.__cause__, "errno", None) not in _NO_ROOM:
            raise
        raise MediaError(
            f"there is no room for a copy among the temporary files ({tempfile.gettempdir()}):"
            f" {str(error).removeprefix(f'{name}: ')}",
            hint="nothing was kept; make room, or name another folder in TMPDIR",
        ) from error
    return name


@contextmanager
def _shown(
    job: Job, say: Callable[[str], None], lines: int | None = None
) -> Iterator[tuple[Iterator[Frame], VideoInfo]]:
    """The frames of a source with its matte on, and what they are."""
    reading = pulled(job, ())
    with media.open_source(job.source, reading, say) as source:
        frames, video = source.frames(), source.video
        if job.matte is not None:
            offset = None if job.cut_matte else source.offset
            frames, video = media.attach_matte(
                frames,
                video,
                job.matte,
                say,
                offset,
                shortest=job.shortest,
                whole=job.reading.duration is None and not job.cut_matte,
                lines=lines,
            )
        yield frames, video


@dataclass(frozen=True, slots=True)
class MatteAlone:
    """Gives the matte of every frame as a grey picture."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return a grey video."""
        full = Colour(range="full")
        return replace(video, alpha=False, gray=True, colour=full, bits=video.depth)

    def reach(self, video: VideoInfo) -> Reach:
        """Return no neighbours."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of one grey picture."""
        return video.width * video.height * 3 * video.depth // 8

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the mattes."""
        for frame in frames:
            assert frame.alpha is not None
            yield Frame(repeat_channel(frame.alpha), frame.pts)
