"""The room moves as the camera does, in a background that is no larger than it must be."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.shot import View
from afterglow.effects.studio.backdrop import Pose
from afterglow.effects.studio.poses import pose_of, way_of
from afterglow.frames import Frame
from tests.effects.studio.shots import PLAIN, SCENE, Picture, Shot, made, shot
from tests.scenes import drift, pan


def background(picture: Picture, of: Frame) -> NDArray[np.float32]:
    """(H, W) grey of the background, the subject and what is near it grey all over."""
    grey = np.asarray(ops.luma(picture)).astype(np.float32)
    free = cv2.dilate(np.asarray(of.alpha), np.ones((9, 9), np.uint8)) == 0
    return np.where(free, grey, grey[free].mean()).astype(np.float32)


@pytest.mark.parametrize("step", [(1.5, -0.5), (-2.25, 0.75)])
def test_the_room_moves_with_the_camera(step: tuple[float, float]) -> None:
    of = shot(replace(SCENE, camera=pan(*step)))
    pictures = made(PLAIN, of)
    first = background(pictures[0], of.frames[0])
    for t in (5, 10, 15):
        now = background(pictures[t], of.frames[t])
        matrix = np.float32([[1, 0, step[0] * t], [0, 1, step[1] * t]])  # type: ignore[call-overload]
        wanted = cv2.warpAffine(first, matrix, (320, 180))
        window = (slice(20, 160), slice(45, 115))
        (dx, dy), _ = cv2.phaseCorrelate(
            wanted[window].astype(np.float64), now[window].astype(np.float64)
        )
        assert abs(dx) < 0.5 and abs(dy) < 0.5, (t, dx, dy)


def test_a_camera_that_turns_turns_the_room() -> None:
    of = shot(replace(SCENE, camera=drift(degrees=0.4)))
    seen = PLAIN.studied(of, lambda line: None, None).stage
    assert seen is not None
    assert seen.way.poses[10].turn == pytest.approx(4.0, abs=0.2)


def test_a_long_pan_stays_within_its_caps_and_says_so() -> None:
    scene = replace(SCENE, frames=80, camera=pan(14.0, 1.0))
    of, said = shot(scene), list[str]()
    ready = PLAIN.studied(of, said.append, None)
    assert ready.stage is not None
    width, height = ready.stage.way.size
    assert width <= 2 * 320 and height <= 2 * 180
    assert sum("gently limited" in line for line in said) == 1
    shifts = np.array([pose.dx for pose in ready.stage.way.poses])
    assert (np.diff(shifts) > -0.05).all() and shifts.max() <= (width - 320) / 2 + 1e-6
    assert np.allclose(shifts[:8], 14.0 * np.arange(8), atol=0.5), "near the middle it is free"
    assert np.diff(shifts)[-1] < 1, "and at the end it rests"
    tracemalloc.start()
    for _ in ready.stream(iter(of.frames), of.video):
        assert tracemalloc.get_traced_memory()[0] < ready.memory(of.video)
    tracemalloc.stop()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160), (1080, 1920)])
def test_the_largest_background_is_capped(width: int, height: int) -> None:
    views = [View(dx=-60.0 * t, dy=9.0 * t) for t in range(300)]
    way = way_of(views, (width, height), 0.3, 0.0, lambda line: None)
    assert way.size[0] * way.size[1] <= 20_000_000
    assert way.size[0] <= 2 * width and way.size[1] <= 2 * height


def test_a_camera_at_rest_needs_no_more_than_the_frame() -> None:
    way = way_of([View()] * 9, (320, 180), 0.3, 0.0, lambda line: None)
    assert way.size == (320, 180) and not way.moves
    assert way_of([View()] * 9, (320, 180), 0.3, 0.25, lambda line: None).size == (480, 270)


def test_parallax_is_scaled_and_a_pan_has_none() -> None:
    assert pose_of(View(dx=3.0, travel_x=20.0, travel_y=-5.0), 0.3) == Pose(
        dx=3.0, travel_x=6.0, travel_y=-1.5
    )
    assert pose_of(View(dx=3.0, dy=1.0, turn=2.0, zoom=1.1), 0.3).travel_x == 0


def test_more_frames_than_were_looked_at_go_on_with_the_last_view() -> None:
    of = shot(replace(SCENE, frames=6, camera=pan(2.0)))
    ready = PLAIN.studied(Shot(of.frames[:4], of.video), lambda line: None, None)
    assert len(list(ready.stream(iter(of.frames), of.video))) == 6
