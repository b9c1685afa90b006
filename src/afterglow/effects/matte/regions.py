"""Which regions of a picture are the subject, and the soft matte at their edge.

A large picture is looked at at half its size, and its edges pixel by pixel.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.gaps import spread
from afterglow.effects.matte.backing import disc
from afterglow.effects.matte.fields import Plane, dot, enlarged, places_of

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
_UNSURE = 9.0
"""Deviations of the noise by which plate and subject differ where the mixture is half trusted."""


class Whole(NamedTuple):
    """A frame beside its plate, as they are."""

    pixels: NDArray[Any]
    """(H, W, 3) uint8 or uint16 RGB of the frame."""
    plate: NDArray[Any]
    """(H, W, 3) RGB of the plate where the camera stands, in the plate's own exposure."""
    transfer: str
    """Of their light."""
    noise: float
    """Standard deviation of the noise in R'G'B', of white."""


class Scene(NamedTuple):
    """A frame beside its plate, which has the frame's exposure: in full, or at half the size."""

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
    exposure: NDArray[np.float32]
    """(3,) factors of light by which the plate was brought to the frame's exposure."""


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
    gaps = _gaps(mask)
    rows, columns = np.nonzero(gaps)
    if not len(rows):
        return mask
    count, labels = cv2.connectedComponents(gaps, connectivity=4)
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


class Rim(NamedTuple):
    """The subject's edge, at the size of a scene."""

    subject: Plane
    """(h, w, 3) light of the subject, carried outwards from its inside."""
    soft: Plane
    """(h, w) float32: the mask softened, for where subject and plate are hardly different."""
    inner: Mask
    """1 where the subject is solid."""
    between: Mask
    """1 where it is neither solid nor absent."""


def rim_of(scene: Scene, mask: Mask) -> Rim:
    """The edge of the subject whose regions the mask holds."""
    lines = mask.shape[0]
    radius = max(2, round(lines * _EDGE))
    inner = cv2.erode(mask, disc(max(3, round(lines * _INSIDE))))
    outer = cv2.dilate(mask, disc(max(1, radius // 2)))
    subject = spread(scene.light, inner.astype(np.float32))
    soft = ops.gaussian_blur(mask.astype(np.float32), radius / 2)
    return Rim(subject, soft, inner.astype(np.uint8), cv2.subtract(outer, inner).astype(np.uint8))


def solved(scene: Scene, rim: Rim) -> Plane:
    """(h, w) float32 matte: 1 inside, 0 outside, and a from I = a F + (1 - a) B between.

    F is carried to the edge from inside the subject, B is the plate. Where the two are hardly
    different, the mask itself is softened instead.
    """
    mixed = _mixed(scene.light, scene.empty, rim.subject, rim.soft, scene.noise * bright(scene))
    mixed[rim.between == 0] = 0
    return np.maximum(mixed, rim.inner)


def solved_in_full(scene: Scene, rim: Rim, whole: Whole) -> Plane:
    """(H, W) float32 matte like ``solved``, of pictures about twice as large as the scene."""
    height, width = whole.pixels.shape[:2]
    found = cv2.resize(rim.inner, (width, height), interpolation=cv2.INTER_NEAREST)
    alpha = found.astype(np.float32)
    at = places_of(rim.between, whole.pixels)
    if not len(at):
        return alpha
    rows, columns = (each // 2 for each in np.divmod(at, width))
    light, empty = (
        ops.to_linear(each.reshape(-1, 3).take(at, 0), whole.transfer)[:, None]
        for each in (whole.pixels, whole.plate)
    )
    empty = np.minimum(empty * scene.exposure, 1)
    soft = enlarged(rim.soft, alpha).reshape(-1)[at, None]
    noise = whole.noise * bright(scene)[rows, columns, None]
    subject = rim.subject[rows, columns, None]
    alpha.reshape(-1)[at] = _mixed(light, empty, subject, soft, noise)[:, 0]
    return alpha


def bright(scene: Scene) -> Plane:
    """(h, w) mean R'G'B' of the plate, and a tenth where that is darker."""
    return np.maximum(dot(scene.plate, np.full(3, 1 / 3)), np.float32(0.1))


def _mixed(light: Plane, empty: Plane, subject: Plane, soft: Plane, noise: Plane) -> Plane:
    """(H, W) share of the subject in the light; soft where noise hides it.

    light, empty, subject: (H, W, 3) of the picture, the plate and the subject alone.
    """
    across = subject - empty
    length = dot(across, across)
    share = dot(light - empty, across) / np.maximum(length, 1e-6)
    unsure = np.float32(_UNSURE) * noise
    trust = length / (length + unsure * unsure)
    mixed: Plane = soft + trust * (np.clip(share, 0, 1) - soft)
    return mixed
