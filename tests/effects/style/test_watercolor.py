"""Watercolour: washes, pigment at their edges, and paper that stays where it lies in the world."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from afterglow.effects.style.looks import look_named
from afterglow.effects.style.looks.paper import Ground, Sheet, on_sheets, relief, waves
from afterglow.effects.style.looks.watercolor import fitted, gathered, layered, pigmented, washed
from tests.effects.style.steadiness import kept, noisy, painted, wandering
from tests.scenes import Scene, frames_of, pan, still, video_of


def shift(dx: float, dy: float) -> np.ndarray:
    matrix = np.eye(3)
    matrix[:2, 2] = dx, dy
    return matrix


def test_washes_are_flat_and_their_edges_stay() -> None:
    rng = np.random.default_rng(1)
    picture = np.full((120, 160, 3), 80.0)
    picture[:, 80:] = 170
    small = np.clip(picture + rng.normal(0, 8, picture.shape), 0, 255).astype(np.uint8)
    flat = washed(small)
    assert flat[10:-10, 10:70].std() < 2 and flat[10:-10, 90:150].std() < 2
    step = flat[10:-10, 82:84].mean() - flat[10:-10, 76:78].mean()
    assert step > 80


def test_paint_gathers_on_the_darker_side_of_an_edge() -> None:
    paint = np.full((60, 80, 3), 0.8, np.float32)
    paint[:, :40] = 0.45
    more = gathered(paint)[30]
    assert more[36:40].max() > 1.5 * more[40:44].max() > 0.1
    assert more[:20].max() < 0.01 and more[60:].max() < 0.01


def test_density_darkens_colour_but_neither_white_nor_black() -> None:
    paint = np.float32([[[0.0, 0.5, 1.0]]])
    made = pigmented(paint, np.float32([[0.4]]))[0, 0]
    assert made == pytest.approx([0.0, 0.5 - 0.25 * 0.4, 1.0], abs=1e-6)


def test_paint_is_never_black_and_light_is_in_layers() -> None:
    light = np.linspace(0, 1, 300, dtype=np.float32)[None]
    made = layered(light)[0]
    slope = np.diff(made)
    assert made[0] > 0.1 and made[-1] == 1 and (slope >= -1e-5).all()
    assert slope[150:].max() > 2 * np.median(slope[150:])


def test_strong_colours_keep_their_hue() -> None:
    blue = np.float32([[[-0.15, 0.0, 0.35]]])
    light, share = fitted(blue, np.float32([[0.95]]))
    made = light[..., None] + share[..., None] * blue
    assert made.max() <= 1 + 1e-6 and share[0, 0] > 0.7
    ratio = (made - light[..., None])[0, 0]
    assert ratio[0] / ratio[2] == pytest.approx(-0.15 / 0.35, abs=1e-5)


def test_paper_moves_with_the_camera_between_pixels() -> None:
    tile, size = waves(256, 3.0, 1), (100, 80)
    rest = on_sheets(tile, [Sheet(np.eye(3), 1, 1)], size, size, 1.0)
    moved = on_sheets(tile, [Sheet(shift(3.5, -2.25), 1, 1)], size, size, 1.0)
    expected = cv2.warpAffine(rest, shift(3.5, -2.25)[:2], size)
    assert np.abs(moved - expected)[5:-5, 6:-6].mean() < 0.03
    half = on_sheets(tile, [Sheet(np.eye(3), 1, 1)], (50, 40), size, 1.0)
    assert np.abs(half - cv2.resize(rest, (50, 40), interpolation=cv2.INTER_AREA)).mean() < 0.1


def test_two_sheets_have_the_relief_of_one() -> None:
    tile, size = waves(512, 2.0, 3), (300, 200)
    for apart in (0.0, 0.7, 40.0):
        sheets = [Sheet(np.eye(3), 0.4, 1), Sheet(shift(apart, apart), 0.6, 1)]
        both = on_sheets(tile, sheets, size, size, 1.0)
        assert both.std() == pytest.approx(tile.std(), rel=0.1)


def test_the_ground_follows_a_pan_and_rests_with_the_camera() -> None:
    for camera, way in ((pan(2.0, 0.5), (2.0, 0.5)), (still(), (0.0, 0.0))):
        shot = Scene(320, 180, frames=45, camera=camera, noise=1.0)
        ground = Ground(video_of(shot))
        for t, view in enumerate(shot):
            sheets = ground.sheets(view.rgb, t)
            age = t % 25
            at = sheets[-1].moved[:2] @ (160, 90, 1) - (160, 90)
            assert at == pytest.approx(np.multiply(way, age), abs=0.3), t
            assert sum(each.share for each in sheets) == pytest.approx(1)
            if way == (0.0, 0.0):
                assert len(sheets) == 1
            elif t > 25 and age:
                assert len(sheets) == 2


def test_a_cut_lays_new_paper() -> None:
    one, two = (Scene(160, 90, frames=4, camera=pan(3.0), seed=seed) for seed in (1, 2))
    ground = Ground(video_of(replace(one, frames=8)))
    views = [*one, *two]
    lain = [ground.sheets(view.rgb, t) for t, view in enumerate(views)]
    assert lain[3][0].moved[0, 2] > 8 and abs(lain[4][0].moved[0, 2]) < 0.5


def test_relief_is_seen_on_a_white_sheet_and_is_quiet() -> None:
    picture = np.full((135, 240, 3), 255, np.uint8)
    (made,) = painted(look_named("watercolor"), [picture])
    light = made[..., 1].astype(float)
    assert 0.8 < light.std() < 8 and 235 < light.mean() < 252
    assert made[..., 2].mean() < made[..., 0].mean() - 5, "warm paper"
    assert relief(0).mean() == pytest.approx(0, abs=1e-3)


def test_deep_pictures_come_out_as_flat_ones() -> None:
    picture = noisy(1, sigma=2)[0]
    flat, deep = (
        painted(look_named("watercolor"), [each])[0]
        for each in (picture, picture.astype(np.uint16) * 257)
    )
    assert np.abs(deep / 257 - flat).max() < 1.0


def test_what_stands_still_does_not_flicker() -> None:
    before, after = kept(look_named("watercolor"), noisy(30))
    assert after.mean_spread <= 0.5
    assert after.pixel_spread < 0.3 * before.pixel_spread


def test_what_moves_flickers_no_more_than_in_the_source() -> None:
    before, after = wandering(look_named("watercolor"))
    assert after <= 1.3 * before


def test_paper_grain_goes_with_a_slow_pan() -> None:
    """Along the camera's own motion the grain of the picture is the same, and not where it was."""
    shot = Scene(240, 135, frames=14, camera=pan(1.0), seed=5)
    source = [np.asarray(frame.pixels) for frame in frames_of(shot)]
    white = [np.full_like(each, 235) for each in source]
    for plain, each in zip(white, source, strict=True):
        plain[:45] = each[:45]
    one, two = (
        each[60:125].astype(float) for each in painted(look_named("watercolor"), white)[-2:]
    )
    along = np.abs(two[:, 1:, 1] - one[:, :-1, 1]).mean()
    there = np.abs(two[..., 1] - one[..., 1]).mean()
    assert along < 0.5 * there
