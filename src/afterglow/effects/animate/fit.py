"""A still brought into the frame that a model takes, and frames brought back to its shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.ops import levels
from afterglow.ops.framing import framed
from afterglow.ops.levels import Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]

TRANSFER = "iec61966-2-1"
"""Of the pictures that models take and make: sRGB."""
Fit: TypeAlias = Literal["crop", "pad", "stretch"]
"""Fill the frame and lose what is over; show the whole on a ground; change the shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A still in a model's frame."""

    picture: Picture
    """(h, w, 3) uint8 RGB at the model's size."""
    inside: Region
    """The part of the frame that shows the still."""
    aspect: float
    """Width over height of what is shown, as it shall be seen in the end."""


def nearest_size(
    width: int, height: int, sizes: Iterable[tuple[int, int]], *, turned: bool = True
) -> tuple[int, int]:
    """Return the (width, height) of a model whose shape is nearest to a picture's.

    sizes: those that the model was trained at; of equal shapes the largest is taken.
    turned: each of them may stand upright as well.
    """
    known = list(sizes)
    known += [(high, wide) for wide, high in known] if turned else []
    shape = log(width / height)
    return min(known, key=lambda size: (abs(log(size[0] / size[1]) - shape), -size[0] * size[1]))


def flattened(
    pixels: NDArray[Any],
    alpha: NDArray[Any] | None,
    ground: tuple[int, int, int] = (0, 0, 0),
    transfer: str = TRANSFER,
) -> Picture:
    """Return (H, W, 3) uint8 RGB: the picture laid over a colour, in linear light.

    pixels: (H, W, 3) RGB, uint8 or uint16. alpha: (H, W) of the same type, straight, or None.
    ground: R'G'B' 0-255.
    """
    if alpha is None:
        return np.asarray(levels.as_depth(pixels, "uint8"))
    colour = np.array(ground, np.uint8).reshape(1, 1, 3)
    below = np.broadcast_to(ops.to_linear(colour, transfer), pixels.shape)
    light = ops.lerp(below.copy(), ops.to_linear(pixels, transfer), ops.to_float(alpha))
    return np.asarray(ops.to_display(light, transfer, "uint8"))


def fitted(
    picture: Picture,
    size: tuple[int, int],
    fit: Fit = "crop",
    ground: tuple[int, int, int] = (0, 0, 0),
) -> Fitted:
    """Return the picture in a frame of ``size`` (width, height).

    picture: (H, W, 3) uint8 RGB. ground: R'G'B' 0-255 of the bars that pad leaves.
    """
    width, height = size
    rows, columns = picture.shape[:2]
    whole = Region(0, 0, width, height)
    if fit == "crop":
        return Fitted(np.asarray(framed(picture, width, height)), whole, width / height)
    if fit == "stretch":
        shown = np.asarray(ops.resize(picture, width, height))
        return Fitted(shown, whole, columns / rows)
    inside = _middle(width, height, columns / rows)
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = ground
    canvas[inside.top : inside.bottom, inside.left : inside.right] = ops.resize(
        picture, *inside.size
    )
    return Fitted(canvas, inside, columns / rows)


def final_size(still: Fitted, lines: int | None = None) -> tuple[int, int]:
    """Return the even (width, height) of the frames in the end; ``lines`` is their height.

    Without lines they have about as many pixels as the model made of what is shown.
    """
    wide, high = still.inside.size
    if lines is None:
        if abs(log(wide / high / still.aspect)) < 2 / min(wide, high):
            return _even(wide), _even(high)
        height = (wide * high / still.aspect) ** 0.5
        return _even(height * still.aspect), _even(height)
    return _even(lines * still.aspect), _even(lines)


def brought_back(frame: Picture, still: Fitted, size: tuple[int, int]) -> Picture:
    """Return a frame that the model made, without bars, at its final (width, height).

    frame: (h, w, 3) uint8 RGB, of the size of ``still.picture``.
    """
    shown = np.ascontiguousarray(still.inside.of(frame))
    return np.asarray(ops.resize(shown, *size))


def _middle(width: int, height: int, aspect: float) -> Region:
    """The largest part of a frame that has an aspect, in its middle."""
    wide = min(width, max(1, round(height * aspect)))
    high = min(height, max(1, round(width / aspect)))
    left, top = (width - wide) // 2, (height - high) // 2
    return Region(left, top, left + wide, top + high)


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))
