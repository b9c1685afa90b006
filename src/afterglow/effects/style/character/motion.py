"""What a face does while its mouth talks: blinks, glances, sway, breath and accents.

Everything is a ``Track`` of a hundred numbers a second, and the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from afterglow.effects.style.speech.features import RATE, Track
from afterglow.effects.style.speech.smooth import smoothed
from afterglow.effects.style.speech.visemes import is_stressed
from afterglow.models.speech.spoken import Heard
from afterglow.ops.easing import eased

BREATH = 0.12
"""Hz of breathing."""
SWAY = (0.05, 0.03)
"""Hz of the head's sway from side to side, and up and down."""
MICRO = 0.3
"""Hz of its small movements."""
_TREMBLE = 7.0
"""Hz of fear."""
_AGAIN = 0.5
"""Seconds after a blink before which there is none."""
_BLINK = (0.1, 0.4)
"""Seconds that a blink lasts."""
_USUAL = 0.2
"""Seconds of most."""
_CLOSING = 0.36
"""Share of a blink in which the lids fall; they rise more slowly."""
_REST = (0.5, 2.6)
"""Seconds for which eyes stay where they are."""
_SACCADE = 0.045
"""Seconds of a movement of the eyes."""
_BACK = 0.55
"""How often they come back to whom they look at."""
_APART = 0.32
"""Seconds between two accents, at least."""
_ACCENT = 0.11
"""Seconds (sigma) of an accent."""


def blinking(per_minute: Track, seed: int) -> Track:
    """How far lids are open, 1 to 0, with blinks at random times (a Poisson process with a rest).

    Args:
        per_minute: How many a minute there are on average, at every moment.
        seed: Which.
    """
    random = np.random.default_rng((seed, 1))
    lids = np.ones(len(per_minute), np.float32)
    rate = per_minute.astype(np.float64) / 60
    hazard = np.cumsum(rate / (1 - rate * (_USUAL + _AGAIN)) / RATE)
    reached = 0.0
    while len(hazard):
        reached += random.exponential()
        start = int(np.searchsorted(hazard, reached))
        if start >= len(hazard):
            break
        length = float(np.clip(random.lognormal(np.log(_USUAL), 0.3), *_BLINK))
        _blink(lids, start, length)
        rested = min(len(hazard) - 1, start + round((length + _AGAIN) * RATE))
        reached = float(hazard[rested])
    return lids


def _blink(lids: Track, start: int, length: float) -> None:
    """Close and open lids once, from a moment on, in place."""
    count = min(len(lids) - start, int(np.ceil(length * RATE)) + 1)
    x = np.arange(count) / (length * RATE)
    falling, rising = x / _CLOSING, (1 - x) / (1 - _CLOSING)
    share = np.clip(np.minimum(falling, rising) * 1.15, 0, 1)
    lids[start : start + count] *= (1 - eased(share)).astype(np.float32)


def glancing(count: int, seed: int) -> tuple[Track, Track]:
    """Where eyes look, right and down: they rest, and leap, and come back to whom they look at."""
    random = np.random.default_rng((seed, 2))
    gaze = np.zeros((2, count), np.float32)
    place, now = 0, np.zeros(2)
    while place < count:
        rest = round(random.uniform(*_REST) * RATE)
        gaze[:, place : place + rest] = now[:, None]
        place += rest
        away = np.clip(random.normal(0, (0.28, 0.14)), -0.6, 0.6)
        now = np.zeros(2) if random.random() < _BACK else away
    return smoothed(gaze[0], _SACCADE / 3), smoothed(gaze[1], _SACCADE / 3)


def swaying(count: int, seed: int) -> dict[str, Track]:
    """Head and breath at rest: x and y in face heights, roll, nod and turn in degrees, breath."""
    random = np.random.default_rng((seed, 3))
    phases = random.uniform(0, 2 * np.pi, 6)
    phases[5] = -np.pi / 2  # it begins breathed out
    time = np.arange(count) / RATE

    def wave(hertz: float, phase: int) -> Track:
        swing: Track = np.sin(2 * np.pi * hertz * time + phases[phase]).astype(np.float32)
        return swing

    side, up = SWAY
    breath = wave(BREATH, 5)
    return {
        "x": 0.02 * wave(side, 0) + 0.003 * wave(MICRO, 2),
        "y": 0.012 * wave(up, 1) + 0.0025 * wave(MICRO, 3) - 0.004 * breath,
        "roll": 1.4 * wave(side, 0) + 0.35 * wave(MICRO, 4),
        "nod": 1.6 * wave(up, 1) + 0.5 * wave(MICRO, 3) - 0.35 * breath,
        "turn": 3.0 * wave(side, 4) + 0.7 * wave(MICRO, 2),
        "breath": breath,
    }


def trembling(count: int, seed: int) -> Track:
    """A tremor, -1 to 1, that swells and fades."""
    random = np.random.default_rng((seed, 4))
    time = np.arange(count) / RATE
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 0.4 * time + random.uniform(0, 6))
    tremor: Track = (swell * np.sin(2 * np.pi * _TREMBLE * time)).astype(np.float32)
    return tremor


def accented(loud: Track, phonemes: Sequence[Heard], seed: int) -> Track:
    """Accents of speech, 0 to 1: on stressed syllables where they are known, else on loud ones."""
    random = np.random.default_rng((seed, 5))
    moments = _stressed(loud, phonemes) if phonemes else _peaks(loud)
    track = np.zeros(len(loud), np.float32)
    reach = round(4 * _ACCENT * RATE)
    for moment in moments:
        strength = random.uniform(0.35, 1.0) if random.random() < 0.75 else 0.0
        middle = round(moment * RATE)
        places = np.arange(max(0, middle - reach), min(len(loud), middle + reach + 1))
        pulse = strength * np.exp(-0.5 * ((places / RATE - moment) / _ACCENT) ** 2)
        track[places] = np.maximum(track[places], pulse.astype(np.float32))
    return track


def _stressed(loud: Track, phonemes: Sequence[Heard]) -> list[float]:
    moments = [(each.start + each.end) / 2 for each in phonemes if is_stressed(each.text)]
    return _spread([(loud[min(len(loud) - 1, int(at * RATE))], at) for at in moments])


def _peaks(loud: Track) -> list[float]:
    """Moments where the loudness has a peak above what is around it."""
    curve = smoothed(loud, 0.06)
    inner = (curve[1:-1] >= curve[:-2]) & (curve[1:-1] > curve[2:])
    usual = smoothed(loud, 0.6)[1:-1]
    places = np.flatnonzero(inner & (curve[1:-1] > 0.4) & (curve[1:-1] > usual)) + 1
    return _spread([(curve[at], at / RATE) for at in places])


def _spread(found: Sequence[tuple[float, float]]) -> list[float]:
    """The strongest moments, of which no two are close."""
    kept: list[float] = []
    taken = np.zeros(1 + round(max((at for _, at in found), default=0) * RATE), np.bool_)
    reach = round(_APART * RATE)
    for _, moment in sorted(found, reverse=True):
        middle = round(moment * RATE)
        around = slice(max(0, middle - reach + 1), middle + reach)
        if not taken[around].any():
            taken[middle] = True
            kept.append(moment)
    return sorted(kept)
