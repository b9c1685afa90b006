"""What a run will do, known before its first pixel: sizes, reach, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from afterglow import media
from afterglow.errors import DeviceError
from afterglow.frames import Effect, Reach, VideoInfo
from afterglow.media.tonemap import SDR
from afterglow.models.device import choose_device, memory_available
from afterglow.models.sizes import told_size

if TYPE_CHECKING:
    from afterglow.media import ReadOptions, WriteOptions

BELT_LENGTH = 3
"""Frames that wait between two stages, so that a slow moment of one does not stop the others."""

IN_HAND = 2 * BELT_LENGTH + 6
"""Frames alive outside the effects: on both belts, in each hand, and inside the codecs."""

HEIGHTS = (2160, 1440, 1080, 720, 540, 360, 240)
"""Lines that are tried when a person must be told what would fit."""

PIPE_RATE = Fraction(60)
"""Frames per second assumed for the reach on a pipe, which cannot be looked into beforehand."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to read and where to write it."""

    source: str
    """A file, an image sequence or "-"."""
    target: str
    """A file, an image sequence or "-"."""
    reading: ReadOptions
    """Cut, size, HDR and device of the source."""
    writing: WriteOptions
    """Codec, quality and alpha of the target."""
    matte: str | None = None
    """A second video whose luma is the matte."""
    shortest: bool = False
    """End with the shorter of video and matte; else different lengths are an error."""
    cut_matte: bool = False
    """The matte begins where the cut does, and not where the source does."""
    soundtrack: str | None = None
    """A file whose sound and subtitles come in place of the source's; cut where the video ends."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do."""

    source: str
    """What is read."""
    target: str
    """What is written."""
    taken: VideoInfo
    """What goes into the first effect."""
    given: VideoInfo
    """What comes out of the last effect."""
    reach: Reach
    """Frames around a cut that are read as well."""
    encoder: str
    """What encodes, as FFmpeg names it; empty until known."""
    device: str
    """cpu or cuda:N."""
    frames: int | None
    """Frames that come out; about so many where a cut or a varying rate leaves it open."""
    memory: int
    """Bytes of frames held at most, by the effects and between the stages."""


def result_of(effects: Sequence[Effect], video: VideoInfo) -> VideoInfo:
    """What comes out of the last effect."""
    for effect in effects:
        video = effect.plan(video)
    return video


def reach_of(effects: Sequence[Effect], video: VideoInfo) -> Reach:
    """How far the whole chain looks around a frame: the reaches of its effects add up."""
    past = future = 0
    for effect in effects:
        reach = effect.reach(video)
        past, future = past + reach.past, future + reach.future
        video = effect.plan(video)
    return Reach(past, future)


def memory_of(effects: Sequence[Effect], video: VideoInfo, *, cut: bool = False) -> int:
    """Bytes of frames that a run holds at most: the effects' own and those on their way.

    Before a cut the reader holds the pre-roll as well, as decoded: about half of a frame each.
    """
    held = IN_HAND * max(frame_bytes(video), frame_bytes(result_of(effects, video)))
    if cut:
        held += reach_of(effects, video).past * frame_bytes(video) // 2
    for effect in effects:
        held += effect.memory(video)
        video = effect.plan(video)
    return held


def frame_bytes(video: VideoInfo) -> int:
    """Bytes of one frame in memory."""
    return video.width * video.height * (4 if video.alpha else 3) * video.depth // 8


def frames_of(video: VideoInfo, reading: ReadOptions) -> int | None:
    """Frames that will come, as well as it can be known before reading them."""
    if video.frames is not None:
        return video.frames
    known = [seconds for seconds in (video.duration, reading.duration) if seconds is not None]
    return round(min(known) * video.rate) if known else None


def pulled(job: Job, effects: Sequence[Effect]) -> ReadOptions:
    """The reading of a job, with the pre- and post-roll that its effects need around a cut."""
    reading = _as_long_as_its_matte(job) if job.shortest and job.matte else job.reading
    if not reading.cut:
        return reading
    if job.source == "-":
        # It may bring a matte; what it really is, its effects are asked when it is open.
        video = VideoInfo(1920, 1080, rate=PIPE_RATE, time_base=1 / PIPE_RATE, alpha=True)
    else:
        video = media.probe(job.source).video
        if video.colour.hdr and reading.hdr != "keep":
            video = replace(video, colour=SDR)
    return replace(reading, reach=reach_of(effects, video))


def _as_long_as_its_matte(job: Job) -> ReadOptions:
    """The reading cut where a shorter matte ends, so that the sound ends there as well."""
    matte, reading = media.probe(str(job.matte)).video, job.reading
    if matte.duration is None or matte.frames == 1 or job.source == "-":
        return reading
    video = media.probe(job.source).video
    left = matte.duration - reading.start
    if left <= 0 or (video.duration is not None and video.duration <= matte.duration):
        return reading
    return replace(reading, duration=min(left, reading.duration or left))


def require_memory(
    effects: Sequence[Effect], video: VideoInfo, device: str, *, cut: bool = False
) -> int:
    """Bytes that the run needs; raise DeviceError, naming what would fit, where there is less."""
    need = memory_of(effects, video, cut=cut)
    free = memory_available(choose_device(device))
    if need > free:
        raise DeviceError(
            f"not enough memory on {device} (needs {told_size(need)}, free {told_size(free)})",
            hint=_what_fits(effects, video, free, cut),
        )
    return need


def _what_fits(effects: Sequence[Effect], video: VideoInfo, free: int, cut: bool) -> str:
    for height in HEIGHTS:
        if height < video.height:
            width = max(2, round(video.width * height / video.height / 2) * 2)
            need = memory_of(effects, replace(video, width=width, height=height), cut=cut)
            if need <= free:
                return f"--resolution {height} would need {told_size(need)}"
    return "hold fewer frames: fewer or closer layers"
