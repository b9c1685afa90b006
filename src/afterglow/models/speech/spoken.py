"""What a voice said: its sound, and when each word and phoneme was heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Heard:
    """A word or a phoneme, and when it was heard."""

    start: float
    """Seconds from the beginning of the sound."""
    end: float
    """Seconds."""
    text: str
    """The word as it was written, or the phoneme in IPA; of a phoneme, "" is a pause."""


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A text as a voice said it."""

    samples: NDArray[np.float32]
    """(N,) float32, -1 to 1, one channel."""
    rate: int
    """Samples per second."""
    words: tuple[Heard, ...] = ()
    """Every word in turn; none where the engine does not tell."""
    phonemes: tuple[Heard, ...] = ()
    """Every phoneme in turn, with its stress marks; none where the engine does not tell."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that can be asked for."""

    name: str
    """What --voice takes."""
    engine: str
    """Who speaks: espeak, piper or flite."""
    told: str
    """Language or description, for people."""


def stretched(heard: Iterable[Heard], factor: float) -> tuple[Heard, ...]:
    """The same words or phonemes, said so many times slower."""
    return tuple(replace(each, start=each.start * factor, end=each.end * factor) for each in heard)


def between_pauses(spoken: Spoken, before: float, after: float) -> Spoken:
    """The same after so many seconds of silence, and before so many."""
    first, last = (np.zeros(round(each * spoken.rate), np.float32) for each in (before, after))
    words, phonemes = (
        tuple(replace(each, start=each.start + before, end=each.end + before) for each in heard)
        for heard in (spoken.words, spoken.phonemes)
    )
    samples = np.concatenate([first, spoken.samples, last])
    return replace(spoken, samples=samples, words=words, phonemes=phonemes)
