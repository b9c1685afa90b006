"""Faces are found, large or small, measured to the pixel and told apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from afterglow.analysis.face import chosen, faces
from afterglow.analysis.face import topology as of
from afterglow.analysis.face.crop import Crop, cut
from afterglow.analysis.face.detector import Detection, anchors, apart, found, tiles, whole
from afterglow.analysis.face.lips import with_lips
from afterglow.analysis.face.mesh import face_in
from tests.analysis.faces import StandIns, marked, painted, placed

SIZE = (320, 200)


def off(one: np.ndarray, other: np.ndarray) -> float:
    """Mean distance of the points of two meshes in pixels."""
    return float(np.hypot(*(one[: of.MESH, :2] - other[: of.MESH, :2]).T).mean())


def test_the_boxes_are_counted_from_the_middles_of_two_grids() -> None:
    places = anchors()
    assert places.shape == (896, 2)
    assert places[:2].tolist() == [[4, 4], [4, 4]] and places[2].tolist() == [12, 4]
    assert places[512:518].tolist() == [[8, 8]] * 6 and places[-1].tolist() == [120, 120]


@pytest.mark.parametrize("angle", [0.0, 0.4, -1.0])
@pytest.mark.parametrize("side", [30.0, 64.0, 151.0])
def test_a_crop_shows_what_its_places_say(side: float, angle: float) -> None:
    """A dot in the picture is where the crop's own arithmetic says, to a tenth of a pixel."""
    x, y = np.meshgrid(np.arange(200.0), np.arange(160.0))
    sigma = side / 16
    dot = np.exp(-((x - 92.3) ** 2 + (y - 81.6) ** 2) / (2 * sigma**2))
    picture = np.repeat(np.rint(dot * 255).astype(np.uint8)[..., None], 3, axis=2)
    crop = Crop(96.0, 78.5, side, angle)
    seen = cut(picture, crop, 64)[..., 0].astype(float)
    rows, columns = np.mgrid[:64, :64]
    middle = np.array([[(columns * seen).sum(), (rows * seen).sum()]]) / seen.sum()
    there = crop.to_picture(middle, 64)[0]
    assert np.hypot(*(there - (92.3, 81.6))) < 0.1 * max(1.0, side / 64)


def test_a_deep_picture_is_cut_like_a_flat_one() -> None:
    flat = marked(placed(160, 100, 120), SIZE)
    deep = flat.astype(np.uint16) * 257
    crop = Crop(150, 90, 100, 0.3)
    assert np.abs(cut(flat, crop, 64).astype(int) - cut(deep, crop, 64)).max() <= 1


@pytest.mark.parametrize(
    ("x", "y", "height", "degrees"),
    [(160, 100, 150, 0), (90, 110, 90, 25), (240, 80, 70, -35), (100, 100, 160, 12)],
)
def test_a_face_is_measured_where_it_is(x: int, y: int, height: int, degrees: int) -> None:
    points = placed(x, y, height, degrees)
    (face,) = faces(marked(points, SIZE), StandIns())
    assert off(face.points, points) < 0.02 * height
    for iris in (of.LEFT_IRIS, of.RIGHT_IRIS):
        assert np.hypot(*(face.points[iris[0], :2] - points[iris[0], :2])) < 0.03 * height
    assert face.presence > 0.99 and face.points.shape == (478, 3)


def test_a_face_far_away_is_found_in_parts_of_the_picture() -> None:
    points = placed(700, 190, 44)
    picture = marked(points, (960, 540))
    networks = StandIns(smallest=14)
    assert (
        not StandIns(smallest=14).detector(cut(picture, Crop(479.5, 269.5, 960), 128))[1].max() > 0
    )
    (face,) = faces(picture, networks)
    assert off(face.points, points) < 2


def test_tiles_leave_nothing_out() -> None:
    seen = np.zeros((90, 160), bool)
    for tile in tiles(160, 90, 45):
        left, top = round(tile.x - 22), round(tile.y - 22)
        assert left >= 0 and top >= 0 and left + 45 <= 160 and top + 45 <= 90
        seen[top : top + 45, left : left + 45] = True
    assert seen.all()


