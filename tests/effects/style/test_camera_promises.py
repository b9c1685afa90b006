"""A camera goes by time stamps, takes mattes and tensors, and keeps every promise."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.camera import USUAL_SECONDS, Moved
from afterglow.errors import UsageError
from afterglow.frames import Frame
from tests import contract
from tests.effects.style.dots import COUNT, HEIGHT, dots, seen, video_of
from tests.promises import Promises


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
