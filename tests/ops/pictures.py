"""Pictures to compare the halves of ops on: noise, edges, ramps and the ends of the scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Picture = NDArray[Any]
HEIGHT, WIDTH = 47, 66


def noise(seed: int = 0, shape: tuple[int, ...] = (HEIGHT, WIDTH, 3)) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def edges() -> Picture:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:, WIDTH // 2 :] = (255, 128, 0)
    picture[HEIGHT // 3 : HEIGHT // 2, 5:40] = 255
    return picture


def ramp() -> Picture:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    levels = np.stack((x * 255 / (WIDTH - 1), y * 255 / (HEIGHT - 1), (x + y) % 256), axis=-1)
    return np.rint(levels).astype(np.uint8)


PICTURES = {"noise": noise(), "edges": edges(), "ramp": ramp(), "white": np.full_like(noise(), 255)}


def in_depth(picture: Picture, depth: str) -> Picture:
    """An 8-bit picture, with detail below its steps where the depth has room for that."""
    if depth == "uint8":
        return picture
    deep = picture.astype(np.uint16) * 257
    deep[::2] -= np.minimum(deep[::2], 100)
    return deep if depth == "uint16" else (deep / 65535).astype(np.float32)


def tensor(picture: Any) -> Any:
    return torch.from_numpy(picture.copy()) if isinstance(picture, np.ndarray) else picture


def apart(one: Any, other: Any) -> float:
    """Largest difference in 8-bit levels of two pictures of the same type, arrays or tensors."""
    one, other = (p.cpu().numpy() if isinstance(p, torch.Tensor) else p for p in (one, other))
    assert one.shape == other.shape
    assert one.dtype == other.dtype
    level = {"uint8": 1.0, "uint16": 257.0, "float32": 1 / 255}[one.dtype.name]
    return float(np.abs(one.astype(np.float64) - other.astype(np.float64)).max() / level)
