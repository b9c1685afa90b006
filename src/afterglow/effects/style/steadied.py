"""Temporal smoothing: every picture averaged with those before, brought to where its things are.

What is carried along counts only where it was seen before (flow there leads back: see
``analysis.flow``) and where it looks like what is there now. What is uncovered is therefore shown
as it is, noisy for a moment, and nothing leaves a trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.flow import (
    LEAST_SIDE,
    enlarged,
    fetched,
    likeness,
    motion,
    seen_in_both,
)
from afterglow.effects.style.glow import light_curve
from afterglow.effects.style.looks.held import places, small_grey, taken
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array

Floats: TypeAlias = NDArray[np.float32]

_LINES = 270
"""Lines, of 16:9, at which motion is sought."""
_OTHER = 0.6
"""Likeness of the whole picture below which a new shot has begun."""
_UNLIKE = 5.0
"""Levels of 255, averaged over 6 x 6 pixels, by which what is carried may differ."""
_STILL = 0.12
"""Pixels of motion that are taken for none: what rests is not sampled anew."""
_LEFT = 1e-5
"""Share of a picture that cannot be seen any more."""
_BUFFERS = 12
"""Pictures of 16 bits that are held and computed with."""


class _Past(NamedTuple):
    """What is remembered of the frame before."""

    seen: NDArray[np.uint8]
    """(h, w): the source, small and grey."""
    light: Array
    """(H, W, 3) uint16: the light that was given out."""


@dataclass(frozen=True, slots=True)
class Steadied:
    """Smoothing over time that leaves no ghosts."""

    amount: float = 0.6
    """Share of the picture before in the present one, where nothing speaks against it; 0 to 0.9.

    Noise goes down to the root of (1 - amount) / (1 + amount): to half at 0.6.
    """

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is.

        Raises:
            UsageError: the amount is not within 0 and 0.9.
        """
        if not 0 <= self.amount <= 0.9:
            raise UsageError(f"temporal smoothing is 0 to 0.9, and not {self.amount:g}")
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return the frames after which nothing of a picture is left."""
        if self.amount <= 0:
            return Reach()
        return Reach(int(np.ceil(np.log(_LEFT) / np.log(self.amount))))

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: light, flow and buffers."""
        return video.width * video.height * 6 * _BUFFERS

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame steadied."""
        if self.amount <= 0:
            yield from frames
            return
        transfer = light_curve(video)
        past: _Past | None = None
        for frame in frames:
            pixels = ops.array_of(frame.pixels)
            past = _next(pixels, past, self.amount, transfer)
            made = ops.to_display(past.light, transfer, ops.depth_of(pixels))
            yield Frame(ops.beside(made, frame.pixels), frame.pts, frame.alpha)


def _next(pixels: Array, past: _Past | None, amount: float, transfer: str) -> _Past:
    """Return what is remembered of the next frame; its light is what is to be seen."""
    height, width = pixels.shape[:2]
    shown = np.asarray(levels.as_depth(pixels, "uint8"), np.uint8)
    seen = small_grey(shown, _LINES)
    light = np.asarray(ops.to_linear(pixels, transfer, "uint16"))
    step = None if past is None else way_back(past.seen, seen, width, height)
    if past is None or step is None:
        return _Past(seen, light)
    where, known = step
    before = taken(past.light, where, cv2.INTER_CUBIC)
    like = alike(ops.to_display(before, transfer, "uint8"), shown)
    weight = np.float32(amount) * known * ops.resize(like, width, height)
    return _Past(seen, np.asarray(ops.lerp(light, before, weight)))


def way_back(
    before: NDArray[np.uint8], now: NDArray[np.uint8], width: int, height: int
) -> tuple[Floats, Floats] | None:
    """Return (height, width, 2) x and y of where every place was, and whether it was seen, 0-1.

    before, now: (h, w) small grey pictures. None where a new shot begins.
    """
    here = places(width, height)
    if min(now.shape) < LEAST_SIDE:
        return (here, np.ones_like(here[..., 0])) if likeness(before, now) >= _OTHER else None
    there, back = motion(before, now, "fast")
    if likeness(fetched(before, back), now) < _OTHER:
        return None
    hidden = np.asarray(~seen_in_both(back, there), np.uint8)
    known = 1 - cv2.dilate(hidden, np.ones((3, 3), np.uint8)).astype(np.float32)
    where = enlarged(back, width, height, _STILL)
    where += here
    return where, np.asarray(cv2.resize(known, (width, height)), np.float32)


def alike(carried: Array, now: NDArray[np.uint8]) -> Floats:
    """Return (h, w), 0 to 1: how far what is carried looks like what is there, in every channel.

    carried, now: (H, W, 3) uint8. The result is half as large. Noise counts little: a place is
    compared with its neighbours.
    """
    size = max(1, now.shape[1] // 2), max(1, now.shape[0] // 2)
    one, other = (ops.reduce(each, *size) for each in (carried, now))
    apart = cv2.subtract(one, other, dtype=cv2.CV_16S)
    mean = cv2.blur(np.asarray(apart), (3, 3), borderType=cv2.BORDER_REPLICATE)
    most = levels.brightest_channel(cv2.convertScaleAbs(mean, alpha=8))
    unlike = np.square(most * np.float32(1 / (8 * _UNLIKE)))
    return np.asarray(1 / (1 + np.square(unlike)), np.float32)
