"""A photo or a video of a person whose face follows a performance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.face import Opener, Track, step
from afterglow.effects.style.character.portrait.drawing import Sitter, drawn, sitter_of
from afterglow.effects.style.character.portrait.frame import Points
from afterglow.effects.style.character.portrait.landmarks import require_inside
from afterglow.effects.style.character.pose import Performance
from afterglow.errors import MediaError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.standards import is_known

_SETTLED = Fraction(1)
"""Seconds after which the points of a face no longer tell where a run began."""
_PATIENCE = Fraction(2)
"""Seconds from the start in which a face must be seen."""
_FIELD = 100
"""Bytes per pixel of the fields and of what is looked up by them, at most."""

Finder = Callable[[Frame], Points | None]
"""Gives the (478, 3) points of the face in a frame, or None where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """Settings of a talking portrait."""

    performance: Performance
    """What the face does, by the time of a frame."""
    networks: Opener | None = None
    """Opens the networks that find the face; None where ``landmarks`` are given."""
    face: int | None = None
    """Which face, 1 being the leftmost; None: the largest."""
    landmarks: Points | None = None
    """(478, 3) points of the face in pixels of every frame, in the place of the networks'."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: the same."""
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return the frames before, over which a face is followed; none where it is given."""
        if self.landmarks is not None:
            return Reach()
        return Reach(past=min(60, max(1, round(video.rate * _SETTLED))))

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: the last picture and what it is drawn from."""
        return video.width * video.height * (9 * video.depth // 8 + _FIELD)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame with its face in the pose of its time.

        Raises:
            MediaError: no face is seen in the first two seconds.
            UsageError: the landmarks lie outside of the picture.
        """
        first = next(frames, None)
        if first is None:
            return
        transfer = video.colour.transfer if is_known(video.colour.transfer) else "bt709"
        sitter: Sitter | None = None
        with self._finder(video) as find:
            for frame in chain([first], frames):
                points = find(frame)
                if points is None:
                    yield frame
                    continue
                pixels = ops.array_of(frame.pixels)
                if sitter is None or not _same(sitter, pixels, points):
                    sitter = sitter_of(pixels, points, transfer)
                pose = self.performance.pose_at(float(frame.pts * video.time_base))
                yield _shown(frame, *drawn(sitter, pose, _matte(frame)))

    @contextmanager
    def _finder(self, video: VideoInfo) -> Iterator[Finder]:
        """What finds the face in frame after frame."""
        if self.landmarks is not None:
            given = self.landmarks
            require_inside(given, video.width, video.height)
            yield lambda frame: given
            return
        if self.networks is None:
            raise ValueError("a portrait takes landmarks, or networks that find them")
        with self.networks() as networks:
            follower = _Follower(Track(self.face), networks, video)
            yield follower.points
            follower.close()


class _Follower:
    """The face of a video, followed as long as a stream lasts."""

    def __init__(self, track: Track, networks: Any, video: VideoInfo) -> None:
        self._track, self._networks, self._video = track, networks, video
        self._began: int | None = None
        self._last = 0

    def points(self, frame: Frame) -> Points | None:
        """The points of the face in a frame; MediaError where none came in time."""
        if self._began is None:
            self._began = self._last = frame.pts
        seconds = float((frame.pts - self._last) * self._video.time_base)
        self._last = frame.pts
        pixels = ops.array_of(frame.pixels)
        before, self._track = self._track, step(pixels, seconds, self._track, self._networks)
        if self._track.last is None:
            still = before is self._track or self._video.frames == 1
            if still:
                raise self.missing()
            if (frame.pts - self._began) * self._video.time_base >= _PATIENCE:
                raise self.missing(f"the first {_PATIENCE} seconds")
        return self._track.face.points if self._track.face else None

    def missing(self, where: str = "the picture") -> MediaError:
        """What to tell where no face will come any more."""
        number = self._track.number
        return MediaError(
            f"no face {'' if number is None else f'number {number} '}was found in {where}",
            hint="give its points with --landmarks FILE, or take a drawn face with --puppet",
        )

    def close(self) -> None:
        """Raise MediaError where a whole run saw no face."""
        if self._track.last is None:
            raise self.missing()


def _matte(frame: Frame) -> NDArray[Any] | None:
    return None if frame.alpha is None else ops.array_of(frame.alpha)


def _shown(frame: Frame, pixels: NDArray[Any], matte: NDArray[Any] | None) -> Frame:
    """The frame with another picture, where its own lies."""
    alpha = None if matte is None else ops.beside(matte, frame.pixels)
    return replace(frame, pixels=ops.beside(pixels, frame.pixels), alpha=alpha)


def _same(sitter: Sitter, pixels: NDArray[Any], points: Points) -> bool:
    return sitter.points is points and np.array_equal(sitter.picture.pixels, pixels)
