"""Windows of frames joined into one take: each begins where the one before is about to end.

The first frames of a window show the same moments as the last of the one before. There the new ones
get the exposure of the old ones, channel by channel, and the one cross-fades into the other in
linear light. After that the new window is given back its own exposure, little by little.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.effects.animate.fit import TRANSFER
from afterglow.ops.standards import light_of, signal_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]
    Numbers: TypeAlias = NDArray[np.float64]

    NextWindow: TypeAlias = Callable[[Picture, int], Iterator[Picture]]
    """Gives the frames of the window of a number, from 0, that begins with a still."""

_MOST = 4.0
"""Factor on linear light, at most, that one window gets to look like the one before."""
_GENTLE = 0.25
"""Levels of 255 by which the mean may change, from frame to frame, while exposure is given back."""
_HALVINGS = 24
"""Steps in which that factor is found: more than levels of 8 bits can tell."""


def length_of(window: int, windows: int, overlap: int) -> int:
    """Return how many frames windows of so many frames give together."""
    return windows * window - (windows - 1) * overlap


def chained(
    next_window: NextWindow,
    still: Picture,
    windows: int,
    *,
    overlap: int = 4,
    settle: int | None = 24,
) -> Iterator[Picture]:
    """Yield the frames of several windows as one take; ``overlap`` frames are held.

    still: (H, W, 3) uint8 RGB that the first window begins with. overlap: frames, 1 or more, that
    a window shares with the next one. settle: frames after which a window has its own exposure
    again, more where that would be seen; None keeps that of the window before, for windows whose
    colours nobody anchors.

    Raises:
        ValueError: the overlap is none, or a window has no frames.
    """
    if overlap < 1:
        raise ValueError(f"windows cannot share {overlap} frames")
    tail: list[Picture] = []
    for index in range(windows):
        frames = next_window(still, index)
        held: deque[Picture] = deque()
        for frame in _joined(tail, frames, settle) if tail else frames:
            held.append(frame)
            if len(held) > overlap:
                yield held.popleft()
        if not held:
            raise ValueError(f"the window {index} has no frames")
        still, tail = held[0], list(held)
    yield from tail


def _joined(
    tail: list[Picture], frames: Iterator[Picture], settle: int | None
) -> Iterator[Picture]:
    """The frames of a window, faded into from the tail of the one before."""
    factors = np.ones(3)
    for number, (old, new) in enumerate(zip(tail, frames, strict=False)):
        before = mean_level(old)
        factors = factors_to(new, before)
        share = (number + 1) / (len(tail) + 1)
        mixed = _mixed(old, exposed(new, factors), ops.eased(share))
        yield exposed(mixed, factors_to(mixed, before))
    length = 0.0
    for number, frame in enumerate(frames, 1):
        if number == 1 and settle is not None:
            change = np.abs(mean_level(exposed(frame, factors)) - mean_level(frame)).max()
            length = max(settle, float(change) / _GENTLE)
        yield exposed(frame, factors ** max(0.0, 1 - number / length) if length else factors)


def mean_level(picture: Picture) -> Numbers:
    """Return (3,) the mean R'G'B' of an (H, W, 3) uint8 picture, 0-255."""
    return np.asarray(cv2.mean(picture)[:3])


def factors_to(picture: Picture, level: Numbers) -> Numbers:
    """Return (3,) the factors on linear light that bring a picture's mean R'G'B' to a level.

    They are found by halving, on the histogram of each channel, and end at 1/4 and 4.
    """
    counts = np.stack(
        [cv2.calcHist([picture], [channel], None, [256], [0, 256])[:, 0] for channel in range(3)],
        axis=1,
    )
    shares = counts / counts.sum(axis=0)
    low, high = np.full(3, 1 / _MOST), np.full(3, _MOST)
    for _ in range(_HALVINGS):
        middle = np.sqrt(low * high)
        below = (shares * _levels(middle)).sum(axis=0) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(np.sqrt(low * high))


def exposed(picture: Picture, factors: Numbers) -> Picture:
    """Return the picture with each channel's linear light times a factor; (H, W, 3) uint8."""
    if np.allclose(factors, 1, atol=1e-6):
        return picture
    table = np.rint(_levels(factors)).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table[None]), np.uint8)


def _levels(factors: Numbers) -> Numbers:
    """(256, 3): what each level of a channel becomes, 0-255."""
    light = np.clip(_light()[:, None] * factors, 0, 1)
    return np.asarray(255 * signal_of(light, TRANSFER, np))


@cache
def _light() -> Numbers:
    """(256,): linear light of each level."""
    return np.asarray(light_of(np.arange(256) / 255, TRANSFER, np))


def _mixed(old: Picture, new: Picture, share: float) -> Picture:
    """The pictures on one another in linear light; ``share`` of the new one."""
    light = ops.lerp(ops.to_linear(old, TRANSFER), ops.to_linear(new, TRANSFER), share)
    return np.asarray(ops.to_display(light, TRANSFER, "uint8"))
