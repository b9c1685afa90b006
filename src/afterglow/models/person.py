"""The two small networks that find people, ready to be asked about a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import ModelError
from afterglow.models.loading import loaded
from afterglow.models.networks import Network, planes_of, require_picture
from afterglow.models.store import open_store

Asked = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Takes a picture (H, W, 3) uint8 RGB, gives where people are: (H, W) float32, 0 to 1."""

Opener = Callable[[], AbstractContextManager[Asked]]
"""Loads a network of its own each time; leaving lets it go."""

LANDSCAPE = (256, 144)
"""Width and height in pixels of what the landscape network takes."""

SQUARE = (256, 256)
"""Width and height in pixels of what the square network takes."""

_SIZES = {"person-landscape": LANDSCAPE, "person-square": SQUARE}


def person_networks(*, commercial_only: bool = False) -> tuple[Opener, Opener]:
    """The landscape network and the square one, each loaded when it is opened.

    Opening raises ModelError where its weights are not here or not as locked.
    """
    landscape, square = (
        partial(_opened, name, size, commercial_only) for name, size in _SIZES.items()
    )
    return landscape, square


def require_person(*, commercial_only: bool = False) -> None:
    """Raise ModelError unless both networks are here and may be used; nothing is hashed yet."""
    store = open_store()
    for name in _SIZES:
        store.find(name, commercial_only=commercial_only)


@contextmanager
def _opened(name: str, size: tuple[int, int], commercial_only: bool) -> Iterator[Asked]:
    with loaded(name, commercial_only=commercial_only) as network:
        require_picture(name, network, *size)
        yield partial(_asked, name, network, size)


def _asked(
    name: str, network: Network, size: tuple[int, int], picture: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Where people are in a picture (H, W, 3) uint8 RGB of the size: (H, W) float32, 0 to 1."""
    width, height = size
    planes = planes_of(picture, width, height)
    found = network(**dict.fromkeys(network.inputs, planes))[network.outputs[0]]
    if found.size != height * width:
        raise ModelError(f"the model {name} gives {found.size / height / width:g} mattes, not one")
    return cast(NDArray[np.float32], found.reshape(height, width).clip(0, 1))
