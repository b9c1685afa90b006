"""The frame whose background is made anew: which one, and what was really behind it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.plate import Passes, Plate, PlateSettings, background, make_plate
from afterglow.analysis.plate.fill import inpainted
from afterglow.analysis.plate.settings import Say
from afterglow.errors import DeviceError, UsageError
from afterglow.frames import Frame, VideoInfo


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One frame without its subject."""

    number: int
    """Of the frame, from 0."""
    time: Fraction
    """Seconds from the first frame that was read."""
    clean: NDArray[Any]
    """(H, W, 3) RGB in the depth of the video: its background, with holes filled from around."""
    holes: NDArray[np.uint8]
    """(H, W) 255 where nobody ever saw the background."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """The takes of a video, which take down on the first how much subject each frame shows."""

    passes: Passes
    """Gives the frames."""
    settings: PlateSettings
    """What counts as subject."""
    times: array[int] = field(default_factory=lambda: array("q"))
    """pts of every frame."""
    hidden: array[float] = field(default_factory=lambda: array("d"))
    """Share of every frame that the subject hides, 0 to 1."""

    def __call__(self, purpose: str) -> Iterator[Frame]:
        """Give the frames; 16 bytes are kept of each."""
        fresh = not self.times
        for frame in self.passes(purpose):
            if fresh:
                free = background(frame, self.settings)
                seen = 1.0 if free is None else float(np.count_nonzero(free)) / free.size
                self.times.append(frame.pts)
                self.hidden.append(1 - seen)
            yield frame


def reference_of(
    passes: Passes, settings: PlateSettings, video: VideoInfo, time: Fraction | None, say: Say
) -> Reference:
    """Return the frame shown at a time, or the one that shows most background, without its subject.

    time: seconds from the first frame that is read. All other frames of the shot tell what is
    behind the subject, as far as they saw it.

    Raises:
        UsageError: there is no frame at that time, or it is not of the shot that the plate shows.
        MediaError: there is no picture.
    """
    watched = Watched(passes, settings)
    try:
        plate = make_plate(watched, video, replace(settings, panorama=True), say)
    except (UsageError, DeviceError) as error:
        if time is not None:
            raise UsageError(
                f"the camera moves too far for a plate of any other frame than the first: {error}",
                hint="take a shorter part with --start and --duration, or leave out --time",
            ) from error
        say(f"the plate is of the first frame of its shot: {error}")
        watched = Watched(passes, settings)
        plate = make_plate(watched, video, replace(settings, panorama=False), say)
        return _seen_from(plate, _first(plate), watched, video)
    number = _most_background(plate, watched) if time is None else _at(time, watched, video)
    _require_aligned(plate, number, time)
    return _seen_from(plate, number, watched, video)


def _first(plate: Plate) -> int:
    """The number of the first frame that the plate shows."""
    return next(n for n, stand in enumerate(plate.survey) if stand.shot == plate.shot)


def _most_background(plate: Plate, watched: Watched) -> int:
    """The first of the frames of the shot of which the subject hides least."""
    fit = [n for n, stand in enumerate(plate.survey) if stand.shot == plate.shot and stand.fits]
    return min(fit, key=lambda number: watched.hidden[number])


def _at(time: Fraction, watched: Watched, video: VideoInfo) -> int:
    """The number of the frame that is shown at a time."""
    seconds = [pts * video.time_base for pts in watched.times]
    shown = sum(1 for each in seconds if each <= time)
    end = seconds[-1] + 1 / video.rate
    if shown == 0 or time >= end:
        raise UsageError(
            f"no frame is shown at --time: it is {float(time):g} s from the first that is read, "
            f"and there are {float(end):g} s",
            hint="--time counts from the beginning of SOURCE, as --start does",
        )
    return shown - 1


def _require_aligned(plate: Plate, number: int, time: Fraction | None) -> None:
    stand = plate.survey[number]
    if time is None or (stand.shot == plate.shot and stand.fits):
        return
    why = "could not be aligned" if stand.shot == plate.shot else "is of another shot than most"
    raise UsageError(
        f"the frame at --time {why}, so that no plate shows what is behind its subject",
        hint="take that shot alone with --start and --duration",
    )


def _seen_from(plate: Plate, number: int, watched: Watched, video: VideoInfo) -> Reference:
    """The plate as one of the frames would show it."""
    stand = plate.survey[number]
    still = (plate.canvas.width, plate.canvas.height) == (video.width, video.height)
    place = np.eye(3) if still and plate.canvas.left == plate.canvas.top == 0 else stand.place
    matrix = np.linalg.inv(plate.canvas.matrix(place))
    size = (video.width, video.height)
    known = np.where(plate.seen > 0, 255, 0).astype(np.uint8)
    if np.abs(matrix - np.eye(3)).max() < 1e-9:
        pixels, seen = plate.pixels, known
    else:
        pixels = cv2.warpPerspective(
            plate.pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        seen = np.asarray(
            cv2.warpPerspective(known, matrix, size, flags=cv2.INTER_LINEAR), np.uint8
        )
    holes = np.where(seen == 255, 0, 255).astype(np.uint8)
    time = (watched.times[number] - watched.times[0]) * video.time_base
    return Reference(number, time, inpainted(pixels, holes, "telea"), holes)


def subject_of(passes: Passes, number: int, settings: PlateSettings) -> NDArray[np.uint8]:
    """Return (H, W) 255 where the subject of a frame is; the video is read once more up to it."""
    frame = next(islice(passes("reference"), number, None))
    free = background(frame, settings)
    assert free is not None
    return np.bitwise_not(free)
