"""Camera moves: their way and their size on a grid of dots, and what they never show."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.camera import EASES, MOVES, PARALLAX, USUAL_SECONDS, Moved
from afterglow.effects.style.camera.moves import eased
from afterglow.errors import UsageError
from afterglow.frames import Frame, VideoInfo
from tests import contract
from tests.promises import Promises

WIDTH, HEIGHT, COUNT = 320, 180, 21
MOVING = [move for move in MOVES if move != "static"]
Move = Any


def video_of(count: int | None = COUNT, **more: Any) -> VideoInfo:
    rate = Fraction(25)
    size = {"width": WIDTH, "height": HEIGHT, **more}
    return VideoInfo(**size, rate=rate, time_base=1 / rate, frames=count)


def dots(width: int = WIDTH, height: int = HEIGHT, step: int = 20) -> NDArray[np.uint8]:
    """Soft dots on a grid, the middle one in the middle of the picture."""
    y, x = np.mgrid[:height, :width].astype(float)
    y, x = y - (height - 1) / 2, x - (width - 1) / 2
    away = ((x + step / 2) % step - step / 2) ** 2 + ((y + step / 2) % step - step / 2) ** 2
    levels = np.rint(20 + 200 * np.exp(-away / 2 / 2.5**2)).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=2)


def seen(effect: Moved, picture: NDArray[Any] | None = None, **more: Any) -> list[NDArray[Any]]:
    picture = dots() if picture is None else picture
    frames = (Frame(picture, pts) for pts in range(COUNT))
    return [np.asarray(each.pixels) for each in effect.stream(frames, video_of(**more))]


def found(picture: NDArray[Any], near: tuple[float, float]) -> NDArray[np.float64]:
    """(x, y) of the dot near a place, to hundredths of a pixel."""
    grey = picture[..., 0].astype(float) - 20
    x, y = near
    for _ in range(12):
        left, top = round(x) - 8, round(y) - 8
        part = np.clip(grey[top : top + 17, left : left + 17] - 8, 0, None)
        rows, columns = np.mgrid[top : top + 17, left : left + 17]
        gate = np.hypot(columns - x, rows - y) < 7.5
        total = (part * gate).sum()
        x, y = (
            float((columns * part * gate).sum() / total),
            float((rows * part * gate).sum() / total),
        )
    return np.array([x, y])


MIDDLE = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])


def tracked(pictures: list[NDArray[Any]], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """(frames, 2) the way of one dot."""
    way, place = [], start
    for picture in pictures:
        place = found(picture, (float(place[0]), float(place[1])))
        way.append(place)
    return np.array(way)


@pytest.mark.parametrize(
    ("move", "right", "down"),
    [
        ("pan-left", 0.15, 0), ("pan-right", -0.15, 0), ("tilt-up", 0, 0.15),
        ("tilt-down", 0, -0.15), ("crane", 0, 0.1),
    ],
)  # fmt: skip
def test_the_content_goes_the_other_way_by_so_much(move: Move, right: float, down: float) -> None:
    pictures = seen(Moved(move))
    start = MIDDLE - np.array([right * WIDTH, down * HEIGHT]) / 2
    way = tracked(pictures, start)
    wanted = np.array([right * WIDTH, down * HEIGHT])
    assert np.abs(way[-1] - way[0] - wanted).max() <= 0.02 * np.abs(wanted).max()


@pytest.mark.parametrize(
    ("move", "grows"), [("slow-zoom-in", 1.3), ("slow-zoom-out", 1 / 1.3), ("dolly", 1.2)]
)
def test_zooms_and_dollies_grow_by_so_much(move: Move, grows: float) -> None:
    pictures = seen(Moved(move))
    scale = 1.3 if move == "slow-zoom-out" else 1.0
    way = [tracked(pictures, MIDDLE + np.array([side * 60.0 * scale, 0])) for side in (-1, 1)]
    spread = (way[1] - way[0])[:, 0]
    assert abs(spread[-1] / spread[0] / grows - 1) <= 0.02
    assert np.abs((way[0] + way[1]) / 2 - MIDDLE).max() < 0.05, "the middle stays"
    end = pictures[0] if grows > 1 else pictures[-1]
    assert np.array_equal(end, dots()), "at its far end the picture is whole"


def test_an_orbit_turns_by_so_many_degrees_to_the_right() -> None:
    pictures = seen(Moved("orbit", ease="linear"))
    places = [MIDDLE + np.array([x, y]) for x in (-100, -40, 0, 40, 100) for y in (-60, 0, 60)]
    middle = pictures[COUNT // 2]
    still = np.array([found(middle, tuple(MIDDLE + 1.07 * (each - MIDDLE))) for each in places])
    lens = 1.1 * WIDTH * float(np.ptp(still[:, 0]) / 200)
    for order, angle in ((range(COUNT // 2, -1, -1), -7.5), (range(COUNT // 2, COUNT), 7.5)):
        ways = np.array([tracked([pictures[t] for t in order], each) for each in still])
        wanted = orbited((still - MIDDLE) / lens, np.deg2rad(angle)) * lens + MIDDLE
        moved = np.abs(wanted - still).max()
        assert np.abs(ways[:, -1] - wanted).max() <= 0.02 * moved


def orbited(plane: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """Where places of a wall at the distance 1 are seen from so far to the right around it."""
    near = 1 - plane[:, 0] * np.sin(angle)
    return np.column_stack((plane[:, 0] * np.cos(angle), plane[:, 1])) / near[:, None]


@pytest.mark.parametrize("move", MOVING)
def test_the_way_is_smooth_between_the_pixels(move: Move) -> None:
    """A dot's way is a curve of low degree within 0.05 pixels, and never rests on the grid."""
    amount = {"slow-zoom-in": 1.03, "slow-zoom-out": 1.03, "orbit": 2.0}.get(move, 0.02)
    pictures = seen(Moved(move, amount=amount, ease="linear"))
    start = MIDDLE + np.array([80.0, 40.0]) * (1.03 if move == "slow-zoom-out" else 1.0)
    way = tracked(pictures, start)
    t = np.linspace(-1, 1, COUNT)
    error = [line - np.polyval(np.polyfit(t, line, 3), t) for line in way.T]
    assert np.abs(error).max() <= 0.05
    steps = np.hypot(*np.diff(way, axis=0).T)
    assert steps.min() > 0.5 * steps.max() > 0, "no frame stands still"


