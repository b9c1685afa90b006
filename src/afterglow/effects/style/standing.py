"""Where a character stands: which part of its picture is seen, and where in the frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

import cv2
import numpy as np

from afterglow.ops.levels import Region

if TYPE_CHECKING:
    from afterglow.ops.halves import Array

_LEAST = 0.05
"""Share of the picture's height below which what a matte holds is nobody."""
_RARE = 0.1
"""Share of the mattes that may hold something higher: an arm that is thrown up once."""
_AROUND = 16
"""Pixels around what is seen that its edges are cleaned by."""


@dataclass(frozen=True, slots=True)
class Body:
    """Where somebody is in a picture, for all of a video: shares of its width and height."""

    middle: float
    """Halfway between left and right, usually."""
    top: float
    """Where they begin, but for what is seen rarely."""
    bottom: float
    """Where they end at the lowest."""


WHOLE = Body(0.5, 0.0, 1.0)
"""The picture itself."""


def body_of(mattes: Iterable[Array]) -> Body | None:
    """Return where the largest part of some mattes is; None where none holds anybody.

    mattes: (H, W) uint8 or uint16, of one video.
    """
    found = [each for each in map(_extent, mattes) if each is not None]
    if not found:
        return None
    left, top, right, bottom = np.array(found).T
    middle, begin = np.median((left + right) / 2), np.quantile(top, _RARE)
    return Body(float(middle), float(begin), float(bottom.max()))


def _extent(matte: Array) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of what is more than half there, without specks beside it."""
    inside = np.asarray(2.0 * matte > np.iinfo(matte.dtype).max, np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    if count < 2:
        return None
    left, top, wide, high, _ = stats[1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))]
    height, width = matte.shape
    if high < _LEAST * height:
        return None
    return left / width, top / height, (left + wide) / width, (top + high) / height


@dataclass(frozen=True, slots=True)
class Stand:
    """The way of a character's picture into the frame."""

    picture: Region
    """Where all of it would be; it may reach beyond the frame."""
    window: Region
    """The pixels of it that are used."""
    region: Region
    """Where these are in the frame, or around it."""
    seen: Region
    """The part of the frame that the picture fills."""


def stand_of(
    body: Body,
    size: tuple[int, int],
    aspect: Fraction,
    canvas: tuple[int, int],
    place: tuple[float, float],
) -> Stand:
    """Return how a picture of (width, height) stands on the lower edge of a canvas.

    aspect: width of its pixels over their height. place: share of the canvas' width at which the
    body's middle stands, and share of its height that the body has.
    """
    at, share = place
    high = max(1, round(share * canvas[1] / (body.bottom - body.top)))
    wide = max(1, round(high * Fraction(*size) * aspect))
    left = round(at * canvas[0] - body.middle * wide)
    left = min(max(left, 1 - wide), canvas[0] - 1)
    top = min(canvas[1] - 1, canvas[1] - round(body.bottom * high))
    picture = Region(left, top, left + wide, top + high)
    seen = picture.grown(0, canvas)
    part = seen.seen_from(picture)
    scale = wide / size[0], high / size[1]
    window = Region(
        floor(part.left / scale[0]),
        floor(part.top / scale[1]),
        ceil(part.right / scale[0]),
        ceil(part.bottom / scale[1]),
    ).grown(_AROUND, size)
    region = Region(
        left + round(window.left * scale[0]),
        top + round(window.top * scale[1]),
        left + round(window.right * scale[0]),
        top + round(window.bottom * scale[1]),
    )
    return Stand(picture, window, region, seen)
