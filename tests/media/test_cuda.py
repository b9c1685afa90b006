"""The GPU's media path on tensors in main memory, and on a GPU where there is one."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import product
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
import torch
from av.video.reformatter import ColorRange, Interpolation
from numpy.typing import NDArray

from afterglow.frames import Colour, Frame
from afterglow.media import cuda
from afterglow.media.convert import Converter
from afterglow.media.orientation import UPRIGHT, Orientation, upright

Array = NDArray[Any]
ORIENTATIONS = [Orientation(*turn) for turn in product((False, True), repeat=3)]


def waves(height: int = 48, width: int = 80, deep: bool = False) -> Array:
    """Slow waves of colour, (H, W, 3) RGB."""
    y, x = np.mgrid[:height, :width]
    levels = 0.5 + 0.4 * np.stack((np.sin(x / 15), np.cos(y / 13), np.sin((x + y) / 21)), axis=-1)
    return np.rint(levels * (65535 if deep else 255)).astype(np.uint16 if deep else np.uint8)


def coded(picture: av.VideoFrame) -> av.VideoFrame:
    """The picture after lossless H.264, which says that chroma lies left."""
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


def decoded(deep: bool = False) -> av.VideoFrame:
    """A decoded picture in yuv420p or yuv420p10le."""
    source = av.VideoFrame.from_ndarray(waves(deep=deep), "rgb48le" if deep else "rgb24")
    flags = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
    name = "yuv420p10le" if deep else "yuv420p"
    return coded(source.reformat(format=name, interpolation=flags, dst_colorspace=1))


def converter(orientation: Orientation = UPRIGHT, deep: bool = False) -> Converter:
    return Converter(80, 48, Colour(), deep, False, orientation)


def away(one: Any, other: Any) -> float:
    """Largest difference in 8-bit levels."""
    arrays = [p.numpy() if isinstance(p, torch.Tensor) else p for p in (one, other)]
    assert arrays[0].shape == arrays[1].shape
    assert arrays[0].dtype == arrays[1].dtype
    level = 1 if arrays[0].dtype == np.uint8 else 257
    return float(np.abs(arrays[0].astype(np.int64) - arrays[1]).max() / level)


def as_from_gpu(frame: av.VideoFrame, stored: str) -> Any:
    """A stand-in for what NVDEC gives: its planes lie in main memory."""
    held = frame.reformat(format=stored)
    return SimpleNamespace(
        sw_format=held.format, format=SimpleNamespace(name="cuda"), planes=held.planes, held=held
    )


@pytest.mark.parametrize(("deep", "stored"), [(False, "nv12"), (True, "p010le"), (True, "p016le")])
def test_rgb_is_what_swscale_makes(deep: bool, stored: str) -> None:
    frame = decoded(deep)
    expected, _ = converter(deep=deep)(frame)
    found = cuda.rgb_of(as_from_gpu(frame, stored), Colour())
    assert away(found, expected) <= 1


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=str)
@pytest.mark.parametrize("deep", [False, True])
def test_pictures_are_turned_as_on_the_cpu(orientation: Orientation, deep: bool) -> None:
    picture = waves(deep=deep)
    found = cuda.turned(torch.from_numpy(picture), orientation)
    assert found.is_contiguous()
    assert np.array_equal(found.numpy(), upright(picture, orientation))


def test_pictures_of_gpu_and_cpu_land_alike() -> None:
    frame = decoded()
    software = converter(Orientation(True, False, True))
    land = cuda.DeviceConverter(software, "cpu")
    uploaded, matte = land(frame)
    kept, _ = land(as_from_gpu(frame, "nv12"))
    assert matte is None
    assert tuple(kept.shape) == (80, 48, 3)
    assert away(uploaded, software(frame)[0]) == 0
    assert away(kept, uploaded) <= 1


def test_scaled_on_the_way() -> None:
    frame = decoded()
    small = Converter(40, 24, Colour(), False, False, UPRIGHT)
    land = cuda.DeviceConverter(small, "cpu")
    kept, _ = land(as_from_gpu(frame, "nv12"))
    assert tuple(kept.shape) == (24, 40, 3)
    assert away(kept, small(frame)[0]) <= 4


def test_planes_share_the_memory_of_the_frame_and_keep_it() -> None:
    frame = decoded().reformat(format="nv12")
    luma = cuda._borrowed(frame.planes[0])
    assert luma.data_ptr() == frame.planes[0].buffer_ptr
    before = luma.clone()
    del frame
    spare = [np.zeros((48, 80), np.uint8) for _ in range(50)]
    assert torch.equal(luma, before)
    assert spare


PRINTED = ["nv12", "p010le", "p016le", "yuv420p", "yuv422p10le", "yuv444p", "yuv444p12le"]


@pytest.mark.parametrize("colour", [Colour(), Colour("smpte170m", range="full")], ids=str)
@pytest.mark.parametrize("name", PRINTED)
def test_print_and_read_back(name: str, colour: Colour) -> None:
    deep = name not in ("nv12", "yuv420p", "yuv444p")
    picture = waves(deep=deep)
    frame = cuda.printed(torch.from_numpy(picture), name, 80, 48, colour)
    assert (frame.format.name, frame.width, frame.height) == (name, 80, 48)
    if name in ("nv12", "p010le", "p016le"):
        back: Any = cuda.rgb_of(frame, colour)
    else:
        if name == "yuv420p":
            frame = coded(frame)
        back = frame.reformat(
            format="gbrp16le" if deep else "gbrp",
            src_colorspace=1 if colour.matrix == "bt709" else 5,
            src_color_range=ColorRange.JPEG if colour.range == "full" else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.BILINEAR
            | Interpolation.ACCURATE_RND
            | Interpolation.FULL_CHR_H_INT,
        ).to_ndarray()
    inner = slice(4, -4)
    assert away(back[inner, inner], picture[inner, inner]) <= 4


def test_odd_sizes_repeat_the_last_row_and_column() -> None:
    picture = waves(47, 79)
    frame = cuda.printed(torch.from_numpy(picture), "nv12", 80, 48, Colour())
    grown = np.pad(picture, ((0, 1), (0, 1), (0, 0)), mode="edge")
    expected = cuda.printed(torch.from_numpy(grown), "nv12", 80, 48, Colour())
    for one, other in zip(frame.planes, expected.planes, strict=True):
        assert bytes(one) == bytes(other)


def test_an_encoder_takes_printed_pictures() -> None:
    """Tensors let go at once, while the encoder still looks ahead."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 80, 48, "yuv420p"
        for pts in range(30):
            grey = torch.full((48, 80, 3), 8 * pts, dtype=torch.uint8)
            frame = cuda.printed(grey, "yuv420p", 80, 48, Colour(range="full"))
            frame.pts, frame.time_base = pts, Fraction(1, 25)
            container.mux(stream.encode(frame))
            del frame, grey
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        lumas = [int(np.frombuffer(f.planes[0], np.uint8)[0]) for f in container.decode(video=0)]
    assert lumas == [8 * pts for pts in range(30)]


