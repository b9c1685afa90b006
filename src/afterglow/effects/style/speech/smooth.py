"""Smoothing of tracks."""

from __future__ import annotations

import numpy as np

from afterglow.effects.style.speech.features import RATE, Track
from afterglow.ops.easing import rise


def smoothed(track: Track, sigma: float) -> Track:
    """The track under a Gaussian of ``sigma`` seconds, its ends held: nothing comes later."""
    reach = int(np.ceil(3 * sigma * RATE))
    if not reach or not len(track):
        return track
    places = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (places / (sigma * RATE)) ** 2)
    padded = np.pad(track, reach, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), "valid").astype(np.float32)


def following(track: Track, seconds: float) -> Track:
    """The track as it is followed with a time constant: what comes, comes later and softer."""
    share = 1 - np.exp(-1 / (seconds * RATE))
    found = np.empty_like(track)
    now = float(track[0]) if len(track) else 0.0
    for index, wanted in enumerate(track.tolist()):
        now += share * (wanted - now)
        found[index] = now
    return found


def step(low: float, high: float, track: Track) -> Track:
    """0 below ``low``, 1 above ``high``, smooth between: 3 x^2 - 2 x^3."""
    return np.asarray(rise(track, low, high), np.float32)


def widest(track: Track, first: int, last: int) -> Track:
    """The greatest value from ``first`` to ``last`` steps away (both in it), at every moment."""
    edge = max(abs(first), abs(last))
    padded = np.pad(track, edge, mode="edge")
    size = last - first + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)
    greatest: Track = windows.max(1)[edge + first : edge + first + len(track)]
    return greatest
