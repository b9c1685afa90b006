"""The three small networks that find faces and their points, ready to be asked about a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import ModelError
from afterglow.models.loading import loaded
from afterglow.models.networks import Network, planes_of, require_picture

Asked: TypeAlias = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Takes a picture (S, S, 3) uint8 RGB, gives two flat arrays of numbers."""

SIDES = {"face-detection": 128, "face-landmarks": 192, "iris-landmarks": 64}
"""Pixels along a side of the square picture that a network takes."""

_GIVES = {
    "face-detection": (896 * 16, 896),
    "face-landmarks": (468 * 3, 1),
    "iris-landmarks": (71 * 3, 5 * 3),
}
"""How many numbers a network gives, in this order."""


class FaceNetworks(NamedTuple):
    """The networks, open."""

    detector: Asked
    """128 x 128: 896 boxes of 16 numbers, and the score of each, before the sigmoid."""
    mesh: Asked
    """192 x 192: 468 points (x, y, z) in pixels, and whether it is a face, before the sigmoid."""
    iris: Asked
    """64 x 64 about the eye on the left of a picture: 71 points of its surroundings and 5 of the
    iris, (x, y, z) in pixels."""


Opener: TypeAlias = Callable[[], AbstractContextManager[FaceNetworks]]
"""Loads the networks anew each time; leaving lets them go."""


def face_networks(*, commercial_only: bool = False) -> Opener:
    """The three networks, loaded when they are opened.

    Opening raises ModelError where weights are not here or not as locked.
    """
    return partial(_opened, commercial_only)


@contextmanager
def _opened(commercial_only: bool) -> Iterator[FaceNetworks]:
    with ExitStack() as stack:
        asked = []
        for name, side in SIDES.items():
            network = stack.enter_context(loaded(name, commercial_only=commercial_only))
            require_picture(name, network, side, side)
            asked.append(partial(_asked, name, network, side))
        yield FaceNetworks(*asked)


def _asked(
    name: str, network: Network, side: int, picture: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a network says of a picture (S, S, 3) uint8 RGB: its two outputs, flat."""
    planes = planes_of(picture, side, side)
    if name == "face-detection":
        planes = planes * np.float32(2) - np.float32(1)
    found = network(**dict.fromkeys(network.inputs, planes))
    return _sorted(name, list(found.values()))


def _sorted(
    name: str, found: list[NDArray[Any]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The outputs by how many numbers they have, which tells them apart."""
    sizes = _GIVES[name]
    by_size = {each.size: each.reshape(-1) for each in found}
    if not by_size.keys() >= set(sizes):
        raise ModelError(f"the model {name} gives {sorted(by_size)} numbers, not {sizes}")
    one, two = (cast(NDArray[np.float32], by_size[size]) for size in sizes)
    return one, two
