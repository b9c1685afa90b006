"""Which part of which clip a step sees, and the frames of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from afterglow.cli.footage import Parts, Reel, film_of, nearest, reels_in
from afterglow.effects.train.course import Clip, part_of, seed_of
from afterglow.effects.train.effect import curve
from afterglow.errors import MediaError
from afterglow.frames import Frame
from tests.scenes import Scene, pan, write_clip

CLIPS = [Clip("a", Fraction(3)), Clip("b", Fraction(9)), Clip("c", Fraction(1001, 500))]
LENGTH = Fraction(2)


def test_every_clip_comes_once_before_one_comes_again() -> None:
    parts = [part_of(7, number, CLIPS, LENGTH) for number in range(30)]
    for turn in range(10):
        assert {part.clip for part in parts[3 * turn : 3 * turn + 3]} == {0, 1, 2}
    assert len({tuple(part.clip for part in parts[3 * t : 3 * t + 3]) for t in range(10)}) > 1


def test_no_part_goes_beyond_its_clip() -> None:
    parts = [part_of(7, number, CLIPS, LENGTH) for number in range(300)]
    assert all(part.start + LENGTH < CLIPS[part.clip].seconds for part in parts)
    starts = [float(part.start) for part in parts if part.clip == 1]
    assert min(starts) < 0.5 and max(starts) > 6.5, "from all over the clip"


def test_all_is_drawn_by_seed_and_number() -> None:
    assert part_of(7, 5, CLIPS, LENGTH) == part_of(7, 5, CLIPS, LENGTH)
    assert len({part_of(seed, 5, CLIPS, LENGTH) for seed in range(9)}) > 4
    assert len({seed_of(seed, step) for seed in range(20) for step in range(20)}) == 400


def frames(times: list[int]) -> Iterator[Frame]:
    for number, pts in enumerate(times):
        yield Frame(np.full((2, 2, 3), number, np.uint8), pts)


def test_the_nearest_frames_are_taken_also_at_a_varying_rate() -> None:
    times = [10, 11, 12, 19, 20, 21, 30, 44]
    taken = nearest(frames(times), Fraction(1, 100), 4, Fraction(10))
    assert [frame.pts for frame in taken] == [10, 20, 30, 44]
    slow = nearest(frames([0, 30]), Fraction(1, 100), 4, Fraction(10))
    assert [frame.pts for frame in slow] == [0, 0, 30, 30]


def test_no_more_is_decoded_than_is_needed() -> None:
    source = frames(list(range(100)))
    assert len(list(nearest(source, Fraction(1, 25), 3, Fraction(25)))) == 3
    assert next(source).pts == 4


def test_of_no_frames_none_is_the_nearest() -> None:
    assert list(nearest(frames([]), Fraction(1, 25), 3, Fraction(25))) == []


def test_parts_are_read_at_their_time_and_size(tmp_path: Path) -> None:
    scene = Scene(160, 90, frames=30, camera=pan(3, 0), seed=1)
    write_clip(tmp_path / "a.mkv", scene)
    write_clip(tmp_path / "short.mkv", Scene(160, 90, frames=5, seed=1))
    (tmp_path / "notes.txt").write_text("no clip")
    said: list[str] = []
    parts = reels_in(str(tmp_path), Fraction(1, 2), said.append)
    assert parts == Parts((Reel(tmp_path / "a.mkv", Fraction(30, 25)),))
    assert said == ["too short, left out: short.mkv"]
    shown = parts.shown(0, Fraction(8, 25), 3, Fraction(25, 2), (64, 64))
    assert shown.shape == (3, 64, 64, 3) and shown.dtype == np.uint8
    for number, at in enumerate((8, 10, 12)):
        views = [scene.view(other).rgb[:, 35:125] for other in (at - 2, at, at + 2)]
        small = [cv2.resize(view, (64, 64), interpolation=cv2.INTER_AREA) for view in views]
        errors = [np.abs(each.astype(float) - shown[number]).mean() for each in small]
        assert errors[1] < 2 < min(errors[0], errors[2]), errors


@pytest.mark.parametrize("ending", [".mkv", ".mp4"])
def test_the_last_picture_lasts_to_the_end(ending: str, tmp_path: Path) -> None:
    """A part, and what steers a window, may begin after the time at which it came."""
    scene = Scene(96, 64, frames=5, camera=pan(9, 0), seed=1)
    path = write_clip(tmp_path / f"a{ending}", scene, rate=2)
    parts = reels_in(str(tmp_path), Fraction(1, 2), print)
    last = parts.shown(0, Fraction(2), 1, Fraction(25), (64, 64))
    shown = parts.shown(0, Fraction(24, 10), 3, Fraction(100), (64, 64))
    assert all(np.array_equal(each, last[0]) for each in shown)
    assert not np.array_equal(parts.shown(0, Fraction(3, 2), 1, Fraction(25), (64, 64)), last)
    film, rate = film_of(str(path)), Fraction(25)
    one, other = (list(film.shown(Fraction(tenths, 10), 1, rate)) for tenths in (20, 24))
    assert np.array_equal(one, other)


def test_clips_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing that moves")
    with pytest.raises(MediaError, match=r"a\.mp4: cannot be opened"):
        reels_in(str(tmp_path), Fraction(0), print)
    write_clip(tmp_path / "b.mkv", Scene(96, 64, frames=5, seed=1))
    said: list[str] = []
    parts = reels_in(str(tmp_path), Fraction(0), said.append)
    assert [reel.path.name for reel in parts.reels] == ["b.mkv"]
    (line,) = said
    assert line.startswith("left out: ") and "a.mp4: cannot be opened" in line


@pytest.mark.parametrize("losses", [[0.3], [0.5, 0.4, 0.3], list(np.linspace(1, 0.1, 200))])
def test_the_curve_is_drawn(losses: list[float]) -> None:
    picture = curve(losses)
    assert picture.shape[1] == 1280 and (picture[78:] == (214, 39, 40)).all(axis=2).any()
