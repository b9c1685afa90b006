"""A picture brought into a frame of another shape."""

from __future__ import annotations

from typing import Literal, TypeAlias

from afterglow.ops.geometry import resize
from afterglow.ops.halves import Picture, depth_of
from afterglow.ops.levels import Region, black, patched

Fit: TypeAlias = Literal["cover", "contain", "stretch"]
"""Fill the frame and lose what is over; show the whole and leave bars; change the shape."""


def framed(
    pixels: Picture, width: int, height: int, fit: Fit = "cover", aspect: float = 1.0
) -> Picture:
    """The picture in a frame of another size, in its middle; bars are black.

    pixels: (H, W) or (H, W, C), any type. aspect: width of a pixel of the picture over that of a
    pixel of the frame, both having the same height.
    """
    rows, columns = pixels.shape[:2]
    across, down = width / (columns * aspect), height / rows
    if fit == "cover":
        scale = max(across, down)
        part = _middle(columns, rows, width / (scale * aspect), height / scale)
        return resize(part.of(pixels), width, height)
    if fit == "contain" and abs(across / down - 1) > 1 / max(width, height):
        scale = min(across, down)
        place = _middle(width, height, columns * aspect * scale, rows * scale)
        ground = black(pixels, (height, width, *pixels.shape[2:]), depth_of(pixels))
        return patched(ground, place, resize(pixels, *place.size))
    return resize(pixels, width, height)


def _middle(columns: int, rows: int, width: float, height: float) -> Region:
    """The middle of a picture, of about a size."""
    wide = min(columns, max(1, round(width)))
    high = min(rows, max(1, round(height)))
    left, top = (columns - wide) // 2, (rows - high) // 2
    return Region(left, top, left + wide, top + high)
