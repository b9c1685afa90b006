"""Which of a source's other streams go on board of a target, and in what shape."""

from __future__ import annotations

import io
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import av.error
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Stream
from av.subtitles.stream import SubtitleStream

from afterglow.media.options import Say
from afterglow.media.passengers import AnyPacket, Passengers, Seat, settle
from afterglow.media.sound import Cutter, Primed, Timed, codec_name, primed_by, sound_encoder
from afterglow.media.subtitles import Translator, translation

if TYPE_CHECKING:
    from av.container.core import Chapter

UNMOVED = Fraction(0)

_STALE = frozenset(
    {
        "encoder", "major_brand", "minor_version", "compatible_brands", "afterglow", "rotate",
        "duration", "bps", "number_of_frames", "number_of_bytes", "vendor_id", "alpha_mode",
        "timecode", "stereo_mode",
    }
)  # fmt: skip
"""Metadata that speaks of the old file and not of the film."""

_COVERS = {"mjpeg": "jpg", "png": "png"}
"""Codecs of covers, and how the names of their files end."""

_QUICKTIME = {
    "deu": "ger", "nld": "dut", "ell": "gre", "isl": "ice", "zho": "chi", "sqi": "alb",
}  # fmt: skip
"""Languages that QuickTime knows by their older code."""


def worth_keeping(metadata: Mapping[str, str]) -> dict[str, str]:
    """The metadata that still holds for the new file."""
    return {
        key: value
        for key, value in metadata.items()
        if key.lower().split("-")[0] not in _STALE and not key.startswith("_STATISTICS")
    }


def chapters_for(passengers: Passengers, shift: Fraction) -> list[Chapter]:
    """The chapters on the target's clock, ``shift`` seconds later: moved and clipped by a cut."""
    kept = []
    for chapter in passengers.chapters:
        base = chapter["time_base"] or Fraction(1, 1000)
        start = max(Fraction(0), chapter["start"] * base - passengers.origin)
        end = chapter["end"] * base - passengers.origin
        if passengers.end is not None:
            end = min(end, passengers.end - passengers.origin)
        if start < end:
            moved = chapter.copy()
            moved["start"] = round((start + shift) / base)
            moved["end"] = round((end + shift) / base)
            moved["time_base"] = base
            kept.append(moved)
    return kept


class Cabin:
    """The passengers on board of one output container."""

    def __init__(
        self,
        container: OutputContainer,
        muxer: str,
        passengers: Passengers,
        say: Say,
        shift: Fraction = UNMOVED,
    ) -> None:
        self._container = container
        self._shift = shift
        self._passengers = passengers
        self._seats: dict[int, Seat] = {}
        left = list(passengers.lost)
        for stream in passengers.streams:
            seat = _seat(container, muxer, stream, passengers, say)
            if isinstance(stream, AudioStream) and seat and _untimed(stream):
                seat = Timed(seat, stream)
            if seat is not None:
                self._seats[stream.index] = seat
            elif not _tells_chapters(stream, passengers):
                left.append(_words(stream))
        if left:
            say(f"not carried into {muxer}: {', '.join(left)}")

    def carry(self) -> None:
        """Write the packets that have come."""
        for packet in self._passengers.take():
            seat = self._seats.get(packet.stream_index)
            if seat is not None:
                self._write(seat.board(packet))

    def finish(self) -> None:
        """Write what is left."""
        self.carry()
        for seat in self._seats.values():
            self._write(seat.finish())

    def _write(self, packets: list[AnyPacket]) -> None:
        for packet in packets:
            moved = round(self._shift / packet.time_base)
            packet.pts = (packet.pts or 0) + moved
            packet.dts = packet.pts if packet.dts is None else packet.dts + moved
            self._container.mux(packet)


class Copy:
    """Packets that travel untouched; a cut drops what lies outside."""

    def __init__(self, stream: Stream, passengers: Passengers) -> None:
        self._stream = stream
        self._passengers = passengers

    def board(self, packet: AnyPacket) -> list[AnyPacket]:
        """The packet itself, for the new stream."""
        if not settle(packet, self._passengers):
            return []
        packet.stream = self._stream
        return [packet]

    def finish(self) -> list[AnyPacket]:
        """None: nothing is kept back."""
        return []


class Cover:
    """The picture that goes with a film: it has no time, and no cut drops it."""

    def __init__(self, stream: Stream | None) -> None:
        self._stream = stream

    def board(self, packet: AnyPacket) -> list[AnyPacket]:
        """The picture for its stream; none where the container's header has it already."""
        if self._stream is None:
            return []
        packet.pts = packet.dts = 0
        packet.stream = self._stream
        return [packet]

    def finish(self) -> list[AnyPacket]:
        """None: nothing is kept back."""
        return []


