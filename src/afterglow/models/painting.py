"""What is to be painted, and the sizes and tiles in which it is done: numbers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

ModelName: TypeAlias = Literal["sd15", "sdxl"]
"""Stable Diffusion 1.5, trained at 512 pixels, or XL, trained at 1024."""
Refine: TypeAlias = Literal["tiles", "resample"]
"""How a painted picture grows: it is painted over again in tiles, or only resampled."""
Tell: TypeAlias = Callable[[str, int, int], None]
"""Is told what is being done, and how many of how many steps of it are; may raise to stop it."""

WHOLE = 8
"""Pixels: sides that the models take are multiples of it."""
_LONGEST = 4
"""Short sides that a picture is long at most; a longer one is painted with a shorter short side."""
_OVERLAP = 4
"""A tile shares one part in so many of its side with the next one."""


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """A picture to paint over, and with what."""

    picture: NDArray[np.uint8]
    """(H, W, 3) uint8 RGB; what comes out has its size."""
    prompt: str
    """What shall be seen."""
    negative: str = ""
    """What shall not be seen."""
    model: ModelName = "sd15"
    """Which model paints."""
    mask: NDArray[np.uint8] | None = None
    """(H, W) 255 where it is painted over, from 128 on; everywhere without one."""
    depth: NDArray[np.float32] | None = None
    """(H, W) 0 far to 1 near: the layout that is kept, by a ControlNet."""
    hold: float = 0.8
    """How strongly the depth is heeded, 0 to 1."""
    strength: float = 0.95
    """Share of the steps that are made, 0 to 1: with fewer, more of the picture shows through."""
    steps: int = 30
    """Steps of the whole way from noise to a picture."""
    guidance: float = 7.5
    """How closely the prompt is followed."""
    seed: int = 0
    """Where the noise begins."""
    refine: Refine = "tiles"
    """How the picture is brought from the size that the model was trained at to its own."""
    detail: float = 0.3
    """Strength with which tiles are painted over again, 0 to 1."""
    aspect: float = 1.0
    """Width of a pixel over its height."""
    commercial_only: bool = False
    """Use only weights that may be used commercially."""


def trained_size(width: float, height: float, short: int, whole: int = WHOLE) -> tuple[int, int]:
    """Return (width, height) at which a model looks at a picture of this shape, or paints it.

    The short side is ``short`` pixels, and both are multiples of ``whole``; the aspect is kept as
    far as that allows. A picture of more than 4:1 gets ``4 * short`` as its long side.
    """
    scale = min(short / min(width, height), _LONGEST * short / max(width, height))
    wide, high = (max(whole, whole * round(side * scale / whole)) for side in (width, height))
    return wide, high


def whole_size(width: int, height: int) -> tuple[int, int]:
    """Return (width, height): the next multiples of 8."""
    return -(-width // WHOLE) * WHOLE, -(-height // WHOLE) * WHOLE


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of a picture, or what the picture has of one."""

    left: int
    top: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """The lines of the picture that it has."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """The columns of the picture that it has."""
        return slice(self.left, self.left + self.width)

    def of(self, picture: NDArray[Any]) -> NDArray[Any]:
        """Return its part of a picture."""
        return picture[self.rows, self.columns]


def tiles(width: int, height: int, side: int) -> Iterator[Tile]:
    """Yield tiles of a side that cover a picture, evenly spread, each over a part of the next."""
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield Tile(left, top, min(side, width), min(side, height))


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin; the last one ends with the picture."""
    room = length - side
    if room <= 0:
        return [0]
    count = 1 - (-room // (side - side // _OVERLAP))
    return [round(number * room / (count - 1)) for number in range(count)]


def ramps(tile: Tile, width: int, height: int, side: int) -> NDArray[np.float32]:
    """Return (h, w) float32 above 0: the weight of a tile, falling towards tiles beside it."""
    over = side // _OVERLAP
    across = _ramp(tile.left, tile.width, width, over)
    down = _ramp(tile.top, tile.height, height, over)
    return np.outer(down, across).astype(np.float32)


def _ramp(start: int, length: int, whole: int, over: int) -> NDArray[np.float64]:
    place = np.arange(length) + 0.5
    weight = np.ones(length)
    if start > 0:
        weight = np.minimum(weight, place / over)
    if start + length < whole:
        weight = np.minimum(weight, (length - place) / over)
    return weight
