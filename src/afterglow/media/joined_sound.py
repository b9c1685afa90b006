"""One sound for several clips: each one's own, faded into the next; silence where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afterglow.media.listening import sound_since
from afterglow.media.opening import open_file
from afterglow.media.recording import record

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
    """Write the pieces into a Matroska file, each faded into the next over ``overlap`` seconds.

    The fade keeps the power even, as sounds have nothing to do with each other. A few blocks are
    held, however long the pieces are.

    Raises:
        MediaError: a file cannot be read, or the target not be written.
    """
    record(target, faded(pieces, round(overlap * SAMPLES)), SAMPLES, "stereo")


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
    for block in sound_since(piece.file, SAMPLES, piece.start):
        # FFmpeg makes one channel quieter where it becomes two: here it is heard as it was.
        yield np.repeat(block, 2, axis=1) if block.shape[1] == 1 else block
