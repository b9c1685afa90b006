"""Pictures taken apart by depth: drawn from elsewhere, and whole where nothing moves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.parallax import Sheets

Floats = NDArray[np.float32]
WIDTH, HEIGHT = 160, 96


def card() -> tuple[NDArray[np.uint8], Floats]:
    """A bright card in front of a striped wall."""
    x = np.arange(WIDTH)
    wall = np.rint(90 + 40 * np.sin(x / 5)).astype(np.uint8)
    picture = np.repeat(np.tile(wall, (HEIGHT, 1))[..., None], 3, axis=2)
    depth = np.zeros((HEIGHT, WIDTH), np.float32)
    picture[30:66, 60:100], depth[30:66, 60:100] = 240, 1.0
    return picture, depth


def test_nothing_moves_where_the_source_is_the_place_itself() -> None:
    picture, depth = card()
    sheets = Sheets(picture, depth, 16)
    seen = sheets.drawn(lambda places, depths: places, WIDTH, HEIGHT)
    assert sheets.layers == 2 and sheets.memory > picture.nbytes
    assert np.abs(seen.astype(int) - picture).mean() < 1


def test_the_near_moves_over_the_far_and_uncovers_wall() -> None:
    picture, depth = card()
    source = lambda places, depths: places - np.stack((12 * depths, 0 * depths), -1)  # noqa: E731
    seen = Sheets(picture, depth, 16).drawn(source, WIDTH, HEIGHT)
    row = seen[48, :, 0]
    assert (row[74:110] == 240).all(), "the card went 12 to the right"
    assert row[60:71].max() < 150, "where it was is wall"
    assert np.array_equal(row[:56], picture[48, :56, 0])


def test_places_can_shrink_with_depth() -> None:
    picture, depth = card()
    middle = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2], np.float32)

    def nearer(places: Floats, depths: Floats) -> Floats:
        return np.asarray(middle + (places - middle) / (1 + 0.5 * depths[..., None]), np.float32)

    seen = Sheets(picture, depth, 24).drawn(nearer, WIDTH, HEIGHT)
    wide = int((seen[48, :, 0] > 200).sum())
    assert abs(wide - 60) <= 1, "a card of 40 at half as much again"


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (17, 40)])
def test_small_pictures_are_drawn(size: tuple[int, int]) -> None:
    width, height = size
    picture = np.random.default_rng(2).integers(0, 256, (height, width, 3), np.uint8)
    depth = np.linspace(0, 1, width * height, dtype=np.float32).reshape(height, width)
    seen = Sheets(picture, depth, 4).drawn(lambda places, depths: places, width, height)
    assert seen.shape == picture.shape and seen.dtype == np.uint8
