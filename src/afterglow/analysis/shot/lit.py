"""Where a room's light has its middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def middle_of_light(total: Reals, count: Reals) -> tuple[float, float]:
    """(x, y), -1 to 1 from the middle, y down, of the light of a background.

    total: (r, c) sum of its luminance over some frames. count: (r, c) in how many it was seen; what
    never was is taken to be as bright as the slope of the rest says.
    """
    seen = count > 0
    if not seen.any() or total.sum() <= 0:
        return 0.0, 0.0
    mean = np.divide(total, count, out=np.zeros_like(total), where=seen)
    y, x = ((np.arange(side) + 0.5) * 2 / side - 1 for side in mean.shape)
    if not seen.all():
        mean = np.where(seen, mean, _sloping(mean, seen, x, y))
    weight = mean / mean.sum()
    return float((weight * x).sum()), float((weight * y[:, None]).sum())


def _sloping(mean: Reals, seen: NDArray[np.bool_], x: Reals, y: Reals) -> Reals:
    """(r, c) the plane that is closest to what was seen, no brighter or darker than that."""
    terms = np.stack(np.broadcast_arrays(np.ones_like(mean), x, y[:, None]), axis=-1)
    slope = np.linalg.lstsq(terms[seen], mean[seen], rcond=None)[0]
    return np.asarray(np.clip(terms @ slope, mean[seen].min(), mean[seen].max()))
