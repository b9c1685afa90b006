"""Exposure: by which factor of light frames differ, and pictures with that taken off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops import levels
from afterglow.ops.standards import is_known

_SAME = 0.004
"""Difference of two exposures, as a share of the light, that is none."""


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
