"""The path of a camera over a picture of one size: matrices, and how close it must be.

A place (x, y) at the inverse distance q is seen at K (R + q t (0, 0, 1)) K^-1 (x, y, 1): for one q
this is a homography (R. Hartley and A. Zisserman, Multiple View Geometry, 2nd ed., section 13.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from afterglow.effects.style.camera.moves import View, eased, view_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.analysis.parallax import Source
    from afterglow.effects.style.camera.moves import Ease, Move

    Matrix: TypeAlias = NDArray[np.float64]
    Floats: TypeAlias = NDArray[np.float32]

FLAT = (1.0,)
"""Inverse distances of a scene of which nothing is known: all stands where the camera looks."""
_FOCAL = 1.1
"""Distance of the lens over the longer side: 49 degrees from side to side."""
_MIDDLE = 0.7
"""Depth, 0 far to 1 near, of what the camera looks at: subjects are near."""
_RELIEF = 0.37
"""Inverse distance between the farthest and the nearest, that of the middle being 1."""
_LOOKS = 33
"""Moments at which it is asked how close a move must be."""
_ROUNDS = 8
"""Rounds in which a crane's rise and the closeness that it needs are found."""
_CLOSEST = 8.0


def inverse_distance(depth: Floats) -> Floats:
    """Return the inverse distance of depths, 0 far to 1 near: 1 where the camera looks."""
    return np.asarray(1 + _RELIEF * (depth - _MIDDLE), np.float32)


def relief() -> tuple[float, ...]:
    """Return the inverse distances of the farthest, the middle and the nearest."""
    far, near = inverse_distance(np.array([0, 1], np.float32)).tolist()
    return far, 1.0, near


@dataclass(frozen=True, slots=True)
class Path:
    """A camera's way over pictures of one size."""

    move: Move
    """What the camera does."""
    amount: float
    """How much of it."""
    ease: Ease
    """How its pace changes."""
    size: tuple[int, int]
    """(width, height) of the pictures."""
    closer: float
    """Factor on the scale, 1 or more, with which nothing beyond the edge is ever seen."""

    def view(self, way: float) -> View:
        """Return where the camera is after a share of its time, 0 to 1."""
        lens = _FOCAL * max(self.size)
        tallness = max(self.size[1] - 1, 0) / lens / self.closer
        return view_at(self.move, self.amount, eased(way, self.ease), tallness)

    def matrix(self, way: float) -> Matrix:
        """Return (3, 3): where the pixels of a flat picture go."""
        return matrix_of(self.view(way), self.size, self.closer)

    def source(self, way: float) -> Source:
        """Return what tells where a place comes from, by its depth of 0 far to 1 near."""
        view = self.view(way)
        outer, inner = _lens(self.size), _frame(view, self.size, self.closer)
        back = view.turn.T @ np.linalg.inv(inner)
        travel = view.turn.T @ view.travel

        def found(places: Floats, depth: Floats) -> Floats:
            ray = places.astype(np.float64) @ back[:, :2].T + back[:, 2]
            q = inverse_distance(depth).astype(np.float64)
            share = q * ray[..., 2] / (1 + q * travel[2])
            place = (ray - share[..., None] * travel) @ outer.T
            return np.asarray(place[..., :2] / place[..., 2:], np.float32)

        return found

    def sway(self) -> float:
        """Return the pixels that the nearest moves against the farthest, at most."""
        far, _, near = relief()
        corners, most = _corners(self.size), 0.0
        for way in (0.0, 1.0):
            ends = [_seen(self._matrix_at(way, q), corners) for q in (far, near)]
            most = max(most, float(np.abs(ends[0] - ends[1]).max()))
        return most

    def _matrix_at(self, way: float, q: float) -> Matrix:
        return matrix_of(self.view(way), self.size, self.closer, q)


@lru_cache(maxsize=16)
def path_of(
    move: Move,
    amount: float,
    ease: Ease,
    size: tuple[int, int],
    distances: tuple[float, ...] = FLAT,
) -> Path:
    """Return the path, as close as it must be for a scene of these inverse distances."""
    path = Path(move, amount, ease, size, 1.0)
    for _ in range(_ROUNDS if move == "crane" else 1):
        closer = _closeness(path, distances)
        path = Path(move, amount, ease, size, closer)
    return path


def matrix_of(view: View, size: tuple[int, int], closer: float, q: float = 1.0) -> Matrix:
    """Return (3, 3): where the places of a picture go that lie at an inverse distance."""
    scene = view.turn + np.outer(q * view.travel, (0.0, 0.0, 1.0))
    matrix = _frame(view, size, closer) @ scene @ np.linalg.inv(_lens(size))
    return np.asarray(matrix / matrix[2, 2])


def _closeness(path: Path, distances: Sequence[float]) -> float:
    """The least scale at which no view shows what lies beyond the picture's edge."""
    ways = np.linspace(0, 1, _LOOKS)
    views = [view_at(path.move, path.amount, float(way), _tall(path)) for way in ways]
    least, most = 1.0, _CLOSEST
    if _within(views, path.size, least, distances):
        return least
    for _ in range(40):
        middle = (least + most) / 2
        inside = _within(views, path.size, middle, distances)
        least, most = (least, middle) if inside else (middle, most)
    return most


def _tall(path: Path) -> float:
    return max(path.size[1] - 1, 0) / (_FOCAL * max(path.size)) / path.closer


def _within(
    views: Sequence[View], size: tuple[int, int], closer: float, distances: Sequence[float]
) -> bool:
    """Whether every frame's corners come from inside of the picture."""
    corners = _corners(size)
    edge = np.array(size) - 1 + 1e-6
    for view in views:
        for q in distances:
            back: Matrix = np.asarray(np.linalg.inv(matrix_of(view, size, closer, q)), np.float64)
            places = _seen(back, corners)
            if (places < -1e-6).any() or (places > edge).any():
                return False
    return True


def _corners(size: tuple[int, int]) -> Matrix:
    """(4, 2) the middles of the corner pixels."""
    right, bottom = size[0] - 1.0, size[1] - 1.0
    return np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]])


def _seen(matrix: Matrix, places: Matrix) -> Matrix:
    """(n, 2) where places go."""
    gone = np.column_stack((places, np.ones(len(places)))) @ matrix.T
    return np.asarray(gone[:, :2] / gone[:, 2:])


def _lens(size: tuple[int, int]) -> Matrix:
    """(3, 3) from directions to the places of a picture."""
    focal = _FOCAL * max(size)
    return np.array([[focal, 0, (size[0] - 1) / 2], [0, focal, (size[1] - 1) / 2], [0, 0, 1]])


def _frame(view: View, size: tuple[int, int], closer: float) -> Matrix:
    """(3, 3) from directions to the places of the frame: with its scale and its shift."""
    lens = _lens(size)
    lens[:2, :2] *= view.scale * closer
    lens[0, 2] += view.across * (size[0] - 1)
    lens[1, 2] += view.down * (size[1] - 1)
    return lens
