"""Pictures moved and scaled. Coordinates are pixel centres, x to the right, y down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from afterglow.ops.halves import Array, Picture, half

if TYPE_CHECKING:
    import torch

Interpolation: TypeAlias = Literal["linear", "cubic", "lanczos"]
"""Neighbours used: 2 x 2, 4 x 4 (Keys' cubic, a = -0.75) or 8 x 8 (Lanczos, 4 lobes)."""
Border: TypeAlias = Literal["constant", "replicate", "reflect"]
"""Outside of the picture: black, the edge pixel, or the picture mirrored at the edge pixel."""
Matrix: TypeAlias = Array | Sequence[Sequence[float]]
"""2 x 3: (x', y') = M (x, y, 1) is where the source's pixel (x, y) goes."""


def translate(
    pixels: Picture,
    dx: float,
    dy: float,
    border: Border = "replicate",
    interpolation: Interpolation = "linear",
) -> Picture:
    """The picture with its content moved by (dx, dy) pixels, exact in fractions of a pixel."""
    return half(pixels, "geometry.translate")(pixels, dx, dy, border, interpolation)


def warp(
    pixels: Picture,
    matrix: Matrix,
    *,
    size: tuple[int, int] | None = None,
    interpolation: Interpolation = "linear",
    border: Border = "constant",
) -> Picture:
    """The picture with its content moved by a matrix from source to destination.

    matrix: 2 x 3, (x', y') = M (x, y, 1): content at (x, y) appears at (x', y').
    size: (width, height) of the result; the picture's own if left out.

    Positions are taken in steps of 1/32 pixel, as OpenCV does, in both halves; a pure
    translation at the same size is exact.

    Raises:
        ValueError: the matrix cannot be inverted.
    """
    move = np.asarray(matrix, dtype=np.float64)
    if size is None and np.array_equal(move[:, :2], np.eye(2)):
        return translate(pixels, float(move[0, 2]), float(move[1, 2]), border, interpolation)
    if abs(np.linalg.det(move[:, :2])) < 1e-12:
        raise ValueError(f"the matrix cannot be inverted: {move.tolist()}")
    wanted = size or (pixels.shape[1], pixels.shape[0])
    return half(pixels, "geometry.warp")(pixels, move, wanted, interpolation, border)


def coverage(pixels: Picture, matrix: Matrix, *, size: tuple[int, int] | None = None) -> Picture:
    """(H, W) white where the warped picture has content, black where it has only border.

    The picture gives its size and type; the edge is as soft as linear interpolation makes it.
    """
    white = half(pixels, "geometry.white_mask")(pixels)
    return warp(white, matrix, size=size, interpolation="linear", border="constant")


def resize(pixels: Picture, width: int, height: int) -> Picture:
    """The picture at another size: averaged by area where it shrinks, linear where it grows.

    Each axis is taken by itself, so that a picture may shrink in one and grow in the other.

    Raises:
        ValueError: the size is empty.
    """
    if width < 1 or height < 1:
        raise ValueError(f"a picture cannot be {width} x {height}")
    if (height, width) == tuple(pixels.shape[:2]):
        return pixels
    return half(pixels, "geometry.resize")(pixels, width, height)


def reduce(pixels: Picture, width: int, height: int) -> Picture:
    """The picture at a smaller size, halved by area as often as it goes and then taken linearly.

    Several times faster than ``resize``, and a little less even where the last step is not a whole
    number: for pictures that are measured or softened anyway. Enlarging is left to ``resize``.

    Raises:
        ValueError: the size is empty.
    """
    while _halves(pixels, width, height):
        pixels = half(pixels, "geometry.halved")(pixels)
    tall, wide = pixels.shape[:2]
    if (height, width) == (tall, wide):
        return pixels
    if not (tall < 2 * height <= 2 * tall and wide < 2 * width <= 2 * wide):
        return resize(pixels, width, height)
    return half(pixels, "geometry.resampled")(pixels, width, height)


def _halves(pixels: Array | torch.Tensor, width: int, height: int) -> bool:
    """Whether half of the picture is still as large as wanted, and has whole sides."""
    tall, wide = pixels.shape[:2]
    return tall % 2 == wide % 2 == 0 and tall >= 2 * height and wide >= 2 * width
