"""A head moves as a pose says, upright or on its side, and its matte goes along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.pose import Pose
from afterglow.frames import Frame
from tests.effects.style.portrait.sitting import POINTS, STRONG, effect, face, shown, video


@pytest.mark.parametrize(
    ("pose", "moved"),
    [
        (Pose(head=(0.05, 0)), (6, 0)),
        (Pose(head=(0, 0.05)), (0, 6)),
        (Pose(turn=5), (6, 0)),
        (Pose(nod=5), (0, 6)),
        (Pose(roll=4), (4, 0)),
    ],
    ids=["right", "down", "turn", "nod", "roll"],
)
def test_the_head_moves_as_told(pose: Pose, moved: tuple[float, float]) -> None:
    out = shown(pose).astype(float)
    before = face().astype(float)
    shifts = [_dark(out, row) - _dark(before, row) for row in (of.LEFT_BROW, of.RIGHT_BROW)]
    shift = np.mean(shifts, axis=0)
    for found, wanted in zip(shift, moved, strict=True):
        assert 0.4 * wanted < found < 2 * wanted if wanted else abs(found) < 2.5


def _dark(pixels: NDArray[Any], row: tuple[int, ...]) -> NDArray[np.float64]:
    """Mean place of the dark pixels of a brow."""
    low, high = POINTS[list(row), :2].min(axis=0) - 9, POINTS[list(row), :2].max(axis=0) + 9
    (x0, y0), (x1, y1) = low.astype(int), high.astype(int)
    part = pixels[y0:y1, x0:x1]
    dark = np.clip(110 - part.mean(axis=2), 0, None) * (part[..., 0] > part[..., 2])
    y, x = np.mgrid[y0:y1, x0:x1]
    return np.array([(x * dark).sum(), (y * dark).sum()]) / dark.sum()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_face_may_lie_on_its_side_or_head(turns: int) -> None:
    """Turned by right angles, it is drawn as when it is upright and turned afterwards."""
    pose = replace(STRONG, gaze=(0.0, 0.0), head=(0.0, 0.0))
    picture, points = np.rot90(face(), turns).copy(), POINTS.copy()
    height, width = 180, 320
    for _ in range(turns):
        points[:, 0], points[:, 1] = points[:, 1].copy(), width - 1 - points[:, 0]
        width, height = height, width
    info = replace(video(), width=width, height=height)
    (frame,) = effect(pose, landmarks=points).stream(iter([Frame(picture, 0)]), info)
    wanted = np.rot90(shown(pose), turns).astype(int)
    apart = np.abs(np.asarray(frame.pixels) - wanted)
    assert apart.mean() < 0.6 and np.quantile(apart, 0.99) < 25


def test_a_matte_goes_along_with_the_head() -> None:
    matte = (np.hypot(*(np.mgrid[:180, :320] - np.array([88, 160])[:, None, None])) < 60) * 255
    matte = matte.astype(np.uint8)
    acted = effect(Pose(head=(0.05, 0)))
    (frame,) = acted.stream(iter([Frame(face(), 0, matte)]), video(alpha=True))
    alpha = np.asarray(frame.alpha)
    columns = [np.mgrid[:180, :320][1][each > 127].mean() for each in (matte, alpha)]
    assert columns[1] - columns[0] > 1.5 and alpha.dtype == np.uint8
