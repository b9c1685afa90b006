"""The camera on real clips: tripods rest, a measured pan is followed, real cuts are found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis import CameraTracker, Motion
from tests.analysis.errors import misplacement

pytestmark = pytest.mark.footage


def pictures(clip: Path, count: int = 120) -> Iterator[NDArray[Any]]:
    with av.open(str(clip)) as box:
        for frame in islice(box.decode(video=0), count):
            yield frame.to_ndarray(format="rgb24")


@pytest.mark.parametrize(
    "name", ["bottle-detection.mp4", "store-aisle-detection.gif", "juggle.mp4", "asl_walk.mkv"]
)
def test_a_tripod_does_not_drift(footage: Path, name: str) -> None:
    tracker = None
    for picture in pictures(footage / "static" / name):
        height, width = picture.shape[:2]
        tracker = tracker or CameraTracker(width, height)
        motion = tracker.step(picture)
        assert misplacement(motion.cumulative, np.eye(3), width, height) < 0.5
        assert not motion.cut


def test_a_person_before_a_green_screen_does_not_move_the_camera(footage: Path) -> None:
    tracker = CameraTracker(1280, 720)
    for picture in pictures(footage / "person_matte" / "green_screen_man.mp4"):
        assert np.array_equal(tracker.step(picture).cumulative, np.eye(3))


@pytest.mark.parametrize(("model", "allowed"), [("translation", 0.7), ("similarity", 0.6)])
def test_a_fast_pan_is_followed(footage: Path, model: Any, allowed: float) -> None:
    """The clip's homographies bend straight lines as neither model can; the middle is compared."""
    folder = footage / "person_matte"
    table = np.loadtxt(folder / "davis_tennis_homographies.txt", skiprows=2).reshape(-1, 3, 3)
    tracker, middle = CameraTracker(854, 480, model), np.array([426.5, 239.5, 1.0])
    motions = [tracker.step(picture) for picture in pictures(folder / "davis_tennis.mp4")]
    errors = []
    for before, after, motion in zip(table, table[1:], motions[1:], strict=False):
        moved = after @ np.linalg.inv(before) @ middle
        true = moved[:2] / moved[2] - middle[:2]
        errors.append(np.hypot(motion.dx - true[0], motion.dy - true[1]))
    assert len(errors) == 69
    assert np.mean(errors) < allowed
    assert not any(motion.cut for motion in motions)


def test_real_cuts_are_found_and_nothing_else(footage: Path) -> None:
    names = [
        "static/juggle.mp4", "person_matte/davis_tennis.mp4", "static/asl_walk.mkv",
        "static/bottle-detection.mp4", "moving/station_pan_60fps.mp4", "static/car-detection.mp4",
    ]  # fmt: skip
    tracker, motions = CameraTracker(640, 360), list[Motion]()
    for name in names:
        for picture in pictures(footage / name, 20):
            motions.append(tracker.step(cv2.resize(picture, (640, 360))))
    assert [n for n, motion in enumerate(motions) if motion.cut] == [20, 40, 60, 80, 100]
