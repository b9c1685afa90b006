"""Light and levels of tensors, computed: see afterglow.ops.colour."""

from __future__ import annotations

import torch
from torch import Tensor

from afterglow.ops.halves import WHITE, depth_of
from afterglow.ops.standards import check_transfer, light_of, luma_weights, signal_of
from afterglow.ops.tensor.numbers import levels, stored, white_of


def to_linear(pixels: Tensor, transfer: str, depth: str) -> Tensor:
    """See afterglow.ops.colour.to_linear."""
    check_transfer(transfer, uint16_light=depth == "uint16")
    light: Tensor = light_of(to_float(pixels).clamp(0, 1), transfer, torch)
    return from_float(light.clamp_(0, 1), depth)


def to_display(linear: Tensor, transfer: str, depth: str) -> Tensor:
    """See afterglow.ops.colour.to_display."""
    check_transfer(transfer, uint16_light=linear.dtype == torch.uint16)
    signal: Tensor = signal_of(to_float(linear).clamp(0, 1), transfer, torch)
    return from_float(signal.clamp_(0, 1), depth)


def luma(pixels: Tensor, matrix: str) -> Tensor:
    """See afterglow.ops.colour.luma."""
    red, green, blue = levels(pixels).unbind(-1)
    r, g, b = luma_weights(matrix)
    return stored(red * r + green * g + blue * b, depth_of(pixels))


def to_float(pixels: Tensor) -> Tensor:
    """See afterglow.ops.colour.to_float."""
    if pixels.dtype == torch.float32:
        return pixels
    return levels(pixels) * (1 / white_of(pixels))


def from_float(pixels: Tensor, depth: str) -> Tensor:
    """See afterglow.ops.colour.from_float."""
    return pixels if depth == "float32" else stored(pixels * WHITE[depth], depth)


def in_depth(pixels: Tensor, depth: str) -> Tensor:
    """The picture in another depth, scaled from white to white."""
    return pixels if depth_of(pixels) == depth else from_float(to_float(pixels), depth)
