"""Camera moves over frames: where the content goes, and that no edge is seen."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow import ops
from afterglow.effects.animate.camera_move import (
    CameraMove,
    closeness,
    matrix_of,
    moved,
    pose_at,
)
from tests.scenes import Scene

PICTURE = Scene(160, 100).view(0).rgb
MOVES = [
    CameraMove(zoom=1.3),
    CameraMove(zoom=0.7),
    CameraMove(pan=0.15),
    CameraMove(tilt=-0.1),
    CameraMove(roll=15),
    CameraMove(zoom=1.2, pan=-0.1, tilt=0.05, roll=-8),
]


def test_no_move_leaves_the_very_frames() -> None:
    frames = [PICTURE, PICTURE[::-1]]
    made = list(moved(frames, CameraMove(), 2))
    assert all(one is other for one, other in zip(frames, made, strict=True))


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("size", [(160, 100), (90, 160)])
def test_no_edge_is_ever_seen(move: CameraMove, size: tuple[int, int]) -> None:
    width, height = size
    closer = closeness(move, width, height)
    white = np.full((height, width, 3), 255, np.uint8)
    for moment in np.linspace(0, 1, 21):
        matrix = matrix_of(pose_at(move, float(moment)), width, height, closer)
        corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]])
        back = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
        assert back.min() >= -0.51 and (back <= (width - 0.49, height - 0.49)).all()
        seen = ops.warp(white, matrix, border="constant")
        assert seen[1:-1, 1:-1].min() > 250


def test_a_zoom_begins_with_the_picture_and_ends_as_large_as_told() -> None:
    made = list(moved([PICTURE] * 9, CameraMove(zoom=1.5), 9))
    assert np.array_equal(made[0], PICTURE)
    matrix = matrix_of(pose_at(CameraMove(zoom=1.5), 1.0), 160, 100)
    np.testing.assert_allclose(matrix[:, :2], 1.5 * np.eye(2))
    np.testing.assert_allclose(matrix @ (79.5, 49.5, 1), (79.5, 49.5))
    back = list(moved([PICTURE] * 9, CameraMove(zoom=1 / 1.5), 9))
    assert np.array_equal(back[-1], PICTURE) and not np.array_equal(back[0], PICTURE)


def test_a_pan_to_the_right_takes_the_content_to_the_left() -> None:
    move = CameraMove(pan=0.15)
    places = [matrix_of(pose_at(move, t), 160, 100)[0, 2] for t in (0, 0.5, 1)]
    assert places == pytest.approx([12, 0, -12]), "15% of the width, about the middle"


def test_a_tilt_up_takes_the_content_down_and_a_clockwise_roll_turns_it_back() -> None:
    up = [matrix_of(pose_at(CameraMove(tilt=0.1), t), 160, 100)[1, 2] for t in (0, 1)]
    assert up[1] - up[0] == pytest.approx(10)
    right = matrix_of(pose_at(CameraMove(roll=20), 1.0), 160, 100)[:, :2] @ (1, 0)
    assert right[1] < 0, "what was to the right goes up: counter-clockwise as seen"


def test_a_smooth_move_begins_and_ends_gently() -> None:
    ways = [pose_at(CameraMove(pan=1.0), t).across for t in (0, 0.05, 0.5, 0.95, 1)]
    assert ways[0] - ways[1] < 0.01 and ways[3] - ways[4] < 0.01 and ways[2] == 0


def test_more_frames_than_told_stay_at_the_end() -> None:
    made = list(moved([PICTURE] * 5, CameraMove(zoom=1.2), 3))
    assert len(made) == 5 and np.array_equal(made[2], made[4])
    assert len(list(moved([PICTURE], CameraMove(zoom=1.2), 1))) == 1
