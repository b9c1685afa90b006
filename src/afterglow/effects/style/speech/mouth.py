"""A mouth that speaks, from the sound alone: opening, width and pressed lips.

Everything is relative to the clip's own statistics, and nothing comes later than it is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from afterglow.effects.style.speech.features import Features, Track
from afterglow.effects.style.speech.smooth import smoothed, step, widest

_RANGE = 32.0
"""dB from the loudest speech down to what counts as silence, at most."""
_LEAST = 12.0
"""dB of that range, at least: a clip that is never quiet has no silence."""
_GATE = (0.18, 0.42)
"""Loudness (0 silence, 1 loudest) from which a mouth opens, and where nothing is held back."""
_DIP = (9.0, 17.0)
"""dB by which the sound breaks off for a moment where lips close."""
_CLOSURE = 9
"""Hundredths of a second that a closure lasts, at most."""
_USUAL = 0.6
"""Opening of the loudest sounds; the most open of them open the mouth further."""
_JAW, _LIPS = 0.025, 0.045
"""Seconds (sigma) of the smoothing of opening and width."""


@dataclass(frozen=True, slots=True, eq=False)
class Mouth:
    """What a mouth does, each a ``Track``."""

    jaw: Track
    """0 closed, 1 wide open."""
    width: Track
    """-1 rounded, 1 spread."""
    press: Track
    """0 loose, 1 pressed."""


def loudness(heard: Features) -> Track:
    """Loudness of every moment: 0 is the clip's silence, 1 its loudest speech."""
    top = float(np.percentile(heard.level, 97))
    floor = min(max(float(np.percentile(heard.level, 8)) + 3, top - _RANGE), top - _LEAST)
    share: Track = np.clip((heard.level - floor) / (top - floor), 0, 1).astype(np.float32)
    return share


def mouth_of_sound(heard: Features) -> Mouth:
    """What the mouth does that is heard."""
    loud = loudness(heard)
    speaks = step(*_GATE, loud)
    tall = 1 + 0.3 * _deviation(heard.first, loud)
    hiss = step(-2, 10, heard.high - np.maximum(heard.low, heard.middle))
    press = smoothed(_breaks(heard, loud), 0.012)
    jaw = _USUAL * speaks * loud**1.3 * np.clip(tall, 0.5, 1.4) * (1 - 0.6 * hiss) * (1 - press)
    width = 0.55 * _deviation(heard.second, loud) * speaks * (1 - press)
    return Mouth(
        np.clip(smoothed(jaw, _JAW), 0, 1).astype(np.float32),
        np.clip(smoothed(width, _LIPS), -1, 1).astype(np.float32),
        np.clip(press, 0, 1).astype(np.float32),
    )


def _deviation(track: Track, loud: Track) -> Track:
    """By how many deviations a track is off its mean over loud speech, at most two either way."""
    spoken = track[loud > 0.5]
    if len(spoken) < 2:
        return np.zeros_like(track)
    spread = max(float(spoken.std()), 1e-6)
    off: Track = np.clip((smoothed(track, 0.02) - float(spoken.mean())) / spread, -2, 2)
    return off


def _breaks(heard: Features, loud: Track) -> Track:
    """1 where speech breaks off for a moment and goes on: the closure of a plosive."""
    before, after = widest(heard.level, -_CLOSURE, -1), widest(heard.level, 1, _CLOSURE)
    dip = np.minimum(before, after) - heard.level
    around = np.minimum(widest(loud, -_CLOSURE, -1), widest(loud, 1, _CLOSURE))
    return step(*_DIP, dip) * step(0.35, 0.55, around)
