"""A source: frames of a file, a pipe or images, exact in colour and time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.convert import Converter
from afterglow.media.decode import decode
from afterglow.media.facts import Facts, describe, refuse_hdr
from afterglow.media.options import ReadOptions, Say
from afterglow.media.passengers import Passengers, is_cover
from afterglow.media.seat import bring_home, opened_for, seated
from afterglow.media.timing import zero_of
from afterglow.media.tonemap import SDR, ToneMap, sdr, tone_map
from afterglow.media.winding import Platform, Reel, Winder, wanted

if TYPE_CHECKING:
    from av import VideoFrame


def open_source(source: str, options: ReadOptions, say: Say) -> Source:
    """The source, open, its first picture decoded, wound to the first frame wanted.

    ``source`` is a file, numbered images (``shot_%04d.png``) or "-" for standard input.

    Raises:
        MediaError: it cannot be read, is HDR and nobody said what to do, or ends before the start.
    """
    say = _once(say)
    opened = opened_for(source, options, say)
    platform = Platform()
    try:
        raw = decode(opened, platform.put)
        first = next(raw, None)
        if first is None:
            raise MediaError(f"{source}: holds no picture that can be decoded")
        facts = describe(opened, bring_home(options.device)(first))
        refuse_hdr(facts, source, options.hdr)
        for note in facts.notes:
            say(note)
        winder = Winder(source, facts.video.rate, first.pts or 0, options, say)
        pictures = chain([first], raw)
        if options.cut:
            reel = winder.cut(opened, pictures, platform)
        else:
            zero = zero_of(opened, winder.first)
            reel = Reel(opened, winder.run(opened, pictures), winder.first, zero)
        return Source(reel, facts, (first.width, first.height), options, platform, say)
    except BaseException:
        opened.close()
        raise


class Source:
    """An open source; a context manager that closes it."""

    video: VideoInfo
    """What its frames are: of the cut, at processing size."""
    kept: tuple[int | None, int | None]
    """Half-open range of pts that belong to the result; other frames are pre-roll and post-roll."""
    passengers: Passengers
    """Sound, subtitles, chapters and metadata on their way to the target."""
    offset: Fraction
    """Seconds from the source's first picture to the time that pts 0 stands for."""
    stream_index: int
    """Index of the stream that the pictures come from."""
    notes: list[str]
    """What was said about the source when it was opened."""

    def __init__(
        self,
        reel: Reel,
        facts: Facts,
        stored: tuple[int, int],
        options: ReadOptions,
        platform: Platform,
        say: Say,
    ) -> None:
        video = facts.video
        self._tones: ToneMap | None = None
        if options.hdr == "tonemap" and video.colour.hdr:
            self._tones = tone_map(video.colour.transfer, facts.mastering)
            video = replace(video, colour=SDR)
            say("HDR: tone-mapped to BT.709")
        video = replace(video, begin=0 if options.cut else reel.first - reel.zero)
        self.video = cut_info(scaled_info(video, options.resolution), options)
        end = None if reel.end is None else reel.end - reel.zero
        self.kept = (0, end) if options.cut else (None, None)
        self.offset = (reel.zero - reel.first) * self.video.time_base
        self.stream_index = reel.opened.stream.index
        self.notes = list(facts.notes)
        self.passengers = _passengers(reel, facts, options)
        self._reel = reel
        self._stored = stored
        self._options = options
        self._say = say
        platform.open(self.passengers.put)
        # Tone mapping is done on arrays; its frames are sent to the device afterwards.
        convert = _converter(self.video, facts, plain=options.plain)
        self._convert = seated(convert, "cpu" if self._tones else options.device)

    def frames(self) -> Iterator[Frame]:
        """The frames in order of display; other packets board on the way.

        Raises MediaError where the source turns out to be damaged.
        """
        for picture in wanted(self._reel, self._options.reach):
            yield self._frame(picture)

    def close(self) -> None:
        """Close the source; passengers' packets are lost then."""
        self._reel.opened.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _frame(self, picture: VideoFrame) -> Frame:
        size = (picture.width, picture.height)
        if size != self._stored:
            self._say(f"the size changes on the way: {size[0]}x{size[1]} is scaled to the first")
        pixels, alpha = self._convert(picture)
        assert picture.pts is not None
        frame = Frame(pixels, picture.pts - self._reel.zero, alpha)
        return frame if self._tones is None else self._toned(frame, self._tones)

    def _toned(self, frame: Frame, tones: ToneMap) -> Frame:
        frame = replace(frame, pixels=sdr(np.asarray(frame.pixels), tones))
        if self._options.device == "cpu":
            return frame
        from afterglow.media import cuda

        return cuda.upload(frame, self._options.device)


def _converter(video: VideoInfo, facts: Facts, *, plain: bool) -> Converter:
    """What makes frames of a video out of decoded pictures, before they are turned for display."""
    width, height = video.width, video.height
    if facts.orientation.transpose:
        width, height = height, width
    return Converter(
        width,
        height,
        facts.video.colour,
        video.depth == 16,
        video.alpha,
        facts.orientation,
        facts.stored_bits,
        plain,
    )


def scaled_info(video: VideoInfo, lines: int | None) -> VideoInfo:
    """The video at ``lines`` lines: aspect kept, width even; as it is where None."""
    if lines is None:
        return video
    width = max(2, 2 * round(Fraction(video.width * lines, video.height) / 2))
    return replace(video, width=width, height=lines)


def cut_info(video: VideoInfo, options: ReadOptions) -> VideoInfo:
    """The video after the cut: its duration as far as it is known, its frame count not."""
    if not options.cut:
        return video
    left = None if video.duration is None else max(Fraction(0), video.duration - options.start)
    lengths = [length for length in (left, options.duration) if length is not None]
    frames = 1 if video.frames == 1 else None
    return replace(video, frames=frames, duration=min(lengths, default=None))


def _passengers(reel: Reel, facts: Facts, options: ReadOptions) -> Passengers:
    opened = reel.opened
    base = opened.time_base
    shift = opened.facts.shift if opened.facts else Fraction(0)
    others = [s for s in opened.container.streams if s.index != opened.stream.index]
    return Passengers(
        streams=[s for s in others if not _second_video(s)],
        metadata=dict(opened.container.metadata),
        video_metadata=dict(opened.stream.metadata),
        chapters=list(opened.container.chapters()),
        origin=reel.zero * base + shift,
        end=None if reel.end is None else reel.end * base + shift,
        trimmed=options.cut,
        mastering=None if options.hdr == "tonemap" else facts.mastering,
        lost=["a second video stream" for s in others if _second_video(s)],
    )


def _second_video(stream: Any) -> bool:
    return stream.type == "video" and not is_cover(stream)


def _once(say: Say) -> Say:
    told: set[str] = set()

    def say_once(line: str) -> None:
        if line not in told:
            told.add(line)
            say(line)

    return say_once
