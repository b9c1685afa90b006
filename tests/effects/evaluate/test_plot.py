"""The curves are drawn where they belong."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from afterglow.effects.evaluate.plot import plot
from afterglow.effects.evaluate.tally import CURVES, Findings, Point
from afterglow.frames import VideoInfo
from afterglow.ops.chart import COLOURS


def found(name: str, values: list[float]) -> Findings:
    line = [Point(float(t), value) for t, value in enumerate(values)]
    video = VideoInfo(64, 48, Fraction(1), Fraction(1))
    return Findings(name, video, len(values) + 1, 0, {}, {each: line for each in CURVES})


def where(picture: np.ndarray, row: int) -> np.ndarray:
    return np.argwhere((picture == COLOURS[row]).all(axis=2))


def test_every_measure_has_a_panel_and_every_video_a_curve() -> None:
    picture = plot([found("one.mp4", [1, 2, 3]), found("two.mp4", [3, 2, 1])])
    assert picture.shape == (26 * 3 + 190 * 5, 1280, 3) and picture.dtype == np.uint8
    for row in (0, 1):
        lines = where(picture, row)[:, 0]
        panels = {(y - 78) // 190 for y in lines if y >= 78}
        assert panels == {0, 1, 2, 3, 4}
        assert (lines < 78).any(), "its colour is told"


def test_a_curve_that_rises_goes_up_to_the_right() -> None:
    picture = plot([found("one.mp4", [0, 1, 2, 3])])
    panel = picture[52 : 52 + 190]
    places = where(panel, 0)
    left = places[places[:, 1] < 200][:, 0].mean()
    right = places[places[:, 1] > 1100][:, 0].mean()
    assert left > right + 80


@pytest.mark.parametrize("values", [[], [2.0], [0.0, 0.0]])
def test_little_to_draw_is_drawn(values: list[float]) -> None:
    picture = plot([found("Käse 日本.mp4", values)])
    assert len(where(picture, 0)) > 0
