"""Stills in the frame of a model, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.animate.fit import (
    Fit,
    brought_back,
    final_size,
    fitted,
    flattened,
    nearest_size,
)
from tests.scenes import Scene

WIDE, TALL = Scene(192, 96).view(0).rgb, Scene(90, 160).view(0).rgb
FRAME = (128, 96)


def test_the_nearest_shape_is_taken_also_upright() -> None:
    sizes = [(1024, 576), (512, 512), (512, 288)]
    assert nearest_size(1920, 1080, sizes) == (1024, 576)
    assert nearest_size(1080, 1920, sizes) == (576, 1024)
    assert nearest_size(1000, 950, sizes) == (512, 512)
    assert nearest_size(1080, 1920, sizes, turned=False) == (512, 512)


def test_crop_keeps_the_shape_and_loses_the_sides() -> None:
    still = fitted(WIDE, FRAME, "crop")
    assert still.picture.shape == (96, 128, 3) and still.inside.size == FRAME
    assert np.array_equal(still.picture, WIDE[:, 32:-32]), "the middle, at its own scale"
    assert final_size(still) == FRAME and final_size(still, 480) == (640, 480)


@pytest.mark.parametrize(("picture", "inside"), [(WIDE, (128, 64)), (TALL, (54, 96))])
def test_pad_shows_all_on_a_ground(picture: np.ndarray, inside: tuple[int, int]) -> None:
    still = fitted(picture, FRAME, "pad", (200, 10, 30))
    assert still.inside.size == inside
    outside = np.ones((96, 128), bool)
    still.inside.of(outside)[:] = False
    assert (still.picture[outside] == (200, 10, 30)).all() and outside.any()
    shown = still.inside.of(still.picture)
    assert abs(shown.mean() - picture.mean()) < 2


@pytest.mark.parametrize("picture", [WIDE, TALL], ids=["wide", "tall"])
@pytest.mark.parametrize("fit", ["pad", "stretch"])
def test_frames_come_back_in_the_shape_of_the_still(picture: np.ndarray, fit: Fit) -> None:
    still = fitted(picture, FRAME, fit)
    rows, columns = picture.shape[:2]
    for lines in (None, 120):
        width, height = final_size(still, lines)
        assert width % 2 == height % 2 == 0 and (lines is None or height == lines)
        assert width / height == pytest.approx(columns / rows, rel=0.03)
    frame = brought_back(still.picture, still, (columns, rows))
    assert frame.shape == picture.shape
    assert np.abs(frame.astype(float) - picture).mean() < 8, "nothing moved, and no bars"


def test_stretch_fills_the_frame() -> None:
    still = fitted(WIDE, FRAME, "stretch")
    assert still.inside.size == FRAME and abs(still.picture.mean() - WIDE.mean()) < 2


def test_alpha_is_laid_on_the_ground_in_linear_light() -> None:
    pixels = np.full((4, 6, 3), 255, np.uint8)
    alpha = np.full((4, 6), 128, np.uint8)
    alpha[0], alpha[1] = 0, 255
    made = flattened(pixels, alpha, (0, 0, 0))
    assert (made[0] == 0).all() and (made[1] == 255).all()
    assert abs(int(made[2, 0, 0]) - 188) <= 1, "half of the light of white, in sRGB"
    assert (flattened(pixels, alpha, (10, 20, 30))[0] == (10, 20, 30)).all()


def test_deep_pictures_become_8_bits() -> None:
    pixels = np.full((4, 6, 3), 257 * 100, np.uint16)
    for alpha in (None, np.full((4, 6), 65535, np.uint16)):
        made = flattened(pixels, alpha)
        assert made.dtype == np.uint8 and (made == 100).all()
