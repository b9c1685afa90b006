"""Foreground and background at the soft edges of arrays, from coarse to fine.

Germer, Uelwer, Conrad and Harmeling, Fast Multi-Level Foreground Estimation (2020), on the pixels
of the edges alone. Colours lie channel by channel, so that each step runs along whole rows.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.ops.foreground import COARSE, SMOOTH, TURNS
from afterglow.ops.halves import WHITE, Array
from afterglow.ops.opencv.colour import to_float

Places = NDArray[np.intp]
"""(N,) places in a picture whose rows lie one after the other."""

_LEAST = 1e-30
"""Above 0, and below every share that means of a matte have."""
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def soft_of(alpha: Array) -> NDArray[np.uint8]:
    """(H, W) 255 where the matte is neither 0 nor white, else 0."""
    if alpha.dtype == np.float32:
        bounds = _LEAST, float(np.nextafter(np.float32(1), np.float32(0)))
    else:
        bounds = 1, int(WHITE[alpha.dtype.name]) - 1
    return np.asarray(cv2.inRange(alpha, *bounds), np.uint8)  # type: ignore[call-overload]


def places_of(mask: Array) -> Places:
    """Where an (H, W) uint8 mask is not 0."""
    return np.flatnonzero(mask if mask.dtype == np.bool_ else mask.view(np.bool_))


def neighbours(edge: Places, width: int, height: int) -> tuple[Places, ...]:
    """Places to the left, right, above and below; the edge of the picture is its own neighbour."""
    columns = edge % width
    left, right = edge - (columns > 0), edge + (columns < width - 1)
    above = np.where(edge >= width, edge - width, edge)
    below = np.where(edge < width * (height - 1), edge + width, edge)
    return left, right, above, below


class Layers(NamedTuple):
    """Foreground and background at the edge of one level, and beside it."""

    seats: NDArray[np.int32]
    """(h * w,) where in ``colours`` a pixel is; anything where it is not."""
    colours: Array
    """(6, M) float32: RGB of the foreground and of the background."""
    width: int
    """Pixels in a row of the level."""

    def under(self, places: Places, width: int, step: int = 2) -> Array:
        """(6, N) colours for pixels of a level ``step`` times finer, in rows of ``width``."""
        rows, columns = np.divmod(places, width)
        seats = self.seats[rows // step * self.width + columns // step]
        found: Array = np.take(self.colours, seats, axis=1, mode="clip")
        return found


def layers_of(light: Array, alpha: Array, turns: tuple[int, int] = TURNS) -> Layers:
    """Foreground and background of a picture, after so many turns on small and large levels.

    light: (h, w, 3) uint16 or float32; alpha: (h, w) of any type, with a soft edge somewhere.
    """
    matte, soft = to_float(alpha), soft_of(alpha)
    levels = [(light, matte)]
    while min(matte.shape) > 2:
        light, matte = halved(light), halved(matte)
        levels.append((light, matte))
    below: Layers | None = None
    for light, matte in reversed(levels[1:]):
        below = _finer(below, light, matte, soft_of(matte), turns)
    return _finer(below, *levels[0], soft, turns)


def halved(picture: Array) -> Array:
    """Means of two by two; an odd last row or column counts twice."""
    odd = [side % 2 for side in picture.shape[:2]]
    if any(odd):
        picture = cv2.copyMakeBorder(picture, 0, odd[0], 0, odd[1], cv2.BORDER_REPLICATE)
    return cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def _finer(
    below: Layers | None, light: Array, matte: Array, soft: Array, turns: tuple[int, int]
) -> Layers:
    """The layers of a level from those of the next coarser one; the edge has the first seats."""
    height, width = matte.shape
    edge = places_of(soft)
    around = np.concatenate((edge, places_of(cv2.dilate(soft, _CROSS) ^ soft)))
    own = np.ascontiguousarray(to_float(light.reshape(-1, 3)[around]).T)
    share = matte.reshape(-1)
    known = share[around]
    colours = _first(own, known) if below is None else below.under(around, width)
    np.copyto(colours[:3], own, where=known == 1)
    np.copyto(colours[3:], own, where=known == 0)
    seats = np.empty(height * width, np.int32)
    seats[around] = np.arange(len(around), dtype=np.int32)
    places = np.concatenate(neighbours(edge, width, height))
    here = known[: len(edge)]
    weights = SMOOTH + np.abs(here - share[places].reshape(4, -1))
    count = turns[min(width, height) > COARSE]
    _relaxed(colours, own[:, : len(edge)], here, seats[places].astype(np.intp), weights, count)
    return Layers(seats, colours, width)


def _first(own: Array, known: Array) -> Array:
    """(6, M) the mean colours of subject and background, by the matte."""
    subject = (own * known).sum(1) / max(float(known.sum()), 1e-6)
    ground = (own * (1 - known)).sum(1) / max(float((1 - known).sum()), 1e-6)
    whole: Array = np.concatenate((subject, ground)).astype(np.float32)
    return np.repeat(whole[:, np.newaxis], own.shape[1], axis=1)


def _relaxed(
    colours: Array, mixed: Array, alpha: Array, near: Array, weights: Array, turns: int
) -> None:
    """Solve some turns of Jacobi in place: each pixel for its two colours, neighbours held.

    colours: (6, M), of the edge first. mixed: (3, N); alpha: (N,); near: (4 N,) seats of the
    neighbours; weights: (4, N) of them.
    With the means F', B' of the neighbours, by weights whose sum is S, the best F, B are
    F' + a r / n and B' + (1 - a) r / n, where r = I - a F' - (1 - a) B' and
    n = S + a^2 + (1 - a)^2.
    """
    count = len(alpha)
    total = weights.sum(0)
    shares = weights / total
    both = np.stack((alpha, 1 - alpha))
    norm = 1 / (total + (both**2).sum(0))
    there = np.empty((6, 4 * count), np.float32)
    parts = there.reshape(6, 4, count)
    two = both[:, np.newaxis]
    found = colours[:, :count].reshape(2, 3, count)
    for _ in range(turns):
        colours.take(near, axis=1, out=there, mode="clip")
        np.multiply(parts, shares, out=parts)
        mean = np.add.reduce(parts, axis=1).reshape(2, 3, count)
        missing = mixed - np.add.reduce(two * mean, axis=0)
        missing *= norm
        mean += two * missing
        np.maximum(mean, 0, out=mean)
        np.minimum(mean, 1, out=found)