@pytest.mark.parametrize("relieved", [False, True], ids=["flat", "relieved"])
@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (90, 160)])
@pytest.mark.parametrize("move", MOVES)
def test_nothing_beyond_the_edge_is_seen(move: Move, size: tuple[int, int], relieved: bool) -> None:
    """On a picture of ramps, x and y go on growing up to the very edge of the frame."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float64)
    ramps = np.dstack((x / size[0], y / size[1], x / size[0]))
    picture = np.rint(ramps * 60000).astype(np.uint16)
    depth = np.clip(0.2 + 0.6 * y / size[1], 0, 1).astype(np.float32)
    effect = Moved(move, distances=(lambda frame: depth) if relieved else None)
    for each in seen(effect, picture, width=size[0], height=size[1], depth=16):
        for channel, axis in ((0, 1), (1, 0)):
            step = np.diff(each[..., channel].astype(int), axis=axis)
            usual = np.median(step)
            edges = np.concatenate((step.take([0, -1], axis).ravel(), step.take([1], axis).ravel()))
            assert usual > 0 and edges.min() > 0.5 * usual, "the edge is stretched or mirrored"


@pytest.mark.parametrize("ease", EASES)
def test_easing_begins_and_ends_where_it_should(ease: Any) -> None:
    way = np.array([eased(t, ease) for t in np.linspace(0, 1, 101)])
    assert way[0] == 0 and way[-1] == 1 and (np.diff(way) > 0).all()
    first, last = np.diff(way)[[0, -1]]
    assert (first < 0.005) == (ease in ("in", "in-out"))
    assert (last < 0.005) == (ease in ("out", "in-out"))


def test_time_is_told_by_the_stamps() -> None:
    """Frames at odd times are where the frames at even times would be."""
    even = seen(Moved("pan-left", ease="linear"))
    times = [0, 1, 5, 6, 20]
    frames = (Frame(dots(), pts) for pts in times)
    odd = list(Moved("pan-left", ease="linear").stream(frames, video_of()))
    assert all(np.array_equal(each.pixels, even[pts]) for each, pts in zip(odd, times, strict=True))


def test_a_move_takes_its_seconds_and_stays() -> None:
    pictures = seen(Moved("slow-zoom-in", seconds=Fraction(10, 25)))
    assert not np.array_equal(pictures[8], pictures[9])
    assert all(np.array_equal(each, pictures[9]) for each in pictures[9:])


def test_where_nobody_knows_the_length_it_is_said() -> None:
    lines: list[str] = []
    effect = Moved("orbit", say=lines.append)
    assert effect.lasts(video_of(None)) == USUAL_SECONDS
    list(effect.stream(iter([Frame(dots(), 0)]), video_of(None)))
    assert len(lines) == 2 and "5 seconds" in lines[0] and "without depth" in lines[1]
    lines.clear()
    list(replace(effect, move="pan-left").stream(iter([Frame(dots(), 0)]), video_of()))
    assert lines == []


def test_a_camera_that_stands_still_hands_frames_on() -> None:
    frames = [Frame(dots(), pts) for pts in range(3)]
    assert list(Moved("static").stream(iter(frames), video_of())) == frames


def test_a_matte_goes_with_its_picture() -> None:
    picture = dots()
    frames = [Frame(picture, pts, picture[..., 0].copy()) for pts in range(COUNT)]
    for move in ("pan-left", "slow-zoom-in", "orbit"):
        for depth in (
            None,
            lambda frame: (
                np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None] + 0 * frame.pixels[..., 0]
            ),
        ):
            for made in Moved(move, distances=depth).stream(
                iter(frames[-2:]), video_of(alpha=True)
            ):
                assert made.alpha is not None
                assert np.abs(made.pixels[..., 0].astype(int) - made.alpha).max() <= 1


def card() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A bright card before a wall of dots."""
    picture, depth = dots(), np.full((HEIGHT, WIDTH), 0.2, np.float32)
    picture[60:120, 130:190], depth[60:120, 130:190] = 250, 1.0
    return picture, depth


