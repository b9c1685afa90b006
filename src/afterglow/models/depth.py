"""Depth from one picture: Depth Anything V2, Small (Yang et al., NeurIPS 2024)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.errors import ModelError
from afterglow.models.folders import hushed, read_by_library, read_part
from afterglow.models.loading import loaded
from afterglow.models.painting import trained_size
from afterglow.models.store import Weights

ENTRY = "depth-anything-v2-small"
"""Its name in models.lock."""
NEEDED: dict[str, tuple[str, ...]] = {ENTRY: ("config", "preprocessor_config", "*")}
"""What it needs, as ``require_needed`` takes it."""
_FLAT = 1e-6
"""Range of depths that is none."""


def depth_of(
    picture: NDArray[np.uint8], device: str = "cpu", *, commercial_only: bool = False
) -> NDArray[np.float32]:
    """Return (H, W) float32: 0 at the farthest, 1 at the nearest place; 0 where all is as far.

    It is proportional to the inverse of the distance, up to an unknown shift. The model is held
    only here.

    picture: (H, W, 3) uint8 RGB.

    Raises:
        ModelError: the model is not here, not as locked, cannot be read or may not be used.
        DeviceError: the memory is not enough.
    """
    with depth_network(device, commercial_only=commercial_only) as nearness_of:
        return evened(nearness_of(picture))


@contextmanager
def depth_network(
    device: str = "cpu", *, commercial_only: bool = False, together: bool = False
) -> Iterator[Callable[[NDArray[np.uint8]], NDArray[np.float32]]]:
    """Hold what gives (H, W) float32 for (H, W, 3) uint8 RGB: larger where it is nearer.

    together: whether it may be held beside another model on the same GPU.
    """
    look = Look()
    allowed: Any = {"commercial_only": commercial_only, "together": together}
    with hushed(), loaded(ENTRY, device, reader=partial(_read, look), **allowed) as network:

        def nearness_of(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
            height, width = picture.shape[:2]
            small = _seen(network, look, picture, device)
            large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
            return np.asarray(large, np.float32)

        yield nearness_of


def evened(nearness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return depths from 0, the farthest of all, to 1, the nearest; 0 where all are as far.

    Raises:
        ModelError: they are no numbers.
    """
    low, high = float(nearness.min()), float(nearness.max())
    if not np.isfinite((low, high)).all():
        raise ModelError(f"{ENTRY} gives no depth: its numbers are not finite")
    if high - low <= _FLAT * max(abs(high), 1):
        return np.zeros_like(nearness)
    return (nearness - np.float32(low)) / np.float32(high - low)


@dataclass(slots=True)
class Look:
    """How the network wants its pictures, as its settings say."""

    short: int = 518
    """Pixels of the short side."""
    whole: int = 14
    """Pixels: sides are multiples of it."""
    mean: Sequence[float] = (0.485, 0.456, 0.406)
    """Of the channels, 0-1: taken off."""
    spread: Sequence[float] = (0.229, 0.224, 0.225)
    """Of the channels, 0-1: divided by."""


def _read(look: Look, weights: Weights, device: str) -> Any:
    """The network; ``look`` becomes what its settings say."""
    from transformers import DepthAnythingForDepthEstimation

    with read_by_library(weights):
        told = json.loads(weights.read("preprocessor_config.json"))
        look.short, look.whole = int(told["size"]["height"]), int(told["ensure_multiple_of"])
        look.mean, look.spread = told["image_mean"], told["image_std"]
    network = read_part(DepthAnythingForDepthEstimation, weights, "model", ".")
    return network.eval().to(device)


def _seen(network: Any, look: Look, picture: NDArray[np.uint8], device: str) -> NDArray[np.float32]:
    """(h, w) float32: what the network says of a picture, at the size that it looks at."""
    import torch

    height, width = picture.shape[:2]
    size = trained_size(width, height, look.short, look.whole)
    way = cv2.INTER_AREA if size[0] < width else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(picture, size, interpolation=way), np.float32) / np.float32(255)
    evened = (small - np.array(look.mean, np.float32)) / np.array(look.spread, np.float32)
    planes = torch.from_numpy(np.ascontiguousarray(evened.transpose(2, 0, 1)[None], np.float32))
    with torch.inference_mode():
        found = network(pixel_values=planes.to(device)).predicted_depth[0]
    return np.asarray(found.float().cpu().numpy(), np.float32)
