"""The contact sheet: frames pass as they are, the pictures are evenly spaced, memory is flat."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli.stills import kept_picture
from afterglow.effects.style.contact_sheet import Glance, Sheeted, spread
from afterglow.errors import UsageError
from afterglow.frames import Frame, VideoInfo

VIDEO = VideoInfo(48, 36, Fraction(25), Fraction(1, 25))


def ramp(count: int, depth: int = 8, alpha: bool = False) -> Iterator[Frame]:
    """Frames whose red tells how far the video is."""
    kind: Any = np.uint8 if depth == 8 else np.uint16
    white = 255 if depth == 8 else 65535
    for pts in range(count):
        pixels = np.zeros((36, 48, 3), kind)
        pixels[..., 0] = round(white * pts / max(1, count - 1))
        matte = np.zeros((36, 48), kind) if alpha else None
        yield Frame(pixels, pts, matte)


def sheet_of(frames: Iterator[Frame], video: VideoInfo = VIDEO, **more: Any) -> NDArray[np.uint8]:
    kept: list[NDArray[np.uint8]] = []
    list(Sheeted(kept.append, **more).stream(frames, video))
    (sheet,) = kept
    return sheet


def reds(sheet: NDArray[np.uint8], rows: int, columns: int) -> list[float]:
    """The red of each picture, 0 to 1, row by row; its band is 18 lines."""
    return [
        float(sheet[r * (36 + 18 + 4) + 18 + 18, c * 52 + 24, 0]) / 255
        for r in range(rows)
        for c in range(columns)
    ]


@pytest.mark.parametrize("count", [12, 40, 97, 500])
def test_the_pictures_are_evenly_spaced(count: int) -> None:
    sheet = sheet_of(ramp(count))
    assert sheet.shape == (3 * (36 + 18 + 4) - 4, 4 * 52 - 4, 3)
    expected = np.linspace(0, 1, 12) if count == 12 else (2 * np.arange(12) + 1) / 24
    assert np.allclose(reds(sheet, 3, 4), expected, atol=1 / 24)
    assert np.diff(reds(sheet, 3, 4)).min() > 0


def test_frames_go_through_as_they_are() -> None:
    frames = list(ramp(30))
    kept: list[Any] = []
    effect = Sheeted(kept.append)
    assert effect.plan(VIDEO) == VIDEO and effect.reach(VIDEO).past == 0
    given = list(effect.stream(iter(frames), VIDEO))
    assert all(one is other for one, other in zip(given, frames, strict=True)) and len(kept) == 1


def test_a_short_video_shows_all_it_has() -> None:
    sheet = sheet_of(ramp(2))
    assert sheet.shape == (36 + 18, 2 * 52 - 4, 3) and np.allclose(reds(sheet, 1, 2), [0, 1])


def test_nothing_is_kept_of_an_empty_or_broken_off_video() -> None:
    kept: list[Any] = []
    assert list(Sheeted(kept.append).stream(iter(()), VIDEO)) == []
    begun = Sheeted(kept.append).stream(ramp(5), VIDEO)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    assert kept == []


def test_memory_is_flat() -> None:
    held = []
    for count in (60, 400):
        frames = ramp(count)
        effect = Sheeted(lambda sheet: None, count=4)
        stream = effect.stream(frames, VIDEO)
        most = 0
        for _ in stream:
            state: Any = stream.gi_frame  # type: ignore[attr-defined]
            most = max(most, len(state.f_locals["seen"]))
        held.append(most * 48 * 36 * 3)
        assert held[-1] <= effect.memory(VIDEO)
    assert held[0] == held[1]


def test_deep_and_transparent_frames_are_shown() -> None:
    assert np.allclose(reds(sheet_of(ramp(2, 16)), 1, 2), [0, 1])
    assert np.allclose(reds(sheet_of(ramp(2, alpha=True)), 1, 2), [96 / 255] * 2)


def test_wide_pixels_are_shown_in_their_shape() -> None:
    video = VideoInfo(48, 36, Fraction(25), Fraction(1, 25), sample_aspect=Fraction(2))
    assert Sheeted(lambda sheet: None).cell(video) == (96, 36)
    assert Sheeted(lambda sheet: None, width=48).cell(video) == (48, 18)


def test_the_spread_never_takes_one_twice() -> None:
    blank = np.zeros((1, 1, 3), np.uint8)
    seen = [Glance(Fraction(each), blank) for each in (0, 1, 2, 3, 100)]
    assert [int(each.seconds) for each in spread(seen, Fraction(100), 4)] == [1, 2, 3, 100]


def test_the_file_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "sheet.png"
    with kept_picture(str(target), overwrite=False) as keep:
        list(Sheeted(keep).stream(ramp(12), VIDEO))
        assert not target.exists()
    assert cv2.imread(str(target)).shape == (3 * 58 - 4, 204, 3)
    for wrong in (target, tmp_path / "sheet.mp4"):
        with pytest.raises(UsageError), kept_picture(str(wrong), overwrite=False):
            pytest.fail("it cannot be kept there")