@pytest.mark.parametrize("move", sorted(PARALLAX))
def test_the_near_moves_more_than_the_far(move: Move) -> None:
    picture, depth = card()
    effect = Moved(move, distances=lambda frame: depth, ease="linear")
    pictures = seen(effect, picture)
    first, last = pictures[0], pictures[-1]
    near = []
    for each in (first, last):
        rows, columns = np.nonzero(each[..., 0] > 240)
        near.append([rows.mean(), columns.mean(), np.sqrt(len(rows))])
    far = [tracked(pictures, np.array(start)) for start in FAR[move]]
    down, right = (np.array(near[1]) - near[0])[:2]
    if move == "orbit":
        moved = far[0][-1] - far[0][0]
        assert right < -1 < 3 < moved[0], "the card goes left of what it hides"
    elif move == "crane":
        assert down > far[0][-1][1] - far[0][0][1] + 1.5
    else:
        spread = (far[1] - far[0])[:, 0]
        assert near[1][2] / near[0][2] > spread[-1] / spread[0] + 0.03


FAR: dict[str, list[tuple[float, float]]] = {
    "orbit": [(154.0, 42.0)],
    "crane": [(69.0, 90.0)],
    "dolly": [(59.5, 89.5), (259.5, 89.5)],
}


def test_what_the_card_hid_is_wall() -> None:
    picture, depth = card()
    effect = Moved("orbit", distances=lambda frame: depth, amount=20)
    wall = seen(replace(effect, distances=lambda frame: np.full_like(depth, 0.2)))
    made = seen(effect, picture)
    hidden = made[-1][..., 0] < 240
    apart = np.abs(made[-1].astype(int) - wall[-1]).max(axis=2)
    ring = cv2.dilate((made[-1][..., 0] > 240).astype(np.uint8), np.ones((41, 41), np.uint8)) > 0
    assert np.median(apart[ring & hidden]) < 12
    assert (made[-1] > 0).all()


