"""Tensors of levels to floats and back, and channels brought to the front."""

from __future__ import annotations

import torch
from torch import Tensor

from afterglow.ops.halves import WHITE, depth_of

DTYPES = {"uint8": torch.uint8, "uint16": torch.uint16, "float32": torch.float32}


def white_of(pixels: Tensor) -> float:
    """White in this type: 255, 65535 or 1."""
    return WHITE[depth_of(pixels)]


def levels(pixels: Tensor) -> Tensor:
    """The same numbers as ``float32``."""
    return pixels.to(torch.float32)


def stored(numbers: Tensor, depth: str) -> Tensor:
    """``float32`` levels in another type: clamped and rounded to nearest, floats as they are."""
    if depth == "float32":
        return numbers
    return numbers.round().clamp_(0, WHITE[depth]).to(DTYPES[depth])


def spread(mask: Tensor, like: Tensor) -> Tensor:
    """The mask with an axis for the channels of the picture it goes with."""
    return mask if mask.ndim == like.ndim else mask.unsqueeze(-1)


def planes(pixels: Tensor) -> Tensor:
    """(C, H, W) ``float32`` levels of a picture; one plane of an ``(H, W)`` one."""
    numbers = levels(pixels)
    return numbers.unsqueeze(0) if numbers.ndim == 2 else numbers.permute(2, 0, 1)


def picture(numbers: Tensor, like: Tensor) -> Tensor:
    """(C, H, W) levels back in the type and the order of axes of a picture."""
    whole = numbers.squeeze(0) if like.ndim == 2 else numbers.permute(1, 2, 0)
    return stored(whole.contiguous(), depth_of(like))
