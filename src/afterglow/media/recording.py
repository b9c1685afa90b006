"""Sound kept in a file of its own, with the words that are spoken in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from afterglow.media.landing import told
from afterglow.media.listening import own_sound

Line = tuple[float, float, str]
"""Seconds of begin and end, and what is said."""

_MILLISECOND = Fraction(1, 1000)
_LOUDEST = 2**31 - 128
"""What 1.0 is in 32 bits; floats have no number closer to the last one."""


def record(
    place: Path,
    blocks: Iterable[NDArray[np.float32]],
    rate: int,
    layout: str = "mono",
    lines: Sequence[Line] = (),
) -> None:
    """Write sound in blocks (N,) or (N, C) float32 without loss (24 bits) into a Matroska file.

    ``lines`` become its subtitles.

    Raises:
        MediaError: it cannot be written.
    """
    with told(str(place)), av.open(str(place), "w", format="matroska") as container:
        sound = container.add_stream("flac", rate=rate)
        assert isinstance(sound, AudioStream)
        sound.codec_context.layout, sound.codec_context.format = layout, "s32"
        sound.codec_context.time_base = Fraction(1, rate)
        words = container.add_mux_stream("subrip", time_base=_MILLISECOND) if lines else None
        container.start_encoding()
        for line in sorted(lines):
            assert words is not None
            container.mux(_subtitle(line, words))  # the muxer lays it between the sound
        for frame in _frames(blocks, rate, layout):
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))


def copy_sound(source: str, place: Path, start: Fraction, duration: Fraction | None) -> None:
    """Write part of the sound of a file into a file of its own, where it begins at 0.

    Raises:
        MediaError: it cannot be read, has no sound, ends before the start, or cannot be written.
    """
    with own_sound(source, start, duration) as (blocks, rate, layout):
        record(place, blocks, rate, layout)


def _frames(blocks: Iterable[NDArray[np.float32]], rate: int, layout: str) -> Iterator[AudioFrame]:
    place = 0
    for block in _seconds(blocks, rate):
        whole = np.clip(np.rint(block.astype(np.float64) * 2**31), -(2**31), _LOUDEST)
        samples = np.ascontiguousarray(whole.astype(np.int32).reshape(1, -1))
        frame = AudioFrame.from_ndarray(samples, "s32", layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), place
        place += len(block)
        yield frame


def _seconds(blocks: Iterable[NDArray[np.float32]], rate: int) -> Iterator[NDArray[np.float32]]:
    """The same in blocks of at most a second."""
    for block in blocks:
        for place in range(0, len(block), rate):
            yield block[place : place + rate]


def _subtitle(line: Line, stream: Stream) -> Packet[Stream]:
    start, end, text = line
    packet: Packet[Stream] = Packet(text.encode())
    packet.time_base = _MILLISECOND
    packet.pts = packet.dts = round(start * 1000)
    packet.duration = max(1, round((end - start) * 1000))
    packet.stream = stream
    return packet
