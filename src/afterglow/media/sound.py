"""Sound that must be cut or change its codec: decoded, trimmed to the sample, encoded again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, cast

import av
import av.error
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from afterglow.media.passengers import Passengers, Seat, settle

_USUAL = {"webm": "libopus", "matroska": "flac", "nut": "flac"}
"""The codec where the source's own cannot be encoded or held; AAC elsewhere."""
_ENCODERS = {"opus": "libopus", "mp3": "libmp3lame"}
"""Encoders by the codec's name, where FFmpeg's default one is experimental or of another name."""
_NO_ENCODER = frozenset({"vorbis", "truehd", "mlp", "dca", "dts"})
"""Codecs whose encoders are experimental."""
_PRIMING = {
    "aac": ("aac", 1024), "mp3": ("libmp3lame", 1105), "ac3": ("ac3", 256), "eac3": ("eac3", 256),
}  # fmt: skip
"""Codecs with samples before the first: FFmpeg's encoder, and how many it and most others put."""
_LAYOUTS = ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1")
"""The usual layout of so many channels, from one on."""
_JITTER = Fraction(1, 500)
"""Seconds by which time stamps may be off, as in containers that count milliseconds."""


def sound_encoder(muxer: str, codec: str) -> str | None:
    """The encoder for this sound in this container, of its own codec if possible; None if none."""
    usual = _USUAL.get(muxer, "aac")
    own = "" if codec in _NO_ENCODER else _ENCODERS.get(codec, codec)
    return next((name for name in (own, usual) if name and _taken(muxer, name)), None)


def _taken(muxer: str, encoder: str) -> bool:
    """True where the encoder is there and the container takes what it makes: tried."""
    try:
        with av.open(io.BytesIO(), "w", format=muxer) as trial:
            trial.add_stream(encoder, rate=48000)
            trial.start_encoding()
    except (ValueError, OSError, av.error.FFmpegError):
        return False
    return True


def encodable_layout(encoder: str, rate: int, layout: AudioLayout) -> str:
    """The layout itself where the encoder takes it; else the usual one of as many channels."""
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, AudioCodecContext)
    formats = context.codec.audio_formats or []
    context.sample_rate, context.layout, context.format = rate, layout.name, formats[0].name
    try:
        context.open()
    except (ValueError, OSError, av.error.FFmpegError):
        channels = min(layout.nb_channels, len(_LAYOUTS))
        return _LAYOUTS[channels - 1]
    return layout.name


def codec_name(stream: Stream) -> str:
    """The codec's name, whatever decoder reads it; "unknown" where none does."""
    context = stream.codec_context
    return "unknown" if context is None else str(context.codec.canonical_name)


def primed_by(source: AudioStream) -> tuple[str, Fraction]:
    """The encoder whose priming the codec usually has, "" for none, and its seconds."""
    encoder, samples = _PRIMING.get(codec_name(source), ("", 0))
    context = source.codec_context
    rate = context.sample_rate
    if not encoder or encodable_layout(encoder, rate, context.layout) != context.layout.name:
        return "", Fraction(0)
    return encoder, Fraction(samples, rate)


