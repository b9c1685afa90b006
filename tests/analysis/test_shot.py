"""Camera, parallax and light of made shots. Errors are in pixels at 360 lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import chain

import cv2
import numpy as np
import pytest
import torch

from afterglow.analysis.shot import Survey, Surveyor, View, survey
from afterglow.frames import Colour, Frame, VideoInfo
from tests.analysis.layered import HEIGHT, WIDTH, Pose, frames, turned
from tests.scenes import Scene, frames_of, pan, video_of

Way = Callable[[int], Pose]
CLIP = VideoInfo(
    WIDTH, HEIGHT, Fraction(25), Fraction(1, 25), alpha=True, colour=Colour(transfer="gamma22")
)


def surveyed(shot: Iterable[Frame], **more: int) -> Survey:
    return survey(shot, CLIP, **more)


def misses(found: Survey, way: Way) -> tuple[float, float]:
    """Worst error of the far background's shift, and of the travel."""
    poses = [way(t) for t in range(len(found.views))]
    pairs = list(zip(found.views, poses, strict=True))
    shift = max(np.hypot(v.dx - p.dx, v.dy - p.dy) for v, p in pairs)
    travel = max(np.hypot(v.travel_x - p.travel_x, v.travel_y - p.travel_y) for v, p in pairs)
    return float(shift), float(travel)


def test_a_pan_has_no_parallax() -> None:
    def way(t: int) -> Pose:
        return Pose(5.3 * t, -0.7 * t)

    found = surveyed(frames(way, 24, subject=True))
    shift, travel = misses(found, way)
    assert shift <= 0.2
    assert travel == 0.0


def test_a_camera_that_turns_on_a_tripod_has_no_parallax() -> None:
    """Its picture is bent by perspective as no shift, turn or zoom is."""
    found = surveyed(turned(1.0, 24))
    focal = 0.8 * WIDTH
    for t, view in enumerate(found.views):
        assert view.dx == pytest.approx(focal * np.tan(np.radians(t)), abs=1.0 + 0.01 * view.dx)
        assert np.hypot(view.travel_x, view.travel_y) <= 0.5
        assert view.zoom == pytest.approx(1.0, abs=0.04)


def test_turn_and_zoom_are_found() -> None:
    def way(t: int) -> Pose:
        return Pose(1.5 * t, 0.4 * t, 0.4 * t, 1.004**t)

    found = surveyed(frames(way, 24, subject=True))
    shift, travel = misses(found, way)
    assert shift <= 0.3
    assert travel == 0.0
    assert found.views[-1].turn == pytest.approx(way(23).turn, abs=0.1)
    assert found.views[-1].zoom == pytest.approx(way(23).zoom, abs=0.002)


WAYS: dict[str, Way] = {
    "sideways": lambda t: Pose(travel_x=1.3 * t, travel_y=-0.3 * t),
    "back and forth": lambda t: Pose(travel_x=25 * float(np.sin(t / 5))),
    "against a pan": lambda t: Pose(-1.2 * t, 0.3 * t, travel_x=1.4 * t),
    "with a pan": lambda t: Pose(3.0 * t, 0.3 * t, 0.1 * t, travel_x=1.2 * t, travel_y=0.2 * t),
}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("subject", [False, True])
def test_travel_is_told_from_turning(name: str, subject: bool) -> None:
    way = WAYS[name]
    found = surveyed(frames(way, 26, subject=subject))
    reach = max(np.hypot(way(t).travel_x, way(t).travel_y) for t in range(26))
    shift, travel = misses(found, way)
    assert shift <= 0.05 * reach
    assert travel <= 0.15 * reach


def test_a_subject_does_not_move_a_camera_at_rest() -> None:
    found = surveyed(frames(lambda t: Pose(), 24, subject=True))
    assert {(v.dx, v.dy, v.turn, v.zoom, v.travel_x) for v in found.views} == {
        (0.0, 0.0, 0.0, 1.0, 0.0)
    }


def test_a_camera_comes_to_rest() -> None:
    def way(t: int) -> Pose:
        return Pose(3.0 * min(t, 8))

    found = surveyed(frames(way, 30))
    assert misses(found, way)[0] <= 0.2
    assert len({view.dx for view in found.views[-16:]}) == 1


@pytest.mark.parametrize("subject", [False, True])
def test_exposure_and_balance_are_followed(subject: bool) -> None:
    def light(t: int) -> np.ndarray:
        return np.array([1 - 0.018 * t, 1 - 0.015 * t, 1 - 0.011 * t])

    found = surveyed(frames(lambda t: Pose(2.0 * t), 30, light=light, subject=subject))
    at_reference = light(found.reference)
    for t, view in enumerate(found.views):
        assert view.gains == pytest.approx(tuple(light(t) / at_reference), rel=0.02)


def test_a_subject_of_changing_brightness_is_not_the_light_of_the_room() -> None:
    shot = []
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[:, :420] = 255
    for t, frame in enumerate(frames(lambda t: Pose(), 8)):
        pixels = np.asarray(frame.pixels).copy()
        pixels[matte > 0] //= 1 + t % 3
        shot.append(replace(frame, pixels=pixels, alpha=matte))
    gains = np.array([view.gains for view in surveyed(shot, smooth=1).views])
    assert np.abs(gains - 1).max() <= 0.01


def test_flicker_is_smoothed_as_far_as_asked() -> None:
    def light(t: int) -> float:
        return 0.8 + 0.08 * (-1) ** t

    shot = list(frames(lambda t: Pose(), 24, light=light))
    sharp, soft = (
        np.array([view.gains[1] for view in surveyed(shot, smooth=n).views]) for n in (1, 15)
    )
    assert np.ptp(sharp[6:18]) == pytest.approx(0.16 / 0.88, abs=0.02)
    assert np.ptp(soft[6:18]) <= 0.01


