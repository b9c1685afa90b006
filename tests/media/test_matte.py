"""A matte from a second file, joined by time."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.errors import MediaError
from afterglow.frames import Frame, Reach
from afterglow.media import ReadOptions, attach_matte, open_source
from afterglow.media.matte import fitted
from tests.media.made import clip, numbered

GREY = {"codec": "ffv1", "pix_fmt": "gray", "array_format": "gray"}


def level(number: int) -> NDArray[np.uint8]:
    return np.full((48, 64), 2 * number + 20, np.uint8)


def matte_clip(path: Path, count: int, **settings: Any) -> Path:
    return clip(path, [level(k) for k in range(count)], **GREY, **settings)


def joined(video: Path, matte: Path, **options: Any) -> tuple[list[Frame], Any]:
    with open_source(str(video), ReadOptions(**options), lambda line: None) as source:
        frames: Iterator[Frame]
        frames, info = attach_matte(
            source.frames(), source.video, str(matte), lambda line: None, source.offset
        )
        return list(frames), info


def levels(frames: list[Frame]) -> list[int]:
    found = []
    for frame in frames:
        alpha = np.asarray(frame.alpha)
        assert alpha.shape == frame.pixels.shape[:2]
        assert alpha.dtype == frame.pixels.dtype
        assert alpha.min() == alpha.max()
        scale = 257 if alpha.dtype == np.uint16 else 1
        found.append((int(alpha[0, 0]) // scale - 20) // 2)
    return found


def test_matte_of_the_same_times(tmp_path: Path) -> None:
    video = numbered(tmp_path / "v.mp4", 20)
    frames, info = joined(video, matte_clip(tmp_path / "m.mkv", 20))
    assert info.alpha
    assert levels(frames) == list(range(20))


def test_other_rates_and_starts_join_by_time(tmp_path: Path) -> None:
    video = numbered(
        tmp_path / "v.mkv", 20, pts=[400 + 40 * k for k in range(20)], time_base=Fraction(1, 1000)
    )
    half = matte_clip(tmp_path / "half.mkv", 10, rate=Fraction(25, 2), time_base=Fraction(2, 25))
    assert levels(joined(video, half)[0]) == [k // 2 for k in range(20)]
    twice = matte_clip(tmp_path / "2.mkv", 40, rate=Fraction(50), time_base=Fraction(1, 50))
    assert levels(joined(video, twice)[0]) == [2 * k for k in range(20)]


def test_jitter_below_half_a_frame_is_nothing(tmp_path: Path) -> None:
    video = numbered(tmp_path / "v.mkv", 20)
    times = [40 * k + (k % 3) * 9 for k in range(20)]
    shaky = matte_clip(tmp_path / "m.mkv", 20, pts=times, time_base=Fraction(1, 1000))
    assert levels(joined(video, shaky)[0]) == list(range(20))


@pytest.mark.parametrize("start", [1, 90])
def test_cut_takes_the_matte_of_its_time_with_pre_roll(tmp_path: Path, start: int) -> None:
    video = numbered(tmp_path / "v.mp4", 110, options={"g": "20"})
    matte = matte_clip(tmp_path / "m.mkv", 110)
    frames, _ = joined(
        video, matte, start=Fraction(start, 25), duration=Fraction(1, 5), reach=Reach(3, 1)
    )
    assert levels(frames) == list(range(max(0, start - 3), start + 6))


def test_image_holds_for_all_frames_and_is_scaled(tmp_path: Path) -> None:
    video = numbered(tmp_path / "v.mp4", 5)
    cv2.imwrite(str(tmp_path / "m.png"), np.full((96, 128), 66, np.uint8))
    assert levels(joined(video, tmp_path / "m.png")[0]) == [23] * 5


def test_alpha_channel_goes_before_grey(tmp_path: Path) -> None:
    video = numbered(tmp_path / "v.mp4", 3)
    cut_out = np.zeros((48, 64, 4), np.uint8)
    cut_out[..., 3] = 100
    cv2.imwrite(str(tmp_path / "m.png"), cut_out)
    assert levels(joined(video, tmp_path / "m.png")[0]) == [40] * 3


def test_matte_takes_the_depth_of_the_video(tmp_path: Path) -> None:
    video = numbered(tmp_path / "v.mkv", 4, codec="ffv1", pix_fmt="yuv420p10le")
    assert levels(joined(video, matte_clip(tmp_path / "m.mkv", 4))[0]) == [0, 1, 2, 3]
    assert fitted(np.full((2, 2), 65535, np.uint16), 2, 2, 8).tolist() == [[255, 255]] * 2
    assert fitted(np.full((2, 2), 128 * 257 - 120, np.uint16), 2, 2, 8).tolist() == [[128] * 2] * 2


@pytest.mark.parametrize(("count", "short"), [(19, False), (18, True), (3, True)])
def test_matte_may_lack_a_frame_not_more(tmp_path: Path, count: int, short: bool) -> None:
    video = numbered(tmp_path / "v.mp4", 20)
    matte = matte_clip(tmp_path / "m.mkv", count)
    if short:
        with pytest.raises(MediaError, match="before the video does"):
            joined(video, matte)
    else:
        assert levels(joined(video, matte)[0]) == [*range(19), 18]


def ends(video: Path, matte: Path, **lengths: bool) -> list[int]:
    with open_source(str(video), ReadOptions(), lambda line: None) as source:
        frames, _ = attach_matte(
            source.frames(), source.video, str(matte), lambda line: None, source.offset, **lengths
        )
        return levels(list(frames))


@pytest.mark.parametrize(("count", "long"), [(21, False), (22, True), (23, True), (90, True)])
def test_matte_of_a_whole_video_ends_with_it(tmp_path: Path, count: int, long: bool) -> None:
    video = numbered(tmp_path / "v.mp4", 20)
    matte = matte_clip(tmp_path / "m.mkv", count)
    assert ends(video, matte) == ends(video, matte, whole=True, shortest=True) == list(range(20))
    if long:
        with pytest.raises(MediaError, match=r"the matte (goes on|lasts)"):
            ends(video, matte, whole=True)
    else:
        assert ends(video, matte, whole=True) == list(range(20))


def test_shortest_ends_with_the_matte(tmp_path: Path) -> None:
    video = numbered(tmp_path / "v.mp4", 20)
    assert ends(video, matte_clip(tmp_path / "m.mkv", 5), shortest=True) == [*range(5), 4]


def test_lengths_far_apart_are_told_before_any_frame(tmp_path: Path) -> None:
    video = numbered(tmp_path / "v.mp4", 20)
    with open_source(str(video), ReadOptions(), lambda line: None) as source:
        frames = source.frames()
        matte = str(matte_clip(tmp_path / "m.mkv", 90))
        with pytest.raises(MediaError, match=r"the matte lasts 3\.6"):
            attach_matte(frames, source.video, matte, print, source.offset, whole=True)


def test_matte_that_cannot_be_read_is_told_before_any_frame(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        attach_matte(iter(()), None, str(tmp_path / "none.mkv"), print)  # type: ignore[arg-type]
