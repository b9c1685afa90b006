"""Pictures between main memory and a tensor's device."""

from __future__ import annotations

import numpy as np
import torch

from afterglow.ops.halves import Array


def array_of(picture: torch.Tensor) -> Array:
    """A copy of the tensor in main memory."""
    copied: Array = picture.detach().cpu().numpy()
    return copied


def beside(array: Array, picture: torch.Tensor) -> torch.Tensor:
    """A copy of the array on the tensor's device."""
    return torch.from_numpy(np.ascontiguousarray(array)).to(picture.device)
