"""Frames between the frames, by optical flow: slow motion without weights.

The flow from the moment between to both of its ends is approximated from the flows between these,
and the two ends, brought there, are laid over one another by how near and how visible they are:
H. Jiang et al., Super SloMo (CVPR 2018), equations 4 and 6, without its networks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.analysis.flow import (
    LEAST_SIDE,
    UNLIKE,
    Motion,
    fetched,
    likeness,
    motion,
    seen_in_both,
)
from afterglow.analysis.picture import measuring_size
from afterglow.effects.animate.fit import TRANSFER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]
    Floats: TypeAlias = NDArray[np.float32]

_LINES = 540
"""Lines, of 16:9, at which flow is searched in larger pictures."""
_HIDDEN = 0.02
"""Weight of a place that is hidden in a picture, beside one that is not."""
_EXPLAINED = 0.25
"""Share of the picture that must be seen in both ends; below that it is a cut."""


class _Pair(NamedTuple):
    """Two frames, and what lies between them."""

    one: Floats
    """(H, W, 3) linear light."""
    other: Floats
    """The same of the next."""
    by: Motion
    """At full size."""
    seen: tuple[Floats, Floats]
    """(H, W), 0 to 1: what of each is seen in the other."""


def interpolated(frames: Iterable[Picture], factor: int) -> Iterator[Picture]:
    """Yield every frame as it is, and ``factor`` - 1 frames between it and the next one.

    Of n frames (n - 1) factor + 1 are made; two frames are held. Pictures below 32 pixels are only
    faded into one another; a cut stays a cut.

    frames: (H, W, 3) uint8 RGB. factor: 1 or more.

    Raises:
        ValueError: the factor is below 1.
    """
    if factor < 1:
        raise ValueError(f"there cannot be {factor} frames for one")
    before: Picture | None = None
    for frame in frames:
        if before is not None and factor > 1:
            yield from _between(before, frame, factor)
        yield frame
        before = frame


def _between(one: Picture, other: Picture, factor: int) -> Iterator[Picture]:
    moments = [number / factor for number in range(1, factor)]
    if np.array_equal(one, other):
        yield from (one for _ in moments)
        return
    pair = _pair(one, other)
    if pair is None:
        yield from (one if moment < 0.5 else other for moment in moments)
        return
    for moment in moments:
        light = _at(pair, np.float32(moment))
        yield np.asarray(ops.to_display(light, TRANSFER, "uint8"))


def _pair(one: Picture, other: Picture) -> _Pair | None:
    """What lies between two frames; None where nothing of the one is in the other."""
    height, width = one.shape[:2]
    lights = ops.to_linear(one, TRANSFER), ops.to_linear(other, TRANSFER)
    if min(width, height) < LEAST_SIDE:
        still = np.zeros((height, width, 2), np.float32)
        sure = np.ones((height, width), np.float32)
        return _Pair(*lights, Motion(still, still), (sure, sure))
    size = _searched(width, height)
    greys = _grey(one, size), _grey(other, size)
    found = motion(*greys)
    seen = seen_in_both(found.forward, found.backward), seen_in_both(found.backward, found.forward)
    alike = likeness(greys[0], fetched(greys[1], found.forward)) >= UNLIKE
    if not alike or min(float(each.mean()) for each in seen) < _EXPLAINED:
        return None
    forward, backward = (_enlarged(each, width, height) for each in found)
    soft = [cv2.blur(each.astype(np.float32), (5, 5)) for each in seen]
    wide = [np.asarray(cv2.resize(each, (width, height)), np.float32) for each in soft]
    return _Pair(*lights, Motion(forward, backward), (wide[0], wide[1]))


def _searched(width: int, height: int) -> tuple[int, int]:
    """The (width, height) at which flow is searched: no side is too small for it."""
    wide, high = measuring_size((height, width), _LINES)
    return max(wide, min(width, LEAST_SIDE)), max(high, min(height, LEAST_SIDE))


def _grey(picture: Picture, size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(ops.resize(picture, *size), cv2.COLOR_RGB2GRAY), np.uint8)


def _enlarged(by: Floats, width: int, height: int) -> Floats:
    """A flow at another size, in its pixels."""
    scale = np.array([width / by.shape[1], height / by.shape[0]], np.float32)
    return np.asarray(cv2.resize(by, (width, height)) * scale, np.float32)


def _at(pair: _Pair, moment: np.float32) -> Floats:
    """(H, W, 3) linear light at a moment between 0 and 1."""
    forward, backward = pair.by
    rest = np.float32(1) - moment
    to_one = -rest * moment * forward + moment * moment * backward
    to_other = rest * rest * forward - moment * rest * backward
    one = fetched(pair.one, to_one), rest * (_HIDDEN + fetched(pair.seen[0], to_one))
    other = fetched(pair.other, to_other), moment * (_HIDDEN + fetched(pair.seen[1], to_other))
    share = (other[1] / (one[1] + other[1]))[..., None]
    return np.asarray(one[0] + share * (other[0] - one[0]), np.float32)