def test_frames_are_uploaded_with_their_matte() -> None:
    matte = waves()[..., 0].copy()
    frame = Frame(waves(), 7, matte)
    up = cuda.upload(frame, "cpu")
    assert isinstance(up.pixels, torch.Tensor)
    assert isinstance(up.alpha, torch.Tensor)
    assert np.array_equal(up.pixels.numpy(), waves())
    assert np.array_equal(up.alpha.numpy(), matte)
    assert up.pts == 7


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (("h264", "yuv420p", 1920, 1080), ""),
        (("hevc", "yuv420p10le", 3840, 2160), ""),
        (("h264", "yuv420p10le", 1920, 1080), "h264 in yuv420p10le"),
        (("prores", "yuv422p10le", 1920, 1080), "does not decode prores"),
        (("h264", "yuv420p", 641, 360), "even sizes, not 641x360"),
    ],
)
def test_what_nvdec_is_for(stream: tuple[str, str, int, int], reason: str) -> None:
    found = cuda.why_not_nvdec(*stream)
    assert reason in found
    assert bool(reason) == bool(found)


def test_formats_for_nvenc() -> None:
    assert cuda.hardware_format("h264_nvenc", "yuv420p") == "nv12"
    assert cuda.hardware_format("hevc_nvenc", "p010le") == "p010le"
    assert cuda.hardware_format("libx264", "yuv420p") is None
    assert not cuda.can_bring("gbrp")
    with pytest.raises(ValueError, match="gbrp"):
        cuda.printed(torch.from_numpy(waves()), "gbrp", 80, 48, Colour())
    with pytest.raises(ValueError, match="yuv420p"):
        cuda.rgb_of(decoded(), Colour())


