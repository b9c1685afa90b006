"""Mattes as one full-range channel: written without loss, and read back bit by bit."""

import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from afterglow.frames import Colour, Frame, VideoInfo
from afterglow.media import ReadOptions, WriteOptions, attach_matte, open_source, open_target
from afterglow.media.choice import choose
from afterglow.media.convert import Converter

GRAY = VideoInfo(
    66, 50, Fraction(25), Fraction(1, 25), colour=Colour(range="full"), gray=True, frames=3
)
DEEP = replace(GRAY, depth=16, bits=16)
LOSSLESS = [
    ("m.mkv", None, 8, "ffv1", "gray"),
    ("m.mkv", None, 16, "ffv1", "gray16le"),
    ("m.mp4", None, 8, "libx264", "gray"),
    ("m.mov", None, 8, "libx264", "gray"),
    ("m.mkv", "h264", 8, "libx264", "gray"),
    ("m.mp4", "hevc", 8, "libx265", "gray"),
    ("m.webm", None, 8, "libvpx-vp9", "yuv420p"),
    ("m%02d.png", None, 8, "png", "gray"),
    ("m%02d.png", None, 16, "png", "gray16be"),
    ("m%02d.tif", None, 8, "tiff", "gray"),
    ("m%02d.tif", None, 16, "tiff", "gray16le"),
]


def mattes(depth: int) -> list[NDArray[Any]]:
    """Three pictures of every level and of noise."""
    kind = np.uint8 if depth == 8 else np.uint16
    top = np.iinfo(kind).max
    rng = np.random.default_rng(7)
    ramp = np.linspace(0, top, 66 * 50).round().astype(kind).reshape(50, 66)
    return [ramp, rng.integers(0, top + 1, (50, 66)).astype(kind), ramp[::-1].copy()]


def written(target: Path, depth: int, codec: Any = None, **options: Any) -> Path:
    video = GRAY if depth == 8 else DEEP
    asked = WriteOptions(codec=codec, **options)
    with open_target(str(target), video, asked, None, lambda line: None) as opened:
        for pts, matte in enumerate(mattes(depth)):
            opened.write(Frame(np.dstack([matte] * 3), pts))
    return target


def read(path: Path) -> list[NDArray[Any]]:
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        return [np.asarray(frame.pixels) for frame in source.frames()]


@pytest.mark.parametrize(("name", "codec", "depth", "encoder", "kind"), LOSSLESS)
def test_a_matte_comes_back_bit_by_bit(
    tmp_path: Path, name: str, codec: Any, depth: int, encoder: str, kind: str
) -> None:
    target = tmp_path / name
    plan = choose(str(target), GRAY if depth == 8 else DEEP, WriteOptions(codec=codec))
    assert (plan.encoder, plan.pixel_format) == (encoder, kind)
    back = read(written(target, depth, codec))
    assert len(back) == 3
    for pixels, matte in zip(back, mattes(depth), strict=True):
        assert pixels.dtype == matte.dtype
        assert all(np.array_equal(pixels[..., channel], matte) for channel in range(3))


@pytest.mark.parametrize("name", ["m.mkv", "m.mp4"])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_matte_is_put_on_a_video_bit_by_bit(tmp_path: Path, name: str, depth: int) -> None:
    target = written(tmp_path / name, depth)
    info = replace(GRAY if depth == 8 else DEEP, gray=False)
    blank = np.zeros((50, 66, 3), np.uint8 if depth == 8 else np.uint16)
    frames, _ = attach_matte(
        iter([Frame(blank, pts) for pts in range(3)]), info, str(target), lambda line: None
    )
    lost = 0 if depth == 8 or name == "m.mkv" else 65535 / 4095 / 2 + 1
    for frame, matte in zip(frames, mattes(depth), strict=True):
        assert np.abs(np.asarray(frame.alpha).astype(int) - matte).max() <= lost


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg program to read with")
@pytest.mark.parametrize(
    ("name", "depth", "kind"),
    [("m.mkv", 8, "gray"), ("m.mkv", 16, "gray16le"), ("m.mp4", 8, "gray")],
)
def test_ffmpeg_reads_the_same(tmp_path: Path, name: str, depth: int, kind: str) -> None:
    target = written(tmp_path / name, depth)
    line = ["ffmpeg", "-v", "error", "-i", str(target), "-f", "rawvideo", "-pix_fmt", kind, "-"]
    raw = subprocess.run(line, capture_output=True, check=True).stdout
    back = np.frombuffer(raw, np.uint8 if depth == 8 else "<u2").reshape(-1, 50, 66)
    assert np.array_equal(back, np.stack(mattes(depth)))


