"""The sound of a file, to be listened to: one channel at a fixed rate, block after block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from afterglow.errors import MediaError
from afterglow.media.opening import open_file, told

Block = NDArray[np.float32]
"""(N,) or (N, C) float32, about -1 to 1."""

_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
"""Samples per second that AAC knows."""
_HOLE = Fraction(1, 50)
"""Seconds without sound that are filled with silence; less is a matter of time stamps."""


def sound_blocks(
    source: str,
    rate: int = 16000,
    start: Fraction = Fraction(0),
    duration: Fraction | None = None,
) -> Iterator[Block]:
    """The sound of any audio or video file as blocks (N,) float32, about -1 to 1.

    Channels are mixed into one. Zero is the first sample; the range is half-open.

    Args:
        source: A file.
        rate: Samples per second that come out.
        start: Seconds from the first sample to the first one wanted.
        duration: Seconds wanted; None is all that follows.

    Raises:
        MediaError: it cannot be read, has no sound, or ends before the start.
    """
    _, container = open_file(source)
    with container:
        stream = chosen_sound(source, container)
        pieces = _resampled(source, stream, rate, "mono")
        for block in cut_sound(source, pieces, rate, start, duration):
            yield block.reshape(-1)


@contextmanager
def own_sound(
    source: str, start: Fraction, duration: Fraction | None
) -> Iterator[tuple[Iterator[Block], int, str]]:
    """The same with its own channels (two at most): blocks (N, C), rate and layout.

    The rate is its own where every encoder knows it, else 48 kHz.

    Raises:
        MediaError: as ``sound_blocks``; also while blocks are taken.
    """
    _, container = open_file(source)
    with container:
        stream = chosen_sound(source, container)
        own = stream.codec_context.sample_rate
        rate = own if own in _RATES else 48000
        layout = _layout(stream)
        pieces = _resampled(source, stream, rate, layout)
        yield cut_sound(source, pieces, rate, start, duration), rate, layout


def sound_since(source: str, rate: int, zero: Fraction) -> Iterator[Block]:
    """The sound of a file from a second of its own clock on: (N, 1) or (N, 2) at a rate.

    None where it has no sound.

    Raises:
        MediaError: it cannot be read.
    """
    _, container = open_file(source)
    with container:
        if container.streams.audio:
            stream = chosen_sound(source, container)
            yield from _resampled(source, stream, rate, _layout(stream), zero)


def cut_sound(
    source: str, blocks: Iterator[Block], rate: int, start: Fraction, duration: Fraction | None
) -> Iterator[Block]:
    """The part of the sound that is wanted; raises MediaError where there is none."""
    first = round(start * rate)
    end = None if duration is None else first + round(duration * rate)
    place = 0
    for block in blocks:
        yield from _within(block, place, first, end)
        place += len(block)
        if end is not None and place >= end:
            return
    if not place:
        raise MediaError(f"{source}: its sound is empty")
    if place <= first:
        raise MediaError(f"{source}: its sound ends before the start ({float(start):g} s)")


def _within(block: Block, place: int, first: int, end: int | None) -> Iterator[Block]:
    """The part of a block, which begins at sample ``place``, that is wanted."""
    last = len(block) if end is None else end - place
    kept = block[max(0, first - place) : max(0, last)]
    if len(kept):
        yield kept


def chosen_sound(source: str, container: InputContainer) -> AudioStream:
    """The stream of sound that a player would take; raises MediaError where there is none."""
    streams = [each for each in container.streams.audio if each.codec_context is not None]
    if not streams:
        raise MediaError(f"{source}: has no sound that can be decoded")
    return max(
        streams, key=lambda each: (bool(each.disposition & Disposition.default), -each.index)
    )


def _layout(stream: AudioStream) -> str:
    """Mono or stereo, whichever is nearer to what it has."""
    return "mono" if stream.codec_context.layout.nb_channels == 1 else "stereo"


def _resampled(
    source: str, stream: AudioStream, rate: int, layout: str, zero: Fraction | None = None
) -> Iterator[Block]:
    """All of the sound as (N, C), with silence where it has holes.

    zero: second of its clock at which it shall begin, to the sample; None is its first sample.
    """
    channels = 1 if layout == "mono" else 2
    resampler, kind = AudioResampler(format="flt", layout=layout, rate=rate), None
    given: int | None = None
    for frame in _decoded(source, stream):
        moment = (frame.pts or 0) * (frame.time_base or Fraction(0))
        zero = moment if zero is None else zero
        least = Fraction(0) if given is None else _HOLE
        given = min(0, round((moment - zero) * rate)) if given is None else given
        hole = moment - zero - Fraction(given, rate)
        if hole > least:
            for block in _silence(round(hole * rate), rate, channels):
                yield from _within(block, given, 0, None)
                given += len(block)
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind not in (None, now):
            resampler = AudioResampler(format="flt", layout=layout, rate=rate)
        frame.pts, kind = None, now
        for piece in resampler.resample(frame):
            yield from _within(_block(piece, channels), given, 0, None)
            given += piece.samples
    for piece in resampler.resample(None):
        yield _block(piece, channels)


def _decoded(source: str, stream: AudioStream) -> Iterator[AudioFrame]:
    """Every frame of the sound; a damaged packet is left out, as players do."""
    container = stream.container
    assert isinstance(container, InputContainer)
    with told(source, "its sound cannot be read"):
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                continue


def _block(frame: AudioFrame, channels: int) -> Block:
    samples: NDArray[Any] = frame.to_ndarray()
    return samples.reshape(-1, channels).astype(np.float32, copy=False)


def _silence(count: int, rate: int, channels: int) -> Iterator[Block]:
    """So many samples of silence, a second at a time."""
    for place in range(0, count, rate):
        yield np.zeros((min(rate, count - place), channels), np.float32)
