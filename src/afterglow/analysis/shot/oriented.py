"""Which end of the parallax is near: the paths' signs, and rests that are rests."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np

from afterglow.analysis.shot.path import Stand
from afterglow.analysis.shot.points import Places

_STEP = 5
"""Frames over which moves are compared."""
_REST = 0.15
"""Pixels, in the corners, within which a camera that stays for a while stands still."""
_WHILE = 12
"""Frames."""


def oriented(stands: list[Stand], cues: list[tuple[int, float]]) -> list[Stand]:
    """The stands, near and far exchanged in the chains in which that is likelier.

    Two things tell: the near moves more than the far when a camera travels, and it is lower in the
    picture more often than not. cues: the second, in pixels of travel.
    """
    flipped = set()
    for chain in sorted({chain for chain, _ in cues}):
        own = [stand for stand in stands if stand.chain == chain]
        low = sum(cue for number, cue in cues if number == chain)
        reach = sum(abs(cue) for number, cue in cues if number == chain)
        if _nearer(own) + (low / reach if reach else 0.0) < 0:
            flipped.add(chain)
    return _exchanged(stands, flipped) if flipped else stands


def _nearer(stands: list[Stand]) -> float:
    """-1 to 1: by how much more what is called near moves than what is called far."""
    far = np.array([stand.shift for stand in stands])
    near = far + np.array([stand.turn * stand.travel for stand in stands])
    far_way, near_way = (float(np.abs(path[_STEP:] - path[:-_STEP]).sum()) for path in (far, near))
    total = far_way + near_way
    return (near_way - far_way) / total if total > 0 else 0.0


def _exchanged(stands: list[Stand], flipped: set[int]) -> list[Stand]:
    """The stands with far and near exchanged in some chains, and in what follows on them."""
    result = []
    last, moved, shot = 0j, 0j, -1
    for stand in stands:
        if stand.shot != shot:
            last, moved, shot = 0j, 0j, stand.shot
        if stand.chain in flipped:
            moved += stand.travel - last
        last = stand.travel
        result.append(
            replace(stand, shift=stand.shift + stand.turn * moved, travel=stand.travel - 2 * moved)
        )
    return result


def rested(stands: list[Stand], width: int) -> list[Stand]:
    """The stands, with the trembling of the measurement taken off where the camera stands still."""
    result: list[Stand] = []
    for _, group in groupby(stands, key=lambda stand: stand.shot):
        result += _held(list(group), width)
    return result


def _held(stands: list[Stand], width: int) -> list[Stand]:
    """One shot, each run of frames that stay within a fraction of a pixel made one place."""
    stands = [replace(stands[0], turn=1, shift=0, travel=0), *stands[1:]]
    result, start = list(stands), 0
    places = _corners(stands, width)
    while start < len(stands):
        end = _run(places, start)
        if end - start >= min(_WHILE, len(stands)):
            calm = _calm(stands[start:end], first=start == 0)
            result[start:end] = [replace(calm, chain=stand.chain) for stand in stands[start:end]]
            start = end
        else:
            start += 1
    return result


def _run(places: Places, start: int) -> int:
    """Where the run of frames ends that stay close to one another."""
    low_x = high_x = places[start].real
    low_y = high_y = places[start].imag
    for n in range(start, len(places)):
        low_x, high_x = np.minimum(low_x, places[n].real), np.maximum(high_x, places[n].real)
        low_y, high_y = np.minimum(low_y, places[n].imag), np.maximum(high_y, places[n].imag)
        if max(float((high_x - low_x).max()), float((high_y - low_y).max())) > _REST:
            return n
    return len(places)


def _corners(stands: list[Stand], width: int) -> Places:
    """(frames, 3) where two corners of the picture, and its nearest middle, are seen."""
    turn, shift, travel = (
        np.array([getattr(stand, name) for stand in stands]) for name in ("turn", "shift", "travel")
    )
    side = width / 2
    return np.stack((turn * side + shift, turn * 1j * side + shift, turn * travel + shift), axis=1)


def _calm(stands: list[Stand], *, first: bool) -> Stand:
    """The one place of a camera that stands still; the shot's own beginning stays where it is."""
    if first:
        return stands[0]
    turn, shift, travel = (
        complex(np.mean([getattr(stand, name) for stand in stands]))
        for name in ("turn", "shift", "travel")
    )
    return Stand(stands[0].shot, turn, shift, travel)
