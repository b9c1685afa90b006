"""Made speech: sounds and silences of which everything is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.speech.features import SAMPLES

VOWELS = {"a": (800, 1200), "i": (280, 2300), "u": (300, 800), "e": (450, 1900)}
"""First and second formant, Hz."""


def vowel(
    sign: str, seconds: float, hertz: float = 120.0, loud: float = 0.5
) -> NDArray[np.float32]:
    """A vowel: harmonics of a pitch under two formants."""
    time = np.arange(round(seconds * SAMPLES)) / SAMPLES
    sound = np.zeros(len(time))
    for number in range(1, int(4000 / hertz)):
        each = number * hertz
        height = sum(1 / (1 + ((each - formant) / 90) ** 2) for formant in VOWELS[sign])
        sound += (height + 0.01) * np.sin(2 * np.pi * each * time)
    edge = np.minimum(1, np.minimum(time, time[::-1]) / 0.015)
    return (loud * sound / np.abs(sound).max() * edge).astype(np.float32)


def silence(seconds: float, noise: float = 1e-4) -> NDArray[np.float32]:
    """Hardly any sound."""
    random = np.random.default_rng(4)
    return random.normal(0, noise, round(seconds * SAMPLES)).astype(np.float32)


def hiss(seconds: float, loud: float = 0.1) -> NDArray[np.float32]:
    """An s: noise without its low parts."""
    random = np.random.default_rng(5)
    noise = random.normal(0, 1, round(seconds * SAMPLES) + 2)
    return (loud * np.diff(noise, 2) / 3).astype(np.float32)


def sentence(parts: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Parts one after the other."""
    return np.concatenate(parts)


def envelope(sound: NDArray[np.float32], rate: float, frames: int) -> NDArray[np.float64]:
    """The loudness (RMS over 60 ms) of sound at 16 kHz at the time of every frame."""
    power = np.convolve(sound.astype(np.float64) ** 2, np.ones(960) / 960, "same")
    places = np.minimum((np.arange(frames) / rate * SAMPLES).astype(int), len(sound) - 1)
    return np.sqrt(np.maximum(power[places], 0))


def lag_of(one: NDArray[np.float64], two: NDArray[np.float64], most: int = 6) -> int:
    """By how many frames the first comes later than the second, where they agree most."""
    length = len(one)
    return max(
        range(-most, most + 1),
        key=lambda lag: np.corrcoef(
            one[max(0, lag) : length + min(0, lag)], two[max(0, -lag) : length - max(0, lag)]
        )[0, 1],
    )
