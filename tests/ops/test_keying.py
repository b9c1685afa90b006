"""Spill is taken off by the rule of the sector, alike in both halves."""

from typing import Any

import numpy as np
import pytest
import torch

from afterglow.ops.keying import despill, key_axis
from tests.ops.pictures import PICTURES, apart, in_depth, tensor

GREEN, BLUE, CLOTH = (0, 255, 0), (0, 0, 255), (0, 177, 64)


def colours() -> Any:
    return np.random.default_rng(4).random((40, 50, 3), np.float32)


@pytest.mark.parametrize(("key", "channel"), [(GREEN, 1), (BLUE, 2)])
def test_a_pure_key_never_stays_above_both_others(key: tuple[int, ...], channel: int) -> None:
    before = colours()
    after = despill(before, key)
    others = [each for each in range(3) if each != channel]
    limit = np.minimum(before[..., channel], before[..., others].max(-1))
    assert np.abs(after[..., channel] - limit).max() < 1e-5
    assert np.array_equal(after[..., others], before[..., others])


def test_colours_outside_the_sector_stay() -> None:
    skin = np.full((2, 2, 3), (200, 150, 120), np.uint8)
    assert np.array_equal(despill(skin, CLOTH), skin)


def test_strength_is_a_share() -> None:
    before = colours()
    half, whole = despill(before, GREEN, 0.5), despill(before, GREEN)
    assert np.allclose(half, (before + whole) / 2, atol=1e-6)
    assert despill(before, GREEN, 0) is before


def test_the_unit_of_the_key_does_not_count() -> None:
    before = colours()
    assert np.allclose(despill(before, CLOTH), despill(before, [v / 255 for v in CLOTH]), atol=1e-5)


def test_a_grey_key_changes_nothing() -> None:
    before = colours()
    assert despill(before, (90, 90, 90)) is before
    assert key_axis((90, 90, 90))[1] == 0


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("key", [GREEN, CLOTH, (120, 30, 200)])
def test_both_halves_agree(depth: str, key: tuple[int, ...], device: str) -> None:
    for picture in PICTURES.values():
        pixels = in_depth(picture, depth)
        one, other = despill(pixels, key, 0.8), despill(tensor(pixels).to(device), key, 0.8)
        assert isinstance(other, torch.Tensor)
        assert apart(one, other) <= 1
