"""The small network that finds the points of a body, ready to be asked about a square picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import ModelError
from afterglow.models.loading import loaded
from afterglow.models.networks import Network, planes_of, require_picture

ENTRY = "pose"
"""Its name in models.lock."""
NEEDED: dict[str, tuple[str, ...]] = {ENTRY: ()}
"""What it needs, as ``require_needed`` takes it."""
SIDE = 256
"""Pixels along a side of the square picture that it takes."""
_POINTS, _USED = 39, 35
"""Points that it gives, and those of a body and of where it is."""

Asked: TypeAlias = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], float]]
"""Takes (256, 256, 3) uint8 RGB; gives (35, 3) float32: x and y in pixels, and how surely each is
seen, 0 to 1; and how surely it is a body, 0 to 1."""


@contextmanager
def pose_network(*, commercial_only: bool = False) -> Iterator[Asked]:
    """Hold the network.

    Raises:
        ModelError: it is not here, not as locked, or another one.
    """
    with loaded(ENTRY, commercial_only=commercial_only) as network:
        require_picture(ENTRY, network, SIDE, SIDE)
        yield partial(_asked, network)


def _asked(network: Network, picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """What the network says of a picture."""
    planes = planes_of(picture, SIDE, SIDE)
    found = network(**dict.fromkeys(network.inputs, planes))
    points = next((each for each in found.values() if each.size == _POINTS * 5), None)
    body = next((each for each in found.values() if each.size == 1), None)
    if points is None or body is None:
        raise ModelError(f"the model {ENTRY} gives no {_POINTS} points of a body")
    rows = points.reshape(_POINTS, 5)[:_USED]
    seen = 1 / (1 + np.exp(-np.clip(rows[:, 3], -30, 30)))
    return np.column_stack((rows[:, :2], seen)).astype(np.float32), float(body.reshape(-1)[0])
