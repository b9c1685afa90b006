"""What each look does to colours, places and noise, told on made pictures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style.looks import filmic, look_named, neon, palette, vintage
from afterglow.effects.style.looks.focus import Focus
from afterglow.effects.style.looks.realistic import crisp, noise_of
from afterglow.effects.style.looks.wear import Wear, worn
from afterglow.frames import Frame, VideoInfo
from tests.scenes import Scene, still

Picture = NDArray[Any]
VIDEO = VideoInfo(240, 160, Fraction(24), Fraction(1, 24))
SKINS = np.array([[234, 192, 170], [198, 143, 113], [141, 92, 66], [92, 58, 42]], np.float32) / 255


def worn_by(name: str, picture: Picture, pts: int = 0, **more: Any) -> NDArray[np.float64]:
    """The picture in a look, as floats."""
    height, width = picture.shape[:2]
    video = replace(VIDEO, width=width, height=height)
    (made,) = look_named(name, **more).stream(iter([Frame(picture, pts)]), video)
    return np.asarray(made.pixels, np.float64)


def wall(red: int, green: int, blue: int) -> NDArray[np.uint8]:
    return np.full((160, 240, 3), (red, green, blue), np.uint8)


def middle(name: str, red: int, green: int, blue: int) -> NDArray[np.float64]:
    """(3,) what becomes of a plain wall in its middle, grain averaged."""
    return np.asarray(worn_by(name, wall(red, green, blue))[60:100, 90:150].mean(axis=(0, 1)))


def hue(colour: NDArray[Any]) -> float:
    lab = palette.to_oklab(np.asarray(colour, np.float32))
    return float(np.degrees(np.arctan2(lab[..., 2], lab[..., 1])))


def test_oklab_goes_there_and_back() -> None:
    colours = np.random.default_rng(0).uniform(0, 1, (50, 3)).astype(np.float32)
    assert np.allclose(palette.from_oklab(palette.to_oklab(colours)), colours, atol=2e-3)
    assert np.allclose(palette.shown(palette.to_oklab(colours)), colours, atol=4e-3)
    white = palette.to_oklab(np.ones(3, np.float32))
    assert np.allclose(white, [1, 0, 0], atol=1e-3)


def test_what_no_display_shows_keeps_lightness_and_hue() -> None:
    lab = np.array([[0.7, 0.3, 0.1], [0.5, -0.3, 0.05]], np.float32)
    made = palette.to_oklab(palette.shown(lab))
    assert np.allclose(made[:, 0], lab[:, 0], atol=0.02)
    for one, other in zip(made, lab, strict=True):
        turn = np.arctan2(one[2], one[1]) - np.arctan2(other[2], other[1])
        assert abs(np.degrees(turn)) < 3


@pytest.mark.parametrize("slope", [1.2, 1.5, 1.8])
def test_a_sigmoid_has_its_slope_and_its_ends(slope: float) -> None:
    at = palette.sigmoid(np.array([0.0, 0.499, 0.501, 1.0], np.float32), slope)
    assert np.allclose(at[[0, 3]], [0, 1], atol=1e-5)
    assert (at[2] - at[1]) / 0.002 == pytest.approx(slope, rel=0.02)


@pytest.mark.parametrize("recipe", [filmic.graded, neon.graded, vintage.graded])
def test_greys_rise_without_a_step_and_stay_in_range(recipe: Any) -> None:
    grey = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[:, None], 3, axis=1)
    made = recipe(grey)
    light = palette.luma(made)
    assert (np.diff(light) >= -1e-4).all()
    assert np.abs(np.diff(made, axis=0)).max() < 3 / 255
    assert made.min() >= 0 and made.max() <= 1
    assert light[0] < 0.08 and light[-1] > 0.75


def test_cinematic_splits_shadows_from_lights() -> None:
    dark, bright = middle("cinematic", 60, 60, 60), middle("cinematic", 200, 200, 200)
    assert dark[2] > dark[0] + 6 and dark[1] > dark[0] + 6, "teal"
    assert bright[0] > bright[2] + 10, "warm"


@pytest.mark.parametrize("tone", range(len(SKINS)))
@pytest.mark.parametrize("recipe", [filmic.graded, neon.graded], ids=["cinematic", "neon"])
def test_skin_stays_skin(recipe: Any, tone: int) -> None:
    before = palette.to_oklab(SKINS[tone])
    after = palette.to_oklab(recipe(SKINS[tone][None])[0])
    most = 12 if recipe is filmic.graded else 40
    assert abs(hue(SKINS[tone]) - np.degrees(np.arctan2(after[2], after[1]))) < most
    assert 0.6 < palette.chroma(after) / palette.chroma(before) < 1.7


def test_cinematic_has_darker_corners_and_red_seams() -> None:
    made = worn_by("cinematic", wall(150, 150, 150))
    assert made[:20, :20].mean() < 0.9 * made[70:90, 110:130].mean()
    lamp = wall(25, 25, 25)
    lamp[60:100, 90:150] = 255
    added = worn_by("cinematic", lamp) - worn_by("cinematic", wall(25, 25, 25))
    red, _, blue = added[75:85, 150].mean(axis=0)
    assert red > blue + 3


def detail(picture: NDArray[Any]) -> float:
    return float(np.abs(np.diff(picture.astype(np.float64), axis=1)).mean())


def test_cinematic_lays_out_of_focus_what_is_no_subject() -> None:
    view = next(iter(Scene(240, 160, camera=still())))
    matte = np.zeros((160, 240), np.uint8)
    matte[:, :120] = 255
    frame = Frame(view.rgb, 0, matte)
    plain = next(look_named("cinematic").stream(iter([Frame(view.rgb, 0)]), VIDEO))
    made = next(look_named("cinematic").stream(iter([frame]), replace(VIDEO, alpha=True)))
    known = next(
        look_named("cinematic", distances=lambda _: matte[::4, ::4] / np.float32(255)).stream(
            iter([Frame(view.rgb, 0)]), VIDEO
        )
    )
    assert np.array_equal(made.alpha, matte)
    for each in (made, known):
        sharp, soft = (detail(np.asarray(each.pixels)[:, part]) for part in PARTS)
        before = [detail(np.asarray(plain.pixels)[:, part]) for part in PARTS]
        assert sharp == pytest.approx(before[0], rel=0.02)
        assert soft < 0.9 * before[1]


PARTS = (slice(0, 110), slice(130, 240))


def test_what_is_sharp_does_not_run_into_the_blur() -> None:
    picture = wall(40, 40, 40)
    picture[:, :120] = 250
    matte = np.zeros((160, 240), np.uint8)
    matte[:, :120] = 255
    made = filmic.focused(picture, 255 - matte, "bt709")
    assert np.abs(made.astype(int) - picture).max() <= 2


def test_noir_is_grey_hard_and_dark() -> None:
    ramp = np.repeat(np.linspace(0, 255, 240).astype(np.uint8)[None, :, None], 160, axis=0)
    made = worn_by("noir", np.repeat(ramp, 3, axis=2))[70:90].mean(axis=0)
    assert np.array_equal(made[:, 0], made[:, 2])
    middle_slope = (made[130:160, 0].mean() - made[80:110, 0].mean()) / (50 / 240 * 255)
    assert 1.2 < middle_slope < 1.9
    assert made.mean() < 0.9 * 127.5
    assert made[-20:].max() < 240


def test_vintage_is_brown_and_never_shows_a_border() -> None:
    red, green, blue = middle("vintage", 128, 128, 128)
    assert red > green + 8 > blue + 16
    for seed in range(4):
        for pts in range(0, 400, 7):
            gate = vintage.gate(VIDEO, pts, seed)
            corners = np.array([[0, 0, 1], [VIDEO.width - 1, VIDEO.height - 1, 1]]).T
            (left, right), (top, bottom) = gate @ corners
            assert left <= 0 and top <= 0
            assert right >= VIDEO.width - 1 and bottom >= VIDEO.height - 1


def test_the_gate_weaves_a_little_and_softly() -> None:
    video = replace(VIDEO, width=1920, height=1080)
    path = np.array([vintage.gate(video, pts, 1)[:, 2] for pts in range(96)])
    assert 0.3 < np.ptp(path[:, 1]) < 2.0, "pixels"
    assert np.abs(np.diff(path, axis=0)).max() < 0.5
    still_there = vintage.gate(video, 5, 1, strength=0.0)
    assert np.allclose(still_there, [[1, 0, 0], [0, 1, 0]])


def test_dust_is_small_seeded_and_new_in_every_frame() -> None:
    picture = wall(120, 120, 120)
    many = [worn(picture, Wear(2), pts, pts / 24) for pts in range(40)]
    changed = [float((each != picture).any(axis=2).mean()) for each in many]
    assert 0 < np.mean(changed) < 0.05 and max(changed) < 0.15
    assert np.array_equal(worn(picture, Wear(2), 7, 7 / 24), many[7])
    assert not np.array_equal(worn(picture, Wear(3), 7, 7 / 24), many[7])
    assert (picture == 120).all()


def test_neon_is_saturated_and_its_shadows_are_violet() -> None:
    colours = np.array([[0.2, 0.35, 0.7], [0.3, 0.5, 0.55]], np.float32)
    before, after = (
        palette.chroma(palette.to_oklab(each)) for each in (colours, neon.graded(colours))
    )
    assert (after > 1.2 * before).all()
    red, green, blue = middle("neon", 60, 60, 60)
    assert blue > red + 8 and red > green - 3


def noisy(sigma: float) -> NDArray[np.uint8]:
    clean = next(iter(Scene(320, 200, camera=still()))).rgb
    quiet = cv2.GaussianBlur(clean, (0, 0), 3)
    noise = np.random.default_rng(3).normal(0, sigma, clean.shape[:2])[..., None]
    return np.clip(np.rint(quiet + noise), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("sigma", [1.5, 3.0, 6.0])
def test_realistic_measures_noise_and_takes_it_off(sigma: float) -> None:
    picture = noisy(sigma)
    assert noise_of(picture) == pytest.approx(sigma, rel=0.3)
    assert noise_of(crisp(picture, noise_of(picture))) < 0.75 * sigma


def test_realistic_sharpens_an_edge_more_than_noise() -> None:
    edge = wall(80, 80, 80)
    edge[:, 120:] = 150
    soft = cv2.GaussianBlur(edge, (0, 0), 0.8)
    steep = np.abs(np.diff(crisp(soft, 1.0)[80, :, 0].astype(int))).max()
    assert steep > 1.1 * np.abs(np.diff(soft[80, :, 0].astype(int))).max()
    assert np.abs(np.diff(crisp(wall(80, 80, 80), 1.0).astype(int), axis=1)).max() == 0


def test_realistic_takes_part_of_a_cast_off_and_leaves_white_white() -> None:
    scene = next(iter(Scene(240, 160, camera=still()))).rgb
    grey = cv2.cvtColor(cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    cast = np.rint(grey * np.array([1.0, 0.95, 0.85])).astype(np.uint8)
    cast[:8] = 255
    made = worn_by("realistic", cast)
    before = cast[20:].mean(axis=(0, 1))
    after = made[20:].mean(axis=(0, 1))
    assert np.ptp(after) / after.mean() < 0.75 * np.ptp(before) / before.mean()
    assert (made[:6] == 255).all()


def test_realistic_leaves_colours_that_are_no_cast() -> None:
    orange = wall(220, 120, 30)
    assert np.abs(worn_by("realistic", orange) - orange).max() <= 1


def test_the_nearest_of_a_shot_is_in_focus_however_far_it_is() -> None:
    view = next(iter(Scene(240, 160, camera=still()))).rgb
    frame = Frame(view, 0)
    for nearest in (0.3, 1.0):
        near = np.full((40, 60), 0.1 * nearest, np.float32)
        near[:, :30] = nearest
        soft = Focus(lambda _, near=near: near, VIDEO).softness(frame)
        assert soft is not None
        assert not soft[:, :110].any()
        assert (soft[:, 130:] == 255).all()


def test_a_look_that_focuses_asks_for_the_frames_it_measures() -> None:
    look = look_named("cinematic", distances=lambda _: np.ones((4, 4), np.float32))
    assert look.reach(VIDEO).past == 35 + 35
    assert look_named("cinematic").reach(VIDEO).past == 35, "the levels of the shot"
