"""What is near and what is far in a picture, for effects that ask: from a file, and behind a move.

Distances are (h, w) float32 of any size, 0 far to 1 near.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.effects.style.timeline import Shown
from afterglow.frames import Effect, Frame, Reach, VideoInfo
from afterglow.ops.framing import Fit, framed
from afterglow.ops.halves import Array
from afterglow.ops.levels import repeat_channel

Distances: TypeAlias = Callable[[Frame], Array]
"""Gives (h, w) float32 of a frame, at any size, 0 far to 1 near; frames come in order."""


class Depth(Protocol):
    """Knows the distances of a whole video."""

    def memory(self, video: VideoInfo) -> int:
        """Bytes held while it is asked."""

    def opened(self, video: VideoInfo) -> AbstractContextManager[Distances]:
        """What gives the distances of the frames of one stream."""


@dataclass(frozen=True, slots=True)
class InDepth:
    """An effect that is told what is near."""

    of: Callable[[Distances], Effect]
    """Makes it."""
    depth: Depth
    """Tells it."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return what the effect gives."""
        return self.of(_unknown).plan(video)

    def reach(self, video: VideoInfo) -> Reach:
        """Return what the effect needs."""
        return self.of(_unknown).reach(video)

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the effect and of what tells it."""
        return self.of(_unknown).memory(video) + self.depth.memory(video)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give what the effect gives."""
        with self.depth.opened(video) as distances:
            yield from self.of(distances).stream(frames, video)


def _unknown(frame: Frame) -> Array:
    """Stand for distances where none are asked for."""
    return np.zeros((1, 1), np.float32)


@dataclass(frozen=True, slots=True)
class FileDepth:
    """Distances from a picture or a video, white near."""

    shown: Shown
    """Gives its pictures by time."""
    own: VideoInfo
    """What it is."""
    start: Fraction = Fraction(0)
    """Seconds of it that belong to the first frame."""

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of its pictures and of the distances."""
        return self.shown.memory(self._as(video)) + 8 * video.width * video.height

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Distances]:
        """Give the distances of frames; a picture that is shown again gives the same ones."""
        with self.shown.opened(self._as(video)) as at:
            seen: tuple[Frame, Array] | None = None

            def distances(frame: Frame) -> Array:
                nonlocal seen
                shown = at(max(Fraction(0), self.start + video.seconds_at(frame.pts)))
                if seen is None or seen[0] is not shown:
                    grey = ops.luma(ops.array_of(shown.pixels))
                    seen = shown, np.asarray(ops.to_float(grey))
                return seen[1]

            yield distances

    def _as(self, video: VideoInfo) -> VideoInfo:
        """The video whose frame it is brought into, in its own colours: they are no light."""
        return replace(
            self.own,
            width=video.width,
            height=video.height,
            sample_aspect=video.sample_aspect,
            rate=video.rate,
        )


@dataclass(frozen=True, slots=True, eq=False)
class StillDepth:
    """Distances of a picture, the same for every frame."""

    near: Array
    """(h, w) float32 of the whole picture."""
    fit: Fit = "cover"
    """How the picture is brought into the frame."""

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the distances."""
        return 8 * video.width * video.height

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Distances]:
        """Give the same distances for every frame."""
        near = np.asarray(framed(self.near, video.width, video.height, self.fit))
        yield lambda frame: near


@dataclass(frozen=True, slots=True)
class Behind:
    """The distances behind an effect that moves the picture: they are moved likewise."""

    depth: Depth
    """Before it."""
    moved: Effect
    """Gives one frame for each, at once."""

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of moving grey pictures of 16 bits."""
        return self.depth.memory(video) + self.moved.memory(_grey(video))

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Distances]:
        """Give the distances of moved frames; they are asked for by the time alone."""
        with self.depth.opened(video) as distances:
            waiting: list[Frame] = []
            known: tuple[Array, Frame] | None = None

            def grey(frame: Frame) -> Frame:
                nonlocal known
                near = distances(frame)
                if known is None or known[0] is not near:
                    size = video.width, video.height
                    levels = np.asarray(ops.from_float(ops.resize(near, *size), "uint16"))
                    known = near, Frame(repeat_channel(levels), 0)
                return replace(known[1], pts=frame.pts)

            def coming() -> Iterator[Frame]:
                while waiting:
                    yield waiting.pop()

            made = self.moved.stream(coming(), _grey(video))

            def behind(frame: Frame) -> Array:
                waiting.append(grey(frame))
                return np.asarray(ops.to_float(ops.array_of(next(made).pixels)[..., 0]))

            yield behind


def _grey(video: VideoInfo) -> VideoInfo:
    return replace(video, depth=16, bits=16, alpha=False)
