"""A camera that moves over the frames of a video, or over a picture that is held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from afterglow import ops
from afterglow.analysis.parallax import Sheets
from afterglow.effects.style.camera.drawing import seen_through
from afterglow.effects.style.camera.moves import MOVES, PARALLAX, Ease, Move, bounds_of
from afterglow.effects.style.camera.path import FLAT, Path, path_of, relief
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.levels import repeat_channel

if TYPE_CHECKING:
    from afterglow.effects.style.distance import Distances
    from afterglow.frames import Pixels

USUAL_SECONDS = Fraction(5)
"""How long a move takes where nobody knows how long the video is."""
_LAYERS = 6
"""Layers at most that a picture is taken apart into."""
_SHEETS = 4 * (_LAYERS + 1)
"""Pictures that these take at most, twice as wide and high."""
_FLAT = 6
"""Pictures that one flat view takes: the enlarged one, and the result."""
_FLOATS = 64
"""Bytes per pixel of the arithmetic that takes a picture apart."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Settings of a camera move. Nothing beyond the picture's edge is seen: it is taken closer."""

    move: Move
    """What the camera does."""
    amount: float | None = None
    """How much of it, as ``MOVES`` says; None: as usual. Negative goes the other way."""
    ease: Ease = "in-out"
    """How its pace changes."""
    seconds: Fraction | None = None
    """How long it takes; None: as long as the video. It stays where it has come to."""
    distances: Distances | None = None
    """Gives (h, w) float32 of a frame, at any size: 0 far to 1 near, in steps of parallax. Without
    it, orbit, dolly and crane move a flat picture in space."""
    say: Callable[[str], None] | None = None
    """Takes a line for the person about what had to be assumed."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is.

        Raises:
            UsageError: there is no such move, or not so much of it.
        """
        if self.move not in MOVES:
            raise UsageError(f"the camera knows no {self.move!r}: {', '.join(MOVES)}")
        least, most = bounds_of(self.move)
        if not least <= self._much <= most:
            raise UsageError(
                f"the amount of {self.move} is {least:g} to {most:g}, and not {self._much:g}"
            )
        if self.seconds is not None and self.seconds <= 0:
            raise UsageError(f"a camera move cannot take {float(self.seconds):g} seconds")
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return no neighbours: the camera's place is told by the time alone."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of enlarged pictures."""
        pixels = video.width * video.height
        pictures = pixels * (4 if video.alpha else 3) * video.depth // 8
        if self._travels:
            return pictures * (_SHEETS + 2) + pixels * _FLOATS
        return pictures * _FLAT

    def lasts(self, video: VideoInfo) -> Fraction:
        """Return the seconds that the move takes over such a video."""
        if self.seconds is not None:
            return self.seconds
        if video.duration:
            return video.duration
        return video.frames / video.rate if video.frames else USUAL_SECONDS

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame as the moving camera sees it."""
        if self.move == "static":
            yield from frames
            return
        self._tell(video)
        size = video.width, video.height
        distances = self.distances if self.move in PARALLAX else None
        known = FLAT if distances is None else relief()
        path = path_of(self.move, self._much, self.ease, size, known)
        # The last picture is at the end of the way, and not one before it.
        span = max(self.lasts(video) - 1 / video.rate, 1 / video.rate)
        relieved = None if distances is None else _Relieved(path, distances)
        for frame in frames:
            way = float(min(max(video.seconds_at(frame.pts) / span, Fraction(0)), Fraction(1)))
            yield _flat(frame, path, way) if relieved is None else relieved.seen(frame, way)

    @property
    def _much(self) -> float:
        return MOVES[self.move] if self.amount is None else self.amount

    @property
    def _travels(self) -> bool:
        """Whether the near moves more than the far."""
        return self.move in PARALLAX and self.distances is not None

    def _tell(self, video: VideoInfo) -> None:
        if self.say is None:
            return
        if self.seconds is None and not video.duration and not video.frames:
            self.say(f"camera: nobody knows how long the video is: {self.move} takes 5 seconds")
        if self.move in PARALLAX and self.distances is None:
            self.say(f"camera: without depth, {self.move} moves the picture as a flat one")


def _flat(frame: Frame, path: Path, way: float) -> Frame:
    """A frame whose picture is flat in space."""
    matrix = path.matrix(way)
    pixels = seen_through(frame.pixels, matrix)
    if frame.alpha is None:
        return replace(frame, pixels=pixels)
    return replace(frame, pixels=pixels, alpha=seen_through(frame.alpha, matrix))


class _Relieved:
    """What gives views of frames by their depth; a picture that is held is taken apart once."""

    def __init__(self, path: Path, distances: Distances) -> None:
        self._path, self._distances = path, distances
        self._reach = max(4, round(path.sway()))
        self._known: tuple[Pixels, Pixels | None] | None = None
        self._sheets: list[Sheets] = []

    def seen(self, frame: Frame, way: float) -> Frame:
        """The frame as the camera sees it."""
        if self._known is None or not _same(self._known, (frame.pixels, frame.alpha)):
            self._sheets = self._apart(frame)
            self._known = frame.pixels, frame.alpha
        source, (width, height) = self._path.source(way), self._path.size
        pixels, *mattes = (each.drawn(source, width, height) for each in self._sheets)
        alpha: Any = mattes[0][..., 0] if mattes else None
        return Frame(pixels, frame.pts, alpha)

    def _apart(self, frame: Frame) -> list[Sheets]:
        width, height = self._path.size
        depth = ops.resize(np.asarray(self._distances(frame), np.float32), width, height)
        depth = np.clip(depth, 0, 1)
        pictures = [frame.pixels]
        if frame.alpha is not None:
            pictures.append(repeat_channel(frame.alpha))
        return [Sheets(each, depth, self._reach, _LAYERS) for each in pictures]


def _same(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    """Whether two pictures with their mattes are the very same arrays."""
    return one[0] is other[0] and one[1] is other[1]
