"""The camera against scenes whose path is known. Errors are in pixels at 540 lines."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.analysis import CameraTracker, track
from tests.analysis.errors import errors, misplacement
from tests.scenes import (
    Camera,
    Scene,
    Subject,
    drift,
    frames_of,
    hand_held,
    pan,
    path,
    video_of,
    walk,
)


def scene(camera: Camera, subject: Subject | None = None, **more: object) -> Scene:
    given = {"width": 960, "height": 540, "frames": 7, "noise": 3.0, **more}
    return Scene(camera=camera, subject=subject, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("noise", [0.0, 3.0, 10.0])
def test_sub_pixel_shifts_are_found(noise: float) -> None:
    found = errors(scene(hand_held(2.0, seed=4), noise=noise))
    assert found.mean <= 0.03
    assert found.worst <= 0.06


def test_errors_do_not_add_up_over_a_pan() -> None:
    assert errors(scene(pan(3.3, -0.7), frames=25)).worst <= 0.06


def test_a_pan_of_a_third_of_the_picture_is_found() -> None:
    assert errors(scene(path([(288, 20), (-280, -20), (250, 60)]), frames=4)).mean <= 0.03


@pytest.mark.parametrize("alpha", [True, False])
@pytest.mark.parametrize("area", [0.2, 0.3, 0.45])
def test_a_moving_subject_does_not_carry_the_camera_along(area: float, alpha: bool) -> None:
    subject = Subject(area, walk(step=(0.012, 0.01)))
    found = errors(scene(path([(2.1, -1.3), (-1.7, 0.6), (0.4, 2.2)]), subject), alpha=alpha)
    assert found.mean <= 0.1


@pytest.mark.parametrize("pace", [0.0005, 0.004, 0.03])
def test_a_camera_that_stands_still_is_said_to_stand_still(pace: float) -> None:
    subject = Subject(0.45, walk(step=(pace, pace / 2)))
    found = errors(scene(lambda t: np.eye(3), subject))
    assert found.worst <= 0.05


@pytest.mark.parametrize("slow", [0.0005, 0.0015])
def test_a_matte_tells_apart_what_moves_almost_alike(slow: float) -> None:
    found = errors(scene(pan(4.0), Subject(0.45, walk(step=(4 / 960 + slow, slow)))), alpha=True)
    assert found.mean <= 0.03


def test_a_strong_subject_does_not_outvote_a_weak_background() -> None:
    tracker, wall = CameraTracker(640, 360), Scene(640, 360, seed=3).view(0).rgb // 12 + 100
    body = Scene(640, 360, seed=4).view(0).rgb
    for t in range(6):
        picture = wall.copy()
        picture[40:320, 150 + 9 * t : 430 + 9 * t] = body[40:320, 150:430]
        motion = tracker.step(picture)
    assert misplacement(motion.cumulative, np.eye(3), 640, 360) < 0.1


def test_a_subject_that_the_camera_follows_is_not_the_background() -> None:
    found = errors(scene(pan(12.0, 2.0), Subject(0.4, lambda t: (0.5, 0.5))))
    assert found.mean <= 0.1


def test_a_subject_before_a_plain_wall_is_not_the_background() -> None:
    tracker = CameraTracker(640, 360)
    for t in range(6):
        picture = np.full((360, 640, 3), 90, np.uint8)
        body = Scene(100, 300).view(0).rgb
        picture[30:330, 200 + 7 * t : 300 + 7 * t] = body
        motion = tracker.step(picture)
    assert np.array_equal(motion.cumulative, np.eye(3))


@pytest.mark.parametrize(
    "camera",
    [drift(1.3, 0.4, 0.3, 1.003), drift(0, 0, 3.0, 1.02), drift(0, 0, 0, 0.97), pan(2.3, 0.4)],
    ids=["hand", "turn", "zoom out", "shift"],
)
def test_rotation_and_zoom_are_found(camera: Camera) -> None:
    found = errors(scene(camera), "similarity")
    assert found.mean <= 0.1
    step = camera(1)
    turned = np.degrees(np.arctan2(step[1, 0], step[0, 0]))
    assert found.motions[3].rotation == pytest.approx(turned, abs=0.01)
    assert found.motions[3].zoom == pytest.approx(np.sqrt(np.linalg.det(step[:2, :2])), abs=2e-4)


@pytest.mark.parametrize("alpha", [True, False])
def test_rotation_and_zoom_are_found_behind_a_subject(alpha: bool) -> None:
    subject = Subject(0.3, walk(step=(0.012, 0.01)))
    found = errors(scene(drift(1.3, 0.4, 0.5, 1.003), subject), "similarity", alpha=alpha)
    assert found.mean <= 0.1


def test_exposure_and_flash_are_not_motion() -> None:
    def flashing(t: int) -> float:
        return 3.0 if t == 3 else 1 - 0.08 * t

    assert errors(scene(pan(2.5, 0.3), exposure=flashing)).mean <= 0.1


def test_a_small_picture_gives_the_motion_of_the_large_one() -> None:
    tracker = CameraTracker(1920, 1080)
    for view in scene(pan(3.0, 1.0), frames=3, width=480, height=270):
        motion = tracker.step(view.rgb)
    assert (motion.dx, motion.dy) == pytest.approx((12.0, 4.0), abs=0.1)
    assert motion.cumulative[0, 2] == pytest.approx(24.0, abs=0.1)


def test_depth_and_grey_make_no_difference() -> None:
    deep, light = (scene(pan(3.3, 1.0), frames=2, noise=0, depth=depth) for depth in (16, 8))
    motions = [errors(one).motions[1] for one in (deep, light)]
    assert motions[0].dx == pytest.approx(motions[1].dx, abs=0.02)


def test_matte_depths_mean_the_same() -> None:
    subject = Subject(0.3, walk(step=(0.02, 0.0)))
    views = list(scene(pan(1.0), subject, frames=2, noise=0))
    found = []
    for factor, kind in ((1, np.uint8), (257, np.uint16), (1 / 255, np.float32)):
        tracker = CameraTracker(960, 540)
        mattes = [(view.alpha.astype(np.float64) * factor).astype(kind) for view in views]
        found.append(
            [tracker.step(view.rgb, m).dx for view, m in zip(views, mattes, strict=True)][1]
        )
    assert found == pytest.approx([found[0]] * 3, abs=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (2, 40), (16, 16), (33, 25), (64, 48)])
@pytest.mark.parametrize("model", ["translation", "similarity", "none"])
def test_tiny_videos_do_not_move(size: tuple[int, int], model: str) -> None:
    tracker = CameraTracker(*size, model)  # type: ignore[arg-type]
    picture = np.random.default_rng(2).integers(0, 255, (size[1], size[0], 3), np.uint8)
    for _ in range(3):
        motion = tracker.step(picture)
    assert misplacement(motion.cumulative, np.eye(3), *size) < 0.01
    assert not motion.cut


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_blank_pictures_do_not_move(level: int, noise: float) -> None:
    tracker, rng = CameraTracker(320, 180, "similarity"), np.random.default_rng(1)
    for _ in range(5):
        grain = rng.normal(level, noise, (180, 320, 3)) if noise else np.full((180, 320, 3), level)
        motion = tracker.step(np.clip(grain, 0, 255).astype(np.uint8))
    assert misplacement(motion.cumulative, np.eye(3), 320, 180) < 0.05
    assert motion.response < 0.2
    assert motion.shot == 0


def test_two_videos_know_nothing_of_each_other() -> None:
    moving, resting = scene(pan(5.0), frames=3), scene(lambda t: np.eye(3), frames=3, seed=2)
    trackers = CameraTracker(960, 540), CameraTracker(960, 540)
    for one, other in zip(moving, resting, strict=True):
        motions = trackers[0].step(one.rgb), trackers[1].step(other.rgb)
    assert motions[0].dx == pytest.approx(5.0, abs=0.05)
    assert motions[1].dx == 0.0


def test_track_gives_every_frame_on_with_its_motion() -> None:
    made = scene(pan(4.0, 1.0), Subject(0.2), frames=4)
    given = list(frames_of(made, alpha=True))
    seen = list(track(iter(given), video_of(made, alpha=True), "translation"))
    assert [frame for frame, _ in seen] == given
    assert seen[3][1].cumulative[:2, 2] == pytest.approx((12.0, 3.0), abs=0.1)
