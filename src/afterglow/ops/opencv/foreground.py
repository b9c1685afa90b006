"""Edges unmixed and laid over arrays, pixel by pixel of the edge: see afterglow.ops.foreground."""

from __future__ import annotations

from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.ops.foreground import COARSE, FAINT, SMOOTH, TURNS
from afterglow.ops.halves import WHITE, Array, Depth
from afterglow.ops.levels import Region
from afterglow.ops.opencv.colour import from_float, to_display, to_float, to_linear
from afterglow.ops.standards import fits_uint16

Places = NDArray[np.intp]
"""(N,) places in a picture whose rows lie one after the other."""

_MARGIN = 16
"""Pixels around the edges that the solver sees, at least."""
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
    part, matte = region.of(result), to_float(region.of(alpha))
    edge = _between(matte)
    light = _of_light(part, transfer)
    pyramid = _pyramid(light, matte)
    found = (_refined if swift and len(pyramid) > 1 else _solved)(pyramid, edge)
    rows, columns = np.divmod(edge, matte.shape[1])
    part[rows, columns] = _of_signal(found, transfer, cast(Depth, pixels.dtype.name))
    return result


def true_foreground(pixels: Array, alpha: Array, plate: Array, transfer: str | None) -> Array:
    """See afterglow.ops.foreground.true_foreground."""
    edge = _between(alpha)
    if not len(edge):
        return pixels
    share = _share(alpha, edge)
    mixed, behind = (_light_at(each, edge, transfer) for each in (pixels, plate))
    own = np.clip((mixed - (1 - share) * behind) / share, 0, 1)
    return _with(pixels, edge, _of_signal(own, transfer, cast(Depth, pixels.dtype.name)))


def laid_over(below: Array, above: Array, alpha: Array, transfer: str) -> Array:
    """See afterglow.ops.foreground.laid_over."""
    full = (alpha == WHITE[alpha.dtype.name]).view(np.uint8)
    mixed = cv2.copyTo(above, full, below.copy())
    edge = _between(alpha)
    if not len(edge):
        return mixed
    share = _share(alpha, edge)
    ground, subject = (_light_at(each, edge, transfer) for each in (below, above))
    light = ground + share * (subject - ground)
    mixed.reshape(-1, 3)[edge] = _of_signal(light, transfer, cast(Depth, below.dtype.name))
    return mixed


def lit_over(below: Array, above: Array, alpha: Array, rim: Array | None, transfer: str) -> Array:
    """See afterglow.ops.foreground.lit_over."""
    if rim is None:
        return laid_over(below, above, alpha, transfer)
    full = (alpha == WHITE[alpha.dtype.name]).view(np.uint8)
    mixed = cv2.copyTo(above, full, below.copy())
    edge = _lit(alpha, rim)
    if not len(edge):
        return mixed
    share = _share(alpha, edge)
    ground, subject = (_light_at(each, edge, transfer) for each in (below, above))
    bright = 1 - (1 - subject) * (1 - _found_at(rim, edge, alpha.shape))
    light = np.asarray(ground + share * (bright - ground), np.float32)
    mixed.reshape(-1, 3)[edge] = _of_signal(light, transfer, cast(Depth, below.dtype.name))
    return mixed


def _lit(alpha: Array, rim: Array) -> Places:
    """Where there is subject that is either mixed with what is behind it, or lit."""
    bright = (rim.max(axis=2) > FAINT).astype(np.uint8)
    size = alpha.shape[1], alpha.shape[0]
    lit = cv2.resize(bright, size, interpolation=cv2.INTER_NEAREST)
    lit &= (alpha > 0).view(np.uint8)
    lit |= _soft(alpha)
    return np.flatnonzero(lit)


def _found_at(small: Array, edge: Places, size: tuple[int, ...]) -> Array:
    """(N, 3) a small picture, enlarged to a size, at some of its pixels."""
    rows, columns = np.divmod(edge, size[1])
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


def _between(alpha: Array) -> Places:
    """Where the matte is neither 0 nor white."""
    return np.flatnonzero(_soft(alpha))


def _soft(alpha: Array) -> NDArray[np.uint8]:
    """(H, W) 1 where the matte is neither 0 nor white, else 0."""
    mask: NDArray[np.uint8] = ((alpha > 0) & (alpha < WHITE[alpha.dtype.name])).view(np.uint8)
    return mask


def _share(alpha: Array, edge: Places) -> Array:
    return to_float(alpha.reshape(-1)[edge])[:, np.newaxis]


def _light_at(pixels: Array, edge: Places, transfer: str | None) -> Array:
    """(N, 3) float32 light of some pixels, one at least."""
    rows = pixels.reshape(-1, 3)[edge]
    return to_float(rows) if transfer is None else to_linear(rows, transfer, "float32")


def _of_signal(light: Array, transfer: str | None, depth: Depth) -> Array:
    if transfer is None:
        return from_float(np.clip(light, 0, 1), depth).reshape(light.shape)
    return to_display(light, transfer, depth).reshape(light.shape)


def _with(pixels: Array, edge: Places, rows: Array) -> Array:
    result = np.array(pixels, order="C")
    result.reshape(-1, 3)[edge] = rows
    return result


def _edges(alpha: Array) -> Region | None:
    """The region that holds all edges, and a margin."""
    left, top, width, height = cv2.boundingRect(_soft(alpha))
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


def _pyramid(light: Array, matte: Array) -> list[tuple[Array, Array]]:
    """Picture and matte, and both at half the size again and again, up to a few pixels."""
    levels = [(light, matte)]
    while min(matte.shape) > 2:
        light, matte = _halved(light), _halved(matte)
        levels.append((light, matte))
    return levels