def test_no_decoder_where_there_is_no_gpu() -> None:
    """A stream that NVDEC has no decoder for never asks the driver."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 80, 48, "yuv420p"
        container.mux(stream.encode(decoded()))
        container.mux(stream.encode(None))
    file.seek(0)
    said: list[str] = []
    with av.open(file) as container:
        assert cuda.hardware_decoder(container.streams.video[0], "cuda:0", said.append) is None
    assert said == ["NVDEC: it does not decode ffv1; decoded on the CPU and uploaded"]


@pytest.mark.gpu
def test_nvdec_keeps_pictures_on_the_gpu() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for pts in range(8):
            picture = torch.from_numpy(np.roll(waves(192, 320), 3 * pts, axis=1))
            frame = cuda.printed(picture, "yuv420p", 320, 192, Colour())
            frame.pts = pts
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        stored = container.streams.video[0]
        decoder = cuda.hardware_decoder(stored, "cuda:0", pytest.fail)
        assert decoder is not None
        software = Converter(320, 192, Colour(), False, False, UPRIGHT)
        land = cuda.DeviceConverter(software, "cuda:0")
        packets = list(container.demux(stored))
        hard = [f for packet in packets[:-1] for f in decoder.decode(packet)] + decoder.decode(None)
    file.seek(0)
    with av.open(file) as container:
        soft = list(container.decode(video=0))
    assert len(hard) == len(soft) == 8
    for one, other in zip(hard, soft, strict=True):
        assert cuda.on_gpu(one)
        pixels, _ = land(one)
        assert pixels.is_cuda
        assert away(pixels.cpu(), software(other)[0]) <= 1
        assert cuda.brought_home(one).format.name == "nv12"


@pytest.mark.gpu
def test_nvenc_takes_pictures_from_the_gpu() -> None:
    """H100 and H200 have no NVENC: skipped there, whatever AFTERGLOW_REQUIRE_GPU says."""
    from afterglow.media.encoders import why_not

    why = why_not("h264_nvenc", 320, 192, "yuv420p")
    if why:
        pytest.skip(f"h264_nvenc does not work here: {why}")
    encoder: Any = av.CodecContext.create("h264_nvenc", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 320, 192, "cuda"
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.options = {"rc": "constqp", "qp": "4"}
    decoder: Any = av.CodecContext.create("h264", "r")
    picture = torch.from_numpy(waves(192, 320)).to("cuda:0")
    packets = []
    for pts in range(8):
        frame = cuda.printed(picture, "nv12", 320, 192, Colour())
        frame.pts = pts
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    frames = [f for packet in packets for f in decoder.decode(packet)] + decoder.decode(None)
    software = Converter(320, 192, Colour(), False, False, UPRIGHT)
    assert len(frames) == 8
    assert away(software(frames[-1])[0][8:-8, 8:-8], waves(192, 320)[8:-8, 8:-8]) <= 6
