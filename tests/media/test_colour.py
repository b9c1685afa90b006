"""Colour tags, and conversion to RGB against exact arithmetic."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.errors import MediaError
from afterglow.frames import Colour
from afterglow.media import ReadOptions, open_source
from afterglow.media.colour import Tags, resolve
from afterglow.media.convert import Converter
from tests.media.made import clip

WEIGHTS = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}
NUMBERS = {"bt709": 1, "smpte170m": 6, "bt2020nc": 9}
BLOCK = 16


def exact_rgb(
    planes: tuple[NDArray[Any], ...], matrix: str, full: bool, bits: int
) -> NDArray[np.float64]:
    """(H, W, 3) RGB in 0..1 of Y, Cb and Cr, by the definition of the matrix."""
    kr, kb = WEIGHTS[matrix]
    step = 1 << (bits - 8)
    luma, blue, red = (plane.astype(float) for plane in planes)
    if full:
        luma, swing = luma / ((1 << bits) - 1), float((1 << bits) - 1)
    else:
        luma, swing = (luma - 16 * step) / (219 * step), 224.0 * step
    cb, cr = (blue - 128 * step) / swing, (red - 128 * step) / swing
    r = luma + 2 * (1 - kr) * cr
    b = luma + 2 * (1 - kb) * cb
    g = (luma - kr * r - kb * b) / (1 - kr - kb)
    return np.clip(np.stack([r, g, b], axis=-1), 0, 1)


def patches(bits: int, full: bool) -> tuple[NDArray[Any], ...]:
    """8 x 16 patches of Y, Cb and Cr over all their range."""
    rng = np.random.default_rng(7)
    step = 1 << (bits - 8)
    top = (1 << bits) - 1
    limits = [(0, top)] * 3 if full else [(16 * step, 235 * step)] + [(16 * step, 240 * step)] * 2
    return tuple(rng.integers(low, high + 1, (8, 16)) for low, high in limits)


def frame_of(planes: tuple[NDArray[Any], ...], pix_fmt: str, bits: int) -> av.VideoFrame:
    height, width = (side * BLOCK for side in planes[0].shape)
    frame = av.VideoFrame(width, height, pix_fmt)
    kind = np.uint8 if bits == 8 else np.dtype("<u2")
    for plane, values in zip(frame.planes, planes, strict=True):
        block = np.ones((plane.height // values.shape[0], plane.width // values.shape[1]), int)
        lines = np.zeros((plane.height, plane.line_size // np.dtype(kind).itemsize), kind)
        lines[:, : plane.width] = np.kron(values, block)
        plane.update(lines.tobytes())
    return frame


@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("pix_fmt", "bits"),
    [
        ("yuv420p", 8), ("yuv422p", 8), ("yuv444p", 8),
        ("yuv420p10le", 10), ("yuv422p10le", 10), ("yuv444p12le", 12),
    ],
)  # fmt: skip
def test_conversion_is_that_of_the_standard(
    matrix: str, full: bool, pix_fmt: str, bits: int
) -> None:
    planes = patches(bits, full)
    colour = Colour(matrix, range="full" if full else "limited")
    convert = Converter(16 * BLOCK, 8 * BLOCK, colour, bits > 8, False)
    pixels, _ = convert(frame_of(planes, pix_fmt, bits))
    white = 65535 if bits > 8 else 255
    middles = pixels[BLOCK // 2 :: BLOCK, BLOCK // 2 :: BLOCK].astype(float) / white
    levels = np.abs(middles - exact_rgb(planes, matrix, full, bits)) * ((1 << bits) - 1)
    assert levels.max() <= 0.6


@pytest.mark.parametrize(("codec", "per_sample"), [("libx264", 0.0), ("libvpx-vp9", -0.25)])
def test_chroma_stays_where_it_was_sampled(tmp_path: Path, codec: str, per_sample: float) -> None:
    """H.264 sites chroma on the left pixel, VP9 (untold) in the middle: half a pixel of a ramp."""
    path = tmp_path / "a.mkv"
    lossless = {"qp": "0"} if codec == "libx264" else {"lossless": "1"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, 25, options=lossless)
        stream.width, stream.height, stream.pix_fmt = 256, 32, "yuv420p"
        frame = av.VideoFrame(256, 32, "yuv420p")
        ramp = np.arange(128) + 64
        for plane, row in zip(frame.planes, (np.full(256, 128), ramp, ramp * 0 + 128), strict=True):
            lines = np.zeros((plane.height, plane.line_size), np.uint8)
            lines[:, : plane.width] = row
            plane.update(lines.tobytes())
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        pixels = next(source.frames()).pixels
    x = np.arange(60, 180)
    blue = np.asarray(pixels)[16, x, 2].astype(float) / 255
    chroma = (blue - (128 - 16) / 219) / (2 * (1 - 0.114)) * 224 + 128
    assert abs(np.mean(chroma - (64 + x / 2)) - per_sample) < 0.1


UNTAGGED = Tags(2, 2, 2, 0, "yuv420p", True, 1080)


@pytest.mark.parametrize(
    ("tags", "expected", "said"),
    [
        (UNTAGGED, Colour("bt709", "bt709", "bt709", "limited"), "BT.709"),
        (UNTAGGED._replace(height=720), Colour("bt709", "bt709", "bt709", "limited"), "BT.709"),
        (UNTAGGED._replace(height=719), Colour("smpte170m", "smpte170m", "smpte170m"), "BT.601"),
        (UNTAGGED._replace(primaries=9), Colour("bt2020nc", "bt2020", "bt2020-10"), "BT.2020"),
        (UNTAGGED._replace(pixel_format="yuvj420p"), Colour(range="full"), "BT.709"),
        (UNTAGGED._replace(matrix=1, range=2), Colour(range="full"), ""),
        (Tags(5, 2, 2, 1, "yuv420p", True, 576), Colour("bt470bg", "bt470bg", "smpte170m"), ""),
        (Tags(6, 6, 1, 1, "yuv420p", True, 480), Colour("smpte170m", "smpte170m", "bt709"), ""),
        (
            Tags(9, 9, 16, 1, "yuv420p10le", True, 2160),
            Colour("bt2020nc", "bt2020", "smpte2084"),
            "",
        ),
        (Tags(0, 2, 13, 2, "rgb24", False, 480), Colour("bt709", "bt709", "iec61966-2-1"), ""),
        (Tags(2, 2, 2, 2, "gray", False, 480), Colour(), ""),
    ],
)
def test_tags_are_kept_and_gaps_are_filled(tags: Tags, expected: Colour, said: str) -> None:
    colour, note = resolve(tags)
    assert colour == expected
    assert (said in note) if said else note == ""


@pytest.mark.parametrize("number", [8, 10, 14])
def test_matrix_that_nobody_computes_is_refused(number: int) -> None:
    with pytest.raises(MediaError, match="matrix"):
        resolve(UNTAGGED._replace(matrix=number))


@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("full", [False, True])
def test_tags_of_a_file_decide(tmp_path: Path, matrix: str, full: bool) -> None:
    primaries = {"bt709": 1, "smpte170m": 6, "bt2020nc": 9}[matrix]

    def tagged(stream: Any) -> None:
        context = stream.codec_context
        context.colorspace = NUMBERS[matrix]
        context.color_primaries = primaries
        context.color_trc = {"bt709": 1, "smpte170m": 6, "bt2020nc": 14}[matrix]
        context.color_range = 2 if full else 1

    planes = patches(8, full)
    frame = frame_of(planes, "yuv444p", 8)
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv444p"
        tagged(stream)
        frame.colorspace, frame.color_range = NUMBERS[matrix], 2 if full else 1
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    said: list[str] = []
    with open_source(str(path), ReadOptions(), said.append) as source:
        colour = source.video.colour
        pixels = np.asarray(next(source.frames()).pixels)
    assert said == []
    assert (colour.matrix, colour.range) == (matrix, "full" if full else "limited")
    assert colour.primaries == {1: "bt709", 6: "smpte170m", 9: "bt2020"}[primaries]
    middles = pixels[BLOCK // 2 :: BLOCK, BLOCK // 2 :: BLOCK] / 255
    assert np.abs(middles - exact_rgb(planes, matrix, full, 8)).max() * 255 <= 0.6


def test_grey_clip_is_full_range_and_exact(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    path = clip(tmp_path / "a.mkv", [ramp] * 2, codec="ffv1", pix_fmt="gray", array_format="gray")
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        frame = next(source.frames())
    assert np.array_equal(frame.pixels, np.repeat(ramp[..., None], 3, axis=2))


@pytest.mark.parametrize("pix_fmt", ["rgb24", "rgba", "rgb48le", "bgra", "bgr0"])
def test_rgb_comes_through_untouched(tmp_path: Path, pix_fmt: str) -> None:
    rng = np.random.default_rng(3)
    deep, alpha = pix_fmt == "rgb48le", pix_fmt in ("rgba", "bgra")
    kind = np.uint16 if deep else np.uint8
    shape = (33, 47, 4 if alpha else 3)
    pixels = rng.integers(0, 65536 if deep else 256, shape, dtype=np.uint16).astype(kind)
    array_format = {3: "rgb24", 4: "rgba"}[shape[2]] if not deep else "rgb48le"
    codec = "rawvideo" if pix_fmt in ("rgb24", "rgba", "rgb48le") else "ffv1"
    path = clip(
        tmp_path / "a.nut", [pixels] * 2, codec=codec, pix_fmt=pix_fmt, array_format=array_format
    )
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        frame = next(source.frames())
        assert source.video.colour == Colour("bt709", "bt709", "bt709", "limited")
    assert np.array_equal(frame.pixels, pixels[..., :3])
    if alpha:
        assert np.array_equal(frame.alpha, pixels[..., 3])  # type: ignore[arg-type]
