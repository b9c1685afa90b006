"""The last touches of a matte: their sizes are those that were asked for, on either half."""

from typing import Any

import numpy as np
import pytest
import torch

from afterglow.effects.matte.finish import despilled, finished, moved, within

SIDE = 120


def disc(radius: float) -> Any:
    """A matte whose edge is a pixel wide."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    return np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)


def radius_of(matte: Any) -> float:
    return float(np.sqrt(np.asarray(matte).sum() / np.pi))


@pytest.mark.parametrize("pixels", [5.0, 2.5, 0.4, -0.4, -2.5, -5.0])
def test_the_edge_moves_by_so_many_pixels_and_parts_of_them(pixels: float) -> None:
    assert radius_of(moved(disc(30), pixels)) == pytest.approx(30 + pixels, abs=0.3)
    assert radius_of(moved(disc(30), pixels + 0.2)) > radius_of(moved(disc(30), pixels))


def test_a_subject_that_is_cut_by_the_frame_does_not_shrink_there() -> None:
    matte = np.zeros((20, 30), np.float32)
    matte[8:] = 1
    shrunk = finished(matte, grow=-3, feather=4)
    assert shrunk[-1].min() > 0.999 and shrunk[8].max() < 0.5


@pytest.mark.parametrize("feather", [4.0, 12.0])
def test_the_edge_is_soft_over_the_feather(feather: float) -> None:
    step = np.zeros((4, SIDE), np.float32)
    step[:, SIDE // 2 :] = 1
    row = finished(step, feather=feather)[2]
    assert np.count_nonzero((row > 0.02) & (row < 0.98)) == pytest.approx(feather, abs=1.5)
    assert row[SIDE // 2 - 1] + row[SIDE // 2] == pytest.approx(1, abs=0.02), "it stays in place"


def test_gamma_makes_soft_parts_denser_and_moves_no_end() -> None:
    ramp = np.linspace(0, 1, 9, dtype=np.float32)[None]
    denser, thinner = finished(ramp, gamma=2), finished(ramp, gamma=0.5)
    assert denser[0, 4] == pytest.approx(0.5**0.5) and thinner[0, 4] == pytest.approx(0.25)
    for each in (denser, thinner):
        assert each[0, 0] == 0 and each[0, -1] == 1


def test_gamma_comes_before_growth_and_growth_before_the_feather() -> None:
    soft = disc(20) * np.float32(0.5)
    all_at_once = finished(soft, gamma=2, grow=2, feather=6)
    one_by_one = finished(finished(finished(soft, gamma=2), grow=2), feather=6)
    assert np.array_equal(all_at_once, one_by_one)
    assert not np.allclose(
        all_at_once, finished(finished(soft, feather=6), gamma=2, grow=2), atol=0.02
    )


def test_nothing_asked_is_nothing_done() -> None:
    matte = disc(30)
    assert finished(matte) is matte


@pytest.mark.parametrize(
    "touches", [{"gamma": 1.7}, {"grow": 2.3}, {"grow": -1.5}, {"feather": 9.0}]
)
def test_both_halves_agree(touches: dict[str, float], device: str) -> None:
    matte = disc(30)
    other = finished(torch.from_numpy(matte).to(device), **touches)
    assert np.abs(finished(matte, **touches) - other.cpu().numpy()).max() < 1 / 255


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_colours_change_only_where_the_matte_is(kind: type, device: str) -> None:
    top = np.iinfo(kind).max
    rng = np.random.default_rng(2)
    outside, inside = rng.integers(0, top + 1, (2, 20, 30, 3)).astype(kind)
    alpha = rng.choice([0, 1, top // 2, top], (20, 30)).astype(kind)
    wanted = np.where(alpha[..., None] > 0, inside, outside)
    assert np.array_equal(within(outside, inside, alpha), wanted)
    tensors = (torch.from_numpy(each).to(device) for each in (outside, inside, alpha))
    assert np.array_equal(within(*tensors).cpu().numpy(), wanted)


def test_spill_is_subtracted_as_light() -> None:
    skin, green = (np.array(each, np.float64) for each in ((0.45, 0.3, 0.2), (0.0, 0.4, 0.05)))
    lit = skin + green
    pixels = np.rint(lit[None, None] * 65535).astype(np.uint16)
    backing = tuple(round(255 * v) for v in green)
    cleaned = despilled(pixels, backing, 1.0, "linear")[0, 0] / 65535
    assert cleaned[1] <= cleaned[0] + 0.04
    assert np.abs(cleaned - skin).max() < np.abs(lit - skin).max() / 2
