"""YCbCr planes of tensors: see afterglow.ops.ycbcr."""

from __future__ import annotations

import torch
from torch import Tensor

from afterglow.ops.tensor.colour import from_float, to_float
from afterglow.ops.tensor.neighbours import correlated, extended
from afterglow.ops.tensor.numbers import DTYPES, levels
from afterglow.ops.ycbcr import Layout, to_rgb_matrix, to_ycbcr_matrix

Planes = tuple[Tensor, Tensor, Tensor]


def ycbcr_to_rgb(planes: Planes, layout: Layout) -> Tensor:
    """See afterglow.ops.ycbcr.ycbcr_to_rgb."""
    luma = levels(planes[0])
    cb, cr = (_widened(levels(plane), luma.shape, layout) for plane in planes[1:])
    rows = to_rgb_matrix(layout).tolist()
    rgb = torch.stack([luma * y + cb * b + cr * r + zero for y, b, r, zero in rows], dim=-1)
    return from_float(rgb, "uint8" if layout.bits == 8 else "uint16")


def rgb_to_ycbcr(pixels: Tensor, layout: Layout) -> Planes:
    """See afterglow.ops.ycbcr.rgb_to_ycbcr."""
    red, green, blue = to_float(pixels).unbind(-1)
    rows = to_ycbcr_matrix(layout).tolist()
    luma, cb, cr = (red * r + green * g + blue * b + zero for r, g, b, zero in rows)
    return (
        _stored(luma, layout.bits),
        _stored(_narrowed(cb, layout), layout.bits),
        _stored(_narrowed(cr, layout), layout.bits),
    )


def split_semiplanar(luma: Tensor, chroma: Tensor, bits: int) -> Planes:
    """See afterglow.ops.ycbcr.split_semiplanar."""
    return (
        _low(luma, bits),
        _low(chroma[..., 0], bits),
        _low(chroma[..., 1], bits),
    )


def join_semiplanar(planes: Planes, bits: int) -> tuple[Tensor, Tensor]:
    """See afterglow.ops.ycbcr.join_semiplanar."""
    chroma = torch.stack(planes[1:], dim=-1)
    return _high(planes[0], bits), _high(chroma, bits)


def _low(plane: Tensor, bits: int) -> Tensor:
    """Values from the high bits in the low ones; torch shifts no ``uint16``."""
    return plane if bits == 8 else (plane.to(torch.int32) >> (16 - bits)).to(torch.uint16)


def _high(plane: Tensor, bits: int) -> Tensor:
    return plane if bits == 8 else (plane.to(torch.int32) << (16 - bits)).to(torch.uint16)


def _stored(plane: Tensor, bits: int) -> Tensor:
    whole = plane.round().clamp_(0, (1 << bits) - 1)
    return whole.to(DTYPES["uint8" if bits == 8 else "uint16"])


def _widened(plane: Tensor, shape: torch.Size, layout: Layout) -> Tensor:
    """Chroma at every luma sample."""
    for axis in (0, 1):
        if layout.halved[axis]:
            plane = _doubled(plane, axis, layout.between[axis])
    return plane[: shape[0], : shape[1]]


def _doubled(plane: Tensor, axis: int, between: bool) -> Tensor:
    length = plane.shape[axis]
    wide = extended(plane, axis, -1, length + 2, "replicate")
    before, after = wide.narrow(axis, 0, length), wide.narrow(axis, 2, length)
    even = torch.lerp(plane, before, 0.25) if between else plane
    odd = torch.lerp(plane, after, 0.25 if between else 0.5)
    return torch.stack((even, odd), dim=axis + 1).flatten(axis, axis + 1)


def _narrowed(plane: Tensor, layout: Layout) -> Tensor:
    """Chroma at the places where the layout keeps a sample."""
    for axis in (0, 1):
        if layout.halved[axis]:
            plane = _halved(plane, axis, layout.between[axis])
    return plane


def _halved(plane: Tensor, axis: int, between: bool) -> Tensor:
    count = (plane.shape[axis] + 1) // 2
    weights = [0.125, 0.375, 0.375, 0.125] if between else [0.25, 0.5, 0.25]
    wide = extended(plane, axis, -1, 2 * count + len(weights) - 2, "replicate")
    means = correlated(wide, axis, weights)
    return means[::2] if axis == 0 else means[:, ::2]
