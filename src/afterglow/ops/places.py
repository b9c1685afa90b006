"""From one half of ops to the other: pictures brought into main memory, and back beside others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from afterglow.ops.halves import Array, half

if TYPE_CHECKING:
    import torch


def array_of(picture: Array | torch.Tensor) -> Array:
    """The picture in main memory: itself if it is an array, else a copy of the tensor."""
    if isinstance(picture, np.ndarray):
        return picture
    found: Array = _across(picture, "places.array_of")(picture)
    return found


def beside(array: Array, picture: Array | torch.Tensor) -> Any:
    """The array where ``picture`` lies: itself beside an array, else a tensor on its device."""
    if isinstance(picture, np.ndarray):
        return array
    return _across(picture, "places.beside")(array, picture)


def _across(picture: torch.Tensor, operation: str) -> Callable[..., Any]:
    return half(picture, operation)