class Primed:
    """Sound that travels untouched into Matroska, which must be told of its priming.

    Without that, its time stamps before zero would move the pictures. The encoder is only opened
    because it writes the usual priming into the stream's facts; the packets are the source's.
    """

    def __init__(
        self, container: OutputContainer, source: AudioStream, passengers: Passengers
    ) -> None:
        self._passengers = passengers
        encoder, self._priming = primed_by(source)
        rate = source.codec_context.sample_rate
        stream = container.add_stream(encoder, rate=rate)
        assert isinstance(stream, AudioStream)
        self.stream = stream
        stream.codec_context.layout = source.codec_context.layout.name
        stream.codec_context.time_base = Fraction(1, rate)
        stream.codec_context.open()
        stream.codec_context.extradata = source.codec_context.extradata

    def board(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """The packet itself; none where it is all older than the priming."""
        settle(packet, self._passengers)
        first = -round(self._priming / packet.time_base)
        if (packet.pts or 0) + (packet.duration or 0) <= first:
            return []
        packet.pts = packet.dts = max(first, packet.pts or 0)
        packet.stream = self.stream
        return [packet]

    def finish(self) -> list[Packet[Stream]]:
        """None: nothing is kept back."""
        return []


class Timed:
    """Sound out of a pipe: NUT tells no durations, so each packet gets its own before it boards.

    It lasts until the next; how long the last one lasts is found by decoding it.
    """

    def __init__(self, seat: Seat, source: AudioStream) -> None:
        self._seat = seat
        self._rate = source.codec_context.sample_rate
        self._waiting: Packet[Stream] | None = None
        self._usual = 0

    def board(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """What the packet before makes, now that its end is known."""
        before, self._waiting = self._waiting, packet
        if before is None:
            return []
        self._usual = max(0, (packet.pts or 0) - (before.pts or 0))
        before.duration = self._usual
        return self._seat.board(before)

    def finish(self) -> list[Packet[Stream]]:
        """What the last packet makes."""
        last, self._waiting = self._waiting, None
        if last is None:
            return self._seat.finish()
        last.duration = self._length(last)
        return self._seat.board(last) + self._seat.finish()

    def _length(self, packet: Packet[Stream]) -> int:
        """Units of the packet's time base; those of the packet before where it cannot be told."""
        try:
            samples = sum(cast(AudioFrame, sound).samples for sound in packet.decode())
        except av.error.FFmpegError:
            samples = 0
        return round(Fraction(samples, self._rate) / packet.time_base) or self._usual


class Cutter:
    """One sound stream on its way through decoder, scissors and encoder."""

    def __init__(
        self,
        container: OutputContainer,
        muxer: str,
        source: AudioStream,
        encoder: str,
        passengers: Passengers,
    ) -> None:
        self._source = source
        self._passengers = passengers
        self._next: int | None = None
        self._nudge = 1 if muxer in ("matroska", "webm") else 0
        context = source.codec_context
        rate = 48000 if encoder == "libopus" else context.sample_rate
        stream = container.add_stream(encoder, rate=rate)
        assert isinstance(stream, AudioStream)
        self.stream = stream
        stream.codec_context.layout = encodable_layout(encoder, rate, context.layout)
        stream.codec_context.time_base = Fraction(1, rate)
        if source.bit_rate and not passengers.made:
            stream.codec_context.bit_rate = source.bit_rate

    def board(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """The encoded packets that a packet of the source gives."""
        return self._encode(self._source.decode(packet))

    def finish(self) -> list[Packet[Stream]]:
        """The packets that decoder and encoder were still holding."""
        packets = self._encode(self._source.decode(None))
        if self._next is not None:
            packets += self._nudged(self.stream.encode(None))
        return packets

    def _encode(self, frames: list[AudioFrame]) -> list[Packet[Stream]]:
        packets: list[Packet[Stream]] = []
        for frame in frames:
            for piece in self._cut(frame):
                packets += self._nudged(self.stream.encode(piece))
        return packets

    def _nudged(self, packets: list[Packet[AudioStream]]) -> list[Packet[Stream]]:
        """The packets a sample early for Matroska, which rounds up half a millisecond twice."""
        for packet in packets:
            packet.pts = (packet.pts or 0) - self._nudge
            packet.dts = packet.pts
        return cast("list[Packet[Stream]]", packets)

    def _cut(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """The part of a decoded frame inside the cut, after silence where the source has a hole."""
        rate = frame.sample_rate
        place = round(((frame.pts or 0) * (frame.time_base or 0) - self._passengers.origin) * rate)
        if self._next is not None and abs(place - self._next) <= _JITTER * rate:
            place = self._next
        first = self._next if self._next is not None else self._earliest(place)
        start, end = max(place, first), self._latest(place + frame.samples, rate)
        if start >= end:
            return
        if self._next is not None and start > self._next:
            yield from _silence(frame, self._next, start)
        yield _slice(frame, start - place, end - place, start)
        self._next = end

    def _earliest(self, place: int) -> int:
        return max(0, place) if self._passengers.trimmed else place

    def _latest(self, end: int, rate: int) -> int:
        if self._passengers.end is None:
            return end
        return min(end, round((self._passengers.end - self._passengers.origin) * rate))


def _slice(frame: AudioFrame, start: int, end: int, place: int) -> AudioFrame:
    """Samples ``start`` to ``end`` of a frame, to be heard at sample ``place``."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        start, end = start * frame.layout.nb_channels, end * frame.layout.nb_channels
    return _sounding(samples[:, start:end], frame, place)


def _silence(like: AudioFrame, start: int, end: int) -> Iterator[AudioFrame]:
    """Silence from one sample to another, in pieces of at most a second."""
    channels = like.layout.nb_channels
    middle = 128 if like.format.name.startswith("u8") else 0
    for place in range(start, end, like.sample_rate):
        count = min(like.sample_rate, end - place)
        shape = (channels, count) if like.format.is_planar else (1, channels * count)
        samples = np.full(shape, middle, like.to_ndarray().dtype)
        yield _sounding(samples, like, place)


def _sounding(samples: NDArray[Any], like: AudioFrame, place: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(
        np.ascontiguousarray(samples), like.format.name, like.layout.name
    )
    frame.sample_rate = like.sample_rate
    frame.time_base = Fraction(1, like.sample_rate)
    frame.pts = place
    return frame
