"""Edges: a matte that follows the edges of its picture.

Guided filter: K. He, J. Sun, X. Tang, Guided image filtering, PAMI 2013, eq. 19-21 (colour guide);
computed on a reduced picture as in K. He, J. Sun, Fast guided filter, arXiv:1505.00996.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.matting.crop import Box

Plane = NDArray[np.float32]

_EPSILON = 1e-3
"""Variance of a channel, white being 1, below which a window counts as flat."""
_LOW, _HIGH = 0.1, 0.9
"""What a soft network calls background and subject for certain; the filter softens further."""
_BESIDE, _FADE = 3, 2
"""Pixels of the guide beside what is uncertain in which the picture still has a say, and in which
it loses it."""
_NOTHING = 0.02
"""Matte below which there is nothing to refine."""


def sharpened(picture: NDArray[Any], guide: NDArray[np.uint8], matte: Plane, radius: int) -> Plane:
    """Return the (H, W) float32 0-1 matte at the size of the picture, with the picture's edges.

    picture: (H, W, 3) RGB, uint8 or uint16. guide: (h, w, 3) uint8, the same, reduced.
    matte: (h, w) float32 0-1. radius: pixels of the guide that an edge is sought in.
    """
    found = np.zeros(picture.shape[:2], np.float32)
    box = _around(matte > _NOTHING, 2 * radius)
    if box is not None:
        small = box.within(*guide.shape[1::-1])
        planes = kept_certain(coefficients(guide[small], matte[small], radius), matte[small])
        spot = box.within(*picture.shape[1::-1])
        found[spot] = applied(planes, picture[spot])
    return found


def _around(inside: NDArray[np.bool_], margin: int) -> Box | None:
    """What holds a mask, with a margin in pixels, in shares of the picture; None for nothing."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return None
    height, width = inside.shape
    return Box(
        max(0, int(columns[0]) - margin) / width,
        max(0, int(rows[0]) - margin) / height,
        min(width, int(columns[-1]) + 1 + margin) / width,
        min(height, int(rows[-1]) + 1 + margin) / height,
    )


def coefficients(guide: NDArray[np.uint8], matte: Plane, radius: int) -> list[Plane]:
    """Return four (h, w) float32 planes: the factors of R, G and B (white is 1), and the offset.

    guide: (h, w, 3) uint8 RGB. matte: (h, w) float32 0-1.
    """
    channels = [np.multiply(guide[..., n], np.float32(1 / 255), dtype=np.float32) for n in range(3)]
    means = [_mean(each, radius) for each in channels]
    middle = _mean(matte, radius)
    along = [_mean(c * matte, radius) - m * middle for c, m in zip(channels, means, strict=True)]
    factors = _solved(_covariance(channels, means, radius), along)
    offset = middle - sum((a * m for a, m in zip(factors, means, strict=True)), np.float32(0))
    return [_mean(np.asarray(each, np.float32), radius) for each in (*factors, offset)]


def kept_certain(planes: list[Plane], matte: Plane) -> list[Plane]:
    """Return the planes with the matte itself away from its edge, as the only offset.

    There the filter would take what is coloured like the subject, as leaves beside dark hair, for
    a part of it, as far as its windows reach.
    """
    unsure = np.clip(np.minimum(matte, 1 - matte) * np.float32(1 / _LOW), 0, 1)
    side = 2 * _BESIDE + 1
    near = cv2.dilate(unsure, np.ones((side, side), np.uint8))
    heard = _mean(np.asarray(near, np.float32), _FADE)
    *factors, offset = (heard * each for each in planes)
    return [*factors, offset + (1 - heard) * matte]


def _mean(plane: Plane, radius: int) -> Plane:
    side = 2 * radius + 1
    return np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)


def _covariance(channels: list[Plane], means: list[Plane], radius: int) -> list[Plane]:
    """RR, RG, RB, GG, GB and BB of every window, with epsilon on the diagonal."""
    found = []
    for i in range(3):
        for j in range(i, 3):
            plane = _mean(channels[i] * channels[j], radius) - means[i] * means[j]
            found.append(plane + np.float32(_EPSILON) if i == j else plane)
    return found


def _solved(covariance: list[Plane], along: list[Plane]) -> list[Plane]:
    """The factors of eq. 19: the covariance's inverse, by its adjugate, times the vector."""
    rr, rg, rb, gg, gb, bb = covariance
    x, y, z = along
    a, b, c = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    d, e, f = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    scale = np.float32(1) / (rr * a + rg * b + rb * c)
    return [(a * x + b * y + c * z) * scale, (b * x + d * y + e * z) * scale,
            (c * x + e * y + f * z) * scale]  # fmt: skip


def applied(planes: list[Plane], picture: NDArray[Any]) -> Plane:
    """Return the (H, W) float32 0-1 matte of a picture of any size and depth.

    planes: coefficients found on a reduced picture. picture: (H, W, 3) RGB, uint8 or uint16.
    """
    size = picture.shape[1::-1]
    white = np.float32(np.iinfo(picture.dtype).max)
    matte = _large(planes[3], size)
    for n in range(3):
        matte += _large(planes[n] * (1 / white), size) * picture[..., n]
    matte -= np.float32(_LOW)
    matte *= np.float32(1 / (_HIGH - _LOW))
    return np.clip(matte, 0, 1, out=matte)


def _large(plane: Plane, size: tuple[int, ...]) -> Plane:
    return np.array(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float32)
