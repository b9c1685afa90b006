"""The picture behind the person: its depth, its size, and how far a camera may travel in it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops.halves import Array

if TYPE_CHECKING:
    import torch

MOST_MARGIN = 0.5
"""Largest margin: a backdrop is at most twice as wide and as high as the frame."""
MOST_PIXELS = 20_000_000
"""Largest backdrop, in pixels; a frame that is larger itself gets no margin."""
_FREE = 0.75
"""Share of the margin in which the camera's path is left alone."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera looks, and from where, against the first frame."""

    dx: float = 0.0
    """Pixels of the frame that the whole picture moved to the right."""
    dy: float = 0.0
    """Pixels that it moved down."""
    turn: float = 0.0
    """Degrees that it turned about the middle of the frame, clockwise as seen."""
    zoom: float = 1.0
    """Factor by which it grew about the middle."""
    travel_x: float = 0.0
    """Pixels that the nearest moved to the right against the farthest: the parallax."""
    travel_y: float = 0.0
    """Pixels that the nearest moved down against the farthest."""

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(2, 2) turn and zoom of places counted from the middle."""
        angle = math.radians(self.turn)
        across, down = self.zoom * math.cos(angle), self.zoom * math.sin(angle)
        return np.array([[across, -down], [down, across]])


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """A picture larger than the frame, with the depth of every pixel."""

    picture: Array | torch.Tensor
    """(H, W, 3) uint8 or uint16 RGB; the frame looks at its middle."""
    depth: Array
    """(H, W) float32: 0 farthest, 1 nearest, in steps of parallax (one over the distance)."""

    def __post_init__(self) -> None:
        """Refuse a depth that is not of the picture's size."""
        if tuple(self.picture.shape[:2]) != self.depth.shape:
            raise ValueError(f"depth {self.depth.shape} of picture {tuple(self.picture.shape)}")

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.depth.shape[1], self.depth.shape[0]


def oversized(width: int, height: int, margin: float) -> tuple[int, int]:
    """(width, height), even, of a backdrop with a margin around the frame, within the caps.

    margin: share of the frame's width and height, added on every side.
    """
    room = math.sqrt(MOST_PIXELS / (width * height)) / 2 - 0.5
    share = max(0.0, min(margin, MOST_MARGIN, room))
    wide, high = (math.floor(side * (1 + 2 * share) / 2) * 2 for side in (width, height))
    return max(wide, width), max(high, height)


def margin_for(poses: Iterable[Pose], width: int, height: int) -> float:
    """The least margin in which every view stays inside of the backdrop; no cap is applied."""
    needs = [_needed(pose, width, height) for pose in poses]
    over = [max(x - width / 2, 0) / width for x, _ in needs]
    under = [max(y - height / 2, 0) / height for _, y in needs]
    return max([0.0, *over, *under])


def limited(pose: Pose, size: tuple[int, int], width: int, height: int) -> Pose:
    """The pose, moved less where the view would leave a backdrop of ``size``.

    The first three quarters of the margin are free; from there on the path bends smoothly and
    never reaches the edge. Turn and zoom stay.
    """
    still = replace(pose, dx=0.0, dy=0.0, travel_x=0.0, travel_y=0.0)
    corner = _needed(still, width, height)
    shares = []
    for axis, (shift, travel) in enumerate(_shifts(pose)):
        wanted = _reach(shift, travel)
        room = max(size[axis] / 2 - corner[axis], 0.0) * _least_zoom(pose)
        shares.append(_softened(wanted, room) / wanted if wanted > 0 else 1.0)
    x, y = shares
    return replace(
        pose,
        dx=pose.dx * x, dy=pose.dy * y, travel_x=pose.travel_x * x, travel_y=pose.travel_y * y,
    )  # fmt: skip


def fitted(
    picture: Array, depth: Array | None, width: int, height: int, horizon: float = 0.5
) -> Backdrop:
    """A backdrop of a size, the picture cut to its shape and scaled; a prior where depth lacks.

    picture: (h, w, 3) uint8 or uint16 RGB. depth: (h, w) 0 far .. 1 near, or None.
    horizon: where the horizon lies in the picture, as a share of its height, for the prior.
    """
    rows, columns = picture.shape[:2]
    if depth is None:
        depth = prior_depth(rows, columns, horizon * rows)
    scale = max(width / columns, height / rows)
    matrix = in_the_middle(scale, (columns, rows), (width, height))
    return Backdrop(
        _scaled(picture, matrix, scale, (width, height), "lanczos"),
        _scaled(depth.astype(np.float32), matrix, scale, (width, height), "linear"),
    )


def in_the_middle(
    scale: float, part: tuple[int, int], whole: tuple[int, int]
) -> NDArray[np.float64]:
    """(2, 3) that scales a picture, its middle in the middle of another; sizes: width, height."""
    x, y = ((full - 1) / 2 - scale * (side - 1) / 2 for side, full in zip(part, whole, strict=True))
    return np.array([[scale, 0, x], [0, scale, y]])


def prior_depth(height: int, width: int, horizon: float) -> NDArray[np.float32]:
    """(H, W) float32 0 far .. 1 near of a floor that ends at a wall, for want of a measured depth.

    horizon: line at which the floor would vanish, in pixels from the top. The wall stands where an
    eighth of the floor's height is left, and bends into the floor without an edge.
    """
    line = min(max(horizon, 0.0), height - 2.0)
    floor = (np.arange(height) - line) / (height - 1 - line)
    foot = 0.125
    rise = np.logaddexp(0, (floor - foot) * 24) / 24 / (1 - foot)
    column = np.clip(rise, 0, 1).astype(np.float32)
    return np.ascontiguousarray(np.broadcast_to(column[:, None], (height, width)))


def _scaled(
    pixels: Array, matrix: NDArray[np.float64], scale: float, size: tuple[int, int], by: Any
) -> Array:
    """The picture by a matrix; averaged first where it shrinks, so that nothing shimmers."""
    if scale < 1:
        rows, columns = pixels.shape[:2]
        small = max(1, round(columns * scale)), max(1, round(rows * scale))
        pixels = ops.resize(pixels, *small)
        x, y = ((full - part) / 2 for full, part in zip(size, small, strict=True))
        matrix = np.array([[1, 0, x], [0, 1, y]])
    return ops.warp(pixels, matrix, size=size, interpolation=by, border="reflect")


def _needed(pose: Pose, width: int, height: int) -> tuple[float, float]:
    """Half the width and height of the backdrop that a view looks at."""
    inverse = np.abs(np.linalg.inv(pose.matrix))
    half = inverse @ (width / 2, height / 2)
    x, y = (_reach(shift, travel) / _least_zoom(pose) for shift, travel in _shifts(pose))
    return float(half[0] + x), float(half[1] + y)


def _shifts(pose: Pose) -> tuple[tuple[float, float], tuple[float, float]]:
    return (pose.dx, pose.travel_x), (pose.dy, pose.travel_y)


def _reach(shift: float, travel: float) -> float:
    """Pixels that the far or the near moves, whichever is more."""
    return max(abs(shift), abs(shift + travel))


def _least_zoom(pose: Pose) -> float:
    return min(pose.zoom, 1.0)


def _softened(wanted: float, room: float) -> float:
    """A length that follows ``wanted`` at first and never exceeds ``room``."""
    free = _FREE * room
    if wanted <= free:
        return wanted
    rest = room - free
    return free + rest * (1 - math.exp(-(wanted - free) / rest)) if rest > 0 else room
