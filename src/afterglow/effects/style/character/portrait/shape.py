"""Where the points of a face go in a pose: the mouth, the lids, the brows, the whole head."""

from __future__ import annotations

import numpy as np

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait.frame import FaceFrame, Points
from afterglow.effects.style.character.pose import Pose
from afterglow.ops.easing import rise

LEFT_FOLD = (247, 30, 29, 27, 28, 56, 190)
RIGHT_FOLD = (467, 260, 259, 257, 258, 286, 414)
"""The fold above the lid, from outside to inside."""
LEFT_SOCKET = (113, 225, 224, 223, 222, 221, 189)
RIGHT_SOCKET = (342, 445, 444, 443, 442, 441, 413)
"""Above the fold, below the brow."""
LEFT_BAG = (25, 110, 24, 23, 22, 26, 112)
RIGHT_BAG = (255, 339, 254, 253, 252, 256, 341)
"""Below the lower lid."""
FOREHEAD = (68, 104, 69, 108, 151, 337, 299, 333, 298)
BETWEEN_BROWS = (9, 8)
CHEEKS = (205, 425, 50, 280, 187, 411, 36, 266, 207, 427, 216, 436, 206, 426)
"""Those that a smile lifts."""
CHIN = (18, 200, 199, 175, 83, 313, 201, 421, 208, 428, 204, 424, 211, 431, 194, 418)
"""Below the lower lip."""

_SIDES = (
    (of.LEFT_EYE_UPPER, of.LEFT_EYE_LOWER, LEFT_FOLD, LEFT_SOCKET, LEFT_BAG, of.LEFT_BROW),
    (of.RIGHT_EYE_UPPER, of.RIGHT_EYE_LOWER, RIGHT_FOLD, RIGHT_SOCKET, RIGHT_BAG, of.RIGHT_BROW),
)

_JAW = 0.145
"""Face heights that the lower lip drops when the mouth is wide open."""
_JAW_OF_MOUTH = 1.0
"""Half widths of the mouth that it drops at most, which matters in small mouths."""
_CORNER = 0.34
"""Share of it at the corners of the mouth."""
_BELOW_BROW = 0.45
"""Share of a brow's move that the skin below it makes."""


def posed(points: Points, frame: FaceFrame, pose: Pose) -> Points:
    """(478, 2) where the points of a face are in a pose, the head's own move not yet made.

    points: (478, 3) where they are in the picture.
    """
    inside = frame.inside(points)
    moved = inside.copy()
    _mouth(inside, moved, frame, pose)
    _brows(moved, frame, pose)
    for upper, lower, fold, socket, bag, _ in _SIDES:
        _lids(inside, moved, (upper, lower, fold, socket, bag), pose)
    return frame.outside(moved)


def _mouth(inside: Points, moved: Points, frame: FaceFrame, pose: Pose) -> None:
    """Move lips, chin and cheeks."""
    left, right = inside[of.LIP_INNER_UPPER[0]], inside[of.LIP_INNER_UPPER[-1]]
    middle, half = (left + right) / 2, max(float(right[0] - left[0]) / 2, 1e-3)
    for group, upper, outer in (
        (of.LIP_INNER_UPPER, True, False),
        (of.LIP_INNER_LOWER, False, False),
        (of.LIP_OUTER_UPPER, True, True),
        (of.LIP_OUTER_LOWER, False, True),
    ):
        row = list(group)
        move = _lip(inside[row], middle, half, frame, pose, upper, outer)
        moved[row] = inside[row] + move
    _pressed(moved, pose.press)
    _below(inside, moved, middle, half, frame, pose)


def _lip(
    row: Points,
    middle: Points,
    half: float,
    frame: FaceFrame,
    pose: Pose,
    upper: bool,
    outer: bool,
) -> Points:
    """(11, 2) how a border of a lip moves."""
    across = (row[:, 0] - middle[0]) / max(float(np.ptp(row[:, 0])) / 2, 1e-3)
    bow = np.clip(1 - across**2, 0, 1) ** (0.95 - 0.28 * pose.jaw)
    ends = np.clip(across**2, 0, 1.2)
    drop = pose.jaw * min(_JAW * frame.height, _JAW_OF_MOUTH * half)
    centre = (-0.06 if upper else 1.0) * drop
    down = _CORNER * drop * (1 - bow) + centre * bow
    down = down - (0.22 if pose.smile > 0 else 0.30) * half * pose.smile * ends
    down = down + 0.03 * half * pose.smile * (1 - ends)
    if upper and not outer:
        down = down + 0.06 * half * max(-pose.width, 0.0) * bow
    if outer:
        thicker = 0.10 * max(-pose.width, 0.0) - 0.04 * max(pose.width, 0.0)
        down = down + (-1 if upper else 1) * thicker * half * bow
    wider = (0.20 if pose.width > 0 else 0.36) * pose.width - 0.10 * pose.jaw
    wider = wider + (0.10 if pose.smile > 0 else 0.03) * pose.smile * ends
    return np.column_stack([across * wider * half, down])


