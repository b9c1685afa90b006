"""A mouth opens, closes, smiles and shows its teeth as a pose says."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait.drawing import drawn, sitter_of
from afterglow.effects.style.character.portrait.frame import frame_of
from afterglow.effects.style.character.portrait.mouth import Mouth, _lower_teeth
from afterglow.effects.style.character.portrait.shape import posed
from afterglow.effects.style.character.portrait.slit import cover, slit_of
from afterglow.effects.style.character.pose import Pose
from afterglow.frames import Frame
from tests.analysis.faces import painted, placed
from tests.effects.style.portrait.sitting import (
    POINTS,
    SIZE,
    aperture,
    effect,
    face,
    inner,
    like,
    shown,
    video,
)


def test_the_mouth_opens_with_the_jaw_and_at_once() -> None:
    jaws = [0.5 - 0.5 * np.cos(2 * np.pi * t / 12) for t in range(30)]
    acted = effect(lambda seconds: Pose(jaw=jaws[round(seconds * 25)]))
    picture = face()
    frames = acted.stream((Frame(picture, t) for t in range(30)), video(30))
    seen = [aperture(np.asarray(frame.pixels)) for frame in frames]
    matches = [np.corrcoef(np.roll(jaws, late)[3:-3], seen[3:-3])[0, 1] for late in (-1, 0, 1)]
    assert matches[1] > 0.97 and matches[1] == max(matches)
    assert max(seen) > 10 and min(seen) <= 2


def test_an_open_mouth_has_teeth_above_and_dark_below() -> None:
    out = shown(Pose(jaw=1)).astype(float).mean(axis=2)
    x, top = (round(float(v)) for v in POINTS[13, :2])
    column = out[top : top + 16, x]
    teeth, dark = column[1:7].max(), column[6:].min()
    assert teeth > 110 and dark < 70
    assert column[1:7].argmax() + 1 < 6 + column[6:].argmin()


def test_pressed_lips_leave_no_hole_and_thinner_lips() -> None:
    red = (190, 90, 90)
    row = of.LIP_OUTER_UPPER + of.LIP_OUTER_LOWER
    lips = [like(inner(shown(Pose(press=p)), row), red) for p in (0.0, 1.0)]
    assert lips[1] < 0.95 * lips[0]
    assert aperture(shown(Pose(press=1))) <= aperture(face()) + 1


def laughing() -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A painted face whose open mouth shows white teeth, and its points."""
    points = POINTS.copy()
    bow = 1 - np.linspace(-1, 1, 11) ** 2
    for upper, lower in (
        (of.LIP_INNER_UPPER, of.LIP_INNER_LOWER), (of.LIP_OUTER_UPPER, of.LIP_OUTER_LOWER),
    ):  # fmt: skip
        points[list(upper), 1] -= 4 * bow
        points[list(lower), 1] += 5 * bow
    picture = painted(points, SIZE)
    hole = points[[*of.LIP_INNER_UPPER, *of.LIP_INNER_LOWER[::-1]], :2]
    cv2.fillPoly(picture, [np.rint(hole * 16).astype(np.int32)], (250, 250, 245), cv2.LINE_AA, 4)
    return picture, points


def white(pixels: NDArray[Any]) -> NDArray[np.bool_]:
    """Where there are teeth, below the eyes."""
    found: NDArray[np.bool_] = pixels.min(axis=2) > 190
    found[: round(float(POINTS[1, 1]))] = False
    return found


def laughed(pose: Pose) -> NDArray[Any]:
    picture, points = laughing()
    (frame,) = effect(pose, landmarks=points).stream(iter([Frame(picture, 0)]), video())
    return np.asarray(frame.pixels)


def test_lips_close_over_teeth() -> None:
    before, half, pressed = (white(laughed(Pose(press=p))).sum() for p in (0.0, 0.5, 1.0))
    assert before > 150 and 0.2 * before < half < 0.8 * before and pressed < 0.03 * before


def test_upper_teeth_stay_with_the_head_and_off_the_lower_lip() -> None:
    before, after = white(laughed(Pose())), white(laughed(Pose(jaw=1)))
    rows = np.flatnonzero(before.any(axis=1))
    assert (before & after).sum() > 0.6 * before.sum(), "they are where they were"
    assert after[rows[-1] + 3 :].sum() == 0, "none of them went down with the lip"


