"""Backings of one colour for tensors: see afterglow.ops.keying."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from afterglow.ops.halves import Array, depth_of
from afterglow.ops.tensor.colour import from_float, to_float

_RIM = 3**-0.5
"""Height over width of a sector of 120 degrees."""


def despill(pixels: Tensor, along: Array, amount: Array) -> Tensor:
    """See afterglow.ops.keying.despill."""
    light = to_float(pixels)
    across = np.cross(along, np.full(3, 3**-0.5))
    axes = torch.as_tensor(np.stack([along, across]), dtype=light.dtype, device=light.device)
    u, v = (light @ axes.T).unbind(-1)
    excess = (u - v.abs() * _RIM).clamp_(min=0)
    taken = torch.as_tensor(amount, dtype=light.dtype, device=light.device)
    return from_float((light - excess.unsqueeze(-1) * taken).clamp_(min=0), depth_of(pixels))
