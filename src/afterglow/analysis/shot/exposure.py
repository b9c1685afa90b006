"""Exposure and white balance: by which factor the background's light changes, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.shot.glance import Glance

Reals = NDArray[np.float64]

_FEW = 24
"""Tiles, fewer of which say nothing about the light."""
_MOST = 600
"""Tiles, about, that are compared at most."""
_ALIKE = 0.06
"""Stops by which a tile may differ from most in any case."""
_OVERLAP = 0.4
"""Share of the tiles that must be seen in both frames for the next one to be compared as well."""


@dataclass(frozen=True, slots=True, eq=False)
class _Anchor:
    """A frame with whose light others are compared."""

    glance: Glance
    shot: int
    turn: complex
    shift: complex
    stops: Reals
    """(3,) its light over that of the shot's first frame, in stops."""


class Exposure:
    """The light of one video's background so far."""

    def __init__(self) -> None:
        self.stops: list[Reals] = []
        """(3,) of every frame: light over that of the first frame of its shot, in stops."""
        self._anchor: _Anchor | None = None

    @property
    def contrast(self) -> float:
        """About by how much the levels of the last frame differ from those of the first."""
        return 2.0 ** (float(self.stops[-1].mean()) * 0.5) if self.stops else 1.0

    def step(self, now: Glance, shot: int, turn: complex, shift: complex) -> None:
        """Take the next frame; turn, shift: its camera against the shot's first, small pixels."""
        held = self._anchor
        if held is None or held.shot != shot:
            self._hold(now, shot, turn, shift, np.zeros(3))
            return
        stops, share = _between(held, now, turn, shift)
        if stops is None:
            stops = self.stops[-1] - held.stops
        if share < _OVERLAP:
            self._hold(now, shot, turn, shift, held.stops + stops)
            return
        self.stops.append(held.stops + stops)

    def _hold(self, now: Glance, shot: int, turn: complex, shift: complex, stops: Reals) -> None:
        self._anchor = _Anchor(now, shot, turn, shift, stops)
        self.stops.append(stops)


def _between(
    held: _Anchor, now: Glance, turn: complex, shift: complex
) -> tuple[Reals | None, float]:
    """(3,) stops by which light grew since the anchor, and the share of tiles that tells it."""
    there, seen = _seen_from(held, now, turn, shift)
    good = seen & now.free & ~now.clipped
    share = np.count_nonzero(seen) / (np.count_nonzero(held.glance.free) + 1e-9)
    if np.count_nonzero(good) < _FEW:
        return None, float(share)
    some = np.flatnonzero(good)[:: max(1, np.count_nonzero(good) // _MOST)]
    then, since = (light.reshape(-1, 3)[some] for light in (there, now.light))
    return _stops(then, since), float(share)


def _stops(before: NDArray[np.float32], after: NDArray[np.float32]) -> Reals:
    """(3,) stops by which light grew: of the sum of the tiles that changed about as most did.

    before, after: (tiles, 3). A sum is the same whether a picture is sharp or softened by a warp.
    """
    after, before = (np.ascontiguousarray(light.T) for light in (after, before))
    change = np.log2(after / before)
    off = np.abs(change - np.median(change, axis=1, keepdims=True))
    usual = off <= np.maximum(3 * np.median(off, axis=1, keepdims=True), _ALIKE)
    now, then = ((light * usual).sum(axis=1, dtype=np.float64) for light in (after, before))
    return np.asarray(np.log2(now / then))


def _seen_from(
    held: _Anchor, now: Glance, turn: complex, shift: complex
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The anchor's light where this frame shows it, and where that is background and in range."""
    usable = held.glance.free & ~held.glance.clipped
    moved = turn / held.turn
    off = shift - moved * held.shift
    if abs(moved - 1) < 1e-3 and abs(off) < 0.5:
        return held.glance.light, usable
    rows, columns = usable.shape
    scale = columns / now.grey.shape[1]
    middle = complex((columns - 1) / 2, (rows - 1) / 2)
    there = middle + off * scale - moved * middle
    matrix = np.array([[moved.real, -moved.imag, there.real], [moved.imag, moved.real, there.imag]])
    light = cv2.warpAffine(held.glance.light, matrix, (columns, rows))
    seen = cv2.warpAffine(usable.astype(np.float32), matrix, (columns, rows))
    return np.asarray(light, np.float32), np.asarray(seen > 0.99)


def smoothed(stops: Reals, length: int) -> Reals:
    """(frames, 3) without flicker and without delay: a mean over ``length`` frames, hat-shaped.

    Beyond both ends light is taken to go on as it came, so that a ramp stays a ramp.
    """
    reach = min(length // 2, len(stops) - 1)
    if reach < 1:
        return stops
    before = 2 * stops[0] - stops[reach:0:-1]
    after = 2 * stops[-1] - stops[-2 : -reach - 2 : -1]
    weight = np.hanning(2 * reach + 3)[1:-1]
    long = np.concatenate((before, stops, after))
    return np.stack(
        [np.convolve(channel, weight / weight.sum(), "valid") for channel in long.T], axis=1
    )
