"""Levels on tensors, by torch."""

from __future__ import annotations

import torch
from torch import Tensor

from afterglow.ops.halves import WHITE, Array, Depth, depth_of
from afterglow.ops.levels import Region
from afterglow.ops.tensor.blend import add
from afterglow.ops.tensor.numbers import DTYPES


def _wide(pixels: Tensor) -> Tensor:
    """Integers in a type that compares and subtracts everywhere: uint16 hardly does."""
    return pixels if pixels.dtype in (torch.float32, torch.uint8) else pixels.to(torch.int32)


def minimum(one: Tensor, other: Tensor) -> Tensor:
    """The darker of two pictures."""
    return torch.minimum(_wide(one), _wide(other)).to(one.dtype)


def maximum(one: Tensor, other: Tensor) -> Tensor:
    """The brighter of two pictures."""
    return torch.maximum(_wide(one), _wide(other)).to(one.dtype)


def subtract(one: Tensor, other: Tensor) -> Tensor:
    """one - other, not below 0."""
    if one.dtype == torch.float32:
        return (one - other).clamp_(min=0)
    return (one.to(torch.int32) - other.to(torch.int32)).clamp_(min=0).to(one.dtype)


def apart(one: Tensor, other: Tensor) -> Tensor:
    """The absolute difference."""
    return subtract(maximum(one, other), minimum(one, other))


def shifted(pixels: Tensor, by: Tensor) -> Tensor:
    """The picture with signed levels added."""
    white = int(WHITE["uint8" if pixels.dtype == torch.uint8 else "uint16"])
    return (pixels.to(torch.int32) + by).clamp_(0, white).to(pixels.dtype)


def invert(pixels: Tensor) -> Tensor:
    """White minus the picture."""
    if pixels.dtype == torch.uint16:
        return (65535 - pixels.to(torch.int32)).to(torch.uint16)
    return (255 - pixels) if pixels.dtype == torch.uint8 else 1 - pixels


def brightest_channel(pixels: Tensor) -> Tensor:
    """(H, W) the largest channel."""
    return _wide(pixels).amax(dim=2).to(pixels.dtype)


def lookup(pixels: Tensor, table: Array) -> Tensor:
    """Every level replaced by its entry in the table."""
    entries = torch.from_numpy(table).to(pixels.device)
    levels = pixels.to(torch.int64)
    if table.ndim == 1:
        return entries[levels]
    return torch.stack([entries[levels[..., c], c] for c in range(table.shape[1])], dim=-1)


def as_depth(pixels: Tensor, depth: Depth) -> Tensor:
    """Another depth, rounded to nearest."""
    name = depth_of(pixels)
    if name == depth:
        return pixels
    scaled = pixels.to(torch.float32) * (WHITE[depth] / WHITE[name])
    return (
        scaled if depth == "float32" else scaled.round_().clamp_(0, WHITE[depth]).to(DTYPES[depth])
    )


def repeat_channel(mask: Tensor) -> Tensor:
    """(H, W, 3) of an (H, W) mask."""
    return mask.unsqueeze(2).expand(-1, -1, 3)


def extent(mask: Tensor) -> Region | None:
    """The whole mask."""
    return Region(0, 0, mask.shape[1], mask.shape[0])


def patched(pixels: Tensor, region: Region, part: Tensor) -> Tensor:
    """A copy with another part in the region."""
    copy = pixels.clone()
    region.of(copy)[:] = part
    return copy


def filled(pixels: Tensor, level: float) -> Tensor:
    """One level everywhere."""
    value = level * WHITE[depth_of(pixels)]
    return torch.full_like(pixels, value if pixels.dtype == torch.float32 else round(value))


def black(like: Tensor, shape: tuple[int, ...], depth: Depth) -> Tensor:
    """A black picture."""
    return torch.zeros(shape, dtype=DTYPES[depth], device=like.device)


def add_into(pixels: Tensor, region: Region, part: Tensor) -> None:
    """Add to a region in place."""
    there = region.of(pixels)
    there[:] = add(there, part, 1.0)


def subtract_from(pixels: Tensor, region: Region, part: Tensor) -> None:
    """Subtract from a region in place."""
    there = region.of(pixels)
    there[:] = subtract(there, part)


def copied(pixels: Tensor) -> Tensor:
    """A copy."""
    return pixels.clone()


def quantile(mask: Tensor, share: float) -> int:
    """The level that a share does not exceed."""
    counted = torch.bincount(mask.reshape(-1).to(torch.int64), minlength=256).cumsum(0)
    return int((counted < share * mask.numel()).sum())
