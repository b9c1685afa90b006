"""Camera moves: their way and their size on a grid of dots, and what they never show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style.camera import EASES, MOVES, Moved
from afterglow.effects.style.camera.moves import eased
from tests.effects.style.dots import COUNT, HEIGHT, WIDTH, Move, dots, found, seen, tracked

MOVING = [move for move in MOVES if move != "static"]
MIDDLE = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])


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


def test_the_other_way_is_the_other_move() -> None:
    one, other = seen(Moved("pan-left", -0.1)), seen(Moved("pan-right", 0.1))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
