"""How a pipeline of several networks is laid out in the memory that is free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Layout: TypeAlias = Literal["whole", "sliced", "offloaded", "streamed"]
"""All of it on the GPU; the same with attention and decoder in slices; each network only while
it computes; each layer only while it computes."""

PIXEL = 2600
"""Bytes of a pixel that networks of half precision work with at most, attention not sliced."""
SLICED = 900
"""The same with attention and decoder in slices."""
_SPARE = 1.1
"""Factor for what a GPU loses between the blocks of its memory."""


def layout_for(free: int, networks: Mapping[str, int], pixels: int) -> Layout:
    """Return the fastest layout for which the memory suffices.

    free: bytes of the GPU. networks: bytes of each network's weights as they will lie there.
    pixels: of the largest picture that is painted.
    """
    every, largest = sum(networks.values()), max(networks.values(), default=0)
    if free >= _SPARE * (every + PIXEL * pixels):
        return "whole"
    if free >= _SPARE * (every + SLICED * pixels):
        return "sliced"
    if free >= _SPARE * (largest + SLICED * pixels):
        return "offloaded"
    return "streamed"
