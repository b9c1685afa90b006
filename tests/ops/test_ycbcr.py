"""YCbCr and RGB: the standards' own numbers, swscale's pictures, and both halves alike."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import av
import numpy as np
import pytest
import torch
from av.video.reformatter import ColorRange, Interpolation
from numpy.typing import NDArray

from afterglow.ops import (
    Layout,
    join_semiplanar,
    rgb_to_ycbcr,
    split_semiplanar,
    ycbcr_to_rgb,
)
from tests.ops.pictures import apart, in_depth, noise, tensor

Array = NDArray[Any]
SWSCALE_MATRIX = {"bt709": 1, "smpte170m": 5, "bt2020nc": 9}
LAYOUTS = [
    Layout("bt709"),
    Layout("smpte170m"),
    Layout("bt2020nc"),
    Layout("bt709", "full"),
    Layout("smpte170m", "full", siting="center"),
    Layout(subsampling="422"),
    Layout(subsampling="444"),
    Layout(bits=10),
    Layout("bt2020nc", bits=10, siting="topleft"),
    Layout("bt2020nc", bits=12, subsampling="422"),
    Layout("bt709", "full", bits=16, subsampling="444"),
]


def smooth(height: int = 64, width: int = 96) -> Array:
    """Slow waves of colour in (H, W, 3) uint8 RGB."""
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / 17 + 1) * np.cos(y / 23), np.sin(y / 19 + x / 29), np.cos(x / 13 - 2)]
    return np.rint(128 + 110 * np.stack(waves, axis=-1)).astype(np.uint8)


def patches(height: int = 64, width: int = 96) -> Array:
    """Squares of saturated colour, white, black and greys."""
    colours = np.array(
        [
            [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)],
            [(0, 255, 255), (255, 0, 255), (255, 255, 255), (0, 0, 0)],
            [(128, 128, 128), (200, 30, 90), (16, 16, 16), (99, 180, 12)],
        ],
        np.uint8,
    )
    return np.kron(colours, np.ones((-(-height // 3), width // 4, 1), np.uint8))[:height]


def inside_patches(picture: Array) -> Array:
    """The patches without the pixels at their seams."""
    rows = [row for row in range(picture.shape[0]) if 3 <= row % 22 < 19]
    columns = [column for column in range(picture.shape[1]) if 3 <= column % 24 < 21]
    return picture[np.ix_(rows, columns)]


CONTENT = {"smooth": smooth(), "patches": patches(), "noise": noise(0, (64, 96, 3))}


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_halves_agree(layout: Layout, device: str) -> None:
    for picture in (smooth(), patches(), noise(0, (33, 45, 3))):
        source = in_depth(picture, "uint8" if layout.bits == 8 else "uint16")
        planes = rgb_to_ycbcr(source, layout)
        found = rgb_to_ycbcr(tensor(source).to(device), layout)
        for plane, other in zip(planes, found, strict=True):
            assert np.abs(plane.astype(int) - other.cpu().numpy().astype(int)).max() <= 1
        back = ycbcr_to_rgb(tuple(tensor(plane).to(device) for plane in planes), layout)
        assert apart(ycbcr_to_rgb(planes, layout), back) <= 1


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_there_and_back(layout: Layout) -> None:
    """Small loss on slow waves and within patches; swscale's edges are lossy as well."""
    inner = slice(4, -4)
    for picture, part in ((smooth(), lambda p: p[inner, inner]), (patches(), inside_patches)):
        source = tensor(in_depth(picture, "uint8" if layout.bits == 8 else "uint16"))
        back = ycbcr_to_rgb(rgb_to_ycbcr(source, layout), layout)
        limit = 2 if layout.subsampling == "444" else 4
        assert apart(part(back.numpy()), part(source.numpy())) <= limit


