"""Another frame rate: pictures between the pictures by optical flow, or the nearest ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import TYPE_CHECKING, cast

from afterglow import ops
from afterglow.analysis.between import Passage, passage_of, picture_between
from afterglow.effects.style.transitions import LINEAR
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.standards import is_known

if TYPE_CHECKING:
    from afterglow.frames import Pixels

_HALF = Fraction(1, 2)
_NEAR = Fraction(1, 25)
"""Share of the way between two pictures within which the nearer one is taken as it is: containers
that count milliseconds are so far off."""
_LONGEST = 2
"""Usual distances of two pictures: what was held for longer begins to move so late."""
_LINES = 360
"""Lines, of 16:9, at which flow is searched in larger pictures."""
_FLOATS = 96
"""Bytes per pixel of two pictures' light, of their flows, and of what is mixed of them."""


@dataclass(frozen=True, slots=True)
class Retimed:
    """Settings of another frame rate; speed and length stay."""

    rate: Fraction
    """Frames per second that come out, exactly one tick of the time base apart."""
    smooth: bool = True
    """Make pictures between by optical flow; else the nearest ones are shown."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video at the new rate; of a single picture, that picture.

        Raises:
            UsageError: the rate is not above 0, or the light of the video's transfer is not known.
        """
        if self.rate <= 0:
            raise UsageError(f"a video cannot have {self.rate} frames per second")
        if self._mixes(video) and not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="convert it to BT.709 first",
            )
        frames = video.frames
        if frames is not None and frames > 1:
            frames = max(1, floor(frames * self.rate / video.rate + _HALF))
        duration = video.duration if frames is None else frames / self.rate
        return replace(
            video,
            rate=self.rate,
            time_base=1 / self.rate,
            begin=self._tick(video.begin, video),
            frames=frames,
            duration=duration,
        )

    def reach(self, video: VideoInfo) -> Reach:
        """Return the picture on either side of a moment."""
        return Reach(1, 1)

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of two pictures, and of what is made of them."""
        channels = 4 if video.alpha else 3
        pixels = video.width * video.height
        held = 3 * pixels * channels * video.depth // 8
        return held + pixels * (_FLOATS if self._mixes(video) else 0)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give a picture for every tick of the new rate."""
        before = next(frames, None)
        if before is None:
            return
        tick = self._tick(before.pts, video)
        usual, alone = 1 / video.rate, True
        for after in frames:
            alone = False
            pair = _Pair(before, after, video, self._mixes(video))
            while tick / self.rate < after.pts * video.time_base:
                yield replace(pair.at(tick / self.rate), pts=tick)
                tick += 1
            before = after
            del after, pair
        end = before.pts * video.time_base + usual
        first = tick
        while tick == first if alone else (tick + _HALF) / self.rate <= end:
            yield replace(before, pts=tick)
            tick += 1

    def _tick(self, pts: int, video: VideoInfo) -> int:
        return floor(pts * video.time_base * self.rate + _HALF)

    def _mixes(self, video: VideoInfo) -> bool:
        """Whether there are pictures to be made; at its own rate a video has them all."""
        return self.smooth and self.rate != video.rate


class _Pair:
    """Two pictures, and what is seen between them."""

    def __init__(self, one: Frame, other: Frame, video: VideoInfo, mixes: bool) -> None:
        self._one, self._other, self._mixes = one, other, mixes
        self._transfer = video.colour.transfer
        self._end = other.pts * video.time_base
        self._start = max(one.pts * video.time_base, self._end - _LONGEST / video.rate)

    def at(self, seconds: Fraction) -> Frame:
        """The picture of a moment: one of the two, or a new one."""
        moment = (seconds - self._start) / (self._end - self._start)
        near = _NEAR if self._mixes else _HALF
        if moment <= near:
            return self._one
        if moment >= 1 - near:
            return self._other
        if self._passage is None:
            return self._one if moment <= _HALF else self._other
        return self._made(self._passage, float(moment))

    @cached_property
    def _passage(self) -> Passage | None:
        one, other = (ops.array_of(each.pixels) for each in (self._one, self._other))
        return passage_of(one, other, _LINES)

    def _made(self, passage: Passage, moment: float) -> Frame:
        def between(one: Pixels, other: Pixels, transfer: str) -> Pixels:
            first, second = ops.array_of(one), ops.array_of(other)
            made = picture_between(first, second, passage, moment, transfer)
            return cast("Pixels", ops.beside(made, one))

        one, other = self._one, self._other
        pixels = between(one.pixels, other.pixels, self._transfer)
        if one.alpha is None or other.alpha is None:
            return replace(one, pixels=pixels)
        return replace(one, pixels=pixels, alpha=between(one.alpha, other.alpha, LINEAR))
