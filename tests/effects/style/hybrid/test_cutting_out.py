"""Who has no matte is sought, found, placed and sized over all of a video."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterglow.effects.style.hybrid import CutOut
from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from tests.asked import Chain
from tests.effects.style.hybrid.figure import character
from tests.effects.style.hybrid.running import hybrid, seen


def test_a_matte_is_sought_only_where_there_is_none() -> None:
    asked: list[int] = []

    def finder() -> Any:
        asked.append(1)
        return Chain(())

    cut = CutOut(finder)
    frame, video = character()
    assert cut.plan(video) is video and list(cut.stream(iter([frame]), video)) == [frame]
    assert cut.memory(video) == 0 and cut.reach(video).past == 0 and not asked
    cut.plan(replace(video, alpha=False))
    assert asked


@pytest.mark.parametrize("level", [0, 255])
def test_somebody_must_be_found(level: int) -> None:
    @dataclass(frozen=True)
    class Found(Chain):
        def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
            for number, frame in enumerate(frames):
                matte = np.zeros(frame.pixels.shape[:2], np.uint8)
                matte[3, 3] = level if number == 1 else 0
                yield replace(frame, alpha=matte)

    frame, video = character()
    bare = iter([replace(frame, pts=pts, alpha=None) for pts in range(3)])
    found = CutOut(lambda: Found(())).stream(bare, replace(video, alpha=False))
    if level:
        assert len(list(found)) == 3
    else:
        with pytest.raises(MediaError, match="nobody was found"):
            list(found)


@dataclass(frozen=True)
class Bright(Chain):
    """Finds what is brighter than half."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        return replace(video, alpha=True)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        for frame in frames:
            bright = np.asarray(frame.pixels)[..., 0] > video.white // 2
            yield replace(frame, alpha=(bright * video.white).astype(np.uint8))


@pytest.fixture
def walker(tmp_path: Path) -> Path:
    """A video of a second in which a small bright figure walks from 10 to 30 of 160 columns."""
    place = tmp_path / "walker.mkv"
    with av.open(str(place), "w") as box:
        stream = box.add_stream("ffv1", rate=20)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "bgr0"  # type: ignore[union-attr]
        for number in range(20):
            picture = np.full((90, 160, 4), 20, np.uint8)
            picture[40:70, 10 + number : 20 + number] = 220
            box.mux(
                stream.encode(
                    av.VideoFrame.from_ndarray(picture, format="bgra").reformat(format="bgr0")
                )
            )  # type: ignore[union-attr]
        box.mux(stream.encode(None))
    return place


@pytest.mark.parametrize("flags", [(), ("--start=0.5", "--duration=0.2"), ("--preview",)])
def test_who_is_cut_out_is_placed_and_sized_for_all_of_the_video(
    walker: Path, room: Path, tmp_path: Path, flags: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("afterglow.cli.subject._person", lambda free: Bright(()))
    target = tmp_path / "out.mkv"
    placed = ("--place=right", "--size=0.8", "--light-wrap=0", "--codec=ffv1")
    assert hybrid(walker, room, target, *placed, *flags) == 0
    pictures, _ = seen(target)
    high, wide = pictures[0].shape[:2]
    unit = 0.8 * high / 30
    for number, picture in enumerate(pictures):
        step = number + (10 if flags[:1] == ("--start=0.5",) else 0)
        rows, columns = np.nonzero((picture > 190).all(axis=2))
        assert np.ptp(rows) + 1 == pytest.approx(0.8 * high, rel=0.05) and rows.max() >= high - 2
        assert columns.mean() == pytest.approx(0.7 * wide + (step - 9.5) * unit, abs=0.02 * wide)


def test_who_comes_through_a_pipe_is_placed_with_the_picture(
    walker: Path, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("afterglow.cli.subject._person", lambda free: Bright(()))
    own = os.dup(0)
    try:
        with walker.open("rb") as piped:
            os.dup2(piped.fileno(), 0)
        assert hybrid("-", room, tmp_path / "out.mkv", "--size=1", "--light-wrap=0") == 0
    finally:
        os.dup2(own, 0)
        os.close(own)
    assert "all of its picture is placed" in capsys.readouterr().err
    figure = seen(tmp_path / "out.mkv")[0][0][:, 10:14].astype(int)
    (rows,) = np.nonzero((np.abs(figure - 220) < 10).all(axis=(1, 2)))
    assert rows.min() == pytest.approx(72 * 40 / 90, abs=2)
    assert rows.max() == pytest.approx(72 * 70 / 90, abs=2)
