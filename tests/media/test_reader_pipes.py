"""Standard input: streams of afterglow and of others, whole and broken off."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from afterglow.frames import Colour, VideoInfo
from afterglow.media import ReadOptions, open_source
from afterglow.media.pipe import END_MARK, FACTS_KEY, PipeFacts, write_facts
from tests.media.made import clip, number_of, numbered, picture, standard_input

TOLD = VideoInfo(
    width=64,
    height=48,
    rate=Fraction(30000, 1001),
    time_base=Fraction(1, 90000),
    begin=-6006,
    sample_aspect=Fraction(4, 3),
    depth=16,
    bits=10,
    alpha=True,
    colour=Colour("bt2020nc", "bt2020", "bt2020-10", "full"),
    frames=12,
    duration=Fraction(7, 3),
)
SHIFT = Fraction(6006, 90000)


def ours(video: VideoInfo, count: int = 12) -> bytes:
    """The bytes of an afterglow pipe, end mark and all; its pictures begin before time 0."""
    stream_file = io.BytesIO()
    pix_fmt = ("rgba64le" if video.alpha else "rgb48le") if video.depth == 16 else "rgb24"
    with av.open(stream_file, "w", "nut") as container:
        container.metadata[FACTS_KEY] = write_facts(PipeFacts(video, SHIFT))
        stream = container.add_stream("rawvideo", 30)
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, pix_fmt
        stream.codec_context.time_base = video.time_base
        for k in range(count):
            pixels: Any = picture(k)
            if video.alpha:
                pixels = np.dstack([pixels, np.full((48, 64), 10 * k, np.uint8)])
            if video.depth == 16:
                pixels = pixels.astype(np.uint16) * 257
            frame = av.VideoFrame.from_ndarray(pixels, pix_fmt)
            frame.time_base = video.time_base
            frame.pts = 3003 * (k - 2) + round(SHIFT / video.time_base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return stream_file.getvalue() + END_MARK


def test_upstream_facts_survive() -> None:
    with (
        standard_input(ours(TOLD)),
        open_source("-", ReadOptions(), lambda line: None) as source,
    ):
        frames = list(source.frames())
        video = source.video
        assert source.passengers.origin == SHIFT
    assert [number_of(frame.pixels) for frame in frames] == list(range(12))
    assert [frame.pts for frame in frames] == [3003 * (k - 2) for k in range(12)]
    assert [int(np.asarray(frame.alpha)[0, 0]) for frame in frames] == [2570 * k for k in range(12)]
    assert video == VideoInfo(
        **{name: getattr(TOLD, name) for name in TOLD.__slots__ if name != "source"}, source="-"
    )


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.97])
def test_dead_upstream_is_an_error(keep: float) -> None:
    data = ours(TOLD)
    with standard_input(data[: int(len(data) * keep)]), pytest.raises(MediaError):
        _all_of("-")


def test_upstream_that_ends_without_its_mark_is_an_error() -> None:
    data = ours(TOLD)
    with (
        standard_input(data[: -len(END_MARK)]),
        pytest.raises(MediaError, match="did not finish"),
    ):
        _all_of("-")


def test_header_that_lies_is_an_error() -> None:
    data = ours(TOLD).replace(b'"width":64', b'"width":99')
    with standard_input(data), pytest.raises(MediaError, match="header"):
        _all_of("-")


@pytest.mark.parametrize("suffix", ["mkv", "nut", "ts"])
def test_foreign_streams_need_no_mark(tmp_path: Path, suffix: str) -> None:
    path = numbered(tmp_path / f"a.{suffix}", 20)
    with standard_input(path.read_bytes()):
        assert _all_of("-") == list(range(20))


@pytest.mark.parametrize("data", [b"", b"not a video at all" * 100])
def test_what_is_no_video_is_an_error(data: bytes) -> None:
    with standard_input(data), pytest.raises(MediaError, match="standard input"):
        _all_of("-")


def _all_of(name: str) -> list[int]:
    with open_source(name, ReadOptions(), lambda line: None) as source:
        return [number_of(frame.pixels) for frame in source.frames()]


def test_an_mp4_whose_index_comes_last_cannot_be_piped(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (20, 480, 640, 3), np.uint8)
    path = clip(tmp_path / "a.mp4", list(noise), options={"qp": "4", "preset": "ultrafast"})
    with (
        standard_input(path.read_bytes()),
        pytest.raises(MediaError, match="cannot be piped") as caught,
    ):
        open_source("-", ReadOptions(), lambda line: None)
    assert "faststart" in caught.value.hint
