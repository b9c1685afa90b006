"""Where faces are: the boxes of a short-range detector, in the whole picture, then in parts.

The network (BlazeFace, Bazarevsky et al. 2019) says of 896 places whether a face is near, where
its box lies, and where six of its points are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face.crop import Crop, Points, cut
from afterglow.analysis.face.networks import Asked

SIDE = 128
"""Pixels of the network's picture."""
SCORE = 0.5
"""Least score of a face."""
_OVERLAP = 0.3
"""Share of the union that two boxes of one face have in common."""
_GRIDS = ((16, 2), (8, 6))
"""Cells along a side, and boxes in a cell."""
SHARES = (1.0, 0.5, 0.25, 1 / 6)
"""Sides of the tiles that are looked at when the whole shows no face, of the shorter side."""
_SMALLEST = 96
"""Pixels of the smallest tile that is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A face as the detector sees it."""

    score: float
    """0 to 1."""
    x: float
    """Middle of the box, in pixels of the picture."""
    y: float
    side: float
    """Longer side of the box in pixels."""
    points: Points
    """(6, 2) left eye, right eye, nose, mouth, left ear, right ear, as seen in the picture."""

    def crop(self, larger: float = 1.5) -> Crop:
        """The square about the face, turned to its eyes."""
        across = self.points[1] - self.points[0]
        return Crop(self.x, self.y, self.side * larger, float(np.arctan2(across[1], across[0])))


def found(picture: NDArray[Any], crops: Iterable[Crop], network: Asked) -> list[Detection]:
    """Every face in some squares of a picture (H, W, 3) uint8 or uint16 RGB: the surest first."""
    seen = [face for crop in crops for face in _in(picture, crop, network)]
    return [_nearer(picture, each, network) for each in apart(seen)]


def searches(width: int, height: int, shares: Sequence[float] = SHARES) -> Iterator[list[Crop]]:
    """Where to look for faces: at the whole picture, then at smaller and smaller parts of it.

    shares: sides of these parts, of the picture's shorter side.
    """
    yield [whole(width, height)]
    for share in shares:
        side = min(width, height) * share
        if side >= _SMALLEST and not (share == 1 and width == height):
            yield list(tiles(width, height, side))


def whole(width: int, height: int) -> Crop:
    """The square that holds the whole picture."""
    return Crop((width - 1) / 2, (height - 1) / 2, float(max(width, height)))


def tiles(width: int, height: int, side: float) -> Iterator[Crop]:
    """Squares that cover the picture, half over one another."""
    across, down = (int(np.ceil(2 * (length - side) / side)) + 1 for length in (width, height))
    for y in np.linspace(side / 2, height - side / 2, max(1, down)):
        for x in np.linspace(side / 2, width - side / 2, max(1, across)):
            yield Crop(float(x) - 0.5, float(y) - 0.5, side)


def _nearer(picture: NDArray[Any], face: Detection, network: Asked) -> Detection:
    """The same face, seen larger where it was small, which places it better."""
    again = _in(picture, Crop(face.x, face.y, face.side * 3), network)
    close = [each for each in again if overlap(each, face) > _OVERLAP]
    return max(close, key=lambda each: each.score, default=face)


def _in(picture: NDArray[Any], crop: Crop, network: Asked) -> list[Detection]:
    """The faces in a square of the picture."""
    boxes, scores = network(cut(picture, crop, SIDE))
    sure = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -80, 80)))
    seen = []
    for index in np.flatnonzero(sure >= SCORE):
        pairs = boxes.reshape(-1, 8, 2)[index].astype(np.float64)
        places = crop.to_picture(pairs[[0, *range(2, 8)]] + anchors()[index] - 0.5, SIDE)
        side = float(np.abs(pairs[1]).max()) * crop.side / SIDE
        x, y = (float(each) for each in places[0])
        seen.append(Detection(float(sure[index]), x, y, side, places[1:]))
    return apart(seen)


def apart(seen: list[Detection]) -> list[Detection]:
    """One detection of each face, the surest first."""
    kept: list[Detection] = []
    for each in sorted(seen, key=lambda face: -face.score):
        if all(overlap(each, other) < _OVERLAP for other in kept):
            kept.append(each)
    return kept


def overlap(one: Detection, other: Detection) -> float:
    """Share of the union of two boxes that is in both."""
    sides = [
        max(
            0.0,
            min(a + one.side / 2, b + other.side / 2) - max(a - one.side / 2, b - other.side / 2),
        )
        for a, b in ((one.x, other.x), (one.y, other.y))
    ]
    both = sides[0] * sides[1]
    return both / max(one.side**2 + other.side**2 - both, 1e-9)


@cache
def anchors() -> Points:
    """(896, 2) the places that the network's boxes are counted from, in its pixels."""
    made: list[Points] = []
    for cells, boxes in _GRIDS:
        steps = (np.arange(cells) + 0.5) * SIDE / cells
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        made.append(np.repeat(grid, boxes, axis=0))
    return np.concatenate(made)
