"""A plate: the background of a video without what moves before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.align import Matrix
from afterglow.analysis.plate.canvas import Canvas, canvas_of, laid, swept
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
from afterglow.errors import DeviceError
from afterglow.frames import Frame, VideoInfo

_LONG = 1 << 16
"""Frames, from which counts need four bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """The background that was seen, and how well."""

    pixels: NDArray[Any]
    """(H, W, 3) RGB in the depth of the video; black where nothing was seen."""
    seen: NDArray[np.uint32]
    """(H, W): in how many frames each pixel was seen."""
    swept: NDArray[np.bool_]
    """(H, W): the camera looked there, whether or not the subject hid it."""
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
        """The share that was seen of what the camera swept, 0 to 1."""
        return float(np.count_nonzero(self.seen)) / float(np.count_nonzero(self.swept))

    @property
    def holes(self) -> NDArray[np.uint8]:
        """(H, W) 255 where the camera looked, but the background was never seen."""
        return np.where(self.swept & (self.seen == 0), 255, 0).astype(np.uint8)


def make_plate(passes: Passes, video: VideoInfo, settings: PlateSettings, say: Say) -> Plate:
    """Return the median of all visible background, aligned to the first frame of the longest shot.

    passes: gives the frames again and again; their matte, if they have one, is the subject.
    Memory does not depend on the length of the video, but for 112 bytes a frame.

    Raises:
        MediaError: there is no picture.
        UsageError: the canvas of a panorama would be too large.
        DeviceError: memory does not suffice for it.
    """
    stands = survey(passes("camera and light"), video, settings)
    shot = stands.longest_shot()
    used = sum(1 for _ in stands.of(shot))
    still = stands_still(stands.of(shot), video)
    panorama = settings.panorama and not still
    canvas = canvas_of(_places(stands, shot, still), video, panorama=panorama)
    _require_memory(canvas, video, settings)
    _tell(stands, shot, used, say)
    bands = list(canvas.bands(_lines(canvas, video, settings, used)))
    parts = []
    for number, band in enumerate(bands):
        looks = _Looks(
            passes, stands, shot, still, band, video, settings, f"{number + 1}/{len(bands)}"
        )
        parts.append(exact_median(looks, (band.height, band.width), video.depth, used))
    whole = _joined(parts)
    shown = whole.seen > 0
    if panorama or not shown.all():
        shown |= swept(_places(stands, shot, still), canvas, video.width, video.height)
    return Plate(whole.pixels, whole.seen, shown, canvas, stands, shot, used)


def _places(stands: Survey, shot: int, still: bool) -> Iterator[Matrix]:
    return (np.eye(3) if still else stand.place for stand in stands.of(shot))


def memory_of(video: VideoInfo, settings: PlateSettings) -> int:
    """Return the bytes that a plate of the size of the video needs at most, whatever its length."""
    pixels = video.width * video.height
    counting = pixels * 3 * bytes_of_value(video.depth, _LONG)
    return min(settings.memory, counting) + pixels * _bytes_of_pixel(video)


def _bytes_of_pixel(video: VideoInfo) -> int:
    """Of the pictures of a canvas: the plate in the making and made, a frame laid on it, masks."""
    return 4 * 3 * video.depth // 8 + 4 * 4


def _require_memory(canvas: Canvas, video: VideoInfo, settings: PlateSettings) -> None:
    need = canvas.width * canvas.height * _bytes_of_pixel(video)
    if need > settings.memory:
        raise DeviceError(
            f"the plate would have {canvas.width} x {canvas.height} pixels and need "
            f"{need / 1e9:.1f} GB; {settings.memory / 1e9:.1f} GB may be used",
            hint="use fewer lines (--resolution), a shorter part, or leave out --panorama",
        )


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
