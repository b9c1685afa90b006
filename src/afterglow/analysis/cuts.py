"""Cuts: where one shot ends and the next begins, told from two pictures and how well they align."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Grey

_CHANGED = 0.2
"""Share of the pixels, block by block, that must have changed their grey level at a cut."""
_UNLIKE = 0.22
"""Mismatch (0-1) of the best motion above which two pictures show different things."""
_RESPONSE = 0.18
"""Height of the correlation peak, in a picture of 240 x 135, below which nothing lines up.

Measured: 0.06-0.12 for unrelated pictures; 0.25 and more for a pan by 42% of the width, or a flash.
"""
_BLOCKS, _BINS = 4, 16


def histogram(grey: Grey) -> NDArray[np.float64]:
    """Return (blocks, bins): how often each grey level is seen in each of 4 x 4 parts.

    grey: (H, W) float32, 0-255.
    """
    height, width = grey.shape
    row = np.arange(height) * _BLOCKS // height
    column = np.arange(width) * _BLOCKS // width
    levels = np.clip(grey, 0, 255).astype(np.uint8) * np.float32(_BINS / 256)
    place = (row[:, None] * _BLOCKS + column) * _BINS + levels.astype(np.intp)
    counts = np.bincount(place.reshape(-1), minlength=_BLOCKS**2 * _BINS).astype(np.float64)
    counts = counts.reshape(-1, _BINS)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def histogram_change(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the share of pixels, 0 to 1, that moved to a far grey level, block by block.

    The levels of neighbouring bins are shared, so that noise and a little light do not count.
    """
    apart = np.pad(before - after, ((0, 0), (2, 2)))
    soft = (apart[:, :-2] + 2 * apart[:, 1:-1] + apart[:, 2:]) / 4
    return float(np.abs(soft).sum() / 2 / len(before))


def is_cut(
    response: float, mismatch: float, change: float, *, pixels: int = 240 * 135, dim: bool = False
) -> bool:
    """Return whether a new shot began: nothing lines up any more, and the grey levels are others.

    A fast pan still lines up; noise and a shaken camera keep the grey levels; a flash, a fade and a
    new exposure change the levels, but not what lines up.
    pixels: of the pictures correlated; in small ones chance makes higher peaks.
    dim: there is too little contrast for a mismatch.
    """
    chance = min(0.5, _RESPONSE * (240 * 135 / pixels) ** 0.5)
    return response < chance and (dim or mismatch > _UNLIKE) and change > _CHANGED
