"""The studio on made shots: it moves, shines and darkens as they do, and is clean at the edges."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.composing.light import Shadow
from afterglow.analysis.shot import Survey, View
from afterglow.effects.studio.backdrop import Pose
from afterglow.effects.studio.effect import Studio
from afterglow.effects.studio.footing import Footing, Measure
from afterglow.effects.studio.grounds import Made, MadeRoom, Scene, stand_of
from afterglow.effects.studio.phases import Seen, Texture, at_rest
from afterglow.effects.studio.poses import pose_of, way_of
from afterglow.frames import Frame, VideoInfo
from tests import scenes
from tests.scenes import Subject, drift, frames_of, pan, still, video_of, walk

LIGHT = "bt709"
Picture = NDArray[Any]


@dataclass(frozen=True)
class Shot:
    """A made shot that can be looked at again and again."""

    frames: tuple[Frame, ...]
    video: VideoInfo

    def __call__(self, purpose: str) -> Iterator[Frame]:
        yield from self.frames

    def smaller(self, lines: int) -> Shot:
        if lines >= self.video.height:
            return self
        size = round(self.video.width * lines / self.video.height), lines

        def small(picture: Any) -> Any:
            return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)

        frames = tuple(
            replace(f, pixels=small(f.pixels), alpha=None if f.alpha is None else small(f.alpha))
            for f in self.frames
        )
        return Shot(frames, replace(self.video, width=size[0], height=size[1]))


def shot(scene: scenes.Scene) -> Shot:
    return Shot(tuple(frames_of(scene, alpha=True)), video_of(scene, alpha=True))


@dataclass(frozen=True)
class Given:
    """A background that is there already: one colour, or a texture as large as is asked for."""

    colour: tuple[int, int, int] | None = None

    def facts(self) -> Mapping[str, Any]:
        return {"ground": "given"}

    def require(self) -> None:
        """All is here."""

    def made(self, scene: Scene) -> Made:
        width, height = scene.size
        depth = np.zeros((height, width), np.float32)
        if self.colour is not None:
            return Made(np.full((height, width, 3), self.colour, np.uint8), depth)
        chance = np.random.default_rng(5).normal(size=(height, width, 3)).astype(np.float32)
        soft = cv2.GaussianBlur(chance, (0, 0), 2.5)
        return Made(np.clip(soft / soft.std() * 22 + 110, 30, 190).astype(np.uint8), depth)


def made(studio: Studio, of: Shot, said: list[str] | None = None) -> list[Picture]:
    """The pictures of a studio that has looked at the shot."""
    said = [] if said is None else said
    ready = studio.studied(of, said.append, None)
    return [np.asarray(f.pixels) for f in ready.stream(iter(of.frames), of.video)]


PLAIN = Studio(Given(), light_wrap=0.0, match=False)
SCENE = scenes.Scene(
    320, 180, frames=16, subject=Subject(area=0.12, path=walk((0.5, 0.5), (0.0, 0.0)))
)


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


def test_the_room_takes_on_an_exposure_ramp_within_two_per_cent() -> None:
    exposure = np.linspace(1.0, 0.6, 40)
    of = shot(replace(SCENE, frames=40, exposure=lambda t: float(exposure[t])))
    pictures = made(replace(PLAIN, ground=Given((120, 130, 110)), exposure_smooth=1), of)
    light = [float(ops.to_linear(p, LIGHT)[:10, :10].mean()) for p in pictures]
    found = np.array(light) / light[0]
    truth = [float(ops.to_linear(v.clean, LIGHT).mean()) for v in replace(
        SCENE, frames=40, exposure=lambda t: float(exposure[t]))]  # fmt: skip
    wanted = np.array(truth) / truth[0]
    assert wanted[-1] < 0.75
    assert np.abs(found / wanted - 1).max() < 0.02


def test_the_clothes_do_not_change_the_light() -> None:
    """Another subject, much brighter, in the same shot: the room is as bright as before."""
    of = shot(replace(SCENE, camera=pan(1.0)))
    bright = Shot(
        tuple(
            replace(f, pixels=np.where(np.asarray(f.alpha)[..., None] > 0, np.uint8(255), f.pixels))
            if n >= 8 else f
            for n, f in enumerate(of.frames)
        ),
        of.video,
    )  # fmt: skip
    gray = replace(PLAIN, ground=Given((120, 120, 120)))
    one, two = made(gray, of), made(gray, bright)
    assert np.abs(one[15][:9, :9].astype(int) - two[15][:9, :9]).max() <= 1


def mixed() -> tuple[Shot, Picture, Picture]:
    """A soft subject mixed with a bright backing in linear light; its own colours, its matte."""
    width, height = 320, 180
    y, x = np.mgrid[:height, :width].astype(np.float32)
    away = np.hypot((x - 160) / 50, (y - 95) / 70) - 1
    matte = np.clip(0.5 - away * 50 / 10, 0, 1)
    own = np.full((height, width, 3), (0.12, 0.07, 0.2), np.float32)
    own += 0.02 * np.sin(x / 9)[..., None]
    behind = np.full((height, width, 3), (0.7, 0.75, 0.2), np.float32)
    light = matte[..., None] * own + (1 - matte[..., None]) * behind
    alpha = ops.from_float(matte, "uint8")
    frame = Frame(ops.to_display(light.astype(np.float32), LIGHT, "uint8"), 0, alpha)
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25), alpha=True, frames=3)
    return Shot(tuple(replace(frame, pts=t) for t in range(3)), video), own, matte


def test_nothing_of_the_old_background_is_left_at_the_edge() -> None:
    of, own, matte = mixed()
    colour = (40, 60, 90)
    picture = made(replace(PLAIN, ground=Given(colour)), of)[0]
    new = ops.to_linear(np.full_like(picture, colour), LIGHT)
    truth = ops.to_display(
        (matte[..., None] * own + (1 - matte[..., None]) * new).astype(np.float32), LIGHT, "uint8"
    )
    pasted = ops.over(
        new, ops.to_linear(np.asarray(of.frames[0].pixels), LIGHT), matte.astype(np.float32)
    )
    soft = (matte > 0.02) & (matte < 0.98)
    error = np.abs(picture.astype(int) - truth)[soft].mean()
    halo = np.abs(ops.to_display(pasted, LIGHT, "uint8").astype(int) - truth)[soft].mean()
    assert halo > 15
    assert error < 3 and error < halo / 8


def test_the_subject_itself_is_the_sources_bit_by_bit() -> None:
    of = shot(replace(SCENE, camera=pan(1.0, 0.5), noise=2.0))
    for picture, frame in zip(made(replace(PLAIN, match=True), of), of.frames, strict=True):
        whole = np.asarray(frame.alpha) == 255
        assert whole.any() and np.array_equal(picture[whole], np.asarray(frame.pixels)[whole])


def test_the_new_light_wraps_the_edge_and_only_that() -> None:
    of = shot(SCENE)
    dark = made(replace(PLAIN, ground=Given((230, 230, 230))), of)[0].astype(int)
    lit = made(replace(PLAIN, ground=Given((230, 230, 230)), light_wrap=0.5), of)[0].astype(int)
    alpha = np.asarray(of.frames[0].alpha)
    deep = cv2.erode((alpha == 255).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    assert deep.any() and np.array_equal(dark[deep], lit[deep])
    assert np.array_equal(dark[alpha == 0], lit[alpha == 0])
    rim = (alpha > 127) & ~deep
    assert (lit >= dark)[rim].all() and (lit - dark)[rim].mean() > 2


def test_the_background_has_the_grain_and_the_sharpness_of_the_shot() -> None:
    of = shot(replace(SCENE, noise=4.0, camera=still()))
    plain, matched = (made(replace(PLAIN, match=each), of) for each in (False, True))
    corner = (slice(0, 60), slice(0, 80))
    change = [np.std(p[3][corner].astype(float) - p[4][corner]) for p in (plain, matched)]
    assert change[0] == 0
    assert change[1] / np.sqrt(2) == pytest.approx(4.0, rel=0.5)


def test_a_shadow_darkens_the_floor_at_the_feet() -> None:
    of = shot(SCENE)
    alpha = np.asarray(of.frames[0].alpha)
    feet = int(np.flatnonzero(alpha.max(1) > 127)[-1])
    one, two = (
        made(replace(PLAIN, ground=Given((200, 200, 200)), shadow=each), of)[0].astype(int)
        for each in (None, Shadow(0.6))
    )
    free = alpha[feet] == 0
    assert ((one - two)[feet][free].max() > 20) and np.array_equal(one[:20], two[:20])


@pytest.mark.parametrize("depth", [8, 16])
def test_tensors_give_what_arrays_give(depth: Any) -> None:
    scene = replace(SCENE, frames=3, depth=depth, camera=pan(1.5), noise=1.0)
    of = shot(scene)
    ready = Studio(Given(), shadow=Shadow(0.4)).studied(of, lambda line: None, None)
    arrays = [np.asarray(f.pixels) for f in ready.stream(iter(of.frames), of.video)]
    tensors = [
        replace(f, pixels=torch.from_numpy(f.pixels), alpha=torch.from_numpy(f.alpha))
        for f in of.frames
    ]
    seen = [f.pixels.numpy() for f in ready.stream(iter(tensors), of.video)]  # type: ignore[union-attr]
    for one, two in zip(arrays, seen, strict=True):
        apart = np.abs(one.astype(int) - two.astype(int)) / (1 if depth == 8 else 257)
        assert np.quantile(apart, 0.99) <= 1.01 and apart.mean() < 0.3


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


def test_what_was_seen_is_told_and_read_again() -> None:
    seen = Seen(Survey((View(dx=1.5),), (0.1, -0.2), 0.9, 0.4, 0), Texture(), Footing(0.9, 0.6))
    assert Seen.from_dict(seen.as_dict()) == seen


def person(top: float, bottom: float, rows: int = 100) -> NDArray[np.uint8]:
    matte = np.zeros((rows, 80), np.uint8)
    matte[round(top * rows) : round(bottom * rows), 30:50] = 255
    return matte


def test_feet_are_found_whatever_the_camera_does() -> None:
    measure, views = Measure(), []
    for t in range(20):
        measure.step(person(0.2 + t / 100, 0.7 + t / 100))
        views.append(View(dy=t * 3.6))
    found = measure.footing(views, 360)
    assert found is not None
    assert found.feet == pytest.approx(0.7, abs=0.01)
    assert found.stature == pytest.approx(0.5, abs=0.01)


def test_feet_outside_of_the_picture_are_not_found() -> None:
    measure = Measure()
    for _ in range(10):
        measure.step(person(0.3, 1.0))
    assert measure.footing([View()] * 10, 360) is None


def scene_for(footing: Footing | None, size: tuple[int, int], **survey: Any) -> Scene:
    video = VideoInfo(640, 360, Fraction(25), Fraction(1, 25))
    return Scene(video, Survey((), **survey), footing, size, 1, None, None, lambda line: None)


@pytest.mark.parametrize("feet", [0.45, 0.6, 0.75, 0.95])
@pytest.mark.parametrize("stature", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720)])
def test_the_floor_lies_under_the_feet(feet: float, stature: float, size: tuple[int, int]) -> None:
    stand = stand_of(scene_for(Footing(feet, stature), size))
    foot = feet * 360 + (size[1] - 360) / 2
    wall = stand.horizon * size[1] + stand.focal * stand.eye / stand.back
    assert wall < foot, "where the floor ends is behind the feet"
    assert 0.05 < stand.eye < 3 and stand.back <= 25


def test_the_made_room_is_seen_from_the_shots_horizon() -> None:
    low, high = (stand_of(scene_for(None, (640, 360), horizon=each)).horizon for each in (0.3, 0.6))
    assert (low, high) == (pytest.approx(0.3), pytest.approx(0.6))


def test_frames_without_a_matte_stay_as_they_are() -> None:
    of = shot(SCENE)
    bare = [replace(f, alpha=None) for f in of.frames]
    result = list(PLAIN.stream(iter(bare), of.video))
    assert all(one.pixels is two.pixels for one, two in zip(bare, result, strict=True))


def test_more_frames_than_were_looked_at_go_on_with_the_last_view() -> None:
    of = shot(replace(SCENE, frames=6, camera=pan(2.0)))
    ready = PLAIN.studied(Shot(of.frames[:4], of.video), lambda line: None, None)
    assert len(list(ready.stream(iter(of.frames), of.video))) == 6


def test_the_same_seed_is_the_same_room_and_another_is_another() -> None:
    video = VideoInfo(160, 90, Fraction(25), Fraction(1, 25))
    rooms = [at_rest(Studio(MadeRoom(), seed=seed), video).backdrop.picture for seed in (1, 1, 2)]
    assert np.array_equal(rooms[0], rooms[1])  # type: ignore[arg-type]
    assert not np.array_equal(rooms[0], rooms[2])  # type: ignore[arg-type]


def test_pixels_that_are_not_square_show_a_room_that_is_not_stretched() -> None:
    video = VideoInfo(160, 120, Fraction(25), Fraction(1, 25), sample_aspect=Fraction(2))
    wide = replace(video, width=320, sample_aspect=Fraction(1))
    narrow, full = (
        np.asarray(at_rest(Studio(MadeRoom(), seed=2), each).backdrop.picture)
        for each in (video, wide)
    )
    shrunk = cv2.resize(full, (160, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(narrow.astype(int) - shrunk).mean() < 4
