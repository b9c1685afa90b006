"""Glasses are seen by their bridge, and do not bend as brows rise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style.character.portrait.drawing import drawn, sitter_of
from afterglow.effects.style.character.portrait.frame import frame_of
from afterglow.effects.style.character.portrait.glasses import behind_glasses, glasses_of
from afterglow.effects.style.character.pose import Pose
from tests.analysis.faces import painted, placed

POINTS = placed(160, 100, 150)
UPPER_RIM = 71
"""The line of the painted glasses' upper rim: between the brow and the eye."""


def wearing(points: NDArray[np.float64] = POINTS) -> NDArray[np.uint8]:
    picture = painted(points, (320, 200))
    picture[UPPER_RIM : UPPER_RIM + 3, 110:211] = 30
    picture[78:82, 145:176] = 30
    return picture


@pytest.mark.parametrize("depth", [8, 16])
def test_the_bridge_of_glasses_is_seen(depth: int) -> None:
    kind, factor = (np.uint8, 1) if depth == 8 else (np.uint16, 257)
    bare, worn = (each.astype(kind) * factor for each in (painted(POINTS, (320, 200)), wearing()))
    frame = frame_of(POINTS)
    assert glasses_of(bare, POINTS, frame) == 0
    assert glasses_of(worn, POINTS, frame) == 1


def test_a_shaded_nose_is_no_glasses() -> None:
    picture = painted(POINTS, (320, 200)).astype(float)
    picture[70:110] *= np.linspace(0.5, 1.0, 40)[:, None, None]
    noise = np.random.default_rng(3).normal(0, 6, picture.shape)
    shaded = np.clip(picture + noise, 0, 255).astype(np.uint8)
    assert glasses_of(shaded, POINTS, frame_of(POINTS)) == 0


@pytest.mark.parametrize("place", [(-40, 100), (160, -60), (500, 100)])
def test_a_face_at_the_edge_may_show_no_nose(place: tuple[int, int]) -> None:
    points = placed(*place, 150)
    assert 0 <= glasses_of(wearing(), points, frame_of(points)) <= 1


def test_rims_hold_where_brows_rise() -> None:
    worn, rim = wearing(), (slice(UPPER_RIM - 2, UPPER_RIM + 5), slice(115, 206))
    sitter = sitter_of(worn, POINTS, "bt709")

    def moved(sure: float) -> float:
        pixels, _ = drawn(replace(sitter, glasses=sure), Pose(brow=1))
        return float(np.abs(pixels[rim].astype(int) - worn[rim]).mean())

    assert sitter.glasses == 1
    assert moved(1.0) < 0.6 * moved(0.0)
    held = behind_glasses(Pose(brow=1, frown=-1, jaw=1), 1.0)
    assert (held.brow, held.frown, held.jaw) == pytest.approx((0.3, -0.3, 1))
    assert behind_glasses(Pose(brow=1, jaw=1), 0.0) == Pose(brow=1, jaw=1)
