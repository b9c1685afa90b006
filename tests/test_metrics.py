"""The measures of mattes, on cases that a hand can compute."""

import numpy as np
import pytest

from scripts.benchmarks import metrics


@pytest.fixture
def disc() -> np.ndarray:
    """A soft disc."""
    y, x = np.mgrid[:48, :64]
    return np.clip((16 - np.hypot(x - 32, y - 24)) / 4 + 0.5, 0, 1)


@pytest.mark.parametrize("measure", [metrics.mad, metrics.mse, metrics.grad, metrics.conn])
def test_a_matte_is_no_distance_from_itself(measure, disc):
    assert measure(disc, disc) == 0
    assert measure(disc * 0.5, disc) > 0


def test_mad_and_mse_are_means_in_thousandths():
    truth = np.zeros((2, 4))
    matte = truth.copy()
    matte[0, 0] = 0.4
    assert metrics.mad(matte, truth) == pytest.approx(0.4 / 8 * 1000)
    assert metrics.mse(matte, truth) == pytest.approx(0.16 / 8 * 1000)


def test_a_step_has_the_gradient_of_a_gaussian():
    """Along a straight edge the slope is a sum of taps times the sum of those across."""
    edge = np.zeros((9, 64))
    edge[:, 32:] = 1
    x = np.arange(-4, 5)
    bell = np.exp(-(x**2) / (2 * 1.4**2))
    along, across = np.abs(x * bell) / np.linalg.norm(x * bell), bell / np.linalg.norm(bell)
    # At distance d on either side, only the taps from d on have no equal on the other side.
    tails = [along[4 + d :].sum() for d in range(1, 5)]
    expected = 9 * 2 * sum((tail * across.sum()) ** 2 for tail in tails) * 1e-3
    assert metrics.grad(edge, np.zeros_like(edge)) == pytest.approx(expected)


def test_the_gradient_sees_softness_that_the_mean_does_not(disc):
    harder = np.clip((disc - 0.5) * 4 + 0.5, 0, 1)
    shifted = disc + metrics.mad(harder, disc) / 1000
    assert metrics.mad(shifted, disc) == pytest.approx(metrics.mad(harder, disc))
    assert metrics.grad(harder, disc) > 100 * metrics.grad(shifted, disc)


def test_an_island_is_loose_and_counts_in_full():
    truth = np.zeros((12, 20))
    truth[2:10, 2:10] = 1
    matte = truth.copy()
    matte[5:7, 15:17] = 0.8
    assert metrics.conn(matte, truth) == pytest.approx(4 * 0.8 / 1000)
    matte[5:7, 10:15] = 0.8
    bridged = metrics.conn(matte, truth)
    assert bridged == pytest.approx((4 + 10) * 0.8 / 1000), "the truth does not know the bridge"


def test_a_part_cut_off_in_the_matte_is_loose_in_the_truth():
    truth = np.zeros((12, 20))
    truth[4:8, 2:18] = 1
    matte = truth.copy()
    matte[:, 10] = 0
    # Left of the gap 8 x 4 pixels, the gap's 4, and 7 x 4 right of it, loose in both alike.
    assert metrics.conn(matte, truth) == pytest.approx(4 * 1.0 / 1000)


def test_little_differences_are_not_loose():
    truth = np.ones((6, 6))
    assert metrics.conn(truth * 0.9, truth) == 0
    assert metrics.conn(truth * 0.72, truth) == pytest.approx(36 * 0.3 / 1000)


def test_connectedness_goes_through_sides_and_not_corners():
    both = np.zeros((8, 8))
    both[0:4, 0:4] = 1
    both[4:6, 4:6] = 1
    matte = both.copy()
    matte[4:6, 4:6] = 0
    assert metrics.conn(matte, both) == pytest.approx(4 / 1000)
    level = metrics._connected(both)
    assert level[4, 4] == 0
    assert level[0, 0] == 1


def test_change_that_the_truth_has_too_is_no_flicker(disc):
    moved = np.roll(disc, 2, 1)
    assert metrics.dtssd(disc, moved, disc, moved) == 0
    assert metrics.dtssd(disc * 0.5, moved * 0.5, disc, moved) > 0
    still = np.full((4, 4), 0.5)
    assert metrics.dtssd(still, still + 0.1, still, still) == pytest.approx(10)


def test_a_constant_error_does_not_flicker(disc):
    assert metrics.dtssd(disc + 0.1, disc + 0.1, disc, disc) == 0


def test_a_clip_is_the_mean_of_its_frames():
    truth = np.zeros((4, 4))
    mattes = [truth, truth + 0.1, truth + 0.1]
    means = metrics.score((matte, truth) for matte in mattes)
    assert means["mad"] == pytest.approx(200 / 3, abs=1e-3)
    assert means["dtssd"] == pytest.approx(10 / 2, abs=1e-3)
