"""One pass over a video: camera and light of every frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.camera import CameraTracker, Motion
from afterglow.analysis.shot.views import Survey, View
from afterglow.frames import Frame, VideoInfo

_LINES = 135
"""Lines of 16:9 at which the camera is followed."""


class Surveyor:
    """What has been seen of a video so far; its frames come in one by one."""

    def __init__(self, video: VideoInfo, *, smooth: int = 15) -> None:
        """Begin a video; smooth: frames over which its light is smoothed."""
        self._video, self._smooth = video, smooth
        self._tracker = CameraTracker(video.width, video.height, "similarity", lines=_LINES)
        self._motions: list[Motion] = []
        self._hidden: list[float] = []

    def step(self, frame: Frame) -> None:
        """Take the next frame: RGB of any size with the video's shape, its matte the subject."""
        picture = ops.array_of(frame.pixels)
        matte = None if frame.alpha is None else ops.array_of(frame.alpha)
        self._motions.append(self._tracker.step(picture, matte))
        self._hidden.append(0.0 if matte is None else float(matte.mean()))

    def finish(self) -> Survey:
        """The survey of all frames."""
        if not self._motions:
            return Survey(())
        views = tuple(self._view(motion) for motion in self._motions)
        return Survey(views, reference=int(np.argmin(self._hidden)))

    def _view(self, motion: Motion) -> View:
        place: NDArray[Any] = motion.cumulative
        middle = np.array([(self._video.width - 1) / 2, (self._video.height - 1) / 2, 1.0])
        dx, dy, _ = place @ middle - middle
        turn = float(np.degrees(np.arctan2(place[1, 0], place[0, 0])))
        zoom = float(np.sqrt(abs(np.linalg.det(place[:2, :2]))))
        return View(float(dx), float(dy), turn, zoom, shot=motion.shot)


def survey(frames: Iterable[Frame], video: VideoInfo, *, smooth: int = 15) -> Survey:
    """The survey of a video; a frame's matte, if it carries one, is the subject.

    frames: RGB of any size with the video's shape, the same throughout; small ones cost least.
    smooth: frames over which the light is smoothed.
    """
    surveyor = Surveyor(video, smooth=smooth)
    for frame in frames:
        surveyor.step(frame)
    return surveyor.finish()
