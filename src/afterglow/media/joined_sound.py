"""One sound for several clips: each one's own, faded into the next; silence where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from afterglow.media.landing import told as landing_told
from afterglow.media.opening import open_file, told

SAMPLES = 48_000
"""Samples per second of what is made."""
_BLOCK = SAMPLES // 4
"""Samples that are made at a time."""

Sound = NDArray[np.float32]
"""(samples, 2) stereo, -1 to 1."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is heard for some seconds."""

    seconds: Fraction
    """How long."""
    file: str | None = None
    """Whose sound; None is silence."""
    start: Fraction = Fraction(0)
    """Seconds of the file's clock at which it begins."""


def has_sound(file: str) -> bool:
    """True where a file has a stream of sound.

    Raises:
        MediaError: it cannot be read.
    """
    _, container = open_file(file)
    with closing(container):
        return bool(container.streams.audio)


def write_joined(target: Path, pieces: Sequence[Piece], overlap: Fraction) -> None:
    """Write the pieces into a WAV file, each faded into the next over ``overlap`` seconds.

    The fade keeps the power even, as sounds have nothing to do with each other. A few blocks are
    held, however long the pieces are.

    Raises:
        MediaError: a file cannot be read, or the target not be written.
    """
    with landing_told(str(target)), av.open(str(target), "w", format="wav") as box:
        stream = box.add_stream("pcm_s16le", rate=SAMPLES, layout="stereo")
        place = 0
        for block in faded(pieces, round(overlap * SAMPLES)):
            whole = np.rint(np.clip(block, -1, 1) * 32767).astype(np.int16)
            frame = AudioFrame.from_ndarray(whole.reshape(1, -1), "s16", "stereo")
            frame.sample_rate, frame.time_base = SAMPLES, Fraction(1, SAMPLES)
            frame.pts = place
            place += len(block)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))


def faded(pieces: Sequence[Piece], overlap: int) -> Iterator[Sound]:
    """The sound of all, in blocks."""
    angle = (np.arange(overlap, dtype=np.float32)[:, None] + 0.5) / max(1, overlap) * np.pi / 2
    tail = np.zeros((0, 2), np.float32)
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        samples = Samples(_heard(piece))
        if len(tail):
            yield tail * np.cos(angle) + samples.take(overlap) * np.sin(angle)
        begun = overlap if number else 0
        left = round(piece.seconds * SAMPLES) - begun - (0 if last else overlap)
        while left > 0:
            yield samples.take(min(left, _BLOCK))
            left -= _BLOCK
        tail = np.zeros((0, 2), np.float32) if last else samples.take(overlap)


class Samples:
    """Sound taken in the amounts that are wanted; silence follows its end."""

    def __init__(self, blocks: Iterator[Sound]) -> None:
        self._blocks = blocks
        self._left = np.zeros((0, 2), np.float32)

    def take(self, count: int) -> Sound:
        """The next samples."""
        while len(self._left) < count:
            block = next(self._blocks, None)
            if block is None:
                block = np.zeros((count - len(self._left), 2), np.float32)
            self._left = np.concatenate([self._left, block])
        taken, self._left = self._left[:count], self._left[count:]
        return taken


def _heard(piece: Piece) -> Iterator[Sound]:
    """The sound of a file from the start of a piece on; nothing without a file."""
    if piece.file is None:
        return
    _, container = open_file(piece.file)
    with closing(container):
        if not container.streams.audio:
            return
        # FFmpeg makes one channel quieter where it becomes two: here it is heard as it was.
        alone = container.streams.audio[0].codec_context.layout.nb_channels == 1
        resampler = AudioResampler("flt", "mono" if alone else "stereo", SAMPLES)
        at = round(piece.start * SAMPLES)
        for frame in _decoded(container, piece.file):
            for made in resampler.resample(frame):
                block = made.to_ndarray().reshape(-1, 1 if alone else 2).astype(np.float32)
                block = np.repeat(block, 2, axis=1) if alone else block
                begin = round((made.pts or 0) * (made.time_base or 0) * SAMPLES)
                yield from _placed(block, begin, at)
                at = max(at, begin + len(block))


def _placed(block: Sound, begin: int, at: int) -> Iterator[Sound]:
    """What of a block comes after a sample, behind the silence before it."""
    if begin > at:
        for first, end in pairwise([*range(at, begin, _BLOCK), begin]):
            yield np.zeros((end - first, 2), np.float32)
    if begin + len(block) > at:
        yield block[max(0, at - begin) :]


def _decoded(container: Any, name: str) -> Iterator[AudioFrame | None]:
    """The frames of sound, and None for their end."""
    frames = container.decode(container.streams.audio[0])
    while True:
        with told(name, "its sound cannot be read on"):
            frame = next(frames, None)
        yield frame
        if frame is None:
            return