def _seat(
    container: OutputContainer, muxer: str, stream: Stream, passengers: Passengers, say: Say
) -> Seat | None:
    if isinstance(stream, AudioStream):
        return _sound_seat(container, muxer, stream, passengers, say)
    if isinstance(stream, SubtitleStream):
        return _subtitle_seat(container, muxer, stream, passengers, say)
    if stream.type == "attachment" and muxer != "matroska":
        return None
    if stream.type == "video":
        return _cover_seat(container, muxer, stream, passengers)
    if stream.type == "data":
        return None
    return _copy(container, stream, passengers)


def _cover_seat(
    container: OutputContainer, muxer: str, stream: Stream, passengers: Passengers
) -> Seat | None:
    """A stream in MP4; in Matroska a file attached, whose name tells players what it is."""
    if muxer == "mp4" and held(muxer, stream):
        new = container.add_stream_from_template(stream, opaque=True)
        adopt(new, stream)
        return Cover(new)
    picture, ending = passengers.cover(stream), _COVERS.get(codec_name(stream))
    if muxer != "matroska" or picture is None or ending is None:
        return None
    name = stream.metadata.get("filename", f"cover.{ending}")
    kind = stream.metadata.get("mimetype", f"image/{ending.replace('jpg', 'jpeg')}")
    container.add_attachment(name, kind, picture)
    return Cover(None)


def _sound_seat(
    container: OutputContainer, muxer: str, stream: AudioStream, passengers: Passengers, say: Say
) -> Seat | None:
    if stream.codec_context is None:
        return None
    if not passengers.trimmed:
        copy = _sound_copy(container, muxer, stream, passengers)
        if copy is not None:
            return copy
    name = sound_encoder(muxer, "" if passengers.made else codec_name(stream))
    if name is None:
        return None
    if not passengers.trimmed:
        say(f"sound: {muxer} does not hold {codec_name(stream)}, so it becomes {name}")
    cutter = Cutter(container, muxer, stream, name, passengers)
    adopt(cutter.stream, stream)
    return cutter


def _sound_copy(
    container: OutputContainer, muxer: str, stream: AudioStream, passengers: Passengers
) -> Seat | None:
    encoder, priming = primed_by(stream)
    early = passengers.lead(stream) + Fraction(1, 1000) >= priming
    if muxer == "matroska" and encoder and early and held(muxer, stream):
        primed = Primed(container, stream, passengers)
        adopt(primed.stream, stream)
        return primed
    return _copy(container, stream, passengers)


def _subtitle_seat(
    container: OutputContainer, muxer: str, stream: SubtitleStream, passengers: Passengers, say: Say
) -> Seat | None:
    copy = _copy(container, stream, passengers)
    if copy is not None:
        return copy
    name = translation(muxer, stream)
    if name is None:
        return None
    if not passengers.made:
        say(f"subtitles: {codec_name(stream)} becomes {name} in {muxer}; its styling is lost")
    translator = Translator(container, stream, name, passengers)
    adopt(translator.stream, stream)
    return translator


def _copy(container: OutputContainer, stream: Stream, passengers: Passengers) -> Copy | None:
    """A seat for untouched packets; None where the container does not hold the codec."""
    if not held(container.format.name, stream):
        return None
    copy = container.add_stream_from_template(stream, opaque=True)
    adopt(copy, stream)
    return Copy(copy, passengers)


def held(muxer: str, stream: Stream) -> bool:
    """True where the container takes the stream as it is: tried, as its own list is too long."""
    if stream.type == "attachment":
        return True
    if stream.codec_context is None:
        return False
    try:
        with av.open(io.BytesIO(), "w", format=muxer) as trial:
            trial.add_stream_from_template(stream, opaque=True)
            trial.start_encoding()
    except (ValueError, OSError, av.error.FFmpegError):
        return False
    return True


def adopt(new: Stream, old: Stream) -> None:
    """Give a new stream the language, title and role of the old one."""
    new.metadata.clear()
    new.metadata.update(worth_keeping(old.metadata))
    language = new.metadata.get("language", "")
    if new.container.format.name == "mov" and language in _QUICKTIME:
        new.metadata["language"] = _QUICKTIME[language]
    new.disposition = old.disposition


def _untimed(stream: Stream) -> bool:
    """True where packets come without durations: NUT has none."""
    return "nut" in stream.container.format.name.split(",")


def _tells_chapters(stream: Stream, passengers: Passengers) -> bool:
    """True for the track in which MP4 repeats the titles of its chapters."""
    return stream.type == "data" and stream.name == "bin_data" and bool(passengers.chapters)


def _words(stream: Stream) -> str:
    name = stream.name if stream.codec_context is None else codec_name(stream)
    kind = "a cover picture" if stream.type == "video" else stream.type
    return f"{kind} stream {stream.index} ({name or 'unknown'})"
