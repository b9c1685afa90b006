"""Camera motion of a stream: how the content moved from each frame to the next.

One pass, no look-ahead, and a state whose size does not depend on the length of the video.

Phase correlation with the frame before proposes motions; so do "nothing moved", "it went on as
before" and, for a similarity, followed corner points. The one that explains most of the picture is
taken, and refined against an anchor: an earlier frame of the shot that is still largely in view.
Errors therefore do not add up from frame to frame, and a camera that stands still stays put.

Before a plain backdrop only the subject could be followed: then the camera is said to rest.
A picture with black bars at its sides counts as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.align import Matrix, inverse
from afterglow.analysis.follow import Model, Seen, begin, follow
from afterglow.analysis.picture import Look, look, measuring_size
from afterglow.frames import Frame, VideoInfo

__all__ = ["CameraTracker", "Matrix", "Model", "Motion", "track"]

_LEAST_SIDE = 12
"""Pixels: in a coarse picture that is smaller no motion is sought."""
_DARK = 12.0
"""Mean level, 0-255, below which a blank picture is black."""


def _rest() -> Matrix:
    return np.eye(3)


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Motion of the content from the frame before to this frame, in display pixels, y down."""

    step: Matrix = field(default_factory=_rest)
    """(3, 3) maps a place in the frame before to its place in this frame."""
    cumulative: Matrix = field(default_factory=_rest)
    """(3, 3) maps a place in the shot's first frame to its place in this frame."""
    dx: float = 0.0
    """Pixels that the middle of the picture moved to the right."""
    dy: float = 0.0
    """Pixels that the middle of the picture moved down."""
    rotation: float = 0.0
    """Degrees that the content turned, clockwise as seen."""
    zoom: float = 1.0
    """Size of the content over its size in the frame before."""
    response: float = 0.0
    """Height of the correlation peak, 0 to 1: low where nothing lines up."""
    second_ratio: float = 1.0
    """Second-best peak over the best: near 1 means that there were two answers, or none."""
    mismatch: float = 1.0
    """Share of the picture that the motion does not explain, 0 to 1."""
    cut: bool = False
    """The frame begins a new shot."""
    shot: int = 0
    """Number of the shot, from 0."""


class CameraTracker:
    """The state of one video's camera: what has been seen of it so far."""

    def __init__(
        self, width: int, height: int, model: Model = "translation", *, lines: int = 270
    ) -> None:
        """Begin a video of ``width`` x ``height`` pixels, measured at ``lines`` lines of 16:9."""
        self._full = (width, height)
        self._model = model
        self._lines = lines
        self._size: tuple[int, int] | None = None
        self._seen: Seen | None = None

    def step(self, picture: NDArray[Any], subject: NDArray[Any] | None = None) -> Motion:
        """Return the motion that led to this frame.

        picture: (h, w) grey or (h, w, 3) RGB, uint8, uint16 or float32 0-255, of any size with the
        video's shape, the same throughout; a picture that is already small costs least.
        subject: (H, W) matte, uint8, uint16 or float32 0-1, of any size; it is left out.
        """
        if self._model == "none":
            return Motion()
        if self._size is None:
            self._size = measuring_size(picture.shape, self._lines)
        if min(self._size) < 2 * _LEAST_SIDE:
            return Motion()
        now = look(picture, subject, self._size)
        before = self._seen
        if now.blank:
            return self._blank(before, now)
        self._seen = follow(before, now, self._model) if before else begin(now, self._model)
        return self._motion(self._seen)

    def _blank(self, before: Seen | None, now: Look) -> Motion:
        """Return no motion; what was seen before is kept, for the picture may come back."""
        if before is None:
            return Motion()
        if now.brightness < _DARK and before.look.brightness > 2 * _DARK and not before.over:
            self._seen = replace(before, over=True)
            return Motion(cut=True, shot=before.shot + 1)
        return Motion(cumulative=self._in_full(before.place), shot=before.shot + before.over)

    def _motion(self, seen: Seen) -> Motion:
        if seen.found is None:
            return Motion(shot=seen.shot)
        found = seen.found
        step = self._in_full(seen.step)
        middle = np.array([(self._full[0] - 1) / 2, (self._full[1] - 1) / 2, 1.0])
        dx, dy, _ = step @ middle - middle
        return Motion(
            step,
            self._in_full(seen.place),
            float(dx),
            float(dy),
            float(np.degrees(np.arctan2(step[1, 0], step[0, 0]))),
            float(np.sqrt(abs(np.linalg.det(step[:2, :2])))),
            found.response,
            found.second_ratio,
            found.mismatch,
            seen.cut,
            seen.shot,
        )

    def _in_full(self, matrix: Matrix) -> Matrix:
        """Return a matrix between small pictures as one between frames."""
        assert self._size is not None
        ratio = np.array(self._size) / self._full
        shrink = np.diag([*ratio, 1.0])
        shrink[:2, 2] = (ratio - 1) / 2
        return inverse(shrink) @ matrix @ shrink


def track(
    frames: Iterable[Frame], video: VideoInfo, model: Model
) -> Iterator[tuple[Frame, Motion]]:
    """Give every frame out with the motion that led to it; its matte, if any, is the subject.

    The frames' pixels are NumPy arrays.
    """
    tracker = CameraTracker(video.width, video.height, model)
    for frame in frames:
        matte = None if frame.alpha is None else np.asarray(frame.alpha)
        yield frame, tracker.step(np.asarray(frame.pixels), matte)
