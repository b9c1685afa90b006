"""Phase correlation alone: sub-pixel places, weights, and pictures without texture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.phase import Peak, correlate, hann, peaks, spectrum
from tests.scenes import Scene, Subject, View, pan, walk


def grey(view: View) -> NDArray[np.float32]:
    return cv2.cvtColor(view.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)


def found_between(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    weight: NDArray[np.float32] | None = None,
) -> list[Peak]:
    """The two best places where one picture lies in another."""
    height, width = before.shape
    taper = hann(height, width) if weight is None else hann(height, width) * weight
    surface = correlate(spectrum(before, taper), spectrum(after, taper), width)
    return peaks(surface, 2)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.25, -0.5), (-3.37, 2.11), (61.4, -20.2)])
def test_shifts_are_found_between_the_pixels(shift: tuple[float, float]) -> None:
    before, after = (grey(view) for view in Scene(480, 270, 2, pan(*shift), noise=4))
    first, second = found_between(before, after)
    assert (first.dx, first.dy) == pytest.approx(shift, abs=0.03)
    assert second.response < 0.5 * first.response


def test_equal_pictures_answer_fully() -> None:
    picture = grey(Scene(320, 180).view(0))
    assert found_between(picture, picture)[0].response == pytest.approx(1.0, abs=0.03)


def test_unrelated_pictures_answer_hardly() -> None:
    before, after = (grey(Scene(480, 270, seed=seed).view(0)) for seed in (1, 2))
    assert found_between(before, after)[0].response < 0.12


def test_a_weight_takes_the_subject_out() -> None:
    scene = Scene(480, 270, 2, pan(1.5, 0.5), Subject(0.3, walk(step=(0.03, 0.0))), noise=2)
    first, second = scene
    free = 1 - np.maximum(first.alpha, second.alpha).astype(np.float32) / 255
    before, after = grey(first), grey(second)
    found = found_between(before, after, free)[0]
    assert (found.dx, found.dy) == pytest.approx((1.5, 0.5), abs=0.1)
    alone = found_between(before, after)[0]
    assert alone.dx == pytest.approx(14.4, abs=0.5), "else it proves nothing"


@pytest.mark.parametrize("level", [0, 77, 255])
def test_flat_pictures_agree_nowhere(level: int) -> None:
    flat = np.full((90, 160), level, np.float32)
    assert found_between(flat, flat) == []


def test_peaks_come_best_first_and_apart() -> None:
    surface = np.zeros((40, 60), np.float32)
    surface[5, 7], surface[38, 50], surface[5, 8] = 0.5, 0.9, 0.3
    found = peaks(surface, 3)
    assert found[0] == Peak(-10.0, -2.0, pytest.approx(0.9))
    assert found[1].dy == 5.0
    assert 7 <= found[1].dx < 7.5
    assert len(found) == 2


def test_the_taper_ends_at_zero() -> None:
    taper = hann(90, 160)
    assert taper[0].max() < 0.001
    assert taper[45, 80] == pytest.approx(1.0, abs=0.001)
