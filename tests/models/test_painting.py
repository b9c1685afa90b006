"""Sizes at which models paint, and the tiles by which a picture grows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from afterglow.models.painting import ramps, tiles, trained_size, whole_size


@pytest.mark.parametrize(
    ("shape", "short", "size"),
    [
        ((1920, 1080), 512, (912, 512)),
        ((1080, 1920), 1024, (1024, 1824)),
        ((720, 576), 512, (640, 512)),
        ((512, 512), 512, (512, 512)),
        ((200, 100), 1024, (2048, 1024)),
    ],
)
def test_the_short_side_is_the_trained_one(
    shape: tuple[int, int], short: int, size: tuple[int, int]
) -> None:
    assert trained_size(*shape, short) == size


def test_sizes_are_whole_and_keep_the_aspect() -> None:
    for width in range(100, 3000, 37):
        found = trained_size(width, 1000, 512)
        assert all(side % 8 == 0 for side in found)
        assert found[0] / found[1] == pytest.approx(width / 1000, abs=8 / 512)
        assert trained_size(width, 1000, 518, 14)[0] % 14 == 0


def test_a_strip_is_not_painted_longer_than_four_short_sides() -> None:
    assert trained_size(9000, 1000, 512) == (2048, 224)
    assert trained_size(1, 5000, 512) == (8, 2048)


def test_whole_sizes_are_never_smaller() -> None:
    assert whole_size(1921, 1080) == (1928, 1080)


@pytest.mark.parametrize("size", [(1920, 1080), (64, 64), (65, 200), (40, 30), (513, 512)])
def test_tiles_cover_the_picture_and_lie_in_it(size: tuple[int, int]) -> None:
    width, height = size
    seen = np.zeros((height, width), int)
    for tile in tiles(width, height, 64):
        part = tile.of(seen)
        assert part.shape == (min(64, height), min(64, width)) == (tile.height, tile.width)
        part += 1
    assert seen.min() >= 1 and seen.max() <= 9


def test_tiles_share_a_quarter_with_the_next() -> None:
    lefts = sorted({tile.left for tile in tiles(1920, 512, 512)})
    assert lefts[0] == 0 and lefts[-1] == 1920 - 512
    assert all(right - left <= 384 for left, right in pairwise(lefts))


def test_blended_tiles_show_no_seam() -> None:
    """A ramp of light put together from its tiles is that ramp; a tile off by 1 leaves no step."""
    width, height, side = 200, 120, 64
    total, weight = np.zeros((height, width)), np.zeros((height, width))
    for number, tile in enumerate(tiles(width, height, side)):
        share = ramps(tile, width, height, side)
        assert share.min() > 0
        tile.of(total)[:] += share * (number % 2)
        tile.of(weight)[:] += share
    found = total / weight
    assert (
        np.abs(np.diff(found, axis=0)).max() < 0.15 and np.abs(np.diff(found, axis=1)).max() < 0.15
    )
    assert found.min() == 0 and found.max() == 1
