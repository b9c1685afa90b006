"""Plates of real clips: a road, filmed from above by a camera that sways, without its cars."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.plate import PlateSettings, make_plate
from afterglow.frames import Frame, VideoInfo

pytestmark = pytest.mark.footage

FLOOR = 43.0
"""Decibels against the empty road of the first frame, whose noise counts; 44.3 was measured."""


def every_fourth(clip: Path) -> Iterator[Frame]:
    with av.open(str(clip)) as box:
        for pts, picture in enumerate(islice(box.decode(video=0), 0, None, 4)):
            yield Frame(picture.to_ndarray(format="rgb24"), pts)


def decibels(found: NDArray[Any], true: NDArray[Any]) -> float:
    return float(-10 * np.log10(np.mean(((found.astype(float) - true) / 255) ** 2)))


def test_the_cars_are_gone(footage: Path) -> None:
    frames = list(every_fourth(footage / "static" / "car-detection.mp4"))
    empty = np.asarray(frames[0].pixels)
    height, width = empty.shape[:2]
    video = VideoInfo(width, height, Fraction(25, 8), Fraction(8, 25), frames=len(frames))

    def plate(camera: Any) -> NDArray[Any]:
        settings = PlateSettings(camera, matte=False)
        return make_plate(lambda name: iter(frames), video, settings, print).pixels

    mean = np.mean([frame.pixels for frame in frames], axis=0)
    bare = decibels(plate("none"), empty), decibels(mean, empty)
    followed = decibels(plate("homography"), empty)
    assert followed >= FLOOR and followed > max(bare) + 6, (followed, bare)
