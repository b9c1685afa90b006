"""Pictures looked up between their pixels: enlarged twice, and bent by a mesh."""

from __future__ import annotations

from afterglow.ops.geometry import translate
from afterglow.ops.halves import Array, Picture, half


def doubled(pixels: Picture) -> Picture:
    """(2 H, 2 W[, C]) the picture with a pixel between each two, at half its pixels by Lanczos.

    What was at (x, y) is at (2x, 2y), untouched. Looked up linearly, this has the sharpness of a
    Lanczos look-up in the picture itself, at the price of a linear one.
    """
    right = translate(pixels, -0.5, 0.0, "reflect", "lanczos")
    below = translate(pixels, 0.0, -0.5, "reflect", "lanczos")
    across = translate(right, 0.0, -0.5, "reflect", "lanczos")
    return half(pixels, "sampling.interleaved")(pixels, right, below, across)


def bent(pixels: Picture, nodes: Array, step: int, size: tuple[int, int]) -> Picture:
    """The picture looked up, linearly, at the places that a mesh gives; mirrored outside.

    pixels: (H, W) or (H, W, C), any type.
    nodes: (rows, columns, 2) float32 places (x, y) in the picture: node (i, j) is the place for
        the middle of the block of ``step`` x ``step`` pixels that begins at
        ((j - 1) step, (i - 1) step) of the result: one ring of blocks lies around it.
    size: (width, height) of the result.

    Places are taken in steps of 1/32 pixel, as OpenCV does, in both halves.
    """
    return half(pixels, "sampling.bent")(pixels, nodes, step, size)
