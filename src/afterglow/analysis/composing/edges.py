"""Whether the colours at a subject's edge are mixed with what was behind, or the subject's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from afterglow import ops

if TYPE_CHECKING:
    from afterglow.frames import Pixels
    from afterglow.ops.halves import Array

_STEPS = np.array([-16, -9, -5, -2, 0, 2, 5, 9, 16])
"""Rows and columns around a pixel of the edge where subject and background are looked for."""
_SEEN = 0.05
"""Share of those looks that each must have."""
_EDGE = (0.1, 0.9)
"""Matte between which a pixel tells which it is."""
_FEWEST, _MOST = 100, 2000
"""Such pixels that an answer needs, and that are looked at."""
_LINES = 360
"""Lines of a picture in which these are pixels; they are farther apart in larger ones."""


def are_mixed(pixels: Pixels, alpha: Pixels, transfer: str) -> bool | None:
    """True for mixed colours, False for straight ones, None where too little edge is seen.

    pixels: (H, W, 3) R'G'B'; alpha: (H, W). A camera's picture holds a F + (1 - a) B at the edge; a
    keyer that gave the subject its own colours left F. Told by which of the two comes nearer, with
    F and B the mean light of what the matte holds entirely, and of what it leaves out, close by.
    """
    matte = ops.to_float(ops.array_of(alpha))
    edge = np.flatnonzero((matte > _EDGE[0]) & (matte < _EDGE[1]))
    if len(edge) < _FEWEST:
        return None
    edge = edge[:: max(1, len(edge) // _MOST)]
    around = _around(edge, matte.shape)
    shares = matte.reshape(-1)[around]
    light = ops.to_linear(ops.array_of(pixels).reshape(-1, 3)[around], transfer)
    subject, has_subject = _mean(light, shares == 1)
    ground, has_ground = _mean(light, shares == 0)
    told = has_subject & has_ground
    if np.count_nonzero(told) < _FEWEST:
        return None
    share, seen = (each[told, shares.shape[1] // 2] for each in (shares[..., np.newaxis], light))
    own, behind = subject[told], ground[told]
    mixed = np.abs(seen - share * own - (1 - share) * behind).mean()
    return bool(mixed < np.abs(seen - own).mean())


def _around(edge: NDArray[np.intp], size: tuple[int, ...]) -> NDArray[np.intp]:
    """(N, looks) places around each, itself in the middle."""
    height, width = size
    steps = _STEPS * max(1, round(height / _LINES))
    rows, columns = np.divmod(edge, width)
    y = np.clip(rows[:, np.newaxis] + steps, 0, height - 1)
    x = np.clip(columns[:, np.newaxis] + steps, 0, width - 1)
    places: NDArray[np.intp] = y[:, :, np.newaxis] * width + x[:, np.newaxis]
    return places.reshape(len(edge), len(steps) ** 2)


def _mean(light: Array, where: Array) -> tuple[Array, Array]:
    """(N, 3) mean light of the looks that are marked, and (N,) where there are enough of them."""
    share = where.mean(axis=1, dtype=np.float32)
    total = (light * where[..., np.newaxis]).mean(axis=1)
    return total / np.maximum(share, 1e-6)[:, np.newaxis], share > _SEEN