def test_one_face_is_told_once() -> None:
    points = np.zeros((6, 2))
    near, same, other = (
        Detection(score, x, 50.0, 40.0, points) for score, x in ((0.8, 50), (0.9, 54), (0.7, 120))
    )
    assert apart([near, same, other]) == [same, other]


def test_where_no_face_is_none_is_found() -> None:
    picture = np.full((200, 320, 3), 90, np.uint8)
    assert (
        faces(picture, StandIns()) == []
        and found(picture, [whole(320, 200)], StandIns().detector) == []
    )
    assert face_in(picture, Crop(160, 100, 120), StandIns()) is None


def test_faces_are_numbered_from_the_left_and_the_largest_is_taken() -> None:
    places = [placed(250, 110, 80), placed(60, 100, 60), placed(150, 90, 100)]
    picture = marked(places[0], SIZE)
    for each in places[1:]:
        picture = marked(each, SIZE, picture)
    seen = faces(picture, StandIns())
    assert [round(face.crop().x / 10) for face in seen] == [6, 15, 25]
    assert chosen(seen, None) is seen[1] and chosen(seen, 1) is seen[0]
    assert chosen(seen, 3) is seen[2] and chosen(seen, 4) is None
    assert chosen(seen, None, near=Crop(240, 100, 10)) is seen[2]


@pytest.mark.parametrize("seam", [-3.0, 3.0])
def test_the_lips_meet_where_the_picture_shows_it(seam: float) -> None:
    points = placed(160, 100, 180)
    picture = painted(points, SIZE, seam)
    row = list(of.LIP_INNER_UPPER[3:-3])
    before = np.mean(points[row, 1])
    after = with_lips(picture, points)
    assert np.mean(after[row, 1]) - before == pytest.approx(seam, abs=0.7)
    rest = [k for k in range(478) if k not in _lips()]
    assert np.array_equal(after[rest], points[rest]), "nothing but lips is moved"


def _lips() -> set[int]:
    return {
        *of.LIP_INNER_UPPER, *of.LIP_INNER_LOWER, *of.LIP_OUTER_UPPER, *of.LIP_OUTER_LOWER,
    }  # fmt: skip


def test_open_lips_end_at_their_edges() -> None:
    points = placed(160, 100, 180)
    true = points.copy()
    bow = 1 - np.linspace(-1, 1, 11) ** 2
    true[list(of.LIP_INNER_UPPER), 1] -= 6 * bow
    true[list(of.LIP_INNER_LOWER), 1] += 9 * bow
    true[list(of.LIP_OUTER_UPPER), 1] -= 6 * bow
    true[list(of.LIP_OUTER_LOWER), 1] += 9 * bow
    picture = painted(true, SIZE)
    hole = true[[*of.LIP_INNER_UPPER, *of.LIP_INNER_LOWER[::-1]], :2]
    cv2.fillPoly(picture, [np.rint(hole * 16).astype(np.int32)], (245, 240, 230), 16, 4)
    guess = true.copy()
    guess[list(of.LIP_INNER_UPPER[1:-1]), 1] -= 2
    guess[list(of.LIP_INNER_LOWER[1:-1]), 1] += 2
    seen = with_lips(picture, guess)
    for row in (of.LIP_INNER_UPPER, of.LIP_INNER_LOWER):
        middle = list(row[3:-3])
        assert np.abs(seen[middle, 1] - true[middle, 1]).mean() < 1.0


def test_a_tiny_face_must_be_a_sure_one() -> None:
    """Twenty pixels of a test card may look like a face, a little."""

    class Doubting(StandIns):
        def mesh(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            points, sure = super().mesh(picture)
            return points, np.minimum(sure, np.float32(1.0))  # 0.73 of 1

    for height, seen in ((100, 1), (16, 0)):
        picture = marked(placed(100, 70, height), (160, 128))
        assert len(faces(picture, StandIns(smallest=2.0))) == 1
        assert len(faces(picture, Doubting(smallest=2.0))) == seen
