"""Which regions of a picture are the subject, and the soft matte at their edge."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.matte.backing import disc
from afterglow.effects.matte.fields import Plane, spread

Mask = NDArray[np.uint8]
"""(H, W) uint8: 1 is the subject."""

_LEAST_AREA = 1 / 20000
"""Share of the picture that a region must surely differ in, to count."""
_EDGE = 1 / 120
"""Pixels that close a narrow gap, over the lines; an edge reaches half as far outwards."""
_INSIDE = 1 / 80
"""Pixels inwards from where a difference begins to where the subject is solid, over the lines."""
_HOLE = 1 / 25
"""Side of the largest hole that may be filled, as a share of the lines."""
_MOST_ODDS = 4.0
"""Odds above which it makes no difference how large they are."""


class Scene(NamedTuple):
    """A frame beside its plate, which has the frame's exposure."""

    pixels: Plane
    """(H, W, 3) float32 R'G'B' of the frame, white at 1.0."""
    plate: Plane
    """(H, W, 3) float32 R'G'B' of the plate."""
    light: Plane
    """(H, W, 3) float32 linear light of the frame."""
    empty: Plane
    """(H, W, 3) float32 linear light of the plate."""
    odds: Plane
    """(H, W) how much they differ: 1 is the most that noise and a misplaced plate explain."""
    noise: float
    """Standard deviation of the noise in R'G'B', of white."""


def mask_of(scene: Scene) -> Mask:
    """The subject's regions: whole, with its holes where the plate is really seen through them.

    A region stays if some of it surely differs, however little the rest does (hysteresis). Its gaps
    and small holes are filled where they differ by more than the noise; else they are left open.
    """
    pooled = ops.gaussian_blur(np.minimum(scene.odds, np.float32(_MOST_ODDS)), 1)
    sure = cv2.morphologyEx((pooled > 2).astype(np.uint8), cv2.MORPH_OPEN, disc(1))
    count, labels = cv2.connectedComponents((pooled > 1).astype(np.uint8), connectivity=8)
    least = max(4, labels.size * _LEAST_AREA)
    stays = np.bincount(labels[sure > 0], minlength=count) >= least
    stays[0] = False
    return _filled(stays[labels].astype(np.uint8), scene)


def _filled(mask: Mask, scene: Scene) -> Mask:
    rows, columns = np.nonzero(_gaps(mask))
    if not len(rows):
        return mask
    count, labels = cv2.connectedComponents(_gaps(mask), connectivity=4)
    part = labels[rows, columns]
    off = (scene.pixels[rows, columns] - scene.plate[rows, columns]) / np.float32(scene.noise)
    size = np.maximum(np.bincount(part, minlength=count), 1)
    means = [np.bincount(part, off[:, channel], count) / size for channel in range(3)]
    power = np.bincount(part, (off**2).mean(1), count) / size
    differs = (np.abs(means).max(0) > 1 + 3 / np.sqrt(size)) | (power > 4)
    whole = mask.copy()
    whole[rows, columns] = differs[part]
    return whole


def _gaps(mask: Mask) -> Mask:
    """1 in the narrow gaps and the small holes of a mask."""
    lines = mask.shape[0]
    radius = max(2, round(lines * _EDGE))
    wide = np.pad(mask, 2 * radius, "edge")
    inner = slice(2 * radius, -2 * radius)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, disc(radius))[inner, inner]
    _, labels, facts, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    small = facts[:, cv2.CC_STAT_AREA] < (lines * _HOLE) ** 2
    small[0] = False
    gaps: Mask = ((closed > 0) | small[labels]).astype(np.uint8) & (1 - mask)
    return gaps


def solved(scene: Scene, mask: Mask) -> Plane:
    """(H, W) float32 matte: 1 inside the mask, 0 outside, and a from I = a F + (1 - a) B between.

    F is carried to the edge from inside the subject, B is the plate. Where the two are hardly
    different, the mask itself is softened instead.
    """
    radius = max(2, round(mask.shape[0] * _EDGE))
    inner = cv2.erode(mask, disc(max(3, round(mask.shape[0] * _INSIDE))))
    outer = cv2.dilate(mask, disc(max(1, radius // 2)))
    across = spread(scene.light, inner.astype(np.float32)) - scene.empty
    length = (across * across).sum(2)
    share = ((scene.light - scene.empty) * across).sum(2) / np.maximum(length, 1e-6)
    noise = np.float32(9 * scene.noise) * np.maximum(scene.plate.mean(2), np.float32(0.1))
    trust = length / (length + noise * noise)
    soft = ops.gaussian_blur(mask.astype(np.float32), radius / 2)
    alpha: Plane = soft + trust * (np.clip(share, 0, 1) - soft)
    alpha[outer == 0] = 0
    alpha[inner > 0] = 1
    return alpha
