"""Least squares over the paths of points, in which those that stray lose their say.

Places are complex, so that turn and zoom are one factor: q = z p + d.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.shot.points import Flags, Places

Reals = NDArray[np.float64]

NOISE = 0.12
"""Pixels by which a point is followed wrongly in any case."""
_AGREEING = 0.35
"""Share of the points, if fewer stray than the rest, by which straying is measured."""
_STRAYING = 2.5
"""That straying, times this, costs a point most of its say."""
_QUICK_ROUNDS, _PLANE_ROUNDS = 4, 4
"""Times that motion and say are found in turn, for a single frame and for a single plane."""
_STRAY = 20.0
"""Pixels above which it makes no difference how far a point strays."""


def fitted(points: Places, seen: Places, found: Flags, likely: Flags) -> tuple[complex, complex]:
    """Turn and shift that most points made.

    points, seen: (n,). found: (n,) which of them count. likely: (n,) those that are asked first.
    """
    weight, say = found.astype(np.float64), (found & likely).astype(np.float64)
    place = max(0, int(_AGREEING * np.count_nonzero(found)) - 1)
    for _ in range(_QUICK_ROUNDS):
        share = say / say.sum()
        middle, there = share @ points, share @ seen
        around = points - middle
        turn = (share * np.conj(around)) @ seen / (share @ (np.abs(around) ** 2) + 1e-9)
        shift = there - turn * middle
        left = np.where(found, np.abs(seen - turn * points - shift), np.inf)
        scale = max(_STRAYING * float(np.partition(left, place)[place]), NOISE)
        say = weight / (1 + (left / scale) ** 2) ** 2
    return complex(turn), complex(shift)


def solved(
    points: Places, seen: Places, weight: Reals, near: Reals | None, rounds: int
) -> tuple[Places, Places, Places]:
    """(frames,) turn, shift and parallax: weighted least squares, departures losing their say."""
    columns = [points, np.ones_like(points)] + ([] if near is None else [near + 0j])
    a: Places = np.stack(columns).astype(np.complex128)
    say = weight
    for turn_of in range(rounds):
        found = _least_squares(a, seen, say)
        if turn_of < rounds - 1:
            say = weight * _say(np.abs(seen - found @ a), weight)
    found[~(weight > 0).any(axis=1)] = np.eye(1, len(a))  # nothing was found again: at rest
    travel = found[:, 2] if near is not None else np.zeros(len(seen), np.complex128)
    return found[:, 0], found[:, 1], travel


def _least_squares(a: Places, seen: Places, say: Reals) -> Places:
    """(frames, columns) that bring the rows of ``a`` closest to what was seen."""
    outer = (np.conj(a)[:, None] * a[None]).reshape(len(a) ** 2, -1)
    normal = np.asarray(say @ outer.T, np.complex128).reshape(-1, len(a), len(a))
    scale = np.trace(normal, axis1=1, axis2=2).real
    normal += np.eye(len(a)) * (1e-9 * scale + 1e-9)[:, None, None]
    right = (say * seen) @ np.conj(a).T
    return np.asarray(np.linalg.solve(normal, right[..., None])[..., 0], np.complex128)


def _say(left: Reals, weight: Reals) -> Reals:
    """How much each point has to say: less the more it departs, in units of the usual."""
    usual = ranked(left, weight > 0, _AGREEING)[:, None]
    scale = np.maximum(_STRAYING * usual, NOISE)
    return np.asarray(1 / (1 + (left / scale) ** 2) ** 2)


def ranked(values: Reals, counts: Flags, share: float) -> Reals:
    """(rows,) the value that such a share of those that count lies below; 0 where none counts."""
    if not values.shape[1]:
        return np.zeros(len(values))
    ordered = np.sort(np.where(counts, values, np.inf), axis=1)
    place = (share * np.maximum(counts.sum(axis=1) - 1, 0)).astype(np.intp)
    found = ordered[np.arange(len(values)), place]
    return np.where(np.isfinite(found), found, 0.0)


def energy(left: Places, weight: Reals) -> float:
    """Mean square of what is left unexplained, in pixels; strays count little."""
    square = np.minimum(np.abs(left[weight > 0]) ** 2, _STRAY**2)
    return float(square.mean()) + 1e-4


def one_plane(points: Places, seen: Places, weight: Reals) -> tuple[Places, Places]:
    """(frames,) shift of the middle, and (frames, n) what is left, if all lies in one plane.

    The columns are those of a homography, and of what resembles one in a lens.
    """
    flat = np.broadcast_to(
        np.stack((points, np.ones_like(points), np.conj(points))), (len(seen), 3, len(points))
    )
    a = np.concatenate((flat, (seen * points)[:, None], (seen * np.conj(points))[:, None]), axis=1)
    scale = np.abs(a).max(axis=2, keepdims=True) + 1e-9
    a = a / scale
    say = weight
    for _ in range(_PLANE_ROUNDS):
        said = np.conj(a) * say[:, None]
        normal = said @ a.transpose(0, 2, 1) + 1e-9 * np.eye(a.shape[1])
        found = np.linalg.solve(normal, said @ seen[..., None])
        left = seen - (found.transpose(0, 2, 1) @ a)[:, 0]
        say = weight * _say(np.abs(left), weight)
    return np.asarray(found[:, 1, 0] / scale[:, 1, 0]), np.asarray(left)