def test_a_flash_is_not_motion() -> None:
    def way(t: int) -> Pose:
        return Pose(2.0 * t)

    found = surveyed(frames(way, 16, light=lambda t: 0.6 if t == 7 else 0.15))
    assert misses(found, way)[0] <= 0.5
    assert found.views[-1].shot == 0


def test_a_cut_begins_anew() -> None:
    first = list(frames(lambda t: Pose(4.0 * t), 10))
    scene = Scene(WIDTH, HEIGHT, frames=10, camera=pan(-3.0), seed=9)
    second = [replace(f, alpha=first[0].alpha) for f in frames_of(scene)]
    views = surveyed(chain(first, second)).views
    assert [view.shot for view in views] == [0] * 10 + [1] * 10
    assert views[9].dx == pytest.approx(36.0, abs=0.3)
    assert views[10] == View(gains=views[10].gains, shot=1)
    assert views[19].dx == pytest.approx(-27.0, abs=0.3)
    assert np.abs(np.array([view.gains for view in views[10:]]) - 1).max() < 0.02


def test_small_frames_tell_pixels_of_the_video() -> None:
    video = replace(CLIP, width=3 * WIDTH, height=3 * HEIGHT)
    found = survey(frames(lambda t: Pose(4.0 * t, t), 8), video)
    assert found.views[-1].dx == pytest.approx(84.0, abs=0.6)
    assert found.views[-1].dy == pytest.approx(21.0, abs=0.6)


def test_large_deep_frames_and_tensors_tell_the_same() -> None:
    shot = list(frames(lambda t: Pose(4.0 * t, t), 5, subject=True))
    plain = surveyed(shot)
    deep = [
        replace(
            f, pixels=np.asarray(f.pixels).astype(np.uint16) * 257,
            alpha=np.asarray(f.alpha).astype(np.uint16) * 257,
        )
        for f in shot
    ]  # fmt: skip
    tensors = [
        replace(
            f, pixels=torch.from_numpy(np.asarray(f.pixels)),
            alpha=torch.from_numpy(np.asarray(f.alpha)),
        )
        for f in shot
    ]  # fmt: skip
    assert surveyed(deep) == plain
    assert surveyed(tensors) == plain
    large = [
        replace(f, pixels=cv2.resize(np.asarray(f.pixels), (4 * WIDTH, 4 * HEIGHT)), alpha=None)
        for f in shot
    ]
    assert surveyed(large).views[-1].dx == pytest.approx(16.0, abs=0.3)


def test_the_reference_shows_most_of_the_background() -> None:
    hidden = [0.4, 0.3, 0.1, 0.1, 0.2]
    picture = Scene(320, 180).view(0).rgb
    shot = []
    for t, share in enumerate(hidden):
        matte = np.zeros((180, 320), np.uint8)
        matte[40:140, : round(320 * share)] = 255
        shot.append(Frame(picture, t, matte))
    assert survey(shot, video_of(Scene(320, 180), alpha=True)).reference == 2


@pytest.mark.parametrize(("side", "sign"), [("left", -1), ("right", 1)])
def test_light_has_its_middle_where_the_room_is_bright(side: str, sign: int) -> None:
    ramp = np.linspace(220, 40, WIDTH) if side == "left" else np.linspace(40, 220, WIDTH)
    down = np.linspace(1.0, 0.5, HEIGHT)[:, None]
    picture = np.repeat((ramp * down)[..., None], 3, axis=2).astype(np.uint8)
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    body = slice(380, 560) if side == "left" else slice(80, 260)
    matte[100:, body] = 255
    lit = picture.copy()
    lit[100:, body] = 255
    x, y = surveyed([Frame(lit, 0, matte)]).light
    plain = surveyed([Frame(picture, 0)]).light
    assert sign * x > 0.2
    assert y < -0.1
    assert x == pytest.approx(plain[0], abs=0.12)


def test_it_can_be_told_in_json() -> None:
    found = surveyed(frames(lambda t: Pose(t), 3))
    assert Survey.from_dict(json.loads(json.dumps(found.as_dict()))) == found
    told = replace(found, height=0.9, horizon=0.4).as_dict()
    assert Survey.from_dict(told).height == 0.9
    with pytest.raises(ValueError, match="fields of a view"):
        Survey.from_dict({**told, "fields": ["dx"]})


@pytest.mark.parametrize("size", [(1, 1), (16, 40), (64, 48), (640, 360)])
@pytest.mark.parametrize("level", [0, 130, 255])
def test_there_need_be_nothing_to_see(size: tuple[int, int], level: int) -> None:
    video = replace(CLIP, width=size[0], height=size[1])
    picture = np.full((size[1], size[0], 3), level, np.uint8)
    whole = np.full(picture.shape[:2], 255, np.uint8)
    found = survey([Frame(picture, 0), Frame(picture, 1, whole), Frame(picture, 2)], video)
    assert [replace(view, gains=(1.0, 1.0, 1.0)) for view in found.views] == [View()] * 3
    assert all(view.gains == pytest.approx((1.0, 1.0, 1.0)) for view in found.views)
    assert found.horizon is None


def test_no_frames_are_no_views() -> None:
    assert Surveyor(CLIP).finish() == Survey(())


def test_a_room_out_of_the_dark_is_one_shot_that_goes_on() -> None:
    def light(t: int) -> float:
        return min(1.0, 0.02 + 0.07 * max(0, t - 3))

    found = surveyed(frames(lambda t: Pose(2.0 * t), 24, light=light))
    step = found.views[-1].dx - found.views[-5].dx
    assert step == pytest.approx(8.0, abs=0.5)
