"""Where each frame stands: its place, its light, and whether it can be used."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Matrix
from afterglow.errors import MediaError

_ROW = 14
"""Numbers kept of a frame: place, gain, shot, whether it fits."""


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """Where and how one frame stands."""

    place: Matrix
    """(3, 3) maps a place in the first frame of its shot to its place in this frame, in pixels."""
    gain: NDArray[np.float64]
    """(3,) factor on its linear light, channel by channel, that gives the first frame's."""
    shot: int
    """Number of the shot, from 0."""
    fits: bool
    """It lines up with what was seen of its shot before."""


class Survey:
    """Where the frames of a video stand, in 112 bytes each."""

    def __init__(self) -> None:
        self._rows = array("d")

    def add(self, stand: Stand) -> None:
        """Take down where the next frame stands."""
        self._rows.extend([*stand.place.ravel(), *stand.gain, stand.shot, stand.fits])

    def __len__(self) -> int:
        return len(self._rows) // _ROW

    def __getitem__(self, number: int) -> Stand:
        row = np.array(self._rows[number * _ROW : (number + 1) * _ROW])
        return Stand(row[:9].reshape(3, 3), row[9:12], int(row[12]), bool(row[13]))

    def __iter__(self) -> Iterator[Stand]:
        return (self[number] for number in range(len(self)))

    def longest_shot(self) -> int:
        """The number of the shot of which most frames fit.

        Raises:
            MediaError: there is no frame.
        """
        if not len(self):
            raise MediaError("there is no picture to make a plate of")
        shots = np.array([stand.shot for stand in self if stand.fits], np.int64)
        return int(np.bincount(shots).argmax())

    def of(self, shot: int) -> Iterator[Stand]:
        """The frames of a shot that fit."""
        return (stand for stand in self if stand.shot == shot and stand.fits)
