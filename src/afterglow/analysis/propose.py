"""Which motions may have led from one picture to the next, and which explains most of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from afterglow.analysis import phase
from afterglow.analysis.align import Grey, Matrix, Reference, inverse, mismatch, outvotes, refine

_REST: Matrix = np.eye(3)
_SHRINK = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
"""From places in a fine picture to places in the coarse one."""
_PEAKS = 3
_PREFER_REST = 0.01
"""Mismatch (0-1) that a motion must save before it is preferred to none."""
_APART = 0.3
"""Pixels: motions that differ less are one."""
_ANOTHER = 3.0
"""Pixels: motions that differ more are those of two things."""
_WEAK = 0.25
"""Height of a peak over the highest below which it is not tried."""
_CLEAR = 0.04
"""Mismatch up to which one motion explains the picture, and no second one is looked for."""
_COARSE_ERRORS = (0.8, 0.4, 0.2)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The motion between two frames, before it is refined."""

    step: Matrix
    mismatch: float
    response: float
    """Height of the correlation peak; 1 where a guess explains the picture and none was sought."""
    second_ratio: float
    """Second-best peak over the best; 0 where none was sought."""


def explained(before: Reference, now: Grey, guesses: list[Matrix]) -> Found | None:
    """Return rest or a guess where that explains the second picture, without looking any further.

    before, now: the coarse pictures.
    """
    halves = [halved(motion) for motion in _distinct(guesses, now.shape)]
    misses = [mismatch(before, now, half) for half in halves]
    if min(misses) > _CLEAR:
        return None
    step, miss = _chosen(before, now, halves, misses)
    return Found(step, miss, 1.0, 0.0)


def propose(
    before: Reference,
    now: Grey,
    spectra: list[tuple[phase.Spectrum, phase.Spectrum]],
    guesses: list[Matrix],
) -> Found:
    """Return the motion between two pictures that explains most of the second.

    before, now: the coarse pictures. spectra: of both, under one or more weights.
    guesses: motions that are tried as well. Motions are in pixels of the fine pictures.
    """
    found = [phase.peaks(phase.correlate(*pair, now.shape[1]), _PEAKS) for pair in spectra]
    motions = list(guesses)
    for peaks in found:
        tried = [peak for peak in peaks if peak.response >= _WEAK * peaks[0].response]
        motions += [_shift(2 * peak.dx, 2 * peak.dy) for peak in tried]
    step, miss = _best(before, now, motions)
    first = max(found, key=lambda peaks: peaks[0].response if peaks else 0.0)
    response = first[0].response if first else 0.0
    ratio = first[1].response / response if len(first) > 1 else 1.0
    return Found(step, miss, response, ratio)


def _best(before: Reference, now: Grey, motions: list[Matrix]) -> tuple[Matrix, float]:
    """Return the motion that explains most, and its mismatch."""
    tried = _distinct(motions, now.shape)
    halves = [halved(motion) for motion in tried]
    misses = [mismatch(before, now, half) for half in halves]
    if min(misses) > _CLEAR:
        for n in _leaders(tried, misses, now.shape):
            halves.append(refine(before, now, halves[n], _COARSE_ERRORS))
            misses.append(mismatch(before, now, halves[-1]))
    return _chosen(before, now, halves, misses)


def _distinct(motions: list[Matrix], shape: tuple[int, ...]) -> list[Matrix]:
    """Return rest, and the motions that differ from it and from one another."""
    tried: list[Matrix] = [np.eye(3)]
    for motion in motions:
        if min(distance(motion, other, shape) for other in tried) > _APART:
            tried.append(motion)
    return tried


def _chosen(
    before: Reference, now: Grey, halves: list[Matrix], misses: list[float]
) -> tuple[Matrix, float]:
    """Return the motion that explains most, and its mismatch; rest, the first, if nearly as good.

    halves: motions between the coarse pictures.
    """
    best = int(np.argmin(misses))
    if misses[0] <= misses[best] + _PREFER_REST or not outvotes(before, now, halves[best], _REST):
        best = 0
    return _doubled(halves[best]), misses[best]


def _leaders(motions: list[Matrix], misses: list[float], shape: tuple[int, ...]) -> list[int]:
    """Return the places of the motion that explains most, and of the next that is quite another."""
    order = [int(n) for n in np.argsort(misses)]
    first = motions[order[0]]
    others = [n for n in order[1:] if distance(motions[n], first, shape) > _ANOTHER]
    return [order[0], *others[:1]]


def _shift(dx: float, dy: float) -> Matrix:
    matrix = np.eye(3)
    matrix[:2, 2] = dx, dy
    return matrix


def halved(matrix: Matrix) -> Matrix:
    """Return a matrix between fine pictures as one between coarse ones."""
    return np.asarray(_SHRINK @ matrix @ inverse(_SHRINK))


def _doubled(matrix: Matrix) -> Matrix:
    """Return a matrix between coarse pictures as one between fine ones."""
    return np.asarray(inverse(_SHRINK) @ matrix @ _SHRINK)


def distance(one: Matrix, other: Matrix, shape: tuple[int, ...]) -> float:
    """Return by how many pixels two motions differ in the corner where they differ most."""
    height, width = shape
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    return float(np.linalg.norm(((one - other) @ corners)[:2], axis=0).max())