def test_a_held_picture_is_looked_at_once() -> None:
    asked: list[int] = []

    def distances(frame: Frame) -> NDArray[np.float32]:
        asked.append(frame.pts)
        return card()[1]

    seen(Moved("orbit", distances=distances))
    assert asked == [0]


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Moved("pan-up"), "pan-up"),  # type: ignore[arg-type]
        (Moved("slow-zoom-in", 0.5), "1 to 4"),
        (Moved("pan-left", 0.9), "-0.5 to 0.5"),
        (Moved("orbit", 90), "-45 to 45"),
        (Moved("dolly", seconds=Fraction(0)), "0 seconds"),
    ],
)
def test_what_cannot_be_is_refused(effect: Moved, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        effect.plan(video_of())


def test_the_other_way_is_the_other_move() -> None:
    one, other = seen(Moved("pan-left", -0.1)), seen(Moved("pan-right", 0.1))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def relief(frame: Frame) -> NDArray[np.float32]:
    """A floor, and what is bright a step nearer."""
    grey = ops.to_float(ops.luma(ops.array_of(frame.pixels)))
    wide = cv2.blur(np.asarray(grey, np.float32), (9, 9)).reshape(grey.shape)
    floor = np.linspace(0, 0.5, grey.shape[0], dtype=np.float32)[:, None]
    return np.asarray(floor + 0.4 * (wide > 0.5), np.float32)


class TestContract(Promises):
    """The promises of every effect, of every move."""

    @pytest.fixture(
        params=[
            *((move, None) for move in ("slow-zoom-in", "pan-left", "orbit", "static")),
            ("crane", relief),
        ],
        ids=lambda each: f"{each[0]}-{'relieved' if each[1] else 'flat'}",
    )
    def effect(self, request: pytest.FixtureRequest) -> Moved:
        move, distances = request.param
        return Moved(move, seconds=Fraction(1), distances=distances)

    test_small_and_short_videos = staticmethod(contract.test_small_and_short_videos_work)
    test_the_reach = staticmethod(contract.test_the_reach_is_honest)


def test_tensors_go_the_same_way() -> None:
    torch = pytest.importorskip("torch")
    picture = dots()
    for move in ("pan-left", "orbit"):
        frames = iter([Frame(torch.from_numpy(picture), pts) for pts in (0, 4)])
        there = [each.pixels.numpy() for each in Moved(move).stream(frames, video_of())]  # type: ignore[union-attr]
        here = seen(Moved(move))
        for one, other in zip(there, (here[0], here[4]), strict=True):
            assert np.abs(one.astype(int) - other).max() <= 12
            assert np.abs(one.astype(int) - other).mean() < 1


def test_a_move_begins_with_the_first_picture_and_not_with_pts_0() -> None:
    late = replace(video_of(), begin=35)
    frames = (Frame(dots(), pts) for pts in range(35, 35 + COUNT))
    made = [np.asarray(each.pixels) for each in Moved("pan-left").stream(frames, late)]
    assert all(np.array_equal(a, b) for a, b in zip(made, seen(Moved("pan-left")), strict=True))
