"""A portrait moves its face and nothing else: mouth, lids, gaze, brows and head as told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait import Portrait, read_landmarks
from afterglow.effects.style.character.portrait.drawing import drawn, sitter_of
from afterglow.effects.style.character.portrait.frame import frame_of
from afterglow.effects.style.character.portrait.landmarks import with_irises
from afterglow.effects.style.character.portrait.mouth import Mouth, _lower_teeth
from afterglow.effects.style.character.portrait.shape import posed
from afterglow.effects.style.character.portrait.slit import cover, slit_of
from afterglow.effects.style.character.pose import Pose
from afterglow.errors import MediaError, UsageError
from afterglow.frames import Frame, VideoInfo
from tests import contract
from tests.analysis.faces import IRIS, StandIns, marked, opener, painted, placed
from tests.scenes import Scene, video_of

SIZE = (320, 180)
POINTS = placed(160, 88, 120)
STRONG = Pose(jaw=0.8, smile=0.6, lids=0.3, brow=0.7, gaze=(0.5, 0.2), head=(0.03, 0.02), roll=3)


@dataclass(frozen=True)
class Acted:
    """A performance that a function of the time makes."""

    pose: Callable[[float], Pose]
    duration: Fraction = Fraction(2)

    def pose_at(self, seconds: float) -> Pose:
        return self.pose(seconds)


def effect(pose: Pose | Callable[[float], Pose], **more: Any) -> Portrait:
    acted = pose if callable(pose) else lambda seconds: pose
    return Portrait(Acted(acted), **({"landmarks": POINTS} | more))


def video(count: int = 1, **more: Any) -> VideoInfo:
    width, height = SIZE
    return VideoInfo(width, height, Fraction(25), Fraction(1, 25), frames=count, **more)


def face() -> NDArray[np.uint8]:
    return painted(POINTS, SIZE)


def shown(pose: Pose, picture: NDArray[Any] | None = None) -> NDArray[Any]:
    """The picture with its face in a pose."""
    picture = face() if picture is None else picture
    depth: Literal[8, 16] = 8 if picture.dtype == np.uint8 else 16
    (frame,) = effect(pose).stream(iter([Frame(picture, 0)]), video(depth=depth))
    return np.asarray(frame.pixels)


def inner(pixels: NDArray[Any], row: tuple[int, ...], grow: float = 0.0) -> NDArray[Any]:
    """(N, 3) pixels of the box about some points."""
    low, high = POINTS[list(row), :2].min(axis=0) - grow, POINTS[list(row), :2].max(axis=0) + grow
    (x0, y0), (x1, y1) = (np.rint(each).astype(int) for each in (low, high))
    return pixels[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3).astype(float)


def like(pixels: NDArray[Any], colour: tuple[int, ...]) -> float:
    """How many pixels have about a colour."""
    return float((np.abs(pixels - colour).max(axis=-1) < 40).sum())


def aperture(pixels: NDArray[Any]) -> float:
    """Pixels of the column in the middle of the mouth that are neither skin nor lip."""
    x = round(float(POINTS[13, 0]))
    column = pixels[round(float(POINTS[2, 1])) : round(float(POINTS[152, 1])), x].astype(float)
    redness = column[:, 0] - (column[:, 1] + column[:, 2]) / 2
    return float((redness < 40).sum())


def test_the_neutral_face_is_the_picture_itself() -> None:
    picture = face()
    assert np.array_equal(shown(Pose(), picture), picture)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_what_is_far_from_the_face_stays_bit_for_bit(kind: type) -> None:
    noise = np.random.default_rng(1).integers(0, np.iinfo(kind).max, (180, 320, 3), kind)
    out = shown(STRONG, noise)
    frame = frame_of(POINTS)
    y, x = np.mgrid[:180, :320]
    away = np.hypot((x - 160) / (frame.width / 2), (y - 88) / (frame.height / 2))
    assert (out != noise).any(axis=2)[away < 0.5].mean() > 0.9
    assert np.array_equal(out[away > 2.1], noise[away > 2.1])
    assert (away > 2.1).mean() > 0.3 and out.shape == noise.shape and out.dtype == kind


def test_sixteen_bits_show_the_same_as_eight() -> None:
    flat = face()
    eight, sixteen = shown(STRONG, flat), shown(STRONG, flat.astype(np.uint16) * 257)
    apart = np.abs(sixteen / 257 - eight)
    assert np.quantile(apart, 0.99) <= 1.0 and apart.max() < 4


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


def test_a_face_that_networks_find_is_moved_like_one_that_is_given() -> None:
    picture = marked(POINTS, SIZE)
    acted = effect(Pose(jaw=1), landmarks=None, networks=opener())
    (frame,) = acted.stream(iter([Frame(picture, 0)]), video())
    out = np.asarray(frame.pixels)
    x, y = (round(float(v)) for v in POINTS[14, :2])
    assert np.abs(out.astype(int) - picture)[y : y + 15, x - 10 : x + 10].mean() > 40
    assert np.array_equal(out[:, :20], picture[:, :20])


def test_a_held_picture_is_still_but_for_its_face() -> None:
    acted = effect(lambda seconds: Pose(jaw=seconds), landmarks=None, networks=opener(StandIns()))
    picture = marked(POINTS, SIZE)
    frames = list(acted.stream((Frame(picture.copy(), t) for t in range(6)), video(6)))
    stack = np.stack([np.asarray(frame.pixels) for frame in frames])
    forehead = slice(30, 45)
    assert np.abs(np.diff(stack[:, forehead].astype(int), axis=0)).max() <= 2
    assert (stack[1:] != stack[:-1]).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize(
    ("count", "where"), [(1, "the picture"), (3, "the picture"), (70, "the first 2 seconds")]
)
def test_no_face_is_one_line_with_a_way_out(count: int, where: str) -> None:
    grey = np.full((180, 320, 3), 90, np.uint8)
    frames = (Frame(grey + np.uint8(t % 3), t) for t in range(count))
    acted = effect(Pose(), landmarks=None, networks=opener())
    given = acted.stream(frames, video(count))
    with pytest.raises(MediaError, match=f"no face was found in {where}") as told:
        list(given)
    assert told.value.exit_code == 3
    assert "--landmarks" in told.value.hint and "--puppet" in told.value.hint


def test_a_face_number_that_is_not_there_is_told() -> None:
    acted = effect(Pose(), landmarks=None, networks=opener(), face=2)
    with pytest.raises(MediaError, match="no face number 2"):
        list(acted.stream(iter([Frame(marked(POINTS, SIZE), 0)]), video()))


def test_a_face_may_come_late_in_a_video() -> None:
    rng = np.random.default_rng(2)
    empty = [rng.integers(50, 60, (180, 320, 3), np.uint8) for _ in range(10)]
    pictures = [*empty, *(marked(POINTS, SIZE, each) for each in empty)]
    acted = effect(Pose(jaw=1), landmarks=None, networks=opener())
    out = list(acted.stream((Frame(each, t) for t, each in enumerate(pictures)), video(20)))
    changed = [
        not np.array_equal(frame.pixels, each) for frame, each in zip(out, pictures, strict=True)
    ]
    assert changed[:10] == [False] * 10 and all(changed[15:])


def test_a_followed_face_forgets_where_a_run_began() -> None:
    """With the pre-roll that its reach asks for, a cut of a video is like the whole."""
    pictures = [
        marked(placed(120 + t, 88 + 3 * np.sin(t / 3), 100 + t / 3), SIZE) for t in range(36)
    ]
    frames = [Frame(each, t) for t, each in enumerate(pictures)]
    acted = effect(moving, landmarks=None, networks=opener())
    past = acted.reach(video()).past
    whole = list(acted.stream(iter(frames), video(36)))[past + 6 :]
    part = list(acted.stream(iter(frames[6:]), video(30)))[past:]
    assert [frame.pts for frame in part] == [frame.pts for frame in whole] and len(part) == 5
    one, two = (
        np.stack([np.asarray(frame.pixels, float) for frame in run]) for run in (part, whole)
    )
    assert np.sqrt(np.mean((one - two) ** 2)) < 0.3


def test_neither_points_nor_networks_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="landmarks"):
        list(effect(Pose(), landmarks=None).stream(iter([Frame(face(), 0)]), video()))


def rows(points: NDArray[np.float64]) -> list[list[float]]:
    return [[float(v) for v in row] for row in points]


@pytest.mark.parametrize(
    "told",
    [
        rows(POINTS),
        rows(POINTS[:, :2]),
        {"landmarks": rows(POINTS)},
        [{"x": x, "y": y} for x, y in rows(POINTS[:, :2])],
    ],
    ids=["x, y, z", "x, y", "in an object", "objects"],
)
def test_points_are_read(told: Any) -> None:
    found = read_landmarks(json.dumps(told))
    assert found.shape == (478, 3)
    np.testing.assert_allclose(found[:, :2], POINTS[:, :2])


def test_a_mesh_without_irises_gets_them() -> None:
    found = read_landmarks(json.dumps(rows(POINTS[:468])))
    np.testing.assert_array_equal(found, with_irises(POINTS[:468]))
    for iris in (of.LEFT_IRIS, of.RIGHT_IRIS):
        assert np.hypot(*(found[iris[0], :2] - POINTS[iris[0], :2])) < 2


SKETCH: dict[str, Any] = {
    "face": [[116, 88], [160, 28], [204, 88], [160, 148]],
    "left_eye": [[130, 74], [140, 69], [149, 74], [140, 77]],
    "right_eye": [[171, 74], [180, 69], [190, 74], [180, 77]],
    "mouth": [[140, 117], [160, 111], [180, 117], [160, 123]],
}
"""What a person would point at in the painted face."""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ("[]", "0 points"),
        ("7", "0 points"),
        (json.dumps(rows(POINTS[:100])), "100 points"),
        (json.dumps([[1, 2]] * 477 + [[1]]), "no point"),
        (json.dumps([[1, 2]] * 477 + [["a", 2]]), "no point"),
        (json.dumps([[1, 2]] * 477 + [[True, None]]), "no point"),
        ("[" + "[1,2]," * 477 + "[NaN,1]]", "finite"),
        ("[" + "[1,2]," * 477 + f"[1{'0' * 400},1]]", "finite"),
        (json.dumps(SKETCH).replace("116", "1" + "0" * 400), "4 points"),
        ("[" * 100_000, "no JSON"),
        (json.dumps([[0.3 + 0.001 * n, 0.5] for n in range(478)]), "within 4 pixels"),
    ],
)
def test_what_are_no_points_is_told(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_landmarks(text)


def test_points_beside_the_picture_are_told() -> None:
    for shift in ([400, 0, 0], [0, 300, 0], [-400, 0, 0]):
        beside = POINTS + shift
        with pytest.raises(UsageError, match="outside of the picture, which has 320x180"):
            list(effect(Pose(), landmarks=beside).stream(iter([Frame(face(), 0)]), video()))


def test_a_sketch_gives_all_points() -> None:
    found = read_landmarks(json.dumps(SKETCH))
    known = [*of.OVAL, *of.LEFT_EYE_UPPER, *of.RIGHT_EYE_LOWER, *of.LIP_OUTER_UPPER]
    apart = np.hypot(*(found[known, :2] - POINTS[known, :2]).T)
    assert found.shape == (478, 3) and apart.max() < 3
    nose = [1, 2, 98, 327, 168, 205, 425, 152, 199]
    assert np.hypot(*(found[nose, :2] - POINTS[nose, :2]).T).max() < 8
    assert (found[[1, 152], 2] < found[[234, 454], 2] + 1e-6).all(), "the nose is nearest"


def test_a_sketch_may_tell_lips_brows_and_irises() -> None:
    more = SKETCH | {
        "lips": [[160, 114], [160, 120]],
        "left_brow": [[125, 60], [138, 54], [150, 60]],
        "right_iris": [[184, 73], [189, 73]],
    }
    found = read_landmarks(json.dumps(more))
    assert found[13, 1] == pytest.approx(114) and found[14, 1] == pytest.approx(120)
    brow = found[list(of.LEFT_BROW), :2]
    assert brow[:, 1].mean() < 60 and brow[0, 0] == pytest.approx(125, abs=1)
    assert found[of.RIGHT_IRIS[0], :2] == pytest.approx((184, 73))
    assert found[of.LEFT_IRIS[0], :2] == pytest.approx((139.5, 73), abs=1)


def test_a_sketched_face_talks() -> None:
    points = read_landmarks(json.dumps(SKETCH))
    acted = effect(lambda seconds: Pose(jaw=seconds * 25), landmarks=points)
    frames = list(acted.stream((Frame(face(), t) for t in range(2)), video(2)))
    assert aperture(np.asarray(frames[1].pixels)) > 8 > aperture(np.asarray(frames[0].pixels))


@pytest.mark.parametrize(
    ("sketch", "words"),
    [
        ({}, "no face, left_eye, right_eye, mouth"),
        (SKETCH | {"nose": [[1, 2]]}, "unknown name nose"),
        (SKETCH | {"mouth": [[1, 2]]}, "mouth of a sketch takes 4 points"),
        (SKETCH | {"lips": [[1, "x"], [2, 3]]}, "lips of a sketch takes 2 points"),
        (SKETCH | {"face": 7}, "face of a sketch takes 4 points"),
    ],
)
def test_what_is_no_sketch_is_told(sketch: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_landmarks(json.dumps(sketch))


PROMISES: list[Callable[[Portrait], None]] = [
    contract.test_frames_that_were_taken_stay_as_they_are,
    contract.test_frames_that_were_given_stay_as_they_are,
    contract.test_an_empty_video_stays_empty,
    contract.test_two_videos_at_once_do_not_meet,
    contract.test_memory_is_stated_and_kept,
    contract.test_the_same_twice,
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda each: each.__name__[5:])
def test_the_promises_of_every_effect(promise: Callable[[Portrait], None]) -> None:
    promise(effect(moving, landmarks=placed(24, 18, 22)))


def moving(seconds: float) -> Pose:
    return replace(STRONG, jaw=0.5 + 0.4 * np.sin(9 * seconds))


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_plan_is_kept(depth: Literal[8, 16], alpha: bool) -> None:
    contract.test_the_plan_is_kept(effect(moving, landmarks=placed(24, 18, 22)), depth, alpha)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 40), (17, 1), (48, 36)])
def test_small_pictures_work(size: tuple[int, int]) -> None:
    """With a face in their middle, and with one that is nearly beyond their corner."""
    for points in (placed(size[0] / 2, size[1] / 2, 12), placed(size[0] + 15, size[1] + 15, 50)):
        contract.test_small_and_short_videos_work(effect(moving, landmarks=points), size, True)


def test_a_cut_is_like_the_whole() -> None:
    scene = Scene(64, 48, frames=12)
    frames, info = contract.taken(scene)
    acted = effect(moving, landmarks=placed(32, 24, 30))
    whole = contract.given(acted, frames, info)
    assert acted.reach(video_of(scene)).past == 0
    assert contract.same(contract.given(acted, frames[5:9], info), whole[5:9])
    assert effect(Pose(), landmarks=None, networks=opener()).reach(info).past == 25
