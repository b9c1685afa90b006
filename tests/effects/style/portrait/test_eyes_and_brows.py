"""Lids, irises and brows go where a pose says, and nothing of a face is folded over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait.frame import frame_of
from afterglow.effects.style.character.portrait.shape import posed
from afterglow.effects.style.character.pose import Pose
from tests.analysis.faces import IRIS
from tests.effects.style.portrait.sitting import POINTS, face, inner, like, shown


def test_shut_lids_hide_the_eyes_and_half_shut_ones_half_of_them() -> None:
    seen = []
    for lids in (1.0, 0.5, 0.0):
        pixels = shown(Pose(lids=lids))
        eyes = [
            inner(pixels, row, -1)
            for row in (
                of.LEFT_EYE_UPPER + of.LEFT_EYE_LOWER, of.RIGHT_EYE_UPPER + of.RIGHT_EYE_LOWER,
            )
        ]  # fmt: skip
        seen.append(sum(like(each, (238, 236, 230)) + like(each, IRIS) for each in eyes))
    assert seen[0] > 100 and 0.25 * seen[0] < seen[1] < 0.75 * seen[0] and seen[2] < 0.08 * seen[0]


@pytest.mark.parametrize(("gaze", "axis"), [((1, 0), 0), ((-1, 0), 0), ((0, -1), 1)])
def test_the_irises_go_where_the_eyes_look(gaze: tuple[float, float], axis: int) -> None:
    def middle(pixels: NDArray[Any]) -> NDArray[np.float64]:
        """Mean place of what is dark between the lids of the left eye."""
        low = POINTS[list(of.LEFT_EYE_UPPER), :2].min(axis=0).astype(int)
        high = POINTS[list(of.LEFT_EYE_LOWER), :2].max(axis=0).astype(int)
        part = pixels[low[1] : high[1], low[0] : high[0]].astype(float).mean(axis=2)
        dark = np.clip(130 - part, 0, None)
        y, x = np.mgrid[: part.shape[0], : part.shape[1]]
        return np.array([(x * dark).sum(), (y * dark).sum()]) / dark.sum()

    moved = middle(shown(Pose(gaze=gaze))) - middle(face())
    assert moved[axis] * gaze[axis] > 0.4
    assert abs(moved[axis]) > 2 * abs(moved[1 - axis])


def test_brows_rise_sink_and_frown() -> None:
    frame = frame_of(POINTS)

    def brows(pose: Pose) -> NDArray[np.float64]:
        """Outer and inner end of the left brow: how far they rose."""
        moved = posed(POINTS, frame, pose)
        return POINTS[[70, 107], 1] - moved[[70, 107], 1]

    assert (brows(Pose(brow=1)) > 3).all() and (brows(Pose(brow=-1)) < -1).all()
    sad, angry = brows(Pose(frown=-1)), brows(Pose(frown=1))
    assert sad[1] > 3 > sad[0] and angry[1] < -1.5 < angry[0] + 2
    moved = posed(POINTS, frame, Pose(frown=1))[:, 0] - POINTS[:, 0]
    assert moved[107] > 1 and 0.3 * moved[107] < moved[189], "skin goes along: no brow is kinked"


def test_nothing_of_a_face_is_folded_over() -> None:
    """In any one extreme, the oval holds its order and lips lie in theirs."""
    frame = frame_of(POINTS)
    for pose in (Pose(jaw=1), Pose(press=1), Pose(smile=1, width=1), Pose(brow=-1, frown=1)):
        moved = posed(POINTS, frame, pose)
        rows = (of.LIP_OUTER_UPPER, of.LIP_INNER_UPPER, of.LIP_INNER_LOWER, of.LIP_OUTER_LOWER)
        heights = np.stack([moved[list(row)[2:-2], 1] for row in rows])
        assert (np.diff(heights, axis=0) > -1e-6).all()
        assert (moved[list(of.LEFT_BROW[5:]), 1] < moved[list(of.LEFT_EYE_UPPER)[1:6], 1]).all()
        assert (np.diff(moved[list(of.LIP_INNER_UPPER), 0]) > 0).all()
