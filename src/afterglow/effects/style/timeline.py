"""Pictures and clips one after the other: held, joined by transitions, brought to one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from math import floor
from typing import Protocol

import numpy as np

from afterglow import ops
from afterglow.effects.style.quality import PICTURE_RATE
from afterglow.effects.style.transitions import crossed
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.framing import Fit, framed

_HALF = Fraction(1, 2)
_EASED = ("wipe", "slide")
"""Transitions that begin and end slowly: things move in them."""


class Shown(Protocol):
    """A picture or a clip that is not the first, as a backdrop gives it."""

    def memory(self, video: VideoInfo) -> int:
        """Bytes held while it plays."""

    def opened(self, video: VideoInfo) -> AbstractContextManager[Callable[[Fraction], Frame]]:
        """What gives the picture of any later and later second, in main memory."""


@dataclass(frozen=True, slots=True)
class Take:
    """One that is not the first, and how long it is seen."""

    shown: Shown
    """Gives its pictures, in the size and light of the first."""
    seconds: Fraction
    """From the beginning of one transition to the end of the next."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The source for some seconds, then others; each runs into the next for a while."""

    seconds: Fraction
    """How long the source is seen; a picture is held, and so is the last one of a clip."""
    takes: tuple[Take, ...] = ()
    """What comes after it."""
    transition: str = "dissolve"
    """How one becomes the next, by name."""
    overlap: Fraction = Fraction(1)
    """Seconds of a transition, when both are seen; 0 is a cut."""
    rate: Fraction | None = None
    """Frames per second; None: the source's, or 25 for a picture."""
    end: Fraction | None = None
    """Seconds after which all ends; None: when it is over."""
    pictures_only: bool = False
    """Let a video through as it is."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video: all that is seen, at an even rate."""
        if self._idle(video):
            return video
        rate = self.rate or (PICTURE_RATE if video.frames == 1 else video.rate)
        lengths = [self.seconds, *(take.seconds for take in self.takes)]
        whole = sum(lengths) - self.overlap * len(self.takes)
        if self.end is not None:
            whole = min(whole, self.end)
        frames = max(1, floor(whole * rate + _HALF))
        return replace(
            video,
            rate=rate,
            time_base=1 / rate,
            begin=0,
            frames=frames,
            duration=frames / rate,
        )

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing: a timeline is not cut."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the two that are seen at once, and of what is mixed of them."""
        picture = video.width * video.height * (4 if video.alpha else 3) * video.depth // 8
        others = max((take.shown.memory(video) for take in self.takes), default=0)
        return 8 * picture + 2 * others

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give a picture for every tick of the rate."""
        if self._idle(video):
            yield from frames
            return
        first = next(frames, None)
        if first is None:
            return
        plan = self.plan(video)
        with ExitStack() as stack:
            reel = _Reel(self, chain([first], frames), video, stack)
            for tick in range(plan.frames or 0):
                yield _beside(reel.at(tick / plan.rate), first, tick)

    def _idle(self, video: VideoInfo) -> bool:
        return self.pictures_only and video.frames != 1


class _Reel:
    """What is seen at a moment; two are open at a time at most."""

    def __init__(
        self, timeline: Timeline, frames: Iterator[Frame], video: VideoInfo, stack: ExitStack
    ) -> None:
        self._timeline, self._video, self._stack = timeline, video, stack
        self._lengths = [timeline.seconds, *(take.seconds for take in timeline.takes)]
        self._starts = starts(self._lengths, timeline.overlap)
        self._now = 0
        self._open: dict[int, Callable[[Fraction], Frame]] = {0: _playing(frames, video)}
        self._held: dict[int, ExitStack] = {}

    def at(self, seconds: Fraction) -> Frame:
        """The picture of a second, later and later."""
        last = len(self._lengths) - 1
        while self._now < last and seconds >= self._starts[self._now] + self._lengths[self._now]:
            self._close(self._now)
            self._now += 1
        one = self._picture(self._now, seconds)
        if self._now == last or seconds < self._starts[self._now + 1]:
            return one
        other = self._picture(self._now + 1, seconds)
        share = float((seconds - self._starts[self._now + 1]) / self._timeline.overlap)
        name = self._timeline.transition
        share = ops.eased(share) if name in _EASED else share
        return crossed(name, one, other, share, self._video.colour.transfer)

    def _picture(self, number: int, seconds: Fraction) -> Frame:
        if number not in self._open:
            held = self._held[number] = self._stack.enter_context(ExitStack())
            shown = self._timeline.takes[number - 1].shown
            self._open[number] = held.enter_context(shown.opened(self._video))
        frame = self._open[number](seconds - self._starts[number])
        return frame if number == 0 else self._alike(frame)

    def _alike(self, frame: Frame) -> Frame:
        """A picture of another file, with a matte or without as the first one is."""
        pixels, alpha = frame.pixels, frame.alpha
        if not self._video.alpha:
            alpha = None
        elif alpha is None:
            array = np.asarray(pixels)
            alpha = np.full(array.shape[:2], self._video.white, array.dtype)
        return Frame(pixels, 0, alpha)

    def _close(self, number: int) -> None:
        self._open.pop(number, None)
        held = self._held.pop(number, None)
        if held is not None:
            held.close()


def starts(lengths: Sequence[Fraction], overlap: Fraction) -> list[Fraction]:
    """Return the second at which each begins that is seen for so long."""
    begin, found = Fraction(0), []
    for length in lengths:
        found.append(begin)
        begin += length - overlap
    return found


def _playing(frames: Iterator[Frame], video: VideoInfo) -> Callable[[Fraction], Frame]:
    """What gives the frame of a second, later and later, counted from the first frame.

    It is the last that has begun, or begins within half of the usual distance.
    """
    now = next(frames)
    following = next(frames, None)
    zero, early = now.pts, 1 / video.rate / 2

    def at(seconds: Fraction) -> Frame:
        nonlocal now, following
        while following and (following.pts - zero) * video.time_base <= seconds + early:
            now, following = following, next(frames, None)
        return _in_main_memory(now)

    return at


def _beside(frame: Frame, first: Frame, pts: int) -> Frame:
    """The frame where the first one is, at its time."""
    alpha = None if frame.alpha is None else ops.beside(ops.array_of(frame.alpha), first.pixels)
    return Frame(ops.beside(ops.array_of(frame.pixels), first.pixels), pts, alpha)


def _in_main_memory(frame: Frame) -> Frame:
    """The frame with arrays: what comes after it has these."""
    if isinstance(frame.pixels, np.ndarray):
        return frame
    alpha = None if frame.alpha is None else ops.array_of(frame.alpha)
    return Frame(ops.array_of(frame.pixels), frame.pts, alpha)


@dataclass(frozen=True, slots=True)
class Sized:
    """The video in a frame of another size, with square pixels."""

    width: int
    """Pixels."""
    height: int
    """Lines."""
    fit: Fit = "cover"
    """Fill the frame, show all with bars, or change the shape."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video at its new size."""
        square = Fraction(1)
        return replace(video, width=self.width, height=self.height, sample_aspect=square)

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the new picture and of a buffer."""
        return 2 * self.width * self.height * (4 if video.alpha else 3) * video.depth // 8

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame at the new size."""
        aspect = float(video.sample_aspect)
        for frame in frames:
            pixels = framed(frame.pixels, self.width, self.height, self.fit, aspect)
            alpha = frame.alpha
            if alpha is not None:
                alpha = framed(alpha, self.width, self.height, self.fit, aspect)
            yield Frame(pixels, frame.pts, alpha)
