"""The colours of a picture kept through the frames that a model makes of it.

A model's colours drift away from the still that it began with. Optical flow from the still to a
frame tells which places show the same thing; mean and covariance of the colours there give the map
that carries the frame's colours onto the still's: the Monge-Kantorovich map of F. Pitie and
A. Kokaram, The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer
(CVMP 2007), equation 14. The maps are followed through time by local straight lines, so nothing
flickers by them. What has come into the picture is no drift; only where hardly anything of the
still is left, the colours of the whole picture count.

All is done on the display values R'G'B', in which models see and make pictures. A gain in them is
one in light as well; and of lifted blacks and lost saturation, maps in linear light and in Lab left
5 to 20 times as much in tests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.analysis.flow import LEAST_SIDE, fetched, flow, seen_in_both
from afterglow.analysis.picture import measuring_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]
    Numbers: TypeAlias = NDArray[np.float64]
    Floats: TypeAlias = NDArray[np.float32]

_LINES = 144
"""Lines, of 16:9, at which colours are measured."""
_GRAIN = 1.0
"""Variance, in squared levels, that every picture is taken to have: a flat one has no map."""
_LIMITS = 0.5, 2.0
"""How far a map may shrink or stretch colours about their mean."""
_FEW, _ENOUGH = 0.1, 0.3
"""Shares of the still that are found again: below the one, the whole picture counts alone; above
the other, it does not count."""
_ODD = 3.0
"""Medians of the difference above which a place shows something else."""
_LITTLE, _MUCH = 4.0, 24.0
"""Levels of 255 that a place may differ by in any case, and at most."""


class Palette(NamedTuple):
    """Colours as a whole."""

    mean: Numbers
    """(3,) R'G'B', 0-255."""
    spread: Numbers
    """(3, 3) their covariance."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the mean colour of what is seen in both is from that of the still."""

    found: float = 0.0
    """Levels of 255, of the channel that is farthest, as the model made it."""
    left: float = 0.0
    """The same after anchoring."""

    def worse(self, other: Drift) -> Drift:
        """Return the larger of two, before and after anchoring."""
        return Drift(max(self.found, other.found), max(self.left, other.left))


class _Pairs(NamedTuple):
    """The same places in the still and in a frame."""

    still: Picture
    """(n, 3)."""
    frame: Picture
    """(n, 3)."""
    share: float
    """Of the still that they are, 0-1."""


class _Seen(NamedTuple):
    """A frame, and what is known of its colours."""

    picture: Picture
    pairs: _Pairs
    map: Numbers
    """(3, 4): onto the still."""


def palette(colours: Picture) -> Palette:
    """Return the palette of colours; (..., 3) uint8 RGB."""
    levels = colours.reshape(-1, 3).astype(np.float64)
    mean = levels.mean(axis=0)
    apart = levels - mean
    return Palette(mean, apart.T @ apart / len(levels))


def map_between(given: Palette, wanted: Palette) -> Numbers:
    """Return (3, 4): x -> M (x, 1) carries one palette onto another."""
    root = _root(given.spread + _GRAIN * np.eye(3))
    inverse = np.linalg.inv(root)
    full = inverse @ _root(root @ (wanted.spread + _GRAIN * np.eye(3)) @ root) @ inverse
    values, axes = np.linalg.eigh((full + full.T) / 2)
    turn = (axes * np.clip(values, *_LIMITS)) @ axes.T
    return np.column_stack((turn, wanted.mean - turn @ given.mean))


def recoloured(picture: Picture, by: Numbers) -> Picture:
    """Return the picture with a map applied to its levels; (H, W, 3) uint8 RGB."""
    levels = cv2.transform(picture.astype(np.float32), by.astype(np.float32))
    return np.rint(np.clip(levels, 0, 255, out=levels), out=levels).astype(np.uint8)


def anchored(
    frames: Iterable[Picture],
    still: Picture,
    *,
    strength: float = 1.0,
    reach: int = 6,
    tell: Callable[[Drift], None] | None = None,
) -> Iterator[Picture]:
    """Yield the frames with the colours of the still they were made of.

    frames, still: (H, W, 3) uint8 RGB. strength: 0 leaves the frames, 1 takes all drift away.
    reach: frames before and after that colours are followed through; twice as many are held.
    tell: told of the drift of each frame.
    """
    for seen, map_here in _followed(_measured(frames, still), reach):
        by = _SAME + strength * (map_here - _SAME)
        if tell is not None:
            still_here, here = seen.pairs.still, seen.pairs.frame
            after = recoloured(here[None], by)[0]
            tell(Drift(_apart(still_here, here), _apart(still_here, after)))
        yield recoloured(seen.picture, by) if strength > 0 else seen.picture


