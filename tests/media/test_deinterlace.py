"""Fields become whole pictures, one for each, at the same times."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.frames import Reach
from afterglow.media import ReadOptions, open_source, probe
from tests.media.made import clip, numbered

COUNT = 20
STEP = 4


def at(moment: float) -> NDArray[np.uint8]:
    """A white bar on grey that moves to the right by ``STEP`` pixels a frame."""
    pixels = np.full((96, 160, 3), 60, np.uint8)
    left = round(10 + STEP * moment)
    pixels[:, left : left + 24] = 220
    return pixels


def woven(k: int) -> NDArray[np.uint8]:
    """Frame ``k``: its even lines are half a frame older than its odd ones."""
    pixels = at(k)
    pixels[1::2] = at(k + 0.5)[1::2]
    return pixels


def fields(path: Path, codec: str, pix_fmt: str, alpha: bool = False) -> Path:
    options = {"flags": "+ildct+ilme"}
    if codec == "libx264":
        options |= {"qp": "4", "x264-params": "tff=1"}
    pictures: list[Any] = [woven(k) for k in range(COUNT)]
    if alpha:
        pictures = [np.dstack([p, p[..., 0]]) for p in pictures]
    if codec == "libx264":
        return clip(path, pictures, codec=codec, pix_fmt=pix_fmt, options=options)
    return _flagged(path, pictures, codec, pix_fmt, options)


def _flagged(
    path: Path, pictures: list[Any], codec: str, pix_fmt: str, options: dict[str, str]
) -> Path:
    """The clip with its frames flagged as top field first, by FFmpeg's setfield."""
    height, width = pictures[0].shape[:2]
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=width, height=height, format=av.VideoFormat("rgba", width, height),
        time_base=Fraction(1, 25),
    )  # fmt: skip
    graph.link_nodes(
        source,
        graph.add("scale", "out_color_matrix=bt709:out_range=limited"),
        graph.add("format", pix_fmt),
        graph.add("setfield", "tff"),
        graph.add("buffersink"),
    )
    graph.configure()
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, 25, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.colorspace = 1
        for k, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, "rgba")
            frame.pts, frame.time_base = k, Fraction(1, 25)
            graph.vpush(frame)
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode())
    return path


def combing(pixels: NDArray[Any]) -> float:
    """How much neighbouring lines differ, in levels."""
    lines = pixels[..., 1].astype(float) * (255 / np.iinfo(pixels.dtype).max)
    return float(np.abs(np.diff(lines, axis=0)).mean())


def test_interlaced_clip_is_deinterlaced_and_said(tmp_path: Path) -> None:
    path = fields(tmp_path / "a.mp4", "libx264", "yuv420p")
    assert probe(str(path)).interlaced
    said: list[str] = []
    with open_source(str(path), ReadOptions(), said.append) as source:
        base = source.video.time_base
        frames = list(source.frames())
    assert said.count("interlaced: deinterlaced with bwdif") == 1
    assert [frame.pts * base for frame in frames] == [Fraction(k, 25) for k in range(COUNT)]
    for frame in frames[2:-2]:
        assert combing(np.asarray(frame.pixels)) < combing(woven(0)) / 4


def test_colours_and_white_alpha_survive(tmp_path: Path) -> None:
    """12-bit ProRes is what bwdif does not take as it is."""
    green = np.zeros((96, 160, 4), np.uint8)
    green[..., 1], green[..., 3] = 191, 255
    path = _flagged(
        tmp_path / "a.mov", [green] * 4, "prores_ks", "yuva444p10le", {"flags": "+ildct+ilme"}
    )
    said: list[str] = []
    with open_source(str(path), ReadOptions(), said.append) as source:
        assert (source.video.bits, source.video.colour.matrix) == (12, "bt709")
        frames = list(source.frames())
    assert any("bwdif" in line for line in said)
    for frame in frames:
        assert np.abs(np.asarray(frame.pixels) / 257 - [0, 191, 0]).max() <= 2
        assert np.all(np.asarray(frame.alpha) == 65535)


def test_alpha_and_depth_survive(tmp_path: Path) -> None:
    path = fields(tmp_path / "a.mov", "prores_ks", "yuva444p10le", alpha=True)
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        assert source.video.alpha and source.video.bits >= 10
        frames = list(source.frames())
    assert len(frames) == COUNT
    for frame in frames[2:-2]:
        alpha = np.asarray(frame.alpha)
        assert alpha.dtype == np.uint16
        assert alpha.max() > 50000 and alpha.min() < 20000
        assert combing(alpha[..., None].repeat(2, axis=2)) < combing(woven(0)) / 4


@pytest.mark.parametrize("start", [1, 7, 15])
def test_cut_gives_the_frames_of_the_whole(tmp_path: Path, start: int) -> None:
    path = fields(tmp_path / "a.mp4", "libx264", "yuv420p")
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        whole = [np.asarray(frame.pixels) for frame in source.frames()]
    options = ReadOptions(start=Fraction(start, 25), reach=Reach(2, 0))
    with open_source(str(path), options, lambda line: None) as source:
        part = [np.asarray(frame.pixels) for frame in source.frames()]
    expected = whole[max(0, start - 2) :]
    assert len(part) == len(expected)
    assert all(np.array_equal(a, b) for a, b in zip(part, expected, strict=True))


def test_progressive_clip_is_left_alone(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4", 5)
    said: list[str] = []
    with open_source(str(path), ReadOptions(), said.append) as source:
        assert len(list(source.frames())) == 5
    assert not any("interlaced" in line for line in said)
