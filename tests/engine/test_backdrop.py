"""A second source behind the first: by time, looped or held, brought to the video's form."""

from __future__ import annotations

import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from afterglow.engine.backdrop import FileBackdrop
from afterglow.errors import MediaError, UsageError
from afterglow.frames import Colour, VideoInfo
from afterglow.media import probe
from tests.media.made import clip

VIDEO = VideoInfo(64, 48, Fraction(25), Fraction(1, 25))


def levels_clip(path: Path, count: int, rate: int = 25) -> Path:
    """A grey clip whose n-th picture has the level 10 n + 20."""
    pictures = [np.full((48, 64), 10 * n + 20, np.uint8) for n in range(count)]
    return clip(
        path, pictures, codec="ffv1", pix_fmt="gray", array_format="gray",
        rate=Fraction(rate), time_base=Fraction(1, rate),
    )  # fmt: skip


def backdrop(path: Path, **settings: Any) -> FileBackdrop:
    return FileBackdrop(probe(str(path)).video, **settings)


def numbers(behind: FileBackdrop, times: list[Fraction], video: VideoInfo = VIDEO) -> list[int]:
    with behind.opened(video) as shown:
        return [(int(np.asarray(shown(each).pixels)[0, 0, 0]) - 20) // 10 for each in times]


def test_a_picture_is_shown_at_its_time(tmp_path: Path) -> None:
    half = backdrop(levels_clip(tmp_path / "b.mkv", 10, 10))
    assert numbers(half, [Fraction(n, 25) for n in range(12)]) == [
        0,
        0,
        1,
        1,
        1,
        2,
        2,
        3,
        3,
        3,
        4,
        4,
    ]
    twice = backdrop(levels_clip(tmp_path / "c.mkv", 10, 50))
    assert numbers(twice, [Fraction(n, 25) for n in range(5)]) == [0, 2, 4, 6, 8]


def test_jitter_below_half_a_frame_is_nothing(tmp_path: Path) -> None:
    behind = backdrop(levels_clip(tmp_path / "b.mkv", 6))
    times = [Fraction(n, 25) + Fraction((-1) ** n, 90) for n in range(6)]
    assert numbers(behind, times) == list(range(6))


def test_a_short_one_begins_again_or_stays(tmp_path: Path) -> None:
    path = levels_clip(tmp_path / "b.mkv", 3)
    times = [Fraction(n, 25) for n in range(8)]
    assert numbers(backdrop(path), times) == [0, 1, 2, 0, 1, 2, 0, 1]
    assert numbers(backdrop(path, ending="hold"), times) == [0, 1, 2, 2, 2, 2, 2, 2]


def test_one_picture_is_one_frame_for_ever(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "b.png"), np.full((96, 128, 3), 40, np.uint8))
    with backdrop(tmp_path / "b.png").opened(VIDEO) as shown:
        assert shown(Fraction(0)) is shown(Fraction(99))


@pytest.mark.parametrize("depth", [8, 16])
def test_it_takes_the_form_of_the_video(tmp_path: Path, depth: Any) -> None:
    picture = np.zeros((20, 90, 4), np.uint16)
    picture[..., :3], picture[..., 3] = 30000, 65535
    cv2.imwrite(str(tmp_path / "b.png"), picture)
    behind = backdrop(tmp_path / "b.png", fit="contain")
    assert behind.transparent
    with behind.opened(replace(VIDEO, depth=depth, bits=depth)) as shown:
        frame = shown(Fraction(0))
    pixels, alpha = np.asarray(frame.pixels), np.asarray(frame.alpha)
    assert pixels.shape == (48, 64, 3) and alpha.shape == (48, 64)
    assert pixels.dtype == alpha.dtype == (np.uint8 if depth == 8 else np.uint16)
    assert abs(int(pixels[24, 32, 0]) - (30000 if depth == 16 else 117)) <= 1
    assert not pixels[0].any() and not alpha[0].any() and alpha[24].all()


def test_memory_is_bounded_and_stated(tmp_path: Path) -> None:
    behind = backdrop(levels_clip(tmp_path / "b.mkv", 6))
    stated = behind.memory(VIDEO)
    assert 4 * 64 * 48 * 4 <= stated < 20 * 64 * 48 * 4
    assert behind.memory(replace(VIDEO, width=128, depth=16)) > 2 * stated


def test_the_thread_ends_with_the_picture_show(tmp_path: Path) -> None:
    with backdrop(levels_clip(tmp_path / "b.mkv", 6)).opened(VIDEO) as shown:
        shown(Fraction(0))
        assert "backdrop" in {thread.name for thread in threading.enumerate()}
    assert "backdrop" not in {thread.name for thread in threading.enumerate()}


def test_what_breaks_while_it_plays_is_told(tmp_path: Path) -> None:
    path = levels_clip(tmp_path / "b.mkv", 3)
    behind = backdrop(path)
    path.unlink()
    with pytest.raises(MediaError, match="no such file"), behind.opened(VIDEO) as shown:
        shown(Fraction(0))


def test_hdr_of_another_kind_is_refused(tmp_path: Path) -> None:
    behind = backdrop(levels_clip(tmp_path / "b.mkv", 3))
    pq = FileBackdrop(replace(behind.video, colour=Colour(transfer="smpte2084")))
    hlg = replace(VIDEO, colour=Colour(transfer="arib-std-b67"))
    with pytest.raises(UsageError, match="HDR of another kind"), pq.opened(hlg):
        raise AssertionError("it was opened")
