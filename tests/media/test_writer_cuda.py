"""Tensors on their way to an encoder: the way without a GPU, walked by tensors in main memory."""

import io
from types import SimpleNamespace

import av
import numpy as np
import pytest
import torch

from afterglow import ops
from afterglow.frames import Colour, Frame
from afterglow.media import choice, cuda, printing
from afterglow.media.choice import WriteOptions, choose
from afterglow.media.encoders import NVENC
from afterglow.media.passengers import Passengers
from afterglow.media.printing import Printer
from afterglow.media.target import open_target
from afterglow.media.writer import _picture_stream
from tests.media.clips import first_picture, info, matte, picture, samples, write


def write_tensors(path, video, codec):
    with open_target(str(path), video, WriteOptions(codec=codec, qp=0), None, lambda _: None) as to:
        for number in range(3):
            alpha = torch.from_numpy(matte(video)) if video.alpha else None
            to.write(Frame(torch.from_numpy(picture(video, number)), 512 * number, alpha))


@pytest.mark.parametrize(
    ("name", "codec", "bits"),
    [("a.mp4", "h264", 8), ("a.mp4", "hevc", 10), ("a.mov", "prores", 10), ("a.webm", "vp9", 8)],
)
def test_a_software_encoder_gets_planes_made_where_the_tensor_lies(
    tmp_path, monkeypatch, name, codec, bits
):
    video = info(65, 49, bits=bits)
    write(tmp_path / f"arrays_{name}", video, range(0, 1536, 512), codec=codec, qp=0)
    monkeypatch.setattr(printing, "array_of", lambda _: pytest.fail("RGB was downloaded"))
    write_tensors(tmp_path / name, video, codec)
    one, other = first_picture(tmp_path / name), first_picture(tmp_path / f"arrays_{name}")
    assert (one.width, one.height, one.format.name) == (other.width, *size(other))
    step = 1 << (one.format.components[0].bits - 8)
    for index in range(3):
        error = np.abs(samples(one, index) - samples(other, index))
        assert error.mean() < 0.5 * step
        assert error.max() <= 4 * step


def size(frame):
    return frame.height, frame.format.name


@pytest.mark.parametrize("alpha", [False, True])
def test_what_a_gpu_does_not_make_is_downloaded(tmp_path, alpha):
    video = info(alpha=alpha)
    write_tensors(tmp_path / "a.mkv", video, "ffv1")
    found = first_picture(tmp_path / "a.mkv").to_ndarray(format="rgba")
    assert np.array_equal(found[..., :3], picture(video))
    assert not alpha or np.array_equal(found[..., 3], matte(video))


def test_a_matte_comes_along_from_the_gpu(tmp_path):
    video = info(alpha=True)
    write_tensors(tmp_path / "a.mov", video, "prores")
    frame = first_picture(tmp_path / "a.mov")
    found = samples(frame, 3) / (2 ** frame.format.components[3].bits - 1) * 255
    assert np.abs(found - matte(video)).max() <= 2


@pytest.fixture
def nvenc(monkeypatch):
    """An NVENC that says it works, beside tensors that say they lie on a GPU."""
    monkeypatch.setattr(
        choice, "working_encoder", lambda codec, *_: (NVENC[codec].name, ""), raising=True
    )
    monkeypatch.setattr(cuda, "takes_tensors", lambda *_: True)
    monkeypatch.setattr(cuda, "_sent", lambda pixels, _: torch.as_tensor(pixels))


@pytest.mark.usefixtures("nvenc")
@pytest.mark.parametrize(
    ("codec", "bits", "held"),
    [("h264", 8, "nv12"), ("hevc", 8, "nv12"), ("hevc", 10, "p010le"), ("av1", 10, "p010le")],
)
@pytest.mark.parametrize("as_array", [False, True])
def test_nvenc_gets_semi_planar_pictures(codec, bits, held, as_array):
    video = info(64, 48, bits=bits)
    plan = choose("out.mp4", video, WriteOptions(codec=codec, device="cuda:0"))
    assert plan.device == "cuda:0"
    rgb = picture(video)
    printer = Printer(plan.pixel_format, 64, 48, Colour(), device=plan.device)
    found = printer.print(Frame(rgb if as_array else torch.from_numpy(rgb), 9))
    assert (found.format.name, found.pts, int(found.colorspace)) == (held, 9, 1)
    depth = 8 if held == "nv12" else 10
    planes = ops.rgb_to_ycbcr(rgb, ops.Layout(bits=depth))
    wanted = ops.join_semiplanar(planes, depth)
    for plane, values in zip(found.planes, wanted, strict=True):
        stored = np.frombuffer(plane, values.dtype).reshape(values.shape)
        assert np.abs(stored.astype(int) - values.astype(int)).max() <= 1 << (
            0 if depth == 8 else 6
        )


@pytest.mark.usefixtures("nvenc")
def test_nvencs_stream_takes_pictures_of_the_gpu():
    video = info()
    for device, wanted in (("cuda:0", "cuda"), ("cpu", "yuv420p")):
        plan = choose("out.mp4", video, WriteOptions(codec="h264", device=device))
        with av.open(io.BytesIO(), "w", format="mp4") as container:
            stream = _picture_stream(container, plan, video, Passengers(), lambda _: None)
            assert stream.codec_context.pix_fmt == wanted


def test_all_pictures_of_a_film_share_one_context(monkeypatch):
    given, made = [], []
    monkeypatch.setattr(cuda, "_sent", lambda pixels, device: SimpleNamespace(is_cuda=True))
    monkeypatch.setattr(cuda, "_context", lambda pixels: made.append(pixels) or object())
    monkeypatch.setattr(cuda, "printed", lambda *args: given.append(args[-1]))
    press = cuda.Press("yuv420p", 64, 48, Colour(), "cuda:0")
    for _ in range(3):
        press(np.zeros((48, 64, 3), np.uint8))
    assert len(made) == 1
    assert given == [given[0]] * 3
    assert given[0] is not None


def test_without_a_gpu_nothing_is_encoded_from_one():
    for encoder in ("libx264", "ffv1"):
        plan = choose(
            "out.mkv",
            info(),
            WriteOptions(
                codec="ffv1" if encoder == "ffv1" else "h264", encoder="software", device="cuda:0"
            ),
        )
        assert plan.device == "cpu"
    if not torch.cuda.is_available():
        assert not cuda.takes_tensors("h264_nvenc", "yuv420p", 320, 192, "cuda:0")
    assert not cuda.takes_tensors("libx264", "yuv420p", 320, 192, "cuda:0")