_SAME = np.eye(3, 4)
"""The map that changes nothing."""


def _measured(frames: Iterable[Picture], still: Picture) -> Iterator[_Seen]:
    """Every frame with the map of its own onto the still."""
    size = measuring_size(still.shape, _LINES)
    small = np.asarray(ops.resize(still, *size))
    tracked = min(size) >= LEAST_SIDE
    whole, by, last = palette(small), np.zeros((*small.shape[:2], 2), np.float32), _SAME
    for frame in frames:
        look = np.asarray(ops.resize(frame, *size))
        pairs = _Pairs(small.reshape(-1, 3), look.reshape(-1, 3), 1.0)
        rough = map_between(palette(look), whole)
        if tracked:
            pairs, by = _found_again(small, look, recoloured(look, last), by)
            trust = min(max((pairs.share - _FEW) / (_ENOUGH - _FEW), 0.0), 1.0)
            exact = map_between(palette(pairs.frame), palette(pairs.still)) if trust else rough
            rough = rough + trust * (exact - rough)
        last = rough
        yield _Seen(frame, pairs, rough)


def _found_again(
    still: Picture, look: Picture, alike: Picture, before: Floats
) -> tuple[_Pairs, Floats]:
    """The places of a still in a frame, and the flow to them.

    alike: the frame with about the colours of the still. before: the flow to the frame before.
    """
    one, other = _grey(still), _grey(alike)
    by = flow(one, other, start=before)
    same = seen_in_both(by, flow(other, one, start=-before))
    apart = cv2.absdiff(still, fetched(alike, by)).max(axis=2)
    usual = float(np.median(apart[same])) if same.any() else 0.0
    same &= apart <= min(_LITTLE + _ODD * usual, _MUCH)
    count = int(same.sum())
    if count < 2:
        return _Pairs(still.reshape(-1, 3), look.reshape(-1, 3), 0.0), np.zeros_like(by)
    return _Pairs(still[same], fetched(look, by)[same], count / same.size), by


def _grey(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _followed(frames: Iterable[_Seen], reach: int) -> Iterator[tuple[_Seen, Numbers]]:
    """Every frame with what its map is where it follows a straight line."""
    held: deque[_Seen] = deque()
    length, at = 2 * reach + 1, 0
    for seen in frames:
        if len(held) == length:
            held.popleft()
            at -= 1
        held.append(seen)
        while len(held) == length and at <= reach:
            yield held[at], _on_line(held, at)
            at += 1
    while at < len(held):
        yield held[at], _on_line(held, at)
        at += 1


def _on_line(held: Iterable[_Seen], at: int) -> Numbers:
    maps = np.array([seen.map for seen in held])
    return np.asarray(np.tensordot(line_weights(len(maps), at), maps, axes=1))


def line_weights(count: int, at: int) -> Numbers:
    """Return (count,) weights of a row's values in the straight line's value at one of them.

    Local linear regression with the bisquare kernel (W. Cleveland, Robust locally weighted
    regression, JASA 1979), without its robust steps.
    """
    away = np.arange(count) - float(at)
    width = max(at, count - 1 - at) + 1
    kernel = (1 - (away / width) ** 2) ** 2
    if count < 3:
        return np.asarray(kernel / kernel.sum())
    lines = np.stack([np.ones(count), away])
    return np.asarray(np.linalg.solve((lines * kernel) @ lines.T, lines * kernel)[0])


def _root(matrix: Numbers) -> Numbers:
    """The square root of a symmetric matrix that has no value below the grain's."""
    values, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((axes * np.sqrt(np.maximum(values, 0))) @ axes.T)


def _apart(colours: Picture, others: Picture) -> float:
    """Levels between two means, in the channel where that is most."""
    one, other = (each.mean(axis=0, dtype=np.float64) for each in (colours, others))
    return float(np.abs(one - other).max())
