"""Views of a backdrop: what moves how far, what is uncovered, and what stays straight."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.parallax.filling import filled
from afterglow.effects.studio.backdrop import Backdrop, Pose, prior_depth
from afterglow.effects.studio.parallax import Renderer
from tests.effects.studio.planes import DEPTHS, VIEW, middle, scene, texture, truth

PATH = [(-30.0, 0.0), (-12.4, 6.7), (0.6, -0.4), (7.25, 3.1), (21.0, -9.5), (30.0, 4.0)]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(scene(), travel=32)


def grey(picture: NDArray[Any]) -> NDArray[np.float32]:
    return picture.astype(np.float32).mean(-1)


def shift(before: NDArray[Any], after: NDArray[Any], guess: tuple[float, float]) -> NDArray[Any]:
    """(x, y) by which the content moved, aligned to hundredths of a pixel."""
    move = np.array([[1, 0, guess[0]], [0, 1, guess[1]]], np.float32)
    ends = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 60, 1e-5)
    _, found = cv2.findTransformECC(before, after, move, cv2.MOTION_TRANSLATION, ends)
    return np.asarray(found)[:, 2]


def cropped(plane: int, travel: tuple[float, float]) -> NDArray[np.bool_]:
    """Where a plane is seen both now and at rest, away from its edges."""
    still, now = (truth(t)[1] == plane for t in ((0.0, 0.0), travel))
    dx, dy = (DEPTHS[plane] * t for t in travel)
    both = now & (ops.translate((still * 255).astype(np.uint8), dx, dy) > 250)
    return cv2.erode(both.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0


def stretched(picture: NDArray[Any], where: NDArray[np.bool_]) -> float:
    """Share of the places in which there is little change along the row, as where it is pulled."""
    change = np.abs(np.diff(grey(picture), axis=1, append=0))
    local = cv2.blur(change, (9, 3))
    return float((local[where] < 0.2 * np.median(change)).mean())


def uncovered(travel: tuple[float, float]) -> NDArray[np.bool_]:
    """Where the wall is seen that was hidden at rest, a little within."""
    hidden = (truth((0.0, 0.0))[1] > 0) & (truth(travel)[1] == 0)
    return cv2.erode(hidden.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def test_three_planes_are_three_layers(renderer: Renderer) -> None:
    assert renderer.layers == 3


@pytest.mark.parametrize("travel", PATH)
@pytest.mark.parametrize("plane", [0, 1, 2])
def test_each_plane_moves_by_its_depth(
    renderer: Renderer, plane: int, travel: tuple[float, float]
) -> None:
    view = renderer.view(Pose(travel_x=travel[0], travel_y=travel[1]), *VIEW)
    seen = cropped(plane, travel)
    wanted = np.array([DEPTHS[plane] * t for t in travel], np.float32)
    own = ops.translate(grey(middle(texture(plane))), *map(float, wanted), "reflect", "lanczos")
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    box = np.s_[rows[0] : rows[-1], columns[0] : columns[-1]]
    if plane:
        error = shift(own[box], grey(view)[box], (0.0, 0.0))
    else:
        error = shift(own[:28], grey(view)[:28], (0.0, 0.0))
    assert np.abs(error).max() <= 0.1
    assert np.abs(view.astype(int) - truth(travel)[0])[seen].mean() < 1.5


@pytest.mark.parametrize("travel", [t for t in PATH if abs(t[0]) > 10])
def test_what_is_uncovered_is_filled_without_smears(
    renderer: Renderer, travel: tuple[float, float]
) -> None:
    view = renderer.view(Pose(travel_x=travel[0], travel_y=travel[1]), *VIEW)
    new = uncovered(travel)
    assert new.mean() > 0.005
    assert view.min() > 20
    assert np.abs(grey(view)[new].mean() - grey(truth(travel)[0])[new].mean()) < 8
    assert stretched(view, new) < 0.03
    assert stretched(view, new) * new.mean() < 0.002
    assert stretched(view, np.ones_like(new)) < 0.004


def test_a_picture_pulled_like_rubber_is_seen_as_stretched(renderer: Renderer) -> None:
    new = uncovered((-30.0, 0.0))
    pulled = renderer.view(Pose(travel_x=-30.0), *VIEW)
    first = np.maximum.accumulate(np.where(new, 0, np.arange(VIEW[0])), axis=1)
    pulled = np.take_along_axis(pulled, first[..., None], axis=1)
    assert stretched(pulled, new) > 0.3


def test_what_is_uncovered_shows_the_wall_and_not_the_board(renderer: Renderer) -> None:
    view = renderer.view(Pose(travel_x=-30.0), *VIEW)
    mean = view[uncovered((-30.0, 0.0))].mean(0)
    walls, boards = texture(0).mean((0, 1)), [texture(n).mean((0, 1)) for n in (1, 2)]
    assert np.abs(mean - walls).max() < 12
    assert min(np.abs(mean - board).max() for board in boards) > 30


def test_the_nearer_board_passes_in_front() -> None:
    picture, depth = np.full((120, 200, 3), 120, np.uint8), np.zeros((120, 200), np.float32)
    for left, right, level, far in ((40, 90, 200, 0.5), (100, 150, 40, 1.0)):
        picture[30:90, left:right], depth[30:90, left:right] = level, far
    view = Renderer(Backdrop(picture, depth), travel=60).view(Pose(travel_x=-60.0), 200, 120)
    assert (view[60, 45:55] == 40).all()
    assert (view[60, 15:35] == 200).all()
    assert (view[60, 95:145] == 120).all()


def test_a_camera_at_rest_sees_the_middle_untouched(renderer: Renderer) -> None:
    assert np.array_equal(renderer.view(Pose(), *VIEW), middle(scene().picture))


def test_a_little_travel_changes_little(renderer: Renderer) -> None:
    still = renderer.view(Pose(), *VIEW).astype(int)
    moved = renderer.view(Pose(travel_x=0.02), *VIEW).astype(int)
    assert np.abs(moved - still).mean() < 1.0
    assert np.quantile(np.abs(moved - still), 0.95) <= 2


@pytest.mark.parametrize("pose", [Pose(7.3, -3.6), Pose(-12.45, 5.2), Pose(3.3, 1.1, turn=4.0)])
def test_straight_lines_stay_straight_in_a_pan(pose: Pose) -> None:
    # An edge that leans by 1 in 7, its place in each line from where the grey is half.
    y, x = np.mgrid[:260, :400].astype(float)
    levels = np.clip((x - 160 - y / 7) / 2 + 0.5, 0, 1) * 200 + 20
    picture = np.repeat(np.rint(levels).astype(np.uint8)[..., None], 3, axis=2)
    depth = prior_depth(260, 400, 120)
    view = grey(Renderer(Backdrop(picture, depth)).view(pose, 320, 200))
    at = np.array([np.interp(120, line[90:250], np.arange(90, 250)) for line in view])
    rows = np.arange(len(at))
    bend = at - np.polyval(np.polyfit(rows, at, 1), rows)
    assert np.abs(bend).max() <= 0.3
    assert np.abs(bend).max() <= 0.05 or pose.turn


def test_a_floor_is_bent_and_not_torn() -> None:
    depth = prior_depth(300, 420, 120)
    backdrop = Backdrop(texture(0), depth)
    renderer = Renderer(backdrop, travel=24)
    assert renderer.layers == 1
    view = renderer.view(Pose(travel_x=20.0), *VIEW)
    for row in (100, 160, 210):
        wanted = 20 * depth[row + 40, 0]
        strip = np.s_[row - 3 : row + 4, 40:280]
        error = shift(grey(middle(texture(0)))[strip], grey(view)[strip], (wanted, 0.0))
        assert abs(error[0] - wanted) <= 0.3


def dots(places: list[tuple[float, float]], width: int, height: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[:height, :width]
    total = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / 18) for a, b in places)
    return np.repeat(np.rint(np.asarray(total) * 220).astype(np.uint8)[..., None], 3, axis=2)


def test_turn_and_zoom_are_about_the_middle_of_the_frame() -> None:
    # 199.5, 129.5 is the middle of the backdrop; 149.5, 99.5 that of the frame.
    backdrop = Backdrop(dots([(249.5, 129.5)], 400, 260), np.zeros((260, 400), np.float32))
    pose = Pose(dx=4.0, dy=-2.0, turn=30.0, zoom=1.2)
    view = grey(Renderer(backdrop).view(pose, 300, 200))
    y, x = np.mgrid[:200, :300]
    found = (view * x).sum() / view.sum(), (view * y).sum() / view.sum()
    wanted = 149.5 + 60 * np.cos(np.pi / 6) + 4, 99.5 + 60 * np.sin(np.pi / 6) - 2
    assert np.allclose(found, wanted, atol=0.05)


def test_turn_zoom_and_travel_go_together() -> None:
    depth = np.full((260, 400), 0.5, np.float32)
    backdrop = Backdrop(dots([(249.5, 129.5)], 400, 260), depth)
    pose = Pose(dx=4.0, turn=30.0, zoom=1.2, travel_x=10.0)
    view = grey(Renderer(backdrop).view(pose, 300, 200))
    y, x = np.mgrid[:200, :300]
    found = (view * x).sum() / view.sum(), (view * y).sum() / view.sum()
    wanted = 149.5 + 66 * np.cos(np.pi / 6) + 4, 99.5 + 66 * np.sin(np.pi / 6)
    assert np.allclose(found, wanted, atol=0.1)


POSES = [Pose(3.3, -1.7), Pose(3.3, -1.7, 2.0, 1.1), Pose(2.0, 1.0, 1.5, 1.05, 17.3, -4.2)]


@pytest.mark.parametrize("pose", POSES)
def test_16_bits_are_the_same_picture(renderer: Renderer, pose: Pose) -> None:
    deep = Backdrop(scene().picture.astype(np.uint16) * 257, scene().depth)
    view = Renderer(deep, travel=32).view(pose, *VIEW)
    assert view.dtype == np.uint16
    apart = np.abs(view / 257 - renderer.view(pose, *VIEW))
    assert apart.max() <= 2.0
    assert apart.mean() < 0.5


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_tensors_give_the_same_picture(pose: Pose, depth: str) -> None:
    factor = 257 if depth == "uint16" else 1
    picture = scene().picture.astype(depth) * np.asarray(factor, depth)
    wanted = Renderer(Backdrop(picture, scene().depth), travel=32).view(pose, *VIEW)
    lying = Backdrop(torch.from_numpy(picture), scene().depth)
    view = Renderer(lying, travel=32).view(pose, *VIEW)
    assert isinstance(view, torch.Tensor)
    apart = np.abs(view.numpy().astype(int) - wanted.astype(int)) / factor
    assert (apart > 1).mean() < 1e-4
    assert apart.max() <= 4


def test_a_frame_of_any_size_is_covered() -> None:
    renderer = Renderer(scene(), travel=32)
    for width, height in ((61, 35), (320, 220), (401, 287)):
        view = renderer.view(Pose(travel_x=9.0), width, height)
        assert view.shape == (height, width, 3)
        assert view.min() > 20


def test_memory_is_that_of_the_pictures_kept(renderer: Renderer) -> None:
    whole = 4 * scene().picture.nbytes
    assert whole * 2 < renderer.memory < whole * 3.5


def ragged() -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A wall of many colours, and a hole in it whose edges jump to and fro by some pixels."""
    chance = np.random.default_rng(3)
    picture = np.full((300, 420, 3), 120, np.uint8)
    for _ in range(90):
        x, y = int(chance.integers(0, 420)), int(chance.integers(0, 300))
        wide, high = (int(size) for size in chance.integers(12, 60, 2))
        colour = chance.integers(30, 225, 3).tolist()
        cv2.rectangle(picture, (x, y), (x + wide, y + high), colour, cv2.FILLED)
    steps = np.repeat(chance.integers(-12, 13, 60), 5)
    return picture, np.abs(np.arange(420) - (210 + steps[:, None])) < 80


def test_behind_a_ragged_edge_no_shards_are_seen() -> None:
    picture, hole = ragged()
    found = filled(picture, hole.astype(np.float32), hole, 90)
    deep = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5) > 20
    level = grey(found)
    steep = np.hypot(cv2.Sobel(level, cv2.CV_32F, 1, 0), cv2.Sobel(level, cv2.CV_32F, 0, 1)) > 60
    assert 0.01 < steep[deep].mean() < 0.09, "mirrored as they are, the pieces give 0.14"
    assert np.array_equal(found[~hole], picture[~hole])
