"""A contact sheet of a video that streams by: evenly spaced pictures of it under their times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import NamedTuple

import numpy as np

from afterglow import ops
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import sheets
from afterglow.ops.levels import as_depth
from afterglow.ops.sheets import Picture

_BACK = 96
"""Grey level behind what is transparent."""
_SPARE = 8
"""Pictures that are held for each that is shown: the spacing is even to a part of so many."""


class Glance(NamedTuple):
    """One small picture."""

    seconds: Fraction
    """Its time, from the first picture."""
    picture: Picture
    """(h, w, 3) uint8 RGB."""


@dataclass(frozen=True, slots=True)
class Sheeted:
    """Settings of a contact sheet; the frames themselves go through as they are."""

    keep: Callable[[Picture], None]
    """Takes the sheet once the last frame went by: (H, W, 3) uint8 RGB."""
    count: int = 12
    """Pictures on it, at most."""
    columns: int = 4
    """Pictures in a row."""
    width: int = 384
    """Pixels of a picture, at most, along its longer side."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the same video."""
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return that nothing around a frame is needed."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the small pictures and of the sheet."""
        width, height = self.cell(video)
        return (self.count * (_SPARE + 3) + 8) * width * height * 3

    def cell(self, video: VideoInfo) -> tuple[int, int]:
        """Return (width, height) of a picture on the sheet, in its true shape."""
        wide, high = video.width * video.sample_aspect, Fraction(video.height)
        scale = min(Fraction(1), self.width / max(wide, high))
        return max(1, round(wide * scale)), max(1, round(high * scale))

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame on; hand the sheet over after the last."""
        seen: list[Glance] = []
        pace, first = Fraction(0), None
        seconds = Fraction(0)
        for frame in frames:
            first = frame.pts if first is None else first
            seconds = (frame.pts - first) * video.time_base
            if not seen or seconds >= seen[-1].seconds + pace:
                seen.append(Glance(seconds, small(frame, self.cell(video))))
            if len(seen) > _SPARE * self.count:
                seen = seen[::2]
                pace = max(2 * pace, seen[1].seconds - seen[0].seconds)
            yield frame
        if seen:
            self.keep(laid_out(spread(seen, seconds, self.count), self.columns))


def small(frame: Frame, size: tuple[int, int]) -> Picture:
    """Return (h, w, 3) uint8 RGB of a frame at a size (width, height), over grey where it ends."""
    pixels = np.asarray(as_depth(ops.array_of(frame.pixels), "uint8"))
    picture = sheets.fitted(pixels, size)
    if frame.alpha is None:
        return picture.copy() if picture is pixels else picture
    alpha = np.asarray(as_depth(ops.array_of(frame.alpha), "uint8"))
    ground = np.full_like(picture, _BACK)
    return np.asarray(ops.over(ground, picture, sheets.fitted(alpha, size)))


def spread(seen: list[Glance], end: Fraction, count: int) -> list[Glance]:
    """Return ``count`` pictures, or all if they are fewer, evenly over the time to ``end``."""
    if len(seen) <= count:
        return seen
    chosen: list[Glance] = []
    for number in range(count):
        rest = seen[: len(seen) - (count - number - 1)]
        wanted = end * (2 * number + 1) / (2 * count)
        chosen.append(min(rest, key=lambda one: abs(one.seconds - wanted)))
        seen = seen[seen.index(chosen[-1]) + 1 :]
    return chosen


def laid_out(seen: list[Glance], columns: int) -> Picture:
    """Return the sheet: (H, W, 3) uint8 RGB."""
    across = min(columns, ceil(len(seen) / ceil(len(seen) / columns)))
    names = [f"{float(each.seconds):.2f} s" for each in seen]
    return sheets.sheet([each.picture for each in seen], names, across)
