"""PSNR and SSIM on pictures that a hand can compute."""

from __future__ import annotations

import math

import numpy as np
import pytest

from afterglow.effects.evaluate.likeness import brought_to, psnr, ssim
from tests.scenes import Scene

PICTURE = Scene(96, 64).view(0).rgb


def test_equal_pictures() -> None:
    assert psnr(PICTURE, PICTURE) == math.inf and ssim(PICTURE, PICTURE) == 1


def test_psnr_of_a_known_difference() -> None:
    grey = np.full((20, 30, 3), 100, np.uint8)
    assert psnr(grey, grey + 5) == pytest.approx(20 * math.log10(255 / 5))


def test_ssim_of_flat_pictures_is_that_of_their_means() -> None:
    one, other = (np.full((30, 30, 3), level, np.uint8) for level in (100, 130))
    c1 = (0.01 * 255) ** 2
    wanted = (2 * 100 * 130 + c1) / (100**2 + 130**2 + c1)
    assert ssim(one, other) == pytest.approx(wanted, rel=1e-3)


def test_ssim_against_its_formula_at_one_place() -> None:
    """In 11 x 11 pixels there is one whole window, and its Gaussian is a sum."""
    rng = np.random.default_rng(3)
    one = np.repeat(rng.integers(0, 256, (11, 11, 1), np.uint8), 3, axis=2)
    other = np.repeat(rng.integers(0, 256, (11, 11, 1), np.uint8), 3, axis=2)
    bell = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    weight = np.outer(bell, bell) / bell.sum() ** 2
    x, y = one[..., 0].astype(float), other[..., 0].astype(float)
    mx, my = (weight * x).sum(), (weight * y).sum()
    vx, vy = (weight * (x - mx) ** 2).sum(), (weight * (y - my) ** 2).sum()
    both = (weight * (x - mx) * (y - my)).sum()
    c1, c2 = 2.55**2, 7.65**2
    wanted = (2 * mx * my + c1) * (2 * both + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert ssim(one, other) == pytest.approx(wanted, abs=1e-5)


def test_blur_and_noise_cost_likeness() -> None:
    rng = np.random.default_rng(5)
    noisy = np.clip(PICTURE + rng.normal(0, 12, PICTURE.shape), 0, 255).astype(np.uint8)
    noisier = np.clip(PICTURE + rng.normal(0, 30, PICTURE.shape), 0, 255).astype(np.uint8)
    assert 1 > ssim(PICTURE, noisy) > ssim(PICTURE, noisier) > 0
    assert psnr(PICTURE, noisy) > psnr(PICTURE, noisier)


def test_a_reference_of_another_size_and_shape_is_brought_here() -> None:
    wide = Scene(240, 120, seed=4).view(0).rgb
    made = brought_to(wide, PICTURE)
    assert made.shape == PICTURE.shape
    assert np.abs(made.mean() - wide[:, 30:-30].mean()) < 1, "its middle, without its sides"


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (10, 10)])
def test_tiny_pictures_work(size: tuple[int, int]) -> None:
    tiny = np.full((*size, 3), 70, np.uint8)
    assert ssim(tiny, tiny) == pytest.approx(1)