def test_sixteen_bits_in_mp4_lose_less_than_a_level_of_twelve(tmp_path: Path) -> None:
    plan = choose(str(tmp_path / "m.mp4"), DEEP, WriteOptions())
    assert (plan.encoder, plan.pixel_format, plan.bits) == ("libx265", "gray12le", 12)
    assert "libx265 here writes 12 bits of 16" in plan.notes
    for pixels, matte in zip(read(written(tmp_path / "m.mp4", 16)), mattes(16), strict=True):
        assert np.abs(pixels[..., 0].astype(int) - matte).max() <= 65535 / 4095 / 2 + 1


def test_the_file_says_full_range(tmp_path: Path) -> None:
    for name in ("m.mkv", "m.mp4"):
        with av.open(str(written(tmp_path / name, 8))) as box:
            assert next(box.decode(video=0)).color_range == 2, name


def test_a_quality_that_is_asked_for_is_given(tmp_path: Path) -> None:
    small = written(tmp_path / "q.mp4", 8, qp=40)
    exact = written(tmp_path / "m.mp4", 8)
    assert small.stat().st_size < exact.stat().st_size / 2
    assert any(
        np.abs(pixels[..., 0].astype(int) - matte).max() > 2
        for pixels, matte in zip(read(small), mattes(8), strict=True)
    )


def test_a_tensor_is_written_like_an_array(tmp_path: Path) -> None:
    with open_target(
        str(tmp_path / "t.mkv"), GRAY, WriteOptions(), None, lambda line: None
    ) as opened:
        for pts, matte in enumerate(mattes(8)):
            opened.write(Frame(torch.from_numpy(np.dstack([matte] * 3)), pts))
    assert all(
        np.array_equal(pixels[..., 0], matte)
        for pixels, matte in zip(read(tmp_path / "t.mkv"), mattes(8), strict=True)
    )


def test_software_writes_mattes_unless_another_is_asked_for(tmp_path: Path) -> None:
    plan = choose(str(tmp_path / "m.mp4"), GRAY, WriteOptions(encoder="auto"))
    assert plan.encoder == "libx264" and not plan.notes


def test_colour_is_written_as_before(tmp_path: Path) -> None:
    plan = choose(
        str(tmp_path / "m.mp4"), replace(GRAY, gray=False), WriteOptions(encoder="software")
    )
    assert plan.pixel_format == "yuv420p" and plan.options["qp"] == "10"


def test_a_pipe_does_not_hand_on_that_a_picture_is_gray() -> None:
    plan = choose("-", GRAY, WriteOptions())
    assert plan.pixel_format == "rgb24"


@pytest.mark.parametrize("pixel_format", ["gray", "yuv420p", "yuvj420p", "yuv444p"])
def test_a_plain_picture_comes_as_one_channel_of_the_same_grey(pixel_format: str) -> None:
    full = pixel_format in ("gray", "yuvj420p")
    frame = av.VideoFrame(66, 50, pixel_format)
    for number, plane in enumerate(frame.planes):
        lines = np.full((plane.height, plane.line_size), 128, np.uint8)
        if number == 0:
            lines[:, :66] = mattes(8)[0]
        plane.update(lines.tobytes())
    colour = Colour(range="full" if full else "limited")
    usual, _ = Converter(66, 50, colour, False, False)(frame)
    plain, _ = Converter(66, 50, colour, False, False, plain=True)(frame)
    assert plain.shape == (50, 66)
    assert np.abs(usual.astype(int) - plain[..., None]).max() <= 1


def test_a_picture_with_colour_is_not_plain() -> None:
    red = np.full((50, 66, 3), (200, 60, 40), np.uint8)
    frame = av.VideoFrame.from_ndarray(red, format="rgb24").reformat(format="yuv420p")
    pixels, _ = Converter(66, 50, Colour(), False, False, plain=True)(frame)
    assert pixels.shape == (50, 66, 3)
