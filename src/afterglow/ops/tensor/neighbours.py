"""What lies around a sample: borders, and weighted sums along an axis of (C, H, W) tensors."""

from __future__ import annotations

import torch
from torch import Tensor


def extended(numbers: Tensor, axis: int, start: int, length: int, border: str) -> Tensor:
    """The part of the endless line of samples and border that begins at ``start``."""
    size = numbers.shape[axis]
    at = torch.arange(start, start + length, device=numbers.device)
    part = numbers.index_select(axis, inside(at, size, border))
    if border != "constant":
        return part
    shape = [1] * part.ndim
    shape[axis] = length
    return part * ((at >= 0) & (at < size)).reshape(shape)


def inside(at: Tensor, size: int, border: str) -> Tensor:
    """Positions on a line of ``size`` samples, those outside moved to where their value lies."""
    if border == "reflect" and size > 1:
        period = 2 * (size - 1)
        at = at.remainder(period)
        return torch.where(at < size, at, period - at)
    return at.clamp(0, size - 1)


def correlated(numbers: Tensor, axis: int, weights: list[float]) -> Tensor:
    """Weighted sums of ``len(weights)`` samples in a row: so many samples fewer, less one.

    Plain additions: a convolution on the GPU may round its factors to 10 bits (TF32).
    """
    length = numbers.shape[axis] - len(weights) + 1
    total = numbers.narrow(axis, 0, length) * weights[0]
    for at, weight in enumerate(weights[1:], 1):
        total.add_(numbers.narrow(axis, at, length), alpha=weight)
    return total


def filtered(numbers: Tensor, weights: list[float]) -> Tensor:
    """Both axes filtered by the same odd kernel, mirrored at the edge; (C, H, W)."""
    reach = len(weights) // 2
    for axis in (2, 1):
        wide = extended(numbers, axis, -reach, numbers.shape[axis] + 2 * reach, "reflect")
        numbers = correlated(wide, axis, weights)
    return numbers
