"""Two tensors made one: see afterglow.ops.blend."""

from __future__ import annotations

import torch
from torch import Tensor

from afterglow.ops.halves import depth_of
from afterglow.ops.tensor.colour import in_depth
from afterglow.ops.tensor.numbers import levels, spread, stored, white_of


def multiply(below: Tensor, above: Tensor) -> Tensor:
    """See afterglow.ops.blend.multiply."""
    product = levels(below) * levels(spread(above, below))
    return stored(product / white_of(below), depth_of(below))


def screen(below: Tensor, above: Tensor) -> Tensor:
    """See afterglow.ops.blend.screen."""
    white = white_of(below)
    dark = white - levels(below).clamp(0, white)
    dark = dark * (white - levels(spread(above, below)).clamp(0, white))
    return stored(white - dark / white, depth_of(below))


def add(below: Tensor, above: Tensor, amount: float) -> Tensor:
    """See afterglow.ops.blend.add."""
    total = torch.add(levels(below), levels(spread(above, below)), alpha=amount)
    return stored(total, depth_of(below))


def gain(pixels: Tensor, factor: float) -> Tensor:
    """See afterglow.ops.blend.gain."""
    return stored(levels(pixels) * factor, depth_of(pixels))


def lerp(below: Tensor, above: Tensor, amount: float | Tensor) -> Tensor:
    """See afterglow.ops.blend.lerp."""
    ground = levels(below)
    change = levels(above) - ground
    if isinstance(amount, Tensor):
        white, depth = white_of(below), depth_of(below)
        mask = levels(in_depth(amount, depth)).clamp(0, white)
        change = change * spread(mask, below) / white
    else:
        change = change * min(max(amount, 0.0), 1.0)
    return stored(ground + change, depth_of(below))


def difference(one: Tensor, other: Tensor, channels: str) -> Tensor:
    """See afterglow.ops.blend.difference."""
    apart = (levels(one) - levels(other)).abs_()
    if apart.ndim == 3:
        apart = apart.mean(-1) if channels == "mean" else apart.amax(-1)
    return stored(apart, depth_of(one))
