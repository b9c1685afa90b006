"""What is heard in speech, a hundred times a second: loudness, bands, centroids and pitch.

Sound comes in blocks and is forgotten when it was measured; only the measurements stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Track: TypeAlias = NDArray[np.float32]
"""(N,) float32: a number for every hundredth of a second, from 0 to the end of the sound."""

Numbers: TypeAlias = NDArray[np.float64]

SAMPLES = 16000
"""Samples per second of the sound that is measured."""
RATE = 100
"""Measurements per second."""
_HOP = SAMPLES // RATE
_WINDOW = 640
"""Samples of the window for pitch; it is centred on the moment."""
_SHORT = 400
"""Samples of the window for everything else."""
_FFT = 512
_SPEECH = (150, 5000)
_LOW = (200, 1000)
"""Hz where the first formant lies: it rises as the jaw opens."""
_MIDDLE = (1000, 2800)
"""Hz where the second formant lies: it rises as the lips spread."""
_HIGH = (3500, 7800)
"""Hz of hisses."""
_PITCH = (70, 400)
"""Hz of voices."""
_VOICED = 0.45
"""Autocorrelation above which a sound has a pitch."""
_OCTAVE = 0.04
"""Autocorrelation that an octave less must have more, to be taken for the pitch."""
_QUIET = 1e-12
SILENCE = -60.0
"""dB below full scale: sound that is never louder is silence."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Measurements of speech, each a ``Track``."""

    level: Track
    """dB below full scale, from 150 to 5000 Hz."""
    low: Track
    """dB of the first formant's band."""
    middle: Track
    """dB of the second formant's band."""
    high: Track
    """dB of the band of hisses."""
    first: Track
    """Hz: centroid of the first formant's band."""
    second: Track
    """Hz: centroid of the second formant's band."""
    pitch: Track
    """Hz; 0 where there is none."""
    duration: Fraction
    """Seconds."""

    @property
    def silent(self) -> bool:
        """True where nothing can be heard at all."""
        return bool(self.level.max(initial=-np.inf) < SILENCE)


def measure(blocks: Iterable[NDArray[np.float32]]) -> Features:
    """The measurements of sound in blocks (N,) float32 at 16 kHz, of which a second is held."""
    rows, count = [], 0
    buffer = np.zeros(_WINDOW // 2, np.float32)
    for block in _seconds(blocks):
        count += len(block)
        buffer = np.concatenate([buffer, block])
        whole = max(0, (len(buffer) - _WINDOW) // _HOP + 1)
        rows.append(_measured(buffer, whole))
        buffer = buffer[whole * _HOP :]
    buffer = np.concatenate([buffer, np.zeros(_WINDOW // 2, np.float32)])
    rows.append(_measured(buffer, max(0, (len(buffer) - _WINDOW) // _HOP + 1)))
    table = np.concatenate(rows)
    names = [field.name for field in fields(Features)][:-1]
    tracks = {name: np.ascontiguousarray(table[:, at]) for at, name in enumerate(names)}
    return Features(**tracks, duration=Fraction(count, SAMPLES))


def _seconds(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """The same sound in blocks of at most a second."""
    for block in blocks:
        for place in range(0, len(block), SAMPLES):
            yield block[place : place + SAMPLES]


def _measured(sound: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """``count`` rows of measurements, (count, 7) float32 in the order of ``Features``."""
    if not count:
        return np.zeros((0, 7), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_HOP][:count]
    edge = (_WINDOW - _SHORT) // 2
    shape = np.hanning(_SHORT).astype(np.float32)
    swing: NDArray[Any] = np.abs(np.fft.rfft(windows[:, edge : edge + _SHORT] * shape, _FFT))
    spectrum: Numbers = np.square(swing.astype(np.float64))
    spectrum *= 2 / (_FFT * float((shape**2).sum()))
    frequency: Numbers = np.linspace(0, SAMPLES / 2, _FFT // 2 + 1, dtype=np.float64)
    bands = [_decibel(spectrum, frequency, band) for band in (_SPEECH, _LOW, _MIDDLE, _HIGH)]
    centres = [_centroid(spectrum, frequency, band) for band in (_LOW, _MIDDLE)]
    columns = [*bands, *centres, _pitch(windows)]
    return np.stack(columns, 1).astype(np.float32)


def _within(frequency: Numbers, band: tuple[int, int]) -> NDArray[np.bool_]:
    return (frequency >= band[0]) & (frequency < band[1])


def _decibel(spectrum: Numbers, frequency: Numbers, band: tuple[int, int]) -> Numbers:
    power: Numbers = spectrum[:, _within(frequency, band)].sum(1)
    return 10 * np.log10(power + _QUIET)


def _centroid(spectrum: Numbers, frequency: Numbers, band: tuple[int, int]) -> Numbers:
    inside = _within(frequency, band)
    weights = spectrum[:, inside] + _QUIET
    centre: Numbers = (weights * frequency[inside]).sum(1) / weights.sum(1)
    return centre


def _pitch(windows: NDArray[np.float32]) -> Numbers:
    """Pitch of each window by its autocorrelation, unbiased by the window's shape; 0 for none.

    Boersma 1993, "Accurate short-term analysis of the fundamental frequency", equations 9 and 26.
    """
    shape = np.hanning(_WINDOW)
    centred = (windows - windows.mean(1, keepdims=True)) * shape
    likeness = _autocorrelation(centred) / _autocorrelation(shape[None])
    nearest, farthest = SAMPLES // _PITCH[1], SAMPLES // _PITCH[0]
    part = likeness[:, nearest:farthest]
    best = (part - _OCTAVE * np.log2(np.arange(nearest, farthest))).argmax(1)
    strength = part[np.arange(len(part)), best]
    return np.where(strength > _VOICED, SAMPLES / (best + nearest), 0.0)


def _autocorrelation(sound: Numbers) -> Numbers:
    """Autocorrelation of each row, 1 at lag 0; 0 for silence."""
    power = np.abs(np.fft.rfft(sound, 2 * _WINDOW)) ** 2
    found = np.fft.irfft(power)[:, : _WINDOW // 2]
    return found / np.maximum(found[:, :1], _QUIET)
