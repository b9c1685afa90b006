"""CIELAB and Delta E 2000, against published numbers."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.evaluate.colour import delta_e, lab, tones

SHARMA = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, 2.8361, -74.0200), (50.0, 0.0, -82.7485), 3.4412),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0009, -2.4900), 4.8045),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0011, -2.4900), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.9030),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
]
"""Pairs of the table of Sharma, Wu and Dalal (2005), and what their formula gives."""


@pytest.mark.parametrize(("one", "other", "wanted"), SHARMA)
def test_delta_e_is_that_of_the_published_pairs(
    one: tuple[float, ...], other: tuple[float, ...], wanted: float
) -> None:
    assert delta_e(np.array(one), np.array(other)) == pytest.approx(wanted, abs=5e-5)


def test_delta_e_is_symmetric_and_takes_rows() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.uniform((0, -90, -90), (100, 90, 90), (2, 50, 3))
    np.testing.assert_allclose(delta_e(one, other), delta_e(other, one))
    assert (delta_e(one, one) == 0).all()


def test_lab_of_known_colours() -> None:
    light = np.array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0.18, 0.18, 0.18]], float)
    found = lab(light)
    np.testing.assert_allclose(found[0], (100, 0, 0), atol=1e-6)
    np.testing.assert_allclose(found[1], (0, 0, 0), atol=1e-6)
    np.testing.assert_allclose(found[2], (53.24, 80.09, 67.20), atol=0.02)
    np.testing.assert_allclose(found[3, 0], 49.5, atol=0.02)


def test_tones_are_thirds_by_light() -> None:
    pixels = np.zeros((3, 10, 3), np.uint8)
    pixels[0], pixels[1], pixels[2] = 250, (90, 90, 90), (10, 30, 10)
    dark, middle, bright = tones(pixels, "iec61966-2-1")
    assert dark[0] < middle[0] < bright[0]
    assert dark[1] < -5 and abs(middle[1]) < 1e-6 and bright[0] > 95
    assert tones(pixels[:1, :1], "unknown").shape == (3, 3)


def test_a_change_of_contrast_is_seen_though_the_mean_stays() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(60, 190, (40, 40, 3), np.uint8)
    flat = np.rint(pixels.mean() + 0.6 * (pixels - pixels.mean())).astype(np.uint8)
    assert delta_e(tones(pixels, "bt709"), tones(flat, "bt709")).mean() > 4