@pytest.mark.parametrize(
    ("layout", "rgb", "expected"),
    [
        (Layout("bt709"), (255, 255, 255), (235, 128, 128)),
        (Layout("bt709"), (0, 0, 0), (16, 128, 128)),
        (Layout("bt709"), (255, 0, 0), (63, 102, 240)),
        (Layout("bt709"), (0, 255, 0), (173, 42, 26)),
        (Layout("bt709"), (0, 0, 255), (32, 240, 118)),
        (Layout("smpte170m"), (255, 0, 0), (81, 90, 240)),
        (Layout("smpte170m"), (0, 255, 0), (145, 54, 34)),
        (Layout("smpte170m", "full"), (0, 0, 255), (29, 255, 107)),
        (Layout("bt709", bits=10), (255, 255, 255), (940, 512, 512)),
        (Layout("bt2020nc", bits=10), (255, 0, 0), (294, 387, 960)),
        (Layout("bt709", "full", bits=10), (255, 255, 255), (1023, 512, 512)),
    ],
    ids=str,
)
def test_standard_colours(
    layout: Layout, rgb: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    """Values of 100% colour bars, and white of 255 or 65535 back from them."""
    flat = np.full((4, 4, 3), rgb, np.uint8)
    source = flat if layout.bits == 8 else flat.astype(np.uint16) * 257
    for picture in (source, tensor(source)):
        planes = rgb_to_ycbcr(picture, layout)
        assert [int(plane[1, 1]) for plane in planes] == list(expected)
    white = np.full((4, 4, 3), 255, np.uint8)
    back = ycbcr_to_rgb(rgb_to_ycbcr(tensor(white), layout), layout)
    assert int(back.to(torch.int32).min()) == (255 if layout.bits == 8 else 65535)


def swscale_ycbcr(rgb: Array, layout: Layout) -> list[Array]:
    """Planes as swscale makes them: it puts chroma in the centre."""
    flags = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
    deep = "10le" if layout.bits == 10 else ""
    picture = av.VideoFrame.from_ndarray(rgb, "rgb48le" if deep else "rgb24").reformat(
        format=f"yuv{layout.subsampling}p{deep}",
        interpolation=flags,
        dst_colorspace=SWSCALE_MATRIX[layout.matrix],
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.JPEG if layout.range == "full" else ColorRange.MPEG,
    )
    return [torch.from_dlpack(plane.__dlpack__()).numpy().copy() for plane in picture.planes]


def swscale_rgb(planes: list[Array], layout: Layout) -> Array:
    """RGB as swscale makes it of a decoded H.264 picture (chroma left) or a bare one (centre)."""
    flags = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    deep = layout.bits == 10
    pixel_format = f"yuv{layout.subsampling}p{'10le' if deep else ''}"
    picture = av.VideoFrame.from_dlpack([torch.from_numpy(p) for p in planes], pixel_format)
    if layout.siting == "left":
        picture = coded(picture)
    # Planar: into packed rgb48le swscale gets 10-bit 4:2:0 wrong by up to 240 levels (FFmpeg 8.1).
    return picture.reformat(
        format="gbrp16le" if deep else "gbrp",
        interpolation=flags,
        src_colorspace=SWSCALE_MATRIX[layout.matrix],
        src_color_range=ColorRange.JPEG if layout.range == "full" else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()


def coded(picture: av.VideoFrame) -> av.VideoFrame:
    """The picture after lossless H.264, which says where its chroma lies."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height = picture.width, picture.height
        stream.pix_fmt = picture.format.name
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return next(container.decode(video=0))


SWSCALE_LAYOUTS = [
    Layout(matrix, extent, bits, subsampling)
    for matrix in SWSCALE_MATRIX
    for extent in ("limited", "full")
    for bits in (8, 10)
    for subsampling in ("420", "422", "444")
]


@pytest.mark.parametrize("layout", SWSCALE_LAYOUTS, ids=str)
@pytest.mark.parametrize("content", CONTENT)
def test_rgb_as_swscale(content: str, layout: Layout) -> None:
    source = in_depth(CONTENT[content], "uint8" if layout.bits == 8 else "uint16")
    for siting in ("left", "center"):
        sited = replace(layout, siting=siting)
        planes = [plane.numpy() for plane in rgb_to_ycbcr(tensor(source), sited)]
        found = ycbcr_to_rgb(tuple(tensor(plane) for plane in planes), sited).numpy()
        assert apart(found, swscale_rgb(planes, sited)) <= 1


@pytest.mark.parametrize("layout", SWSCALE_LAYOUTS, ids=str)
@pytest.mark.parametrize("content", CONTENT)
def test_ycbcr_as_swscale(content: str, layout: Layout) -> None:
    source = in_depth(CONTENT[content], "uint8" if layout.bits == 8 else "uint16")
    found = rgb_to_ycbcr(tensor(source), replace(layout, siting="center"))
    for plane, expected in zip(found, swscale_ycbcr(source, layout), strict=True):
        away = np.abs(plane.numpy().astype(int) - expected.astype(int)).max()
        assert away <= 1 << (layout.bits - 8)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_semiplanar(bits: int, device: str) -> None:
    layout = Layout(bits=bits)
    source = in_depth(smooth(), "uint8" if bits == 8 else "uint16")
    planes = rgb_to_ycbcr(source, layout)
    luma, chroma = join_semiplanar(planes, bits)
    assert luma.shape == (64, 96)
    assert chroma.shape == (32, 48, 2)
    if bits == 10:
        assert luma[5, 5] == planes[0][5, 5] * 64
    tensors = tuple(tensor(plane).to(device) for plane in planes)
    for array, other in zip((luma, chroma), join_semiplanar(tensors, bits), strict=True):
        assert np.array_equal(array, other.cpu().numpy())
    split = split_semiplanar(tensor(luma).to(device), tensor(chroma).to(device), bits)
    for one, two, three in zip(planes, split_semiplanar(luma, chroma, bits), split, strict=True):
        assert np.array_equal(one, two)
        assert np.array_equal(one, three.cpu().numpy())


def test_what_is_no_layout() -> None:
    with pytest.raises(ValueError, match="rgb"):
        Layout("rgb")
    with pytest.raises(ValueError, match="ictcp"):
        Layout("ictcp")
    with pytest.raises(ValueError, match="7 bits"):
        Layout(bits=7)
