"""Exact times of frames whose copy on disk knows only milliseconds."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from afterglow.frames import Frame, Reach, VideoInfo

MILLISECOND = Fraction(1, 1000)
"""Seconds that Matroska counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """What the frames' times were before they were copied; 8 bytes a frame."""

    times: array[int] = field(default_factory=lambda: array("q"))
    """pts of every frame, in the units of the video."""
    of: list[VideoInfo] = field(default_factory=list)
    """The video that was copied last."""


class _Passing:
    """What holds no frame."""

    def reach(self, video: VideoInfo) -> Reach:
        """Return no neighbours."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return nothing: no frame is held."""
        return 0


@dataclass(frozen=True, slots=True)
class Rounded(_Passing):
    """Writes the times of frames down and rounds them to milliseconds."""

    clock: Clock

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it counts milliseconds."""
        begin = round(video.begin * video.time_base / MILLISECOND)
        return replace(video, time_base=MILLISECOND, begin=begin)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the frames at the nearest millisecond."""
        self.clock.of.append(video)
        for frame in frames:
            self.clock.times.append(frame.pts)
            yield replace(frame, pts=round(frame.pts * video.time_base / MILLISECOND))


@dataclass(frozen=True, slots=True)
class Restored(_Passing):
    """Gives frames of the copy the times that they had."""

    clock: Clock

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it counted before it was copied."""
        if not self.clock.of:
            return video
        known = self.clock.of[-1]
        begin = round(video.begin * video.time_base / known.time_base)
        return replace(
            video, time_base=known.time_base, rate=known.rate, begin=self._near(0, begin)
        )

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the frames at their own times."""
        unit = self.clock.of[-1].time_base if self.clock.of else video.time_base
        for number, frame in enumerate(frames):
            yield replace(frame, pts=self._near(number, round(frame.pts * video.time_base / unit)))

    def _near(self, number: int, pts: int) -> int:
        """The time that was written down for a frame, unless the copy lies elsewhere."""
        if number >= len(self.clock.times):
            return pts
        apart = abs(self.clock.times[number] - pts) * self.clock.of[-1].time_base
        return self.clock.times[number] if apart <= 2 * MILLISECOND else pts