@pytest.mark.parametrize("jaw", [0.4, 1.0])
def test_the_lower_lip_goes_down_whole(jaw: float) -> None:
    """In the middle column, as much of the lip's red is below the mouth as before."""
    x, y = round(float(POINTS[14, 0])), round(float(POINTS[14, 1]))
    red = [
        like(pixels[y + 2 : y + 40, x - 3 : x + 4].astype(float), (190, 90, 90))
        for pixels in (face(), shown(Pose(jaw=jaw)))
    ]
    assert red[0] > 20 and red[1] > 0.75 * red[0]


def test_the_corners_of_the_mouth_follow_a_smile() -> None:
    for smile, up in ((1, True), (-1, False)):
        moved = posed(POINTS, frame_of(POINTS), Pose(smile=smile))
        corners = [of.LIP_INNER_UPPER[0], of.LIP_INNER_UPPER[-1]]
        rise = POINTS[corners, 1] - moved[corners, 1]
        assert (rise > 2).all() if up else (rise < -2).all()
        assert abs(moved[13, 1] - POINTS[13, 1]) < 1.5


def test_a_mouth_is_spread_and_pursed() -> None:
    def wide(width: float) -> float:
        moved = posed(POINTS, frame_of(POINTS), Pose(width=width))
        return float(moved[308, 0] - moved[78, 0])

    assert wide(-1) < 0.75 * wide(0) and wide(1) > 1.1 * wide(0)


def test_lips_that_close_over_a_smile_leave_no_teeth() -> None:
    points = placed(160, 88, 150)
    points[list(of.LIP_INNER_LOWER[1:-1]), 1] += 7
    points[list(of.LIP_OUTER_LOWER[1:-1]), 1] += 7
    picture = painted(points, SIZE)
    rows = [*of.LIP_INNER_UPPER, *of.LIP_INNER_LOWER[::-1]]
    corners = np.rint((points[rows, :2] + 0.5) * 16).astype(np.int32)
    cv2.fillPoly(picture, [corners], (250, 250, 250), cv2.LINE_AA, 4)
    sitter = sitter_of(picture, points, "bt709")
    (left, top), (right, low) = points[rows, :2].min(axis=0), points[rows, :2].max(axis=0)

    def whitest(pose: Pose) -> float:
        """Least over greatest of R, G and B: skin has 0.67, lips have 0.47."""
        pixels, _ = drawn(sitter, pose)
        part = pixels[int(top) : int(low) + 1, int(left) + 8 : int(right) - 8].astype(float)
        return float((part.min(axis=2) / part.max(axis=2)).max())

    assert whitest(Pose(jaw=1e-3)) > 0.95
    assert whitest(Pose(press=1)) < 0.72


def test_lower_teeth_are_a_row_behind_the_lip_and_no_ring_along_it() -> None:
    """At the sides they are hidden, as the lip rises there and their row does not."""
    along = np.linspace(-1, 1, 11)
    bow = 1 - along**2
    upper = np.column_stack([100 + 40 * along, 60 - 2 * bow])
    wide, narrow = (
        slit_of(upper, np.column_stack([100 + 40 * along, 60 + gap * bow])) for gap in (50, 12)
    )
    x, y = (each.astype(np.float32) for each in np.meshgrid(np.arange(60.0, 141), np.arange(120.0)))
    places, across = wide.local(x, y)
    share, _ = _lower_teeth(places, across, Mouth(wide, wide, np.eye(2, 3)))
    inside = cover(across, *wide.borders(places), 1.0) * (share > 0.5)
    seen = np.flatnonzero(inside.max(axis=0) > 0.5) - 40
    assert len(seen) > 16 and np.abs(seen).max() < 20
    rows = np.flatnonzero(inside[:, 40] > 0.5)
    assert 4 <= len(rows) <= 8 and rows[-1] >= 107
    shut, _ = _lower_teeth(*narrow.local(x, y), Mouth(narrow, narrow, np.eye(2, 3)))
    assert shut.max() == 0
