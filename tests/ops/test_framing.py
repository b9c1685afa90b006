"""Pictures brought into frames of another shape, and beside pictures of other light."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from afterglow import ops
from afterglow.ops.framing import framed
from afterglow.ops.gamut import can_be_shown, primaries_matrix, shown_within
from tests.ops.pictures import apart, tensor


def thirds() -> Any:
    """(60, 90, 3) uint8: red, green and blue from left to right."""
    picture = np.zeros((60, 90, 3), np.uint8)
    for third in range(3):
        picture[:, 30 * third : 30 * third + 30, third] = 255
    return picture


def test_cover_fills_and_loses_the_sides_alike() -> None:
    found = framed(thirds(), 40, 40)
    assert found.shape == (40, 40, 3)
    assert np.array_equal(found[:, 20], np.tile([0, 255, 0], (40, 1)))
    assert found[20, 2, 0] > 200 and found[20, -3, 2] > 200
    assert (found[:, :10, 0] > 128).sum() == (found[:, -10:, 2] > 128).sum()


def test_contain_shows_all_and_leaves_bars() -> None:
    found = framed(thirds(), 90, 90, "contain")
    assert not found[:15].any() and not found[-15:].any()
    assert np.array_equal(found[15:-15], thirds())


def test_stretch_changes_the_shape() -> None:
    found = framed(thirds(), 90, 120, "stretch")
    assert np.array_equal(found[::2], thirds())


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_the_same_shape_is_only_scaled(fit: Any) -> None:
    assert np.array_equal(framed(thirds(), 90, 60, fit), thirds())
    assert np.array_equal(framed(thirds(), 45, 30, fit), ops.resize(thirds(), 45, 30))


def test_wide_pixels_count() -> None:
    """A 90 x 60 picture of pixels twice as wide is three times as wide as high."""
    found = framed(thirds(), 180, 60, "contain", aspect=2.0)
    assert np.array_equal(found[:, ::2], framed(thirds(), 180, 60, "stretch")[:, ::2])
    assert not framed(thirds(), 180, 100, "contain", aspect=2.0)[:19].any()


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
@pytest.mark.parametrize("size", [(1, 1), (3, 50), (50, 2), (64, 48)])
def test_any_size_in_either_half(size: tuple[int, int], fit: Any, device: str) -> None:
    for picture in (thirds(), thirds()[..., 0], thirds()[:1, :1]):
        found = framed(picture, *size, fit)
        assert found.shape[:2] == size[::-1]
        assert apart(found, framed(tensor(picture).to(device), *size, fit)) <= 1.001


SDR, SRGB = ("bt709", "bt709"), ("bt709", "iec61966-2-1")
PQ, HLG, WIDE = ("bt2020", "smpte2084"), ("bt2020", "arib-std-b67"), ("bt2020", "bt2020-10")


def grey(level: int) -> Any:
    return np.full((2, 2, 3), level * 257, np.uint16)


@pytest.mark.parametrize("was", [SDR, SRGB, ("smpte170m", "smpte170m")])
def test_sdr_stays_as_it_is(was: tuple[str, str]) -> None:
    assert np.array_equal(shown_within(grey(77), was, SDR, "uint16"), grey(77))


def test_grey_stays_grey_between_gamuts() -> None:
    for was, becomes in ((SDR, WIDE), (WIDE, SDR), (("smpte432", "bt709"), SDR)):
        assert (
            np.abs(shown_within(grey(90), was, becomes, "uint16") - grey(90).astype(int)).max() < 9
        )


def test_a_colour_is_less_pure_in_a_wider_gamut() -> None:
    red = np.array([[[65535, 0, 0]]], np.uint16)
    found = ops.to_linear(shown_within(red, SDR, WIDE, "uint16"), "bt2020-10")[0, 0]
    assert np.allclose(found, [0.6274, 0.0691, 0.0164], atol=0.003)  # ITU-R BT.2087, table 2
    assert np.allclose(primaries_matrix("bt709", "bt709"), np.eye(3))


def test_white_of_sdr_is_the_reference_white_of_hdr() -> None:
    pq = ops.to_linear(shown_within(grey(255), SDR, PQ, "uint16"), "smpte2084")
    assert np.allclose(pq * 10000, 203, rtol=0.01)
    hlg = shown_within(grey(255), SDR, HLG, "uint16") / 65535
    assert np.allclose(hlg, 0.75, atol=0.003)  # ITU-R BT.2408, table 1


def test_hdr_goes_beside_its_own_kind() -> None:
    assert can_be_shown("bt709", "smpte2084") and can_be_shown("smpte2084", "smpte2084")
    assert not can_be_shown("arib-std-b67", "smpte2084")
    assert np.array_equal(shown_within(grey(140), PQ, PQ, "uint16"), grey(140))