def _pressed(moved: Points, press: float) -> None:
    """Bring the lips together: their inner borders on one line, their outer ones after them."""
    if press <= 0:
        return
    inner_upper, inner_lower = list(of.LIP_INNER_UPPER), list(of.LIP_INNER_LOWER)
    outer_upper, outer_lower = list(of.LIP_OUTER_UPPER), list(of.LIP_OUTER_LOWER)
    gap = np.maximum(moved[inner_lower, 1] - moved[inner_upper, 1], 0)
    above = np.maximum(moved[inner_upper, 1] - moved[outer_upper, 1], 0)
    below = np.maximum(moved[outer_lower, 1] - moved[inner_lower, 1], 0)
    moved[inner_upper, 1] += press * 0.45 * gap
    moved[outer_upper, 1] += press * (0.32 * gap + 0.14 * above)
    moved[inner_lower, 1] -= press * 0.55 * gap
    moved[outer_lower, 1] -= press * (0.45 * gap + 0.16 * below)
    moved[[CHIN[0], CHIN[4], CHIN[5]], 1] -= press * 0.25 * gap[5]


def _below(
    inside: Points, moved: Points, middle: Points, half: float, frame: FaceFrame, pose: Pose
) -> None:
    """Move chin, jaw line and cheeks after the mouth."""
    drop = pose.jaw * min(_JAW * frame.height, _JAW_OF_MOUTH * half)
    for group, share, end in ((CHIN, 1.0, 0.2), (of.OVAL, 0.92, 0.9)):
        row = list(group)
        away = np.clip(np.abs(inside[row, 0] - middle[0]) / (0.5 * frame.width), 0, 1)
        lower = rise(inside[row, 1] - middle[1], 0.1 * half, end * half)
        moved[row, 1] += share * drop * np.cos(away * np.pi / 2) ** 2 * lower
    row = list(CHEEKS)
    corners = middle + np.array([[-half, 0.0], [half, 0.0]])
    near = np.min([np.hypot(*(inside[row] - each).T) for each in corners], axis=0)
    pull = np.exp(-((near / (0.8 * half)) ** 2))
    moved[row, 1] += (-0.20 * half * pose.smile + 0.25 * _CORNER * drop) * pull
    side = np.sign(inside[row, 0] - middle[0])
    moved[row, 0] += side * 0.08 * half * (max(pose.smile, 0.0) + pose.width) * pull


def _brows(moved: Points, frame: FaceFrame, pose: Pose) -> None:
    """Move brows, what lies between them, the forehead and the skin above the lids."""
    lift = (0.048 if pose.brow > 0 else 0.035) * pose.brow * frame.height
    inward, downward = 0.024 * max(pose.frown, 0.0), 0.030 * max(pose.frown, 0.0)
    sad = 0.045 * max(-pose.frown, 0.0)
    inner = np.tile(np.linspace(0, 1, 5), 2)
    for side, (_, _, fold, socket, _, brow) in zip((1, -1), _SIDES, strict=True):
        row = list(brow)
        down = downward * (0.2 + 0.8 * inner**2) - sad * (inner**1.5 - 0.25 * (1 - inner))
        down = down * frame.height - lift * (1 - 0.15 * inner)
        room = float(np.mean(moved[list(fold), 1]) - np.mean(moved[row[5:], 1]))
        down = _held(down, 0.42 * max(room, 0.02 * frame.height))
        moved[row, 1] += down
        across = side * inward * frame.height * inner
        moved[row, 0] += across
        row = list(socket)
        for axis, move in enumerate((across, down)):
            moved[row, axis] += _BELOW_BROW * np.interp(np.linspace(0, 1, 7), inner[:5], move[:5])
    between = (0.5 * downward - 0.5 * sad) * frame.height
    moved[list(BETWEEN_BROWS), 1] += np.array([between - 0.6 * lift, 0.5 * between - 0.25 * lift])
    moved[list(FOREHEAD), 1] -= 0.4 * lift


def _lids(inside: Points, moved: Points, rows: tuple[tuple[int, ...], ...], pose: Pose) -> None:
    """Move the lids of an eye and the skin about them."""
    upper, lower, fold, socket, bag = (list(each) for each in rows)
    height = np.maximum(inside[lower, 1] - inside[upper, 1], 0)
    looking = pose.gaze[1]
    open_ = pose.lids * (1 - 0.28 * max(looking, 0.0)) + 0.10 * max(-looking, 0.0)
    shut = 1 - np.clip(open_, 0, 1)
    up = -(0.32 * pose.squint + 0.16 * shut) * height
    down = shut * (height + up) - max(open_ - 1, 0.0) * height
    moved[upper, 1] += down
    moved[lower, 1] += up
    moved[fold, 1] += 0.42 * down[1:8]
    moved[socket, 1] += 0.12 * down[1:8]
    moved[bag, 1] += 0.55 * up[1:8]


def _held(down: Points, limit: float) -> Points:
    """Moves down that come near a limit and never over it; moves up as they are."""
    found: Points = np.where(down > 0, limit * np.tanh(down / limit), down)
    return found
