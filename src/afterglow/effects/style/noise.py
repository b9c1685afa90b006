"""Smooth noise that repeats itself: of fog, of paper, of film."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def periodic(side: int, sigma: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (side, side) float32 of mean 0 and variance 1. sigma: softness, in samples."""
    down, across = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)
    keep = np.exp(-2 * (np.pi * sigma) ** 2 * (down**2 + across**2))
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(side, side))) * keep, (side, side))
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)
