"""Tensors moved and scaled: see afterglow.ops.geometry."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from afterglow.ops.halves import Array
from afterglow.ops.kernels import area_weights, interpolation_weights, linear_weights, shift_kernel
from afterglow.ops.tensor.neighbours import correlated, extended, inside
from afterglow.ops.tensor.numbers import picture, planes, white_of

_STEPS = 32
"""Positions of a pixel that OpenCV's warp tells apart."""
_FINE = 1024
"""Steps in which it adds up the position along a row and a column."""


def translate(pixels: Tensor, dx: float, dy: float, border: str, interpolation: str) -> Tensor:
    """See afterglow.ops.geometry.translate."""
    numbers = planes(pixels)
    for axis, shift in ((2, dx), (1, dy)):
        whole, kernel = shift_kernel(shift, interpolation)
        reach = len(kernel) // 2
        length = numbers.shape[axis] + len(kernel) - 1
        wide = extended(numbers, axis, -whole - reach, length, border)
        numbers = correlated(wide, axis, kernel.tolist())
    return picture(numbers, pixels)


def warp(
    pixels: Tensor, matrix: Array, size: tuple[int, int], interpolation: str, border: str
) -> Tensor:
    """See afterglow.ops.geometry.warp."""
    numbers = planes(pixels)
    x, y = _positions(matrix, size, pixels.device)
    table = _weight_table(interpolation, pixels.device)
    x_weights, y_weights = table[x % _STEPS], table[y % _STEPS]
    reach = table.shape[1] // 2
    x, y = x.div(_STEPS, rounding_mode="floor"), y.div(_STEPS, rounding_mode="floor")
    total = torch.zeros_like(numbers[:, :1, :1]).expand(-1, size[1], size[0]).clone()
    for down in range(2 * reach):
        row, row_weight = y + (down + 1 - reach), y_weights[..., down]
        for across in range(2 * reach):
            column = x + (across + 1 - reach)
            weight = row_weight * x_weights[..., across]
            total += _samples(numbers, column, row, border) * weight
    return picture(total, pixels)


def white_mask(pixels: Tensor) -> Tensor:
    """(H, W) white, in the type of the picture."""
    return torch.full(
        tuple(pixels.shape[:2]), white_of(pixels), dtype=pixels.dtype, device=pixels.device
    )


def resize(pixels: Tensor, width: int, height: int) -> Tensor:
    """See afterglow.ops.geometry.resize."""
    rows, columns = pixels.shape[:2]
    down = _resize_table(rows, height, pixels.device)
    across = _resize_table(columns, width, pixels.device)
    return picture(down @ planes(pixels) @ across.T, pixels)


def halved(pixels: Tensor) -> Tensor:
    """See afterglow.ops.opencv.geometry.halved."""
    wide = pixels if pixels.dtype == torch.float32 else pixels.to(torch.int32)
    rows = wide[0::2] + wide[1::2]
    total = rows[:, 0::2] + rows[:, 1::2]
    mean = total / 4 if pixels.dtype == torch.float32 else (total + 2) // 4
    return mean.to(pixels.dtype)


def resampled(pixels: Tensor, width: int, height: int) -> Tensor:
    """See afterglow.ops.opencv.geometry.resampled."""
    rows, columns = pixels.shape[:2]
    down = _linear_table(rows, height, pixels.device)
    across = _linear_table(columns, width, pixels.device)
    return picture(down @ planes(pixels) @ across.T, pixels)


def _positions(matrix: Array, size: tuple[int, int], device: torch.device) -> tuple[Tensor, Tensor]:
    """Where each pixel of the result comes from, in 32nds of a pixel: x and y, (H, W) int64."""
    whole = np.linalg.inv(np.vstack((matrix, (0, 0, 1))))[:2]
    columns = torch.arange(size[0], device=device, dtype=torch.float64)
    rows = torch.arange(size[1], device=device, dtype=torch.float64)
    found = []
    for a, b, c in whole.tolist():
        along = (columns * (a * _FINE)).round()
        down = ((rows * b + c) * _FINE).round() + _FINE // _STEPS // 2
        fine = (down.unsqueeze(1) + along).to(torch.int64)
        found.append(fine.div(_FINE // _STEPS, rounding_mode="floor"))
    return found[0], found[1]


def _samples(numbers: Tensor, x: Tensor, y: Tensor, border: str) -> Tensor:
    """(C, H, W) the samples at whole positions."""
    height, width = numbers.shape[1:]
    flat = inside(y, height, border) * width + inside(x, width, border)
    found = numbers.reshape(len(numbers), -1)[:, flat.reshape(-1)].reshape(-1, *x.shape)
    if border == "constant":
        found = found * ((x >= 0) & (x < width) & (y >= 0) & (y < height))
    return found


@lru_cache(maxsize=16)
def _weight_table(interpolation: str, device: torch.device) -> Tensor:
    """(32, taps): weights for each of the positions between two pixels."""
    first = interpolation_weights(0.5, interpolation)
    table = np.zeros((_STEPS, len(first)))
    table[0, len(first) // 2 - 1] = 1
    for step in range(1, _STEPS):
        table[step] = interpolation_weights(step / _STEPS, interpolation)
    return torch.from_numpy(table.astype(np.float32)).to(device)


@lru_cache(maxsize=16)
def _resize_table(old: int, new: int, device: torch.device) -> Tensor:
    """(new, old): the share of each old sample in each new one."""
    if new >= old:
        return _linear_table(old, new, device)
    return torch.from_numpy(area_weights(old, new).astype(np.float32)).to(device)


@lru_cache(maxsize=16)
def _linear_table(old: int, new: int, device: torch.device) -> Tensor:
    """(new, old): the share of the two nearest old samples in each new one."""
    return torch.from_numpy(linear_weights(old, new).astype(np.float32)).to(device)
