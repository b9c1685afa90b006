"""The choice between the two halves of ops: by the type of the picture, without importing torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Array: TypeAlias = NDArray[Any]
"""A picture in main memory."""
Picture = TypeVar("Picture", bound="Array | torch.Tensor")
"""A picture of either half; the same half comes out."""
Depth: TypeAlias = Literal["uint8", "uint16", "float32"]
"""How a channel is stored; white is 255, 65535 or 1.0."""

WHITE: dict[str, float] = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0}


def depth_of(picture: Array | torch.Tensor) -> Depth:
    """How the channels of a picture of either half are stored."""
    return cast(Depth, str(picture.dtype).removeprefix("torch."))


def half(pixels: Picture, operation: str) -> Callable[..., Picture]:
    """The function ``theme.name`` of the half that computes such a picture.

    Raises:
        TypeError: the picture is neither a NumPy array nor a torch tensor.
    """
    if isinstance(pixels, np.ndarray):
        return _find("opencv", operation)
    if type(pixels).__module__.partition(".")[0] == "torch":
        return _find("tensor", operation)
    raise TypeError(f"a picture is a NumPy array or a torch tensor, not {type(pixels).__name__}")


@cache
def _find(side: str, operation: str) -> Callable[..., Any]:
    theme, _, name = operation.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"afterglow.ops.{side}.{theme}"), name)
    return found
