"""Plates of made scenes against their true background."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.plate import Plate, PlateSettings, make_plate, memory_of
from afterglow.analysis.plate.canvas import canvas_of
from afterglow.errors import DeviceError, MediaError, UsageError
from afterglow.frames import Frame, VideoInfo
from tests.scenes import (
    Scene,
    Subject,
    drift,
    frames_of,
    hand_held,
    joined,
    pan,
    still,
    video_of,
    walk,
)  # fmt: skip

WALK = Subject(path=walk((0.1, 0.5), (0.035, 0.003)))


def scene(**more: Any) -> Scene:
    return Scene(
        **{"width": 192, "height": 108, "frames": 24, "subject": WALK, "noise": 2.0} | more
    )


def plate_of(
    of: Scene, settings: PlateSettings | None = None, *, alpha: bool = True, **more: Any
) -> Plate:
    frames = list(frames_of(of, alpha=alpha))
    video = replace(video_of(of, alpha=alpha), **more)
    return made(frames, video, settings or PlateSettings(margin=2))


def made(frames: list[Frame], video: VideoInfo, settings: PlateSettings) -> Plate:
    said: list[str] = []
    plate = make_plate(lambda name: iter(frames), video, settings, said.append)
    for line in said:
        assert line.startswith("plate: ")
    return plate


def psnr(plate: Plate, clean: NDArray[Any]) -> float:
    """Decibels between the plate and the truth, where it was seen."""
    white = 255 if clean.dtype == np.uint8 else 65535
    wrong = (plate.pixels.astype(float) - clean)[plate.seen > 0] / white
    return float(-10 * np.log10(np.mean(wrong**2)))


@pytest.mark.parametrize("depth", [8, 16])
def test_a_still_plate_is_the_median_exactly(depth: Any) -> None:
    of = scene(width=96, height=54, frames=12, depth=depth)
    plate = plate_of(of, PlateSettings(margin=0, threshold=0.25))
    views = list(of)
    white = (1 << depth) - 1
    looks = np.stack([view.rgb.astype(float) for view in views])
    looks[np.stack([view.alpha > 0.25 * white for view in views])] = np.nan
    seen = ~np.isnan(looks[..., 0]).all(axis=0)
    assert np.array_equal(plate.seen > 0, seen) and seen.mean() > 0.8
    truth = np.floor(np.nanmedian(looks[:, seen], axis=0) + 0.5)
    assert np.array_equal(plate.pixels[seen], truth)


@pytest.mark.parametrize("alpha", [True, False], ids=["matte", "motion"])
def test_a_still_camera_gives_the_background(alpha: bool) -> None:
    of = scene()
    plate = plate_of(of, alpha=alpha)
    assert psnr(plate, of.view(0).clean) >= 40
    assert plate.used == of.frames and plate.real > 0.97


@pytest.mark.parametrize("model", ["similarity", "homography"])
@pytest.mark.parametrize(
    "camera",
    [pan(1.7, -0.6), hand_held(1.5), drift(zoom=1.006), drift(0.5, 0, 0.3, 0.996)],
    ids=["pan", "hand-held", "zoom", "turn"],
)
def test_a_moving_camera_gives_the_background(camera: Any, model: Any) -> None:
    of = scene(camera=camera)
    plate = plate_of(of, PlateSettings(model, margin=2))
    assert psnr(plate, of.view(0).clean) >= 40  # 34 is asked for; 47 to 50 was measured
    assert plate.used == of.frames


def test_a_camera_that_turns_needs_to_be_followed() -> None:
    of = scene(camera=drift(0.5, 0, 0.3, 0.996))
    assert psnr(plate_of(of, PlateSettings("none", margin=2)), of.view(0).clean) < 30


def test_places_are_those_of_the_camera() -> None:
    of = scene(camera=drift(1.1, -0.4, 0.2, 1.003))
    corners = np.array([[0, 191, 0, 191], [0, 0, 107, 107], [1, 1, 1, 1]])
    for stand, view in zip(plate_of(of).survey, of, strict=True):
        found, true = stand.place @ corners, view.pose @ corners
        assert np.abs(found[:2] / found[2] - true[:2]).max() < 0.4


def test_exposure_is_evened_out() -> None:
    of = scene(frames=16, exposure=lambda t: 0.7 if t % 3 else 1.0)
    clean = of.view(0).clean
    assert psnr(plate_of(of), clean) >= 40
    assert psnr(plate_of(of, PlateSettings(even_light=False)), clean) < 26


def test_frames_that_do_not_line_up_are_left_out() -> None:
    of, other = scene(frames=12), scene(frames=1, seed=8)
    frames = list(frames_of(of, alpha=True))
    odd = next(frames_of(other, alpha=True))
    frames[5] = replace(odd, alpha=np.zeros_like(frames[5].alpha))
    said: list[str] = []
    plate = make_plate(lambda name: iter(frames), video_of(of), PlateSettings(), said.append)
    assert plate.used < of.frames and len(said) == 1
    assert psnr(plate, of.view(0).clean) >= 40


def test_the_longest_shot_is_shown() -> None:
    long, short = scene(frames=14), scene(frames=5, seed=9)
    frames = list(frames_of(joined(short, long), alpha=True))
    said: list[str] = []
    plate = make_plate(lambda name: iter(frames), video_of(long), PlateSettings(), said.append)
    assert said == ["plate: 5 of 19 frames belong to other shots and are left out"]
    assert plate.shot == 1 and psnr(plate, long.view(0).clean) >= 40


def test_bands_change_nothing() -> None:
    of = scene(frames=8, camera=pan(1.3, 0.7))
    whole = plate_of(of)
    names: list[str] = []
    frames = list(frames_of(of, alpha=True))

    def passes(name: str) -> Iterator[Frame]:
        names.append(name)
        return iter(frames)

    video, small = video_of(of, alpha=True), PlateSettings(margin=2, memory=192 * 108 * 40)
    parts = make_plate(passes, video, small, print)
    assert np.array_equal(parts.pixels, whole.pixels) and np.array_equal(parts.seen, whole.seen)
    assert len(names) > 1 + 2 * 2 and names[-1].startswith("median, part")


@pytest.mark.parametrize("model", ["translation", "homography"])
def test_a_panorama_keeps_what_the_camera_swept(model: Any) -> None:
    of = scene(camera=pan(-4.0, 0.0))
    plate = plate_of(of, PlateSettings(model, margin=2, panorama=True))
    assert plate.canvas.left == 0 and abs(plate.canvas.width - (192 + 23 * 4)) <= 2
    assert plate.canvas.height in (108, 109, 110) and plate.swept.mean() > 0.97
    top, last = -plate.canvas.top, of.view(23).clean
    part = np.s_[top + 3 : top + 105, 96:280]
    wrong = (plate.pixels[part].astype(float) - last[3:105, 4:188])[plate.seen[part] > 0]
    far = -10 * np.log10(np.mean((wrong / 255) ** 2))
    assert far > (40 if model == "translation" else 25), "92 pixels from the reference"


def test_the_size_of_a_panorama_is_bounded() -> None:
    of = scene(frames=10, camera=pan(-12.0, 0.0), subject=None)
    with pytest.raises(DeviceError, match=r"30\d x 1"):
        plate_of(of, PlateSettings(panorama=True, memory=600_000))
    far = np.eye(3)
    far[0, 2] = -17000
    with pytest.raises(UsageError, match="at most 16384 a side"):
        canvas_of(iter([far]), video_of(of), panorama=True)


def test_a_subject_that_never_moves_leaves_a_hole() -> None:
    of = scene(subject=Subject(path=walk((0.5, 0.5), (0, 0))))
    plate = plate_of(of)
    middle = plate.holes[54, 96]
    assert middle == 255 and plate.real < 0.95 and not plate.pixels[54, 96].any()


def test_the_margin_keeps_what_is_near_the_subject_out() -> None:
    of = scene(subject=Subject(path=walk((0.5, 0.5), (0, 0))))
    narrow, wide = (plate_of(of, PlateSettings(margin=each)).real for each in (0, 8))
    assert wide < narrow - 0.02


def test_frames_stay_as_they_are() -> None:
    of = scene(frames=6, camera=pan(1.5))
    frames = list(frames_of(of, alpha=True))
    before = [(np.array(each.pixels), np.array(each.alpha)) for each in frames]
    made(frames, video_of(of, alpha=True), PlateSettings())
    for frame, (pixels, alpha) in zip(frames, before, strict=True):
        assert np.array_equal(frame.pixels, pixels) and np.array_equal(frame.alpha, alpha)


def test_tensors_are_brought_home() -> None:
    torch = pytest.importorskip("torch")
    of = scene(frames=6)
    frames = list(frames_of(of, alpha=True))
    there = [
        Frame(torch.from_numpy(each.pixels), each.pts, torch.from_numpy(each.alpha))
        for each in frames
    ]
    video = video_of(of, alpha=True)
    one, two = (made(each, video, PlateSettings()) for each in (frames, there))
    assert np.array_equal(one.pixels, two.pixels)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (17, 1), (48, 36)])
def test_small_videos_work(size: tuple[int, int]) -> None:
    width, height = size
    noise = np.random.default_rng(3).integers(0, 256, (3, height, width, 3), np.uint8)
    frames = [Frame(each, pts) for pts, each in enumerate(noise)]
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25))
    plate = made(frames, video, PlateSettings("none", even_light=False))
    assert np.array_equal(plate.pixels, np.median(noise, axis=0))


def test_no_picture_is_an_error() -> None:
    with pytest.raises(MediaError, match="no picture"):
        made([], video_of(scene()), PlateSettings())


def test_memory_does_not_grow_with_length() -> None:
    of = scene(width=96, height=54, frames=20, camera=hand_held(0.7))
    views = list(frames_of(of, alpha=True))

    def passes(count: int) -> Callable[[str], Iterator[Frame]]:
        return lambda name: (views[t % 20] for t in range(count))

    def most(count: int) -> int:
        tracemalloc.start()
        make_plate(passes(count), video_of(of, alpha=True), PlateSettings(), print)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    most(20)
    short, long = most(20), most(120)
    assert long < short * 1.05 + 120 * 250
    assert memory_of(video_of(of), PlateSettings()) > 96 * 54 * 3 * 40


def test_a_plain_wall_is_no_reason_to_stop() -> None:
    wall = np.full((40, 60, 3), 127, np.uint8)
    frames = [Frame(wall, pts) for pts in range(4)]
    plate = made(frames, VideoInfo(60, 40, Fraction(25), Fraction(1, 25)), PlateSettings())
    assert plate.used == 4 and (plate.pixels == 127).all()


def test_still_is_still() -> None:
    views = islice(frames_of(scene(camera=still()), alpha=True), 5)
    plate = made(list(views), video_of(scene(), alpha=True), PlateSettings("similarity"))
    assert all(np.abs(stand.gain - 1).max() == 0 for stand in plate.survey)
