"""Speech: what is heard of it, and what is known of its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.speech.features import Features, Track, measure
from afterglow.effects.style.speech.mouth import Mouth, loudness, mouth_of_sound
from afterglow.effects.style.speech.visemes import mouth_of_phonemes
from afterglow.models.speech.spoken import Heard


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """What a face needs to know of speech."""

    heard: Features
    """Measurements of its sound."""
    phonemes: tuple[Heard, ...] = ()
    """What is said, where that is known."""

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.heard.duration

    def mouth(self) -> Mouth:
        """What the mouth does: by its phonemes where they are known, else by its sound."""
        sound = mouth_of_sound(self.heard)
        return mouth_of_phonemes(self.phonemes, sound) if self.phonemes else sound

    def loudness(self) -> Track:
        """0 in silence, 1 where it is loudest."""
        return loudness(self.heard)


def listened(blocks: Iterable[NDArray[np.float32]], phonemes: tuple[Heard, ...] = ()) -> Speech:
    """Speech out of its sound, blocks (N,) float32 at 16 kHz, and its phonemes if known."""
    return Speech(measure(blocks), phonemes)
