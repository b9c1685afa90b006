"""Windowed, band-limited phase correlation: where the content of one picture lies in another.

Kuglin and Hines, "The phase correlation image alignment method" (1975). The cross-power spectrum is
whitened and then weighted by a smooth band, so that its inverse transform is a peak of Gaussian
shape, whose place is read between the pixels. A taper keeps the borders of the picture, and a
weight keeps the subject, out of the sum.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Grey

Spectrum: TypeAlias = NDArray[np.complex64]
"""(H, W // 2 + 1) complex64: half of the spectrum of a real picture."""

_HIGHEST = 0.11
"""Cycles per pixel: standard deviation of the Gaussian that ends the band."""
_LOWEST = 0.012
"""Cycles per pixel: standard deviation of the Gaussian that is left out in the middle."""


class Peak(NamedTuple):
    """A place where two pictures agree."""

    dx: float
    """Pixels that content moved to the right."""
    dy: float
    """Pixels that content moved down."""
    response: float
    """Height of the peak: 1 for two equal pictures, near 0 for unrelated ones."""


@lru_cache(maxsize=4)
def hann(height: int, width: int) -> Grey:
    """Return the (H, W) float32 taper that is 1 in the middle and falls to 0 at the borders."""
    rows, columns = (np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 2 for n in (height, width))
    return np.asarray(np.outer(rows, columns), np.float32)


@lru_cache(maxsize=4)
def _band(height: int, width: int) -> Grey:
    """Return the (H, W // 2 + 1) weight of each frequency; its inverse transform peaks at 1."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]
    square = fx * fx + fy * fy
    weight = np.exp(-square / (2 * _HIGHEST**2)) * (1 - np.exp(-square / (2 * _LOWEST**2)))
    peak = np.fft.irfft2(weight, (height, width))[0, 0]
    return np.asarray(weight / max(float(peak), 1e-12), np.float32)


def spectrum(picture: Grey, weight: Grey) -> Spectrum:
    """Return the spectrum of a picture under a weight, its weighted mean taken away."""
    total = float(weight.sum())
    mean = float(np.vdot(picture, weight)) / total if total > 0 else 0.0
    return np.fft.rfft2((picture - np.float32(mean)) * weight).astype(np.complex64, copy=False)


def correlate(before: Spectrum, after: Spectrum, width: int) -> Grey:
    """Return the (H, W) float32 correlation; its highest place is the shift, modulo the size."""
    height = before.shape[0]
    cross = after * np.conj(before)
    strength = np.abs(cross)
    floor = np.float32(1e-6) * strength.max() + np.float32(1e-12)
    cross *= _band(height, width) / (strength + floor)
    return np.fft.irfft2(cross, (height, width)).astype(np.float32, copy=False)


def _between(left: float, middle: float, right: float) -> float:
    """Return where, from -0.5 to 0.5, a Gaussian through three samples has its top."""
    if min(left, right) <= 0 or middle < max(left, right):
        return 0.0
    a, b, c = np.log(left), np.log(middle), np.log(right)
    bend = a - 2 * b + c
    return float(np.clip(0.5 * (a - c) / bend, -0.5, 0.5)) if bend < -1e-9 else 0.0


def _signed(place: int, size: int) -> int:
    """Return the shift that a place in a periodic correlation stands for."""
    return place - size if place > size // 2 else place


def peaks(surface: Grey, count: int = 1, apart: int = 3) -> list[Peak]:
    """Return the highest peaks, best first, each at least ``apart`` pixels from the others."""
    height, width = surface.shape
    left = surface.copy()
    found = []
    for _ in range(count):
        y, x = (int(i) for i in np.unravel_index(int(left.argmax()), left.shape))
        top = float(left[y, x])
        if not top > 0:
            break
        beside_x = [float(surface[y, (x + i) % width]) for i in (-1, 1)]
        beside_y = [float(surface[(y + i) % height, x]) for i in (-1, 1)]
        dx = _signed(x, width) + _between(beside_x[0], top, beside_x[1])
        dy = _signed(y, height) + _between(beside_y[0], top, beside_y[1])
        found.append(Peak(dx, dy, min(top, 1.0)))
        span = np.arange(-apart, apart + 1)
        left[np.ix_((y + span) % height, (x + span) % width)] = 0
    return found
