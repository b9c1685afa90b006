"""Curves are drawn where they belong, between round numbers."""

from __future__ import annotations

import numpy as np

from afterglow.ops.chart import COLOURS, Panel, chart, ticks


def test_panels_stand_above_one_another_and_share_their_width() -> None:
    rising = [(float(x), float(x)) for x in range(11)]
    short = [(float(x), 1.0) for x in range(6)]
    picture = chart(["one"], [Panel("up", [rising]), Panel("short", [short], height=300)], "steps")
    assert picture.shape == (26 * 2 + 190 + 300, 1280, 3)
    below = np.argwhere((picture[52 + 190 :] == COLOURS[0]).all(axis=2))
    assert abs(below[:, 1].max() - (90 + (1280 - 90 - 24) / 2)) <= 2, "half as long: half as far"


def test_ticks_are_round() -> None:
    assert ticks(1.0) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(37) == [0, 10, 20, 30]
    assert ticks(0.013) == [0, 0.005, 0.01]
