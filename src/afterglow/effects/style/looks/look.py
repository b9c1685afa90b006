"""What all looks have in common: settings, strength, and the way from frame to frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from afterglow import ops
from afterglow.effects.style.distance import Distances
from afterglow.effects.style.looks.exposure import Exposure
from afterglow.effects.style.looks.shot_statistics import window_of
from afterglow.effects.style.sdr import require_sdr
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.halves import Array

Painter: TypeAlias = Callable[[Frame], Array]
"""Gives (H, W, 3) of a frame in main memory, in its depth: the look at full strength.

It is made for one stream, and may remember what a look's ``past`` says.
"""

_BUFFERS = 8
"""Pictures that one frame's arithmetic holds at a time."""


@dataclass(frozen=True, slots=True)
class LookSettings:
    """What can be asked of every look."""

    strength: float = 1.0
    """0: the source bit for bit; 1: the whole look."""
    seed: int = 0
    """Which grain, dust and weave."""
    distances: Distances | None = None
    """What is near and what is far, if known: a look may lay the far out of focus."""


@dataclass(frozen=True, slots=True)
class Look(ABC):
    """A look laid over every frame, as far as its strength goes; in display light."""

    settings: LookSettings = field(default_factory=LookSettings)

    @abstractmethod
    def painter(self, video: VideoInfo) -> Painter:
        """Return what paints the frames of one stream, one after the other."""

    def placed(self, frame: Frame, video: VideoInfo) -> Frame:
        """Return the frame, in main memory, where the look puts it: where it is, usually.

        Before it is painted, so that a look of less strength shows no second picture.
        """
        return frame

    def past(self, video: VideoInfo) -> int:
        """Return the frames before that a frame's look depends on."""
        return 0

    def held(self, video: VideoInfo) -> float:
        """Return the pictures that a painter keeps from frame to frame."""
        return 0.0

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has before it is painted.

        The levels of one that has less are spread; 0: whatever it has.
        """
        return 0.0

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is, but for its channels: they may no longer be equal.

        Raises:
            UsageError: it is HDR.
        """
        if self.settings.strength <= 0:
            return video
        require_sdr(video, "looks are made")
        return replace(video, gray=False)

    def reach(self, video: VideoInfo) -> Reach:
        """Return what the look remembers."""
        if self.settings.strength <= 0:
            return Reach()
        return Reach(self.past(video) + (window_of(video) - 1 if self.span() > 0 else 0))

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: what is kept, and buffers."""
        picture = video.width * video.height * 3 * video.depth // 8
        return round(picture * (_BUFFERS + self.held(video)))

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame with the look on."""
        if self.settings.strength <= 0:
            yield from frames
            return
        painter = self.painter(video)
        exposed = Exposure(video, self.span()) if self.span() > 0 else ops.array_of
        for frame in frames:
            yield self._worn(frame, painter, exposed, video)

    def _worn(
        self, frame: Frame, painter: Painter, exposed: Callable[[Array], Array], video: VideoInfo
    ) -> Frame:
        here = self.placed(in_main_memory(frame), video)
        strength = self.settings.strength
        pixels = painter(replace(here, pixels=exposed(ops.array_of(here.pixels))))
        if strength < 1:
            pixels = ops.lerp(ops.array_of(here.pixels), pixels, strength)
        alpha = None if here.alpha is None else ops.beside(ops.array_of(here.alpha), frame.pixels)
        return Frame(ops.beside(pixels, frame.pixels), frame.pts, alpha)


def in_main_memory(frame: Frame) -> Frame:
    """Return the frame with NumPy arrays."""
    alpha = frame.alpha if frame.alpha is None else ops.array_of(frame.alpha)
    return Frame(ops.array_of(frame.pixels), frame.pts, alpha)


@dataclass(frozen=True, slots=True)
class Plain:
    """The look of no look: every frame as it came."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is."""
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the frame that passes."""
        return video.width * video.height * 3 * video.depth // 8

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the frames as they come."""
        return frames
