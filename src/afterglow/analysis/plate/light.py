"""Exposure: by which factor of light frames differ, and pictures with that taken off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops import levels
from afterglow.ops.standards import is_known

_SAME = 0.008
"""Difference of two exposures, as a share of the light, that is none."""
_DARKEST, _BRIGHTEST = 20.0, 230.0
"""Levels, 0-255, between which exposure acts as a factor."""
_EVERY = 2
"""Pixels from one to the next that is compared."""
_FEW = 100
"""Pixels, fewer of which say nothing about the exposure."""
_ALIKE = 0.15
"""Share by which a pixel's ratio may differ from the usual one and still count."""


def relit(pixels: NDArray[Any], gain: NDArray[np.float64], transfer: str) -> NDArray[Any]:
    """Return the picture with its light multiplied channel by channel, clamped and rounded.

    pixels: (H, W, 3) RGB, uint8 or uint16. gain: (3,). Where the transfer is not known, its own
    values are multiplied.
    """
    if np.abs(gain - 1).max() <= _SAME:
        return pixels
    return np.asarray(levels.lookup(pixels, _table(pixels.dtype.name, gain, transfer)))


def _table(kind: str, gain: NDArray[np.float64], transfer: str) -> NDArray[Any]:
    """(256 or 65536, 3): what becomes of each level of each channel."""
    every = np.arange(256 if kind == "uint8" else 65536).astype(kind)[:, None, None]
    depth: Any = kind
    table = np.repeat(every, 3, axis=2)
    if not is_known(transfer):
        return ops.from_float(ops.to_float(table) * gain.astype(np.float32), depth)[:, 0]
    light = ops.to_linear(table, transfer) * gain.astype(np.float32)
    return np.ascontiguousarray(ops.to_display(light, transfer, depth)[:, 0])


def gain_between(
    wanted: NDArray[np.float32],
    found: NDArray[np.float32],
    counts: NDArray[np.bool_],
    transfer: str,
) -> NDArray[np.float64]:
    """Return (3,): the factor on each channel's light that makes one picture as bright as another.

    wanted, found: (h, w, 3) float32 RGB of the same places, display levels 0-255.
    counts: (h, w) where both show the same thing. Ones where too little can be compared, or where
    the two do not differ.
    """
    wanted, found = (each[::_EVERY, ::_EVERY] for each in (wanted, found))
    usable = counts[::_EVERY, ::_EVERY] & _between(wanted) & _between(found)
    if np.count_nonzero(usable) < _FEW:
        return np.ones(3)
    one, other = (_light(picture[usable], transfer) for picture in (wanted, found))
    ratio = one / other
    near = np.abs(ratio / np.median(ratio, axis=0) - 1) < _ALIKE
    gain = (one * near).sum(axis=0) / np.maximum((other * near).sum(axis=0), 1e-9)
    return np.ones(3) if np.abs(gain - 1).max() <= _SAME else gain


def _between(picture: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(h, w): neither blocked nor blown out."""
    return np.asarray((picture.min(axis=2) > _DARKEST) & (picture.max(axis=2) < _BRIGHTEST))


def _light(levels_of: NDArray[np.float32], transfer: str) -> NDArray[np.float64]:
    """(n, 3) float64 linear light; the display values themselves where it cannot be known."""
    values = levels_of[:, None] * np.float32(1 / 255)
    known = ops.to_linear(values, transfer) if is_known(transfer) else values
    return np.asarray(known[:, 0], np.float64)
