"""Pictures on their way between frames and networks, arrays and tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.models.networks import Network
from afterglow.ops.halves import Array

if TYPE_CHECKING:
    import torch

    from afterglow.frames import Pixels


def array_for_network(pixels: Pixels) -> NDArray[np.float32]:
    """(1, 3, H, W) float32, 0-1, in main memory; pixels: ``(H, W, 3)`` uint8 or uint16 RGB."""
    picture = ops.to_float(ops.array_of(pixels))
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None])


def tensor_for_network(pixels: Pixels, device: str) -> torch.Tensor:
    """(1, 3, H, W) float32, 0-1, on a device; pixels: ``(H, W, 3)`` uint8 or uint16 RGB."""
    import torch

    picture = torch.from_numpy(pixels) if isinstance(pixels, np.ndarray) else pixels
    return ops.to_float(picture.to(device)).permute(2, 0, 1)[None].contiguous()


def alpha_of(matte: Array | torch.Tensor) -> NDArray[np.float32]:
    """(H, W) float32, 0-1, in main memory, of a matte with sides of length 1 before it."""
    plain = ops.array_of(matte) if isinstance(matte, np.ndarray) else ops.array_of(matte.float())
    return np.clip(plain.reshape(plain.shape[-2:]), 0, 1).astype(np.float32, copy=False)


def foreground_of(picture: Array | torch.Tensor, pixels: Pixels) -> Pixels:
    """(H, W, 3) RGB in the type and place of a frame's pixels, of a network's (1, 3, H, W) 0-1."""
    depth = ops.depth_of(pixels)
    if isinstance(picture, np.ndarray):
        levels = ops.from_float(np.ascontiguousarray(picture[0].transpose(1, 2, 0)), depth)
        return cast("Pixels", ops.beside(levels, pixels))
    told: Any = ops.from_float(picture[0].float().permute(1, 2, 0).contiguous(), depth)
    return ops.array_of(told) if isinstance(pixels, np.ndarray) else told.to(pixels.device)


def say_where(network: Network, entry: str, device: str, say: Callable[[str], None] | None) -> None:
    """Say that a network runs on the CPU where it was meant for a GPU."""
    if say is not None and device != "cpu" and network.device == "cpu":
        say(f"{entry} runs on the CPU: this onnxruntime has no CUDA (pip install onnxruntime-gpu)")
