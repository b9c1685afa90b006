"""Faces that networks find are followed; where there is none, one line says so."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.style.character.pose import Pose
from afterglow.errors import MediaError
from afterglow.frames import Frame
from tests.analysis.faces import StandIns, marked, opener, placed
from tests.effects.style.portrait.sitting import POINTS, SIZE, effect, face, moving, video


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