def _halved(picture: Array) -> Array:
    odd = [side % 2 for side in picture.shape[:2]]
    if any(odd):
        picture = cv2.copyMakeBorder(picture, 0, odd[0], 0, odd[1], cv2.BORDER_REPLICATE)
    return cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


class _Layers(NamedTuple):
    """Foreground and background at the edge of one level, and beside it."""

    seats: NDArray[np.int32]
    """(h * w,) where in ``colours`` a pixel is; anything where it is not."""
    colours: Array
    """(M, 6) float32: RGB of the foreground and of the background."""
    width: int
    """Pixels in a row of the level."""

    def under(self, places: Places, width: int) -> Array:
        """(N, 6) colours for pixels of the next finer level, with rows of ``width`` pixels."""
        rows, columns = np.divmod(places, width)
        found: Array = self.colours[self.seats[rows // 2 * self.width + columns // 2]]
        return found


def _solved(levels: list[tuple[Array, Array]], edge: Places) -> Array:
    """(N, 3) float32 foreground at the edge of the finest level, ``levels[0]``."""
    finest = _layers(levels)
    found: Array = finest.colours[finest.seats[edge], :3]
    return found


def _refined(levels: list[tuple[Array, Array]], edge: Places) -> Array:
    """The same from the colours of the next coarser level, made to mix to the picture."""
    light, matte = levels[0]
    height, width = matte.shape
    mean = _layers(levels[1:]).under(edge, width)
    flat = matte.reshape(-1)
    known = flat[edge]
    a = known[:, np.newaxis]
    near = _neighbours(edge, width, height)
    total = 4 * SMOOTH + sum(np.abs(known - flat[place]) for place in near)
    mixed = to_float(light.reshape(-1, 3)[edge])
    missing = mixed - a * mean[:, :3] - (1 - a) * mean[:, 3:]
    norm = total[:, np.newaxis] + a**2 + (1 - a) ** 2
    return np.asarray(np.clip(mean[:, :3] + a * missing / norm, 0, 1), np.float32)


def _layers(levels: list[tuple[Array, Array]]) -> _Layers:
    """Foreground and background of the finest level, from coarse to fine."""
    below: _Layers | None = None
    for light, matte in reversed(levels):
        below = _finer(below, light, matte)
    assert below is not None
    return below


def _finer(below: _Layers | None, light: Array, matte: Array) -> _Layers:
    """The layers of a level from those of the next coarser one."""
    height, width = matte.shape
    soft = _soft(matte)
    around = np.flatnonzero(cv2.dilate(soft, _CROSS))
    flat, share = light.reshape(-1, 3), matte.reshape(-1)
    own = to_float(flat[around])
    known = share[around]
    colours = _first(own, known) if below is None else below.under(around, width)
    _put(colours[:, :3], known == 1, own)
    _put(colours[:, 3:], known == 0, own)
    seats = np.empty(height * width, np.int32)
    seats[around] = np.arange(len(around), dtype=np.int32)
    edge = np.flatnonzero(soft)
    near = [seats[place] for place in _neighbours(edge, width, height)]
    here = seats[edge]
    weights = [SMOOTH + np.abs(known[here] - known[place]) for place in near]
    turns = TURNS[min(width, height) > COARSE]
    _relaxed(colours, here, own[here], known[here], near, weights, turns)
    return _Layers(seats, colours, width)


_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def _first(own: Array, known: Array) -> Array:
    """(M, 6) the mean colours of subject and background, by the matte."""
    share = known[:, np.newaxis]
    subject = (own * share).sum(0) / max(float(share.sum()), 1e-6)
    ground = (own * (1 - share)).sum(0) / max(float((1 - share).sum()), 1e-6)
    whole: Array = np.concatenate((subject, ground)).astype(np.float32)
    return np.tile(whole, (len(own), 1))


def _put(colours: Array, where: Array, values: Array) -> None:
    colours[where] = values[where]


def _neighbours(edge: Places, width: int, height: int) -> tuple[Places, ...]:
    """Places to the left, right, above and below; the edge of the picture is its own neighbour."""
    columns = edge % width
    left, right = edge - (columns > 0), edge + (columns < width - 1)
    above = np.where(edge >= width, edge - width, edge)
    below = np.where(edge < width * (height - 1), edge + width, edge)
    return left, right, above, below


def _relaxed(
    colours: Array,
    here: Array,
    mixed: Array,
    alpha: Array,
    near: list[Array],
    weights: list[Array],
    turns: int,
) -> None:
    """Solve some turns of Jacobi in place: each pixel for its two colours, neighbours held.

    With the means F', B' of the neighbours, by weights whose sum is S, the best F, B are
    F' + a r / n and B' + (1 - a) r / n, where r = I - a F' - (1 - a) B' and
    n = S + a^2 + (1 - a)^2.
    """
    total = sum(weights[1:], weights[0])
    a = alpha[:, np.newaxis]
    norm = 1 / (total[:, np.newaxis] + a**2 + (1 - a) ** 2)
    shares = [(weight / total)[:, np.newaxis] for weight in weights]
    for _ in range(turns):
        mean = shares[0] * colours[near[0]]
        for share, place in zip(shares[1:], near[1:], strict=True):
            mean += share * colours[place]
        missing = (mixed - a * mean[:, :3] - (1 - a) * mean[:, 3:]) * norm
        mean[:, :3] += a * missing
        mean[:, 3:] += (1 - a) * missing
        colours[here] = np.clip(mean, 0, 1, out=mean)
