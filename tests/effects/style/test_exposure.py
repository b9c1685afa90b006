"""Shots of few levels: how far they are spread, and that others are left alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from afterglow.effects.style.looks.exposure import Exposure, ends, shares, span_of
from afterglow.frames import VideoInfo

VIDEO = VideoInfo(64, 36, Fraction(24), Fraction(1, 24))


def ramp(low: float, high: float, kind: type = np.uint8) -> np.ndarray:
    """A picture of all levels between two shares of white."""
    white = np.iinfo(kind).max
    line = np.linspace(low * white, high * white, 64)
    return np.rint(line).astype(kind)[None, :, None].repeat(36, 0).repeat(3, 2)


@pytest.mark.parametrize(
    ("shot", "spread"),
    [
        ((0.0, 0.9), (0.0, 0.9)),  # enough of them
        ((0.2, 0.8), (0.2, 0.8)),  # just enough
        ((0.0, 0.2), (0.0, 0.6)),  # dark: black stays
        ((0.0, 0.3), (0.0, 0.6)),
        ((0.7, 1.0), (0.4, 1.0)),  # snow: white stays
        ((0.4, 0.6), (0.2, 0.8)),  # flat
        ((0.5, 0.52), (0.5, 0.52)),  # a blank wall
    ],
)
def test_levels_are_spread_as_far_as_is_needed(
    shot: tuple[float, float], spread: tuple[float, float]
) -> None:
    made = span_of(*shot, 0.6).spread(np.array(shot))
    assert made == pytest.approx(spread, abs=1e-6)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_dark_shot_comes_out_lighter_and_in_order(kind: type) -> None:
    video = replace(VIDEO, depth=8 if kind == np.uint8 else 16)  # type: ignore[arg-type]
    picture = ramp(0.02, 0.22, kind)
    made = Exposure(video, 0.6)(picture)
    assert made.dtype == kind and (np.diff(made[0, :, 0].astype(int)) >= 0).all()
    assert made.max() / np.iinfo(kind).max == pytest.approx(0.61, abs=0.03)
    assert picture.max() / np.iinfo(kind).max == pytest.approx(0.22, abs=0.01), "the source stays"


def test_a_shot_with_light_and_shade_is_left_as_it_is() -> None:
    picture = ramp(0.0, 0.1)
    picture[:2, :3] = 230  # a lamp
    assert Exposure(VIDEO, 0.6)(picture) is picture
    blue = np.full((36, 64, 3), (20, 20, 200), np.uint8)
    assert Exposure(VIDEO, 0.6)(blue) is blue, "strong colours are not dark"


def test_a_road_does_not_change_its_light_as_cars_pass() -> None:
    """A white line of a thousandth of the picture tells that there is light."""
    video = replace(VIDEO, width=128, height=72)
    empty = np.random.default_rng(4).integers(90, 130, (72, 128, 3), np.uint8)
    empty[40, 20:30] = 235
    empty[:2, 100:106] = 20
    car = empty.copy()
    car[30:70, 60:100] = 245
    exposed = Exposure(video, 0.6)
    for road in [empty] * 5 + [car] * 5 + [empty] * 5:
        assert exposed(road) is road


def test_light_comes_slowly_and_never_jumps() -> None:
    """A lamp is lit in a dark shot: what does not change is dimmed again by and by."""
    exposed = Exposure(VIDEO, 0.6)
    dark, lit = ramp(0.0, 0.2), ramp(0.0, 0.2)
    lit[:6, :6] = 120
    middle = [float(exposed(each)[20, 32].mean()) for each in [dark] * 40 + [lit] * 60]
    steps = np.diff(middle)
    assert middle[0] - middle[-1] > 3 and np.abs(steps).max() < 0.5 * (middle[0] - middle[-1])


def test_the_ends_of_a_shot_leave_out_what_is_rare() -> None:
    picture = ramp(0.25, 0.75)
    picture[0, 0] = 255
    low, high = ends(shares(picture))
    assert (low, high) == (pytest.approx(0.25, abs=0.03), pytest.approx(0.75, abs=0.03))
