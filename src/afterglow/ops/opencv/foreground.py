"""Edges unmixed and laid over arrays, pixel by pixel of the edge: see afterglow.ops.foreground."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from afterglow.ops.foreground import FAINT, QUARTER, SMOOTH, SWIFT_TURNS
from afterglow.ops.halves import WHITE, Array, Depth
from afterglow.ops.levels import Region
from afterglow.ops.opencv.colour import from_float, to_display, to_float, to_linear
from afterglow.ops.opencv.levels import extent
from afterglow.ops.opencv.unmixing import Places, layers_of, neighbours, places_of, soft_of
from afterglow.ops.standards import fits_uint16

_MARGIN = 16
"""Pixels around the edges that the solver sees, at least."""
_PART = 1 << 15
"""Places lit at a time, so that they stay in the processor's cache."""
_ROW = 1024
"""Places looked up in a row: OpenCV takes no more than 32767 rows."""
_GRID = 64
"""Pixels to a multiple of which its part of the picture reaches, so that halves fall together."""


def estimate_foreground(
    pixels: Array, alpha: Array, transfer: str | None, swift: bool = False
) -> Array:
    """See afterglow.ops.foreground.estimate_foreground."""
    region = _edges(alpha)
    if region is None:
        return pixels
    result = pixels.copy()
    part, matte = region.of(result), region.of(alpha)
    edge = places_of(soft_of(matte))
    light = _of_light(part, transfer)
    found = (_refined if swift else _solved)(light, matte, edge)
    rows, columns = np.divmod(edge, matte.shape[1])
    part[rows, columns] = _of_signal(found, transfer, cast(Depth, pixels.dtype.name))
    return result


def true_foreground(pixels: Array, alpha: Array, plate: Array, transfer: str | None) -> Array:
    """See afterglow.ops.foreground.true_foreground."""
    edge = places_of(soft_of(alpha))
    if not len(edge):
        return pixels
    share = _share(alpha, edge)
    mixed, behind = (_light_at(each, edge, transfer) for each in (pixels, plate))
    own = np.clip((mixed - (1 - share) * behind) / share, 0, 1)
    return _with(pixels, edge, _of_signal(own, transfer, cast(Depth, pixels.dtype.name)))


def laid_over(below: Array, above: Array, alpha: Array, transfer: str) -> Array:
    """See afterglow.ops.foreground.laid_over."""
    mixed = _pasted(below, above, alpha)
    edge = places_of(soft_of(alpha))
    if not len(edge):
        return mixed
    share = _share(alpha, edge)
    ground, subject = (_light_at(each, edge, transfer) for each in (below, above))
    light = ground + share * (subject - ground)
    _put(mixed, edge, _of_signal(light, transfer, cast(Depth, below.dtype.name)))
    return mixed


def lit_over(below: Array, above: Array, alpha: Array, rim: Array | None, transfer: str) -> Array:
    """See afterglow.ops.foreground.lit_over."""
    if rim is None:
        return laid_over(below, above, alpha, transfer)
    mixed = _pasted(below, above, alpha)
    edge = _lit(alpha, rim)
    if not len(edge):
        return mixed
    for start in range(0, len(edge), _PART):
        part = edge[start : start + _PART]
        share = cv2.merge([_share(alpha, part)] * 3)[:, 0]
        ground, subject = (_light_at(each, part, transfer) for each in (below, above))
        bright = 1 - (1 - subject) * (1 - _found_at(rim, part, alpha.shape))
        light = np.asarray(ground + share * (bright - ground), np.float32)
        _put(mixed, part, _of_signal(light, transfer, cast(Depth, below.dtype.name)))
    return mixed


def _pasted(below: Array, above: Array, alpha: Array) -> Array:
    """The one picture with the other where the matte is white; a copy."""
    pasted = below.copy()
    box = extent(alpha)
    if box is not None:
        full = (box.of(alpha) == WHITE[alpha.dtype.name]).view(np.uint8)
        cv2.copyTo(box.of(above), full, box.of(pasted))
    return pasted


def _lit(alpha: Array, rim: Array) -> Places:
    """Where there is subject that is either mixed with what is behind it, or lit."""
    first, *others = cv2.split(rim)
    for each in others:
        first = cv2.max(first, each, dst=first)
    bright = (first > FAINT).astype(np.uint8)
    box = extent(alpha)
    if box is None:
        return np.zeros(0, np.intp)
    matte, width = box.of(alpha), alpha.shape[1]
    rows = np.arange(box.top, box.bottom) * rim.shape[0] // alpha.shape[0]
    columns = np.arange(box.left, box.right) * rim.shape[1] // width
    bright = bright.take(rows, 0).take(columns, 1)
    near = (bright.view(np.bool_) | (matte < WHITE[alpha.dtype.name])) & (matte > 0)
    found = np.flatnonzero(near)
    beside = found // box.size[0] * (width - box.size[0])
    return np.asarray(found + beside + (box.top * width + box.left))


