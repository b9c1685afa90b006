"""Tensors looked up between their pixels: see afterglow.ops.sampling."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from afterglow.ops.halves import Array
from afterglow.ops.tensor.neighbours import inside
from afterglow.ops.tensor.numbers import picture, planes

_STEPS = 32
"""Places between two pixels that OpenCV tells apart."""


def interleaved(pixels: Tensor, right: Tensor, below: Tensor, across: Tensor) -> Tensor:
    """See afterglow.ops.opencv.sampling.interleaved."""
    upper = torch.stack((pixels, right), 2).flatten(1, 2)
    lower = torch.stack((below, across), 2).flatten(1, 2)
    return torch.stack((upper, lower), 1).flatten(0, 1)


def bent(pixels: Tensor, nodes: Array, step: int, size: tuple[int, int]) -> Tensor:
    """See afterglow.ops.sampling.bent."""
    numbers = planes(pixels)
    mesh = torch.from_numpy(nodes).to(pixels.device).permute(2, 0, 1).unsqueeze(0)
    places = functional.interpolate(mesh, scale_factor=float(step), mode="bilinear")[0]
    places = places[:, step : step + size[1], step : step + size[0]]
    fine = (places * _STEPS).round().to(torch.int64)
    whole = fine.div(_STEPS, rounding_mode="floor")
    x, y = whole.unbind(0)
    across, down = ((fine - whole * _STEPS).to(torch.float32) / _STEPS).unbind(0)
    upper = _between(numbers, x, y, across)
    lower = _between(numbers, x, y + 1, across)
    return picture(upper + (lower - upper) * down, pixels)


def _between(numbers: Tensor, x: Tensor, y: Tensor, across: Tensor) -> Tensor:
    """(C, H, W) levels of a row between two columns."""
    height, width = numbers.shape[1:]
    row = inside(y, height, "reflect") * width
    left = _taken(numbers, row + inside(x, width, "reflect"))
    right = _taken(numbers, row + inside(x + 1, width, "reflect"))
    return left + (right - left) * across


def _taken(numbers: Tensor, flat: Tensor) -> Tensor:
    return numbers.reshape(len(numbers), -1)[:, flat.reshape(-1)].reshape(-1, *flat.shape)
