"""Sound, subtitles, chapters and metadata on their way from a source to a target."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from threading import Lock
from typing import Protocol, TypeAlias

import av
import av.container.core
import av.packet
import av.stream
from av.stream import Disposition

Point = tuple[Fraction, Fraction]
AnyPacket: TypeAlias = "av.packet.Packet[av.stream.Stream]"


@dataclass(frozen=True, slots=True)
class Mastering:
    """The light of the display on which an HDR video was graded."""

    red: Point | None = None
    """CIE x, y; None where the display's primaries are not told."""
    green: Point | None = None
    """CIE x, y."""
    blue: Point | None = None
    """CIE x, y."""
    white: Point | None = None
    """CIE x, y."""
    darkest: Fraction | None = None
    """cd/m2; None where the display's luminance is not told."""
    brightest: Fraction | None = None
    """cd/m2."""
    max_content: int | None = None
    """cd/m2 of the brightest pixel (MaxCLL); None where it is not told."""
    max_average: int | None = None
    """cd/m2 of the brightest picture's average (MaxFALL)."""

    @property
    def display(self) -> bool:
        """True where the display is known whole, as the encoders want it."""
        return self.red is not None and self.brightest is not None


def mastering_of(display: bytes | None, light: bytes | None) -> Mastering | None:
    """Mastering facts from FFmpeg's two kinds of side data of a frame; None without either.

    ``display`` is MASTERING_DISPLAY_METADATA, ``light`` CONTENT_LIGHT_LEVEL.
    """
    if not display and not light:
        return None
    most, average = struct.unpack("=2I", light[:8]) if light else (None, None)
    if not display:
        return Mastering(max_content=most, max_average=average)
    numbers = struct.unpack("=22i", display[:88])
    values = [Fraction(n, d or 1) for n, d in zip(numbers[0:20:2], numbers[1:20:2], strict=True)]
    red, green, blue, white = zip(values[0:8:2], values[1:8:2], strict=True)
    has_primaries, has_luminance = numbers[20], numbers[21]
    return Mastering(
        red=red if has_primaries else None,
        green=green if has_primaries else None,
        blue=blue if has_primaries else None,
        white=white if has_primaries else None,
        darkest=values[8] if has_luminance else None,
        brightest=values[9] if has_luminance else None,
        max_content=most,
        max_average=average,
    )


@dataclass(slots=True, eq=False)
class Passengers:
    """Packets of a source's other streams, handed from the reader's thread to the writer's.

    Streams and packets belong to the open source: it must stay open until the target is closed.
    """

    streams: Sequence[av.stream.Stream] = ()
    """The source's streams besides the pictures: sound, subtitles, data, attachments, cover."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Title, creation time, ... of the whole source."""
    video_metadata: Mapping[str, str] = field(default_factory=dict)
    """Language, handler name, ... of the picture stream."""
    chapters: Sequence[av.container.core.Chapter] = ()
    """Chapters in the source's clock."""
    origin: Fraction = Fraction(0)
    """Seconds of the source's clock at which the target's clock starts."""
    end: Fraction | None = None
    """Seconds of the source's clock at which the cut ends; None: with the source."""
    trimmed: bool = False
    """True where ``origin`` and ``end`` cut something off, so that sound must be cut as well."""
    made: bool = False
    """True for sound from elsewhere, which is encoded as is usual in the target's container."""
    mastering: Mastering | None = None
    """HDR mastering facts of the pictures."""
    lost: Sequence[str] = ()
    """What the source holds that no target can take, in words ("a second video stream")."""
    _queue: deque[AnyPacket] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def put(self, packet: AnyPacket) -> None:
        """Take a packet of one of ``streams`` on board, in the source's own clock."""
        if packet.pts is None:
            packet.pts = 0 if is_cover(packet.stream) else packet.dts
        if packet.size and packet.pts is not None:
            with self._lock:
                self._queue.append(packet)

    def take(self) -> list[AnyPacket]:
        """The packets that came since the last call, in the order in which they came."""
        with self._lock:
            packets = list(self._queue)
            self._queue.clear()
        return packets

    def cover(self, stream: av.stream.Stream) -> bytes | None:
        """The picture of a cover's stream, which comes before all else; None if it did not."""
        with self._lock:
            came = [bytes(p) for p in self._queue if p.stream_index == stream.index]
        return came[0] if came else None

    def lead(self, stream: av.stream.Stream) -> Fraction:
        """Seconds by which a stream's first packet comes before the target's zero; 0 if unknown."""
        base = stream.time_base or Fraction(1)
        with self._lock:
            waiting = [p.pts for p in self._queue if p.stream_index == stream.index]
        if len(stream.index_entries):
            waiting.append(stream.index_entries[0].timestamp)
        first = min((pts for pts in waiting if pts is not None), default=0)
        return max(Fraction(0), self.origin - first * base) if waiting else Fraction(0)


def is_cover(stream: av.stream.Stream) -> bool:
    """True for a picture that goes with the film, and is not of it."""
    return stream.type == "video" and bool(stream.disposition & Disposition.attached_pic)


class Seat(Protocol):
    """What takes one stream's packets on board."""

    def board(self, packet: AnyPacket) -> list[AnyPacket]:
        """The packets to write for one that came."""

    def finish(self) -> list[AnyPacket]:
        """The packets that were still on their way."""


def settle(packet: AnyPacket, passengers: Passengers) -> bool:
    """Move a packet to the target's clock and clip it to the cut; False where nothing is left."""
    base = packet.time_base
    moved = round(passengers.origin / base)
    start = (packet.pts or 0) - moved
    if packet.dts is not None:
        packet.dts -= moved
    packet.pts = start
    if not passengers.trimmed:
        return True
    end = start + (packet.duration or 0)
    if passengers.end is not None:
        end = min(end, round((passengers.end - passengers.origin) / base))
    begin = max(start, 0)
    if end < begin or (packet.duration and end == begin):
        return False
    packet.pts = packet.dts = begin
    packet.duration = end - begin
    return True