def _found_at(small: Array, edge: Places, size: tuple[int, ...]) -> Array:
    """(N, 3) a small picture, enlarged to a size, at some of its pixels."""
    rows = edge // size[1]
    columns = edge - rows * size[1]
    lines = -(-len(edge) // _ROW)
    maps = []
    for axis, at in ((1, columns), (0, rows)):
        scale = small.shape[axis] / size[axis]
        place = np.zeros(lines * _ROW, np.float32)
        place[: len(edge)] = (at + 0.5) * scale - 0.5
        maps.append(place.reshape(lines, _ROW))
    x, y = maps
    found = cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(-1, 3)[: len(edge)], np.float32)


def _share(alpha: Array, edge: Places) -> Array:
    return to_float(alpha.reshape(-1)[edge])[:, np.newaxis]


def _light_at(pixels: Array, edge: Places, transfer: str | None) -> Array:
    """(N, 3) float32 light of some pixels, one at least."""
    rows = pixels.reshape(-1, 3).take(edge, axis=0)
    return to_float(rows) if transfer is None else to_linear(rows, transfer, "float32")


def _of_signal(light: Array, transfer: str | None, depth: Depth) -> Array:
    if transfer is None:
        return from_float(np.clip(light, 0, 1), depth).reshape(light.shape)
    return to_display(light, transfer, depth).reshape(light.shape)


def _with(pixels: Array, edge: Places, rows: Array) -> Array:
    result = np.array(pixels, order="C")
    _put(result, edge, rows)
    return result


def _put(pixels: Array, edge: Places, rows: Array) -> None:
    """Write (N, 3) rows into some pixels of a picture that lies in memory as one piece."""
    whole = np.dtype((np.void, 3 * pixels.itemsize))
    np.put(pixels.reshape(-1).view(whole), edge, np.ascontiguousarray(rows).reshape(-1).view(whole))


def _edges(alpha: Array) -> Region | None:
    """The region that holds all edges, and a margin."""
    left, top, width, height = cv2.boundingRect(soft_of(alpha))
    if not width:
        return None
    columns = _spread(left, left + width, alpha.shape[1])
    rows = _spread(top, top + height, alpha.shape[0])
    return Region(columns[0], rows[0], columns[1], rows[1])


def _spread(first: int, last: int, size: int) -> tuple[int, int]:
    """The range with its margin, on the grid, as far as the picture goes."""
    begin = max(0, first - _MARGIN) // _GRID * _GRID
    return begin, min(size, -(-(last + _MARGIN) // _GRID) * _GRID)


def _of_light(pixels: Array, transfer: str | None) -> Array:
    """The picture in a form that can be averaged: 16 bits where they suffice."""
    if transfer is None:
        return pixels if pixels.dtype == np.float32 else from_float(to_float(pixels), "uint16")
    return to_linear(pixels, transfer, "uint16" if fits_uint16(transfer) else "float32")


def _solved(light: Array, matte: Array, edge: Places) -> Array:
    """(N, 3) float32 foreground at the edge."""
    finest = layers_of(light, matte)
    found: Array = finest.colours[:3, finest.seats[edge]]
    return np.ascontiguousarray(found.T)


def _refined(light: Array, matte: Array, edge: Places) -> Array:
    """The same from the colours at a quarter of the size, made to mix to the picture."""
    height, width = matte.shape
    matte = to_float(matte)
    small = [_quartered(each) for each in (light, matte)]
    mean = layers_of(small[0], small[1], SWIFT_TURNS).under(edge, width, QUARTER)
    flat = matte.reshape(-1)
    known = flat[edge]
    total = known**2 + (1 - known) ** 2 + np.float32(4 * SMOOTH)
    for place in neighbours(edge, width, height):
        total += np.abs(known - flat[place])
    mixed = to_float(np.ascontiguousarray(light.reshape(-1, 3).take(edge, axis=0).T))
    missing = mixed - known * mean[:3] - (1 - known) * mean[3:]
    own = np.clip(mean[:3] + missing * (known / total), 0, 1)
    return np.ascontiguousarray(own.T, np.float32)


def _quartered(picture: Array) -> Array:
    """Means of four by four."""
    odd = [-side % QUARTER for side in picture.shape[:2]]
    if any(odd):
        picture = cv2.copyMakeBorder(picture, 0, odd[0], 0, odd[1], cv2.BORDER_REPLICATE)
    size = picture.shape[1] // QUARTER, picture.shape[0] // QUARTER
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
