"""Light and levels: transfer curves, luma, and the way from integers to floats and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from afterglow.ops.halves import Array, Depth, Picture, half

if TYPE_CHECKING:
    import torch


@overload
def to_linear(pixels: Array, transfer: str, depth: Depth = "float32") -> Array: ...
@overload
def to_linear(pixels: torch.Tensor, transfer: str, depth: Depth = "float32") -> torch.Tensor: ...
def to_linear(
    pixels: Array | torch.Tensor, transfer: str, depth: Depth = "float32"
) -> Array | torch.Tensor:
    """Linear light of a picture, as ``float32`` in 0..1 or as ``uint16``.

    pixels: any shape, ``uint8``, ``uint16`` or ``float32`` R'G'B' (clamped to 0..1).
    transfer: bt709, smpte170m, bt2020-10, bt2020-12, iec61966-2-1 (sRGB), gamma22, gamma28,
        linear, smpte2084 (PQ; 1.0 is 10000 cd/m2), arib-std-b67 (HLG; scene light). Curves with a
        toe invert the camera's curve, so that light is scene light.
    depth: ``uint16`` is for curves with a straight toe (bt709 and its kin, sRGB) or none;
        the others need more steps near black than it has.

    The OpenCV half looks values up; it reads ``float32`` in 65536 steps. The torch half computes.

    Raises:
        ValueError: the transfer is unknown, or ``uint16`` cannot hold its light.
    """
    return half(pixels, "colour.to_linear")(pixels, transfer, depth)


@overload
def to_display(linear: Array, transfer: str, depth: Depth) -> Array: ...
@overload
def to_display(linear: torch.Tensor, transfer: str, depth: Depth) -> torch.Tensor: ...
def to_display(linear: Array | torch.Tensor, transfer: str, depth: Depth) -> Array | torch.Tensor:
    """R'G'B' of linear light in the depth asked for; the inverse of ``to_linear``.

    linear: any shape, ``float32`` (clamped to 0..1) or ``uint16``.
    Light is clamped to white: bring it into range before, if highlights matter.

    Raises:
        ValueError: the transfer is unknown, or ``uint16`` cannot hold its light.
    """
    return half(linear, "colour.to_display")(linear, transfer, depth)


def luma(pixels: Picture, matrix: str = "bt709") -> Picture:
    """(H, W) weighted sum of the channels, in the type of the picture.

    pixels: ``(H, W, 3)`` RGB. matrix: bt709, smpte170m, bt470bg, fcc, smpte240m, bt2020nc;
    rgb takes the weights of bt709.
    Weights: ITU-R BT.709-6 3.2, BT.601-7 2.5.1, BT.2020-2 table 4. On R'G'B' it is luma Y', on
    linear light it is luminance.
    """
    return half(pixels, "colour.luma")(pixels, matrix)


@overload
def to_float(pixels: Array) -> Array: ...
@overload
def to_float(pixels: torch.Tensor) -> torch.Tensor: ...
def to_float(pixels: Array | torch.Tensor) -> Array | torch.Tensor:
    """The picture as ``float32`` with white at 1.0; a float picture comes back as it is."""
    return half(pixels, "colour.to_float")(pixels)


@overload
def from_float(pixels: Array, depth: Depth) -> Array: ...
@overload
def from_float(pixels: torch.Tensor, depth: Depth) -> torch.Tensor: ...
def from_float(pixels: Array | torch.Tensor, depth: Depth) -> Array | torch.Tensor:
    """The ``float32`` picture in the depth asked for, clamped and rounded to nearest."""
    return half(pixels, "colour.from_float")(pixels, depth)
