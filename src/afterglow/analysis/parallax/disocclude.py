"""A picture taken apart at its jumps in depth, and what lies behind each part filled in.

It is a layered depth image (Shade et al., Layered depth images, 1998): from the nearest part to
the farthest, each is lifted off, and the hole that it leaves is filled from what lies behind.
Parts that hang together in depth stay one layer, so that a floor is bent and never torn.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.gaps import ANY, spread
from afterglow.analysis.parallax.filling import GUARD, JUMP, filled
from afterglow.ops.halves import Array
from afterglow.ops.levels import Region

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

COARSE = 4
"""Pixels of the picture, either way, for one of a layer's depth."""
_OVERLAP = 0.02
"""Depth by which a layer reaches under the next nearer one, where a surface goes on."""
_EDGE = 16
"""Empty pixels around a layer."""
_LEVELS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A part of the picture that moves by its own depth, with what it hides filled in."""

    region: Region
    """The part of the picture in which it lies."""
    picture: Array
    """(h, w, 3) its colours in the region, uint8 or uint16 RGB."""
    alpha: NDArray[np.uint8] | None
    """(h, w) where it is, 0-255; None for the farthest, which is everywhere."""
    depth: Floats
    """(H / 4, W / 4) of the whole picture, 0 far .. 1 near, going on beyond its edges."""


def layers_of(picture: Array, depth: Floats, reach: int, most: int) -> list[Layer]:
    """The layers from the farthest to the nearest, at most ``most``.

    picture: (H, W, 3) uint8 or uint16 RGB. depth: (H, W) 0 far .. 1 near.
    reach: pixels that a layer may move against the next one: what it uncovers is filled so far.
    """
    sharp = stepped(depth)
    found: list[Layer] = []
    for cut in reversed(cuts(sharp, most - 1, reach)):
        near = sharp >= cut
        found.append(_lifted(picture, sharp, near))
        picture, sharp = _without(picture, sharp, cut, reach)
    height, width = depth.shape
    whole = Region(0, 0, width, height)
    found.append(Layer(whole, picture, None, _coarse(sharp, np.ones_like(sharp, np.bool_))))
    return found[::-1]


def stepped(depth: Floats) -> Floats:
    """The depth with the ramps between two surfaces made steps.

    Where it changes by more than a jump within a few pixels, each pixel goes to the nearer of the
    two sides: an estimated depth is soft where the scene has an edge.
    """
    reach = max(2, round(max(depth.shape) / 400))
    box = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    low, high = cv2.erode(depth, box), cv2.dilate(depth, box)
    side = np.where(depth - low < high - depth, low, high)
    steep = high - low > max(JUMP, 3 * _slope(depth) * (2 * reach + 1))
    return np.asarray(np.where(steep, side, depth), np.float32)


def cuts(depth: Floats, most: int, reach: int) -> list[float]:
    """Depths, from far to near, at which to part the picture so that most jumps are parted.

    Parted are both sides of a jump, and surfaces that end within ``reach`` pixels of one another at
    different depths: either may come to lie over the other.
    """
    low, high = _jumps(depth, reach)
    total, found = float((high - low).sum()), list[float]()
    busy = np.histogram(depth, _LEVELS, (0, 1))[0] / depth.size
    while len(found) < most and float((high - low).sum()) > 0.01 * total:
        crossed = _crossings(low, high) * (1 - 0.5 * busy / busy.max())
        best = np.flatnonzero(crossed >= 0.98 * crossed.max())
        run = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
        cut = float(np.mean(max(run, key=len)) + 0.5) / _LEVELS
        left = (low >= cut) | (high <= cut)
        if left.all():
            break
        low, high = low[left], high[left]
        found.append(cut)
    return sorted(found)


def _slope(depth: Floats) -> float:
    """The usual steepness of the surfaces: the 90th percentile of the change between neighbours."""
    changes = np.abs(np.diff(depth[::4], axis=1)), np.abs(np.diff(depth[:, ::4], axis=0))
    return max((float(np.quantile(each, 0.9)) for each in changes if each.size), default=0.0)


def _jumps(depth: Floats, reach: int) -> tuple[Floats, Floats]:
    """Depths, far and near, of the sides of every jump, and of near sides not far apart."""
    sides = []
    ends = np.zeros_like(depth)
    for axis in (0, 1):
        one, other = depth.take(range(depth.shape[axis] - 1), axis), np.diff(depth, axis=axis)
        at = np.nonzero(np.abs(other) > JUMP)
        far, near = one[at] + np.minimum(other[at], 0), one[at] + np.maximum(other[at], 0)
        np.maximum.at(ends, at, near)
        sides.append((far, near))
    sides.append(_neighbours(ends, reach))
    return np.concatenate([s[0] for s in sides]), np.concatenate([s[1] for s in sides])


def _neighbours(ends: Floats, reach: int) -> tuple[Floats, Floats]:
    """Least and largest depth of the near sides of jumps within reach, where these differ."""
    step = max(1, min(16, reach // 4, *ends.shape))
    rows, columns = (side // step * step for side in ends.shape)
    blocks = ends[:rows, :columns].reshape(rows // step, step, columns // step, step)
    most = blocks.max((1, 3))
    least = np.where(blocks > 0, blocks, np.float32(2)).min((1, 3))
    box = np.ones((2 * (reach // step) + 1,) * 2, np.uint8)
    low, high = cv2.erode(least, box), cv2.dilate(most, box)
    at = (most > 0) & (high - low > JUMP)
    return np.asarray(low[at], np.float32), np.asarray(high[at], np.float32)


def _crossings(low: Floats, high: Floats) -> NDArray[np.float64]:
    """(64,) by depth: jumps that go across it, each counted by its size."""
    ends = np.zeros(_LEVELS + 1)
    first = np.ceil(np.clip(low, 0, 1) * _LEVELS - 0.5).astype(int)
    last = np.ceil(np.clip(high, 0, 1) * _LEVELS - 0.5).astype(int)
    np.add.at(ends, first, high - low)
    np.add.at(ends, last, low - high)
    return np.asarray(np.cumsum(ends)[:_LEVELS])


def _lifted(picture: Array, depth: Floats, near: Mask) -> Layer:
    """The near part of a picture as a layer."""
    height, width = near.shape
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    tight = Region(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    region = tight.grown(_EDGE, (width, height))
    hard = region.of(near.astype(np.uint8) * np.uint8(255))
    # The soft edge lies outside, where the layer's picture still has what was beside it.
    alpha = cv2.convertScaleAbs(cv2.GaussianBlur(hard, (3, 3), 0.6), alpha=2.0)
    return Layer(region, region.of(picture).copy(), np.asarray(alpha), _coarse(depth, near))


def _without(picture: Array, depth: Floats, cut: float, reach: int) -> tuple[Array, Floats]:
    """Picture and depth without what is nearer than ``cut``."""
    hole = depth >= cut + _OVERLAP
    if not hole.any():
        return picture, depth
    beside = _beside_jumps(depth, cut) | hole
    height, width = hole.shape
    rows, columns = np.flatnonzero(beside.any(1)), np.flatnonzero(beside.any(0))
    tight = Region(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    region = tight.grown(2 * reach + 8, (width, height))
    picture, depth = picture.copy(), depth.copy()
    part, gone = region.of(depth), region.of(hole)
    region.of(picture)[:] = filled(region.of(picture), part, region.of(beside), reach)
    part[gone] = np.minimum(spread(part, ~gone, ANY), cut + _OVERLAP)[gone]
    return picture, depth


def _beside_jumps(depth: Floats, cut: float) -> Mask:
    """Where a surface nearer than the cut ends, and a little around it."""
    near = (depth >= cut).astype(np.uint8)
    ring = cv2.dilate(near, np.ones((3, 3), np.uint8)) - near
    steep = cv2.dilate(depth, np.ones((3, 3), np.uint8)) - depth > JUMP
    ends = np.asarray((ring > 0) & steep).astype(np.uint8)
    wide = cv2.dilate(ends, np.ones((2 * GUARD - 1,) * 2, np.uint8))
    return np.asarray(wide, np.bool_)


def _coarse(depth: Floats, where: Mask) -> Floats:
    """(H / 4, W / 4) depth of the masked part, spread beyond it."""
    size = -(-depth.shape[1] // COARSE), -(-depth.shape[0] // COARSE)
    padded = (size[1] * COARSE - depth.shape[0], size[0] * COARSE - depth.shape[1])
    share = np.pad(where.astype(np.float32), ((0, padded[0]), (0, padded[1])))
    values = np.pad(depth, ((0, padded[0]), (0, padded[1]))) * share
    weight = cv2.resize(share, size, interpolation=cv2.INTER_AREA)
    mean = cv2.resize(values, size, interpolation=cv2.INTER_AREA) / np.maximum(weight, 1e-6)
    return spread(np.asarray(mean, np.float32), weight > 0, ANY)
