"""LaMa: a network that invents what a hole may have held, from all of the picture around it.

Suvorov et al., "Resolution-robust large mask inpainting with Fourier convolutions" (WACV 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from afterglow.models.loading import loaded

NAME = "big-lama"
"""Its entry in models.lock."""
_STEP = 8
"""Pixels: sides that the network takes are multiples of it."""


@contextmanager
def lama(
    device: str, *, commercial_only: bool = False
) -> Iterator[Callable[[NDArray[Any], NDArray[np.uint8]], NDArray[Any]]]:
    """Load the network and give what fills holes with it; leaving lets it go.

    Raises:
        ModelError: it is not here, not as locked, or may not be used.
        DeviceError: its memory does not suffice.
    """
    with loaded(NAME, device, commercial_only=commercial_only) as network:
        yield partial(filled, network, device)


def filled(
    network: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    device: str,
    pixels: NDArray[Any],
    holes: NDArray[np.uint8],
) -> NDArray[Any]:
    """Return the picture with its holes filled; all other pixels stay as they are.

    network: takes (1, 3, h, w) float32 RGB 0-1 and (1, 1, h, w) 1 in the holes, with sides that are
        multiples of 8; gives (1, 3, h, w) RGB 0-1.
    pixels: (H, W, 3) RGB, uint8 or uint16. holes: (H, W) 255 where nothing is known.
    """
    height, width = holes.shape
    white = 255 if pixels.dtype == np.uint8 else 65535
    picture = _padded(pixels.astype(np.float32) / np.float32(white)).transpose(2, 0, 1)
    mask = _padded((holes > 0).astype(np.float32))[None]
    with torch.inference_mode():
        given = [torch.from_numpy(np.ascontiguousarray(each))[None] for each in (picture, mask)]
        found = network(*(each.to(device) for each in given))[0].float().cpu().numpy()
    levels = np.clip(found.transpose(1, 2, 0)[:height, :width], 0, 1) * white
    made = np.rint(levels).astype(pixels.dtype)
    return np.where(holes[..., None] > 0, made, pixels)


def _padded(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture, mirrored at its right and lower edge up to the next sides that are taken."""
    margins = [(0, -side % _STEP) for side in picture.shape[:2]]
    return np.pad(picture, margins + [(0, 0)] * (picture.ndim - 2), mode="symmetric")
