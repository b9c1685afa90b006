"""Levels: both halves against NumPy's plain arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from afterglow import ops
from afterglow.ops import levels
from afterglow.ops.foreground import true_foreground
from afterglow.ops.levels import Region

RNG = np.random.default_rng(3)


def picture(*shape: int, depth: str = "uint8") -> Any:
    white = {"uint8": 256, "uint16": 65536}[depth]
    return RNG.integers(0, white, shape).astype(depth)


def halves(array: Any) -> list[Any]:
    return [array, torch.from_numpy(array.copy())]


def plain(result: Any) -> Any:
    return np.asarray(result).astype(np.int64)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("side", [0, 1], ids=["array", "tensor"])
def test_levels_are_those_of_plain_arithmetic(depth: str, side: int) -> None:
    one, other = picture(9, 7, 3, depth=depth), picture(9, 7, 3, depth=depth)
    a, b = halves(one)[side], halves(other)[side]
    x, y, white = plain(one), plain(other), np.iinfo(depth).max
    assert (plain(levels.minimum(a, b)) == np.minimum(x, y)).all()
    assert (plain(levels.maximum(a, b)) == np.maximum(x, y)).all()
    assert (plain(levels.subtract(a, b)) == np.maximum(x - y, 0)).all()
    assert (plain(levels.apart(a, b)) == abs(x - y)).all()
    assert (plain(levels.invert(a)) == white - x).all()
    assert (plain(levels.brightest_channel(a)) == x.max(axis=2)).all()
    table = (np.arange(white + 1) // 3).astype(depth)
    assert (plain(levels.lookup(a, table)) == x // 3).all()
    assert (plain(levels.filled(a, 1.0)) == white).all()
    assert (plain(levels.filled(a, 0.5)) == (white + 1) // 2).all(), "rounded, not cut off"


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("side", [0, 1], ids=["array", "tensor"])
def test_the_median_is_the_middle_one(count: int, side: int) -> None:
    stack = [picture(5, 6, 3) for _ in range(count)]
    found = levels.median([halves(each)[side] for each in stack])
    assert (plain(found) == np.sort(np.stack(stack), axis=0)[(count - 1) // 2]).all()


def test_the_median_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="median"):
        levels.median([])


@pytest.mark.parametrize("side", [0, 1], ids=["array", "tensor"])
def test_depths_keep_white_and_nearest_levels(side: int) -> None:
    shallow = np.arange(256, dtype=np.uint8).reshape(16, 16)
    deep = levels.as_depth(halves(shallow)[side], "uint16")
    assert (plain(deep) == plain(shallow) * 257).all()
    fine = picture(16, 16, depth="uint16")
    assert (plain(levels.as_depth(halves(fine)[side], "uint8")) == np.rint(fine / 257)).all()


@pytest.mark.parametrize("side", [0, 1], ids=["array", "tensor"])
def test_regions_are_cut_patched_and_added(side: int) -> None:
    array, region = picture(8, 10, 3), Region(2, 1, 6, 5)
    part = picture(4, 4, 3)
    a, p = halves(array)[side], halves(part)[side]
    patched = plain(levels.patched(a, region, p))
    assert (patched[1:5, 2:6] == plain(part)).all()
    assert (plain(a) == plain(array)).all()
    own = levels.patched(a, region, p)
    levels.add_into(own, region, p)
    assert (plain(own)[1:5, 2:6] == np.minimum(2 * plain(part), 255)).all()
    left = levels.copied(own)
    levels.subtract_from(left, region, p)
    rest = np.minimum(2 * plain(part), 255) - plain(part)
    assert (plain(left)[1:5, 2:6] == rest).all() and (plain(own)[1:5, 2:6] != rest).any()
    levels.subtract_from(left, region, p)
    assert (plain(left)[1:5, 2:6] == np.maximum(rest - plain(part), 0)).all()
    assert region.size == (4, 4)
    assert region.grown(3, (10, 8)) == Region(0, 0, 9, 8)
    assert region.joined(Region(5, 0, 9, 2)) == Region(2, 0, 9, 5)
    assert Region(3, 2, 4, 4).seen_from(region) == Region(1, 1, 2, 3)


def test_the_extent_holds_every_level_above_black() -> None:
    mask = np.zeros((9, 12), np.uint8)
    assert levels.extent(mask) is None
    mask[3, 4] = mask[6, 9] = 1
    assert levels.extent(mask) == Region(4, 3, 10, 7)
    assert levels.extent(torch.from_numpy(mask)) == Region(0, 0, 12, 9)


@pytest.mark.parametrize("side", [0, 1], ids=["array", "tensor"])
def test_a_quantile_is_not_exceeded_by_its_share(side: int) -> None:
    mask = np.zeros((40, 40), np.uint8)
    mask[:12] = 200
    assert levels.quantile(halves(mask)[side], 0.6) == 0
    assert levels.quantile(halves(mask)[side], 0.8) == 200


@pytest.mark.parametrize("side", [0, 1], ids=["array", "tensor"])
def test_unmixing_gives_back_what_was_laid_over_the_ground(side: int) -> None:
    colour, ground, alpha = picture(12, 9, 3), picture(12, 9, 3), picture(12, 9)
    share = alpha[..., None] / 255
    laid = np.rint(colour * share + ground * (1 - share)).astype(np.uint8)
    given = [halves(each)[side] for each in (laid, ground, alpha)]
    sure = alpha > 128
    found = plain(true_foreground(given[0], given[2], given[1]))
    assert abs(found - colour)[sure].max() <= 1
    assert (found[alpha == 0] == laid[alpha == 0]).all()


@pytest.mark.parametrize("size", [(72, 128, 36, 64), (72, 128, 24, 43), (45, 33, 45, 33)])
def test_a_reduced_picture_agrees_in_both_halves_and_keeps_its_mean(
    size: tuple[int, int, int, int],
) -> None:
    height, width, to_height, to_width = size
    given = picture(height, width, 3)
    made, again = (plain(ops.reduce(each, to_width, to_height)) for each in halves(given))
    assert made.shape == (to_height, to_width, 3)
    assert abs(made - again).max() <= 1
    assert abs(made.mean() - given.mean()) < 3
