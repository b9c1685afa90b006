"""A voice over other sound, which steps back while somebody speaks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from afterglow.media.joined_sound import SAMPLES, Samples, faded
from afterglow.media.recording import record

if TYPE_CHECKING:
    from fractions import Fraction

    from afterglow.media.joined_sound import Piece, Sound

DUCKED = 0.3
"""What is left of the other sound under a voice: 10 dB less."""
_HOP = SAMPLES // 100
"""Samples, 10 ms, over which it is told whether somebody speaks."""
_SPOKEN = 0.006
"""Level (RMS) from which somebody does: -44 dB."""
_BEFORE, _AFTER = 15, 45
"""Hops by which the other sound begins to step back early, and comes back late."""
_SLOPE = 6.0
"""Share of these hops in which somebody speaks, times this, is how far it has stepped back."""
_HOPS = 25
"""Hops that are given at a time."""
_KNEE = 0.95
"""Level above which what is too loud is rounded off."""


def write_mixed(
    target: Path,
    voice: Sequence[Piece],
    other: Sequence[Piece],
    seconds: Fraction,
    volume: float,
) -> None:
    """Write a voice as it is, and other sound behind it, into a Matroska file of so many seconds.

    Stereo at 48 kHz, to the sample. Less than a second of sound is held.

    Args:
        target: Where it goes.
        voice: What comes one after the other in front; silence follows it.
        other: The same behind.
        seconds: How long the mixture is.
        volume: Factor on the other sound where nobody speaks.

    Raises:
        MediaError: a file cannot be read, or the target not be written.
    """
    record(target, mixed(voice, other, seconds, volume), SAMPLES, "stereo")


def mixed(
    voice: Sequence[Piece], other: Sequence[Piece], seconds: Fraction, volume: float
) -> Iterator[Sound]:
    """Give the same in blocks (N, 2) float32."""
    front, behind = Samples(faded(voice, 0)), Samples(faded(other, 0))
    left = round(seconds * SAMPLES)
    gains = _gains(front, volume)
    while left > 0:
        hops = [next(gains) for _ in range(min(_HOPS, -(-left // _HOP)))]
        spoken = np.concatenate([hop for hop, _ in hops])
        gain = np.concatenate([each for _, each in hops])
        block = _rounded(spoken + behind.take(len(spoken)) * gain[:, None])
        yield block[:left]
        left -= len(block)


def _gains(voice: Samples, volume: float) -> Iterator[tuple[Sound, Sound]]:
    """Hops of the voice, (N, 2), without end, each with (N,) the factor on what is behind it."""
    loud: deque[bool] = deque([False] * (_BEFORE + _AFTER + 1), maxlen=_BEFORE + _AFTER + 1)
    waiting: deque[Sound] = deque()
    ramp = (np.arange(_HOP, dtype=np.float32) + np.float32(0.5)) / np.float32(_HOP)
    before = volume
    while True:
        hop = voice.take(_HOP)
        waiting.append(hop)
        loud.append(float(np.sqrt(np.mean(np.square(hop)))) > _SPOKEN)
        if len(waiting) <= _BEFORE:
            continue
        back = min(1.0, _SLOPE * sum(loud) / len(loud))
        now = volume * (1 - (1 - DUCKED) * back)
        yield waiting.popleft(), np.float32(before) + np.float32(now - before) * ramp
        before = now


def _rounded(sound: Sound) -> Sound:
    """The sound with what is above the knee bent below 1."""
    over = np.abs(sound) - np.float32(_KNEE)
    room = np.float32(1 - _KNEE)
    bent = np.sign(sound) * (np.float32(_KNEE) + room * np.tanh(over / room))
    return np.where(over > 0, bent, sound).astype(np.float32)
