"""A prompt says where the light of a shot comes from, and how high its camera stands."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.analysis.light_words import light_of, lit_prompt


@pytest.mark.parametrize(
    ("light", "words"),
    [
        ((-0.1, -0.1), "a room, light from the upper left"),
        ((0.4, -0.1), "a room, strong light from the upper right"),
        ((0.1, 0.0), "a room, light from the right"),
        ((-0.1, 0.1), "a room, light from the lower left"),
        ((0.0, -0.3), "a room, strong light from above"),
        ((0.0, 0.1), "a room, light from below"),
        ((0.01, -0.04), "a room, soft even light"),
        (None, "a room"),
    ],
)
def test_light_is_said(light: tuple[float, float] | None, words: str) -> None:
    assert lit_prompt("a room", light, None) == words


@pytest.mark.parametrize(
    ("height", "words"),
    [(0.1, "low angle"), (0.5, "waist height"), (0.93, "eye level"), (3.0, "high angle")],
)
def test_camera_height_is_said(height: float, words: str) -> None:
    assert lit_prompt("a room. ", None, height).startswith("a room, camera ")
    assert words in lit_prompt("a room", None, height)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_the_middle_of_light(depth: str) -> None:
    dark = np.zeros((90, 160, 3), depth)
    assert light_of(dark, "bt709") == (0, 0)
    corner = dark.copy()
    corner[:45, 80:] = np.iinfo(depth).max
    x, y = light_of(corner, "bt709")
    assert x == pytest.approx(0.5, abs=0.02) and y == pytest.approx(-0.5, abs=0.02)


def test_light_is_weighed_as_light() -> None:
    """Display level 128 is about a fifth of the light of 255, not half of it."""
    halves = np.full((64, 64, 3), 255, np.uint8)
    halves[:, :32] = 128
    assert light_of(halves, "bt709")[0] > 0.25
