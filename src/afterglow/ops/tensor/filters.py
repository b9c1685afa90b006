"""Neighbourhoods of tensors: see afterglow.ops.filters."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, pad

from afterglow.ops.halves import depth_of
from afterglow.ops.kernels import gaussian_steps, gaussian_weights, half_widths
from afterglow.ops.tensor.colour import from_float, to_float
from afterglow.ops.tensor.neighbours import extended, filtered
from afterglow.ops.tensor.numbers import picture, planes


def gaussian_blur(pixels: Tensor, sigma: float) -> Tensor:
    """See afterglow.ops.filters.gaussian_blur."""
    if pixels.dtype == torch.uint8:
        weights = (gaussian_steps(sigma) / 256).tolist()
    else:
        weights = gaussian_weights(sigma).tolist()
    return picture(filtered(planes(pixels), weights), pixels)


def box_blur(pixels: Tensor, size: int) -> Tensor:
    """See afterglow.ops.filters.box_blur."""
    return picture(filtered(planes(pixels), [1 / size] * size), pixels)


def laplacian_energy(grey: Tensor, block: int) -> Tensor:
    """See afterglow.ops.filters.laplacian_energy."""
    numbers = planes(to_float(grey)) * 255
    edges = -4 * numbers
    for axis in (1, 2):
        length = numbers.shape[axis]
        wide = extended(numbers, axis, -1, length + 2, "reflect")
        edges += wide.narrow(axis, 0, length) + wide.narrow(axis, 2, length)
    return filtered(edges.square_(), [1 / block] * block)[0]


def dilate(mask: Tensor, radius: int, element: str) -> Tensor:
    """See afterglow.ops.filters.dilate."""
    return picture(_brightest(planes(mask), half_widths(radius, element)), mask)


def erode(mask: Tensor, radius: int, element: str) -> Tensor:
    """See afterglow.ops.filters.erode."""
    return picture(-_brightest(-planes(mask), half_widths(radius, element)), mask)


def smoothstep(pixels: Tensor, low: float, high: float) -> Tensor:
    """See afterglow.ops.filters.smoothstep."""

    t = ((to_float(pixels) - low) / (high - low)).clamp_(0, 1)
    return from_float(t * t * (3 - 2 * t), depth_of(pixels))


def _brightest(numbers: Tensor, widths: list[int]) -> Tensor:
    """The largest value under an element whose rows reach ``widths`` to either side."""
    radius, height = len(widths) // 2, numbers.shape[1]
    pools = {reach: _row_brightest(numbers, reach, radius) for reach in set(widths)}
    best = pools[widths[0]].narrow(1, 0, height)
    for row, reach in enumerate(widths[1:], 1):
        best = torch.maximum(best, pools[reach].narrow(1, row, height))
    return best


def _row_brightest(numbers: Tensor, reach: int, margin: int) -> Tensor:
    pooled = max_pool2d(numbers, (1, 2 * reach + 1), stride=1, padding=(0, reach))
    return pad(pooled, (0, 0, margin, margin), value=float("-inf"))
