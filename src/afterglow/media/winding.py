"""Winding a source to the first frame wanted, with the frames before it that an effect needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from afterglow.errors import MediaError
from afterglow.media.decode import Put, decode, from_key_frame
from afterglow.media.deinterlace import deinterlaced
from afterglow.media.opening import Opened, told
from afterglow.media.seat import bring_home, opened_for
from afterglow.media.timing import with_times

if TYPE_CHECKING:
    from av import VideoFrame
    from av.packet import Packet

    from afterglow.frames import Reach
    from afterglow.media.options import ReadOptions, Say

_WORTH_SEEKING = Fraction(2)
"""Seconds; to a nearer start the source is simply decoded."""
_SEEKABLE = {"mov", "matroska", "nut", "mpegts", "image2"}
_MARGIN = Fraction(1, 2)
"""Seconds by which a seek goes too far back, for sound that is stored a little late."""

_TYPED = Fraction(1, 1000)
"""Seconds by which a time may be rounded up where it is typed; half a tick of a finer clock."""
_LATEST = 1 << 62
"""pts that no video reaches, and that FFmpeg can still count with."""


class Platform:
    """Where packets wait until it is known where they board."""

    def __init__(self) -> None:
        self.waiting: list[Packet[Any]] = []
        self._board: Put | None = None

    def put(self, packet: Packet[Any]) -> None:
        """Take a packet."""
        if self._board is None:
            self.waiting.append(packet)
        else:
            self._board(packet)

    def open(self, board: Put) -> None:
        """Let those who wait, and all who come, through to ``board``."""
        self._board = board
        for packet in self.waiting:
            board(packet)
        self.waiting.clear()


@dataclass(slots=True)
class Reel:
    """Decoded pictures from the first one to deliver on."""

    opened: Opened
    """The source they come from; it may have been opened again."""
    frames: Iterator[VideoFrame]
    """Pictures with their source's pts, pre-roll first."""
    first: int
    """pts of the first picture of the whole source."""
    zero: int
    """pts that becomes 0: of the cut's first picture, or as ``zero_of`` finds it."""
    end: int | None = None
    """pts at which the cut ends; None: with the source."""


class _Wound(NamedTuple):
    before: list[VideoFrame]
    """The last pictures before the one wanted."""
    kept: VideoFrame | None
    """The first picture wanted; None where the source ended first."""
    seen: int
    """Pictures that came before it."""
    length: int
    """Units of pts from the source's beginning to the end of the last picture seen."""


class Winder:
    """Winds one source; knows its first picture's time and its usual step."""

    def __init__(self, source: str, rate: Fraction, first: int, options: ReadOptions, say: Say):
        self.source = source
        self.rate = rate
        self.first = first
        self.options = options
        self.say = say
        self._home = bring_home(options.device)

    def run(self, opened: Opened, raw: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        """The pictures with a time each, and without fields."""
        step = max(1, round(1 / self.rate / opened.time_base))
        timed = with_times(raw, step, self.say)
        at_hand = (self._home(frame) if frame.interlaced_frame else frame for frame in timed)
        return deinterlaced(at_hand, opened.time_base, self.say)

    def cut(self, opened: Opened, raw: Iterator[VideoFrame], platform: Platform) -> Reel:
        """The reel from the pre-roll of ``options.start`` on; ``raw`` begins at the first picture.

        Raises MediaError where the source ends before that.
        """
        want = self._pts(opened, self.options.start)
        wound = None
        if self.options.start > _WORTH_SEEKING and _can_seek(opened):
            opened, run, wound = self._seek(opened, want, platform)
        else:
            run = self.run(opened, raw)
        if wound is None:
            wound = self._wind(run, want)
        if wound.kept is None:
            raise self._too_short(opened, wound)
        kept = wound.kept
        assert kept.pts is not None
        frames = chain(wound.before, [kept], run)
        return Reel(opened, frames, self.first, kept.pts, self._end(opened))

    def _pts(self, opened: Opened, seconds: Fraction) -> int:
        """The first pts that is not before this time, give or take a rounding of what was typed."""
        base = opened.time_base
        return min(self.first + ceil((seconds - min(base / 2, _TYPED)) / base), _LATEST)

    def _end(self, opened: Opened) -> int | None:
        if self.options.duration is None:
            return None
        return self._pts(opened, self.options.start + self.options.duration)

    def _seek(
        self, opened: Opened, want: int, platform: Platform
    ) -> tuple[Opened, Iterator[VideoFrame], _Wound | None]:
        needed = self.options.reach.past + 1
        for seconds in (Fraction(0), Fraction(2), Fraction(10)):
            back = needed / self.rate + _MARGIN + seconds
            target = want - round(back / opened.time_base)
            if target <= self.first:
                break
            platform.waiting.clear()
            with told(self.source, "cannot be wound"):
                opened.container.seek(target, stream=opened.stream)
                opened.decoder.flush_buffers()
            run = self.run(opened, from_key_frame(decode(opened, platform.put)))
            wound = self._wind(run, want)
            if wound.kept is not None and wound.seen >= needed:
                return opened, run, wound
        platform.waiting.clear()
        opened.close()
        opened = opened_for(self.source, self.options, self.say)
        return opened, self.run(opened, decode(opened, platform.put)), None

    def _wind(self, run: Iterator[VideoFrame], want: int) -> _Wound:
        before: deque[VideoFrame] = deque(maxlen=self.options.reach.past)
        seen, length = 0, 0
        for frame in run:
            assert frame.pts is not None
            if frame.pts >= want:
                return _Wound(list(before), frame, seen, length)
            if self.options.reach.past:
                before.append(self._home(frame))
            seen += 1
            length = frame.pts + (frame.duration or 0) - self.first
        return _Wound(list(before), None, seen, length)

    def _too_short(self, opened: Opened, wound: _Wound) -> MediaError:
        return MediaError(
            f"{self.source}: the start at {float(self.options.start):g} s is past its end: "
            f"it is {float(wound.length * opened.time_base):.3f} s long"
        )


def _can_seek(opened: Opened) -> bool:
    """True where a seek keeps times: raw streams, AVI and GIF have none of their own."""
    names = set(opened.container.format.name.split(","))
    return opened.seekable and opened.winds and bool(names & _SEEKABLE)


def wanted(reel: Reel, reach: Reach) -> Iterator[VideoFrame]:
    """The reel's pictures up to the end of the cut and ``reach.future`` more."""
    after = 0
    for frame in reel.frames:
        assert frame.pts is not None
        if reel.end is not None and frame.pts >= reel.end:
            after += 1
        if after > reach.future:
            _linger(reel, frame.pts)
            return
        yield frame


def _linger(reel: Reel, pts: int) -> None:
    """Decode on a little after a cut, for sound that is stored later than its pictures."""
    streams = reel.opened.container.streams
    if not (streams.audio or streams.subtitles):
        return
    last = pts + round(_MARGIN / reel.opened.time_base)
    for frame in reel.frames:
        if frame.pts is None or frame.pts >= last:
            return
