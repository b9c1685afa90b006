"""One pass over a video: camera and light of every frame."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.shot.exposure import Exposure, smoothed
from afterglow.analysis.shot.glance import Glance, glance
from afterglow.analysis.shot.lit import middle_of_light
from afterglow.analysis.shot.oriented import oriented, rested
from afterglow.analysis.shot.path import Path, Stand
from afterglow.analysis.shot.stance import from_lines, from_walk, height_above
from afterglow.analysis.shot.views import Survey, View
from afterglow.frames import Frame, VideoInfo

Reals = NDArray[np.float64]

_LESS = 0.002
"""Share of the picture that another frame must show more of to become the reference."""


class Surveyor:
    """What has been seen of a video so far; its frames come in one by one."""

    def __init__(self, video: VideoInfo, *, smooth: int = 15) -> None:
        """Begin a video; smooth: frames over which its light is smoothed."""
        self._video, self._smooth = video, smooth
        self._path, self._exposure = Path(), Exposure()
        self._hidden: list[float] = []
        self._bodies: list[tuple[float, float] | None] = []
        self._best: Glance | None = None
        self._reference = 0
        """The first frame that shows about as much background as any."""
        self._light: Reals | None = None
        """(2, r, c): sum of the background's luminance, and the frames that showed it."""

    def step(self, frame: Frame) -> None:
        """Take the next frame: RGB of any size with the video's shape, its matte the subject."""
        now = glance(frame, self._video.colour.transfer)
        shot, turn, shift = self._path.step(now, 1 / self._exposure.contrast)
        self._exposure.step(now, shot, turn, shift)
        self._hidden.append(now.hidden)
        self._bodies.append(now.body)
        if self._best is None or now.hidden < self._best.hidden - _LESS:
            self._best, self._reference = now, len(self._hidden) - 1
        self._weigh(now)

    def _weigh(self, now: Glance) -> None:
        if self._light is None:
            self._light = np.zeros((2, *now.free.shape))
        self._light[0] += (now.light @ np.array([0.2126, 0.7152, 0.0722], np.float32)) * now.free
        self._light[1] += now.free

    def finish(self) -> Survey:
        """The survey of all frames."""
        if self._best is None or self._light is None:
            return Survey(())
        width = self._best.grey.shape[1]
        stands = oriented(self._path.finish(), self._path.cues)
        stands = rested(stands, width)
        scale = self._video.width / width
        gains = self._gains(stands)
        views = tuple(
            _view(stand, scale, gain) for stand, gain in zip(stands, gains.tolist(), strict=True)
        )
        horizon, height = self._stance(stands)
        return Survey(views, middle_of_light(*self._light), height, horizon, self._reference)

    def _gains(self, stands: list[Stand]) -> Reals:
        """(frames, 3) light over that of the reference, or of the shot's clearest frame."""
        stops = np.array(self._exposure.stops)
        hidden = np.array(self._hidden)
        start, parts = 0, []
        for _, group in groupby(stands, key=lambda stand: stand.shot):
            end = start + len(list(group))
            calm = smoothed(stops[start:end], self._smooth)
            inside = start <= self._reference < end
            clear = self._reference if inside else start + int(np.argmin(hidden[start:end]))
            parts.append(calm - calm[clear - start])
            start = end
        return np.asarray(np.exp2(np.concatenate(parts)))

    def _stance(self, stands: list[Stand]) -> tuple[float | None, float | None]:
        """Horizon in the first frame of the reference's shot, and height of the camera."""
        assert self._best is not None
        lines = self._best.grey.shape[0]
        shot = stands[self._reference].shot
        pairs = [
            (
                _unmoved(body[1], stand, lines),
                (body[1] - body[0]) / abs(stand.turn),
                hidden / abs(stand.turn) ** 2,
            )
            for body, hidden, stand in zip(self._bodies, self._hidden, stands, strict=True)
            if body is not None and stand.shot == shot
        ]
        feet, stature, area = np.array(pairs, np.float64).reshape(-1, 3).T
        walk = from_walk(feet, stature, area)
        if walk is not None:
            return walk
        horizon = from_lines(self._best.grey, self._best.matte)
        if horizon is None:
            return None, None
        horizon = _unmoved(horizon, stands[self._reference], lines)
        height = height_above(feet, stature, horizon)
        return (None, None) if height is None and len(feet) else (horizon, height)


def _unmoved(height: float, stand: Stand, lines: int) -> float:
    """Where a height of the picture, as its share, would be in the shot's first frame."""
    return float(((height - 0.5) * lines - stand.shift.imag) / abs(stand.turn) / lines + 0.5)


def _view(stand: Stand, scale: float, gain: list[float]) -> View:
    red, green, blue = gain
    return View(
        stand.shift.real * scale,
        stand.shift.imag * scale,
        float(np.degrees(np.angle(stand.turn))),
        abs(stand.turn),
        stand.travel.real * scale,
        stand.travel.imag * scale,
        (red, green, blue),
        stand.shot,
    )


def survey(frames: Iterable[Frame], video: VideoInfo, *, smooth: int = 15) -> Survey:
    """The survey of a video; a frame's matte, if it carries one, is the subject.

    frames: RGB of any size with the video's shape, the same throughout; small ones cost least.
    smooth: frames over which the light is smoothed.
    """
    surveyor = Surveyor(video, smooth=smooth)
    for frame in frames:
        surveyor.step(frame)
    return surveyor.finish()
