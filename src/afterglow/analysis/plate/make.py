"""A plate: the background of a video without what moves before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.plate.canvas import Canvas, canvas_of, laid
from afterglow.analysis.plate.follower import stands_still, survey
from afterglow.analysis.plate.light import relit
from afterglow.analysis.plate.median import (
    Look,
    Middle,
    bytes_of_value,
    exact_median,
)
from afterglow.analysis.plate.settings import Passes, PlateSettings, Say, background
from afterglow.analysis.plate.survey import Stand, Survey
from afterglow.frames import Frame, VideoInfo


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """The background that was seen, and how well."""

    pixels: NDArray[Any]
    """(H, W, 3) RGB in the depth of the video; black where nothing was seen."""
    seen: NDArray[np.uint32]
    """(H, W): in how many frames each pixel was seen."""
    canvas: Canvas
    """Which part of the world it shows, in pixels of the reference frame."""
    survey: Survey
    """Where each frame stands; a frame of another shot has no place on the plate."""
    shot: int
    """Number of the shot that the plate shows; its first frame is the reference."""
    used: int
    """Frames that were aligned and counted."""

    @property
    def real(self) -> float:
        """The share of the pixels that were seen, 0 to 1."""
        return float(np.count_nonzero(self.seen)) / self.seen.size

    @property
    def holes(self) -> NDArray[np.uint8]:
        """(H, W) 255 where the background was never seen."""
        return np.where(self.seen == 0, 255, 0).astype(np.uint8)


def make_plate(passes: Passes, video: VideoInfo, settings: PlateSettings, say: Say) -> Plate:
    """Return the median of all visible background, aligned to the first frame of the longest shot.

    passes: gives the frames again and again; their matte, if they have one, is the subject.
    Memory does not depend on the length of the video, but for 112 bytes a frame.

    Raises:
        MediaError: there is no picture.
        UsageError: the canvas of a panorama would be too large.
    """
    stands = survey(passes("camera and light"), video, settings)
    shot = stands.longest_shot()
    used = sum(1 for _ in stands.of(shot))
    still = stands_still(stands.of(shot), video)
    panorama = settings.panorama and not still
    canvas = canvas_of((each.place for each in stands.of(shot)), video, panorama=panorama)
    _tell(stands, shot, used, say)
    bands = list(canvas.bands(_lines(canvas, video, settings, used)))
    parts = []
    for number, band in enumerate(bands):
        looks = _Looks(
            passes, stands, shot, still, band, video, settings, f"{number + 1}/{len(bands)}"
        )
        parts.append(exact_median(looks, (band.height, band.width), video.depth, used))
    whole = _joined(parts)
    return Plate(whole.pixels, whole.seen, canvas, stands, shot, used)


def _lines(canvas: Canvas, video: VideoInfo, settings: PlateSettings, used: int) -> int:
    """Lines of the canvas that can be counted at once."""
    line = canvas.width * 3 * bytes_of_value(video.depth, used)
    return max(1, min(canvas.height, settings.memory // line))


def _joined(parts: list[Middle]) -> Middle:
    pixels, seen = ([getattr(part, name) for part in parts] for name in ("pixels", "seen"))
    return Middle(np.concatenate(pixels), np.concatenate(seen))


def _tell(stands: Survey, shot: int, used: int, say: Say) -> None:
    """Say which frames are left out, and why."""
    others = sum(stand.shot != shot for stand in stands)
    if others:
        say(f"plate: {others} of {len(stands)} frames belong to other shots and are left out")
    lost = len(stands) - others - used
    if lost:
        say(f"plate: {lost} of {len(stands)} frames could not be aligned and are left out")


@dataclass(frozen=True, slots=True)
class _Looks:
    """Gives the frames as a band of the canvas shows them, each time it is called."""

    passes: Passes
    stands: Survey
    shot: int
    still: bool
    band: Canvas
    video: VideoInfo
    settings: PlateSettings
    part: str

    def __call__(self) -> Iterator[Look]:
        name = "median" if self.part == "1/1" else f"median, part {self.part}"
        for stand, frame in zip(self.stands, self.passes(name), strict=True):
            if stand.shot == self.shot and stand.fits:
                look = self._look(frame, stand)
                if look is not None:
                    yield look

    def _look(self, frame: Frame, stand: Stand) -> Look | None:
        pixels = np.asarray(ops.array_of(frame.pixels))
        even = relit(pixels, stand.gain, self.video.colour.transfer)
        place = np.eye(3) if self.still else stand.place
        return laid(even, background(frame, self.settings), place, self.band)
