"""Frames between the frames, by optical flow: slow motion without weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from afterglow.analysis.between import passage_of, picture_between
from afterglow.effects.animate.fit import TRANSFER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]


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
    passage = passage_of(one, other)
    if passage is None:
        yield from (one if moment < 0.5 else other for moment in moments)
        return
    for moment in moments:
        yield picture_between(one, other, passage, moment, TRANSFER)
