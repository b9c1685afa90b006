"""The recurrent network: its files' interfaces, its memory, its ratio and its colours."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from afterglow import ops
from afterglow.analysis.matting import Backend, Cut, cuts
from afterglow.effects.matte.model import backend_of
from afterglow.effects.matte.model.rvm import downsample_ratio
from afterglow.errors import ModelError, UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from tests.effects.matte.model.tiny import lay_lock, write_rvm_onnx, write_rvm_script
from tests.scenes import Scene, frames_of, joined, pan, video_of

WIDE, HIGH = 48, 32


def video(depth: Any = 8) -> VideoInfo:
    return VideoInfo(WIDE, HIGH, Fraction(25), Fraction(1, 25), depth=depth, bits=depth)


def flat(level: int, t: int = 0, kind: Any = np.uint8) -> Frame:
    return Frame(np.full((HIGH, WIDE, 3), level, kind), t)


@pytest.fixture(params=["rvm", "rvm-torchscript"])
def backend(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """Both kinds of file, each behind the real loader."""
    if request.param == "rvm":
        path, kind, name = write_rvm_onnx(tmp_path / "a.onnx"), "onnx", "rvm-mobilenetv3"
    else:
        path, kind = write_rvm_script(tmp_path / "a.torchscript"), "torchscript"
        name = "rvm-mobilenetv3-torchscript"
    lock = lay_lock(tmp_path, name, kind, [path.name])
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    yield backend_of(request.param, "cpu")


def found(backend: Backend, *frames: Frame, told: VideoInfo | None = None) -> list[Cut]:
    return [cut for _, cut in cuts(backend, iter(frames), told or video())]


def test_the_memory_of_one_frame_reaches_the_next(backend: Backend) -> None:
    first, second, third = found(backend, flat(51), flat(51, 1), flat(102, 2))
    assert first.alpha.dtype == np.float32 and first.alpha.shape == (HIGH, WIDE)
    assert np.allclose(first.alpha, 0.2, atol=1e-6)
    assert np.allclose(second.alpha, 0.2 + 0.1, atol=1e-6)
    assert np.allclose(third.alpha, 0.4 + 0.1, atol=1e-6)


def test_a_second_video_remembers_nothing_of_the_first(backend: Backend) -> None:
    again = [found(backend, flat(51))[0].alpha for _ in range(2)]
    assert np.array_equal(again[0], again[1])


def test_the_memory_is_dropped_at_a_cut(backend: Backend) -> None:
    one = Scene(160, 90, frames=3, camera=pan(1), seed=1)
    other = Scene(160, 90, frames=2, camera=pan(1), seed=7)
    frames = list(frames_of(joined(one, other)))
    mattes = [cut.alpha for cut in found(backend, *frames, told=video_of(one))]
    fresh = [cut.alpha for cut in found(backend, *frames[3:], told=video_of(one))]
    assert np.array_equal(mattes[3], fresh[0]) and np.array_equal(mattes[4], fresh[1])
    assert not np.allclose(mattes[2], found(backend, frames[2], told=video_of(one))[0].alpha)


@pytest.mark.parametrize(("depth", "kind"), [(8, np.uint8), (16, np.uint16)])
def test_its_colours_are_in_the_type_of_the_frame(backend: Backend, depth: int, kind: Any) -> None:
    white = (1 << depth) - 1
    (cut,) = found(backend, flat(white // 5, kind=kind), told=video(depth))
    assert isinstance(cut.foreground, np.ndarray) and cut.foreground.dtype == kind
    assert cut.foreground.shape == (HIGH, WIDE, 3)
    assert np.all(cut.foreground == white - white // 5)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_tensors_give_what_arrays_give(backend: Backend, kind: Any) -> None:
    torch = pytest.importorskip("torch")
    white = np.iinfo(kind).max
    pixels = np.random.default_rng(1).integers(0, white, (HIGH, WIDE, 3)).astype(kind)
    (plain,) = found(backend, Frame(pixels, 0))
    (told,) = found(backend, Frame(torch.from_numpy(pixels), 0))
    assert isinstance(told.alpha, np.ndarray) and isinstance(told.foreground, torch.Tensor)
    assert np.allclose(told.alpha, plain.alpha, atol=1e-6)
    assert told.foreground.dtype == torch.from_numpy(pixels).dtype
    assert plain.foreground is not None
    assert np.array_equal(ops.array_of(told.foreground), plain.foreground)


@pytest.mark.parametrize(
    ("size", "ratio"),
    [((512, 512), 1), ((1280, 720), 0.6), ((1920, 1080), 0.4),
     ((3840, 2160), 0.2), ((1080, 1920), 0.4), ((640, 360), 1)],
)  # fmt: skip
def test_the_ratio_is_the_one_that_its_authors_recommend(
    size: tuple[int, int], ratio: float
) -> None:
    assert downsample_ratio(*size) == pytest.approx(ratio)


@pytest.mark.parametrize(("wish", "ratio"), [(0.3, 0.3), (None, 0.6)])
def test_the_network_hears_the_ratio(backend: Backend, wish: float | None, ratio: float) -> None:
    name = "rvm" if "torch" not in backend.entry else "rvm-torchscript"  # type: ignore[attr-defined]
    chosen = backend_of(name, "cpu", downsample=wish)
    told = VideoInfo(1280, 64, Fraction(25), Fraction(1, 25))
    with chosen.start(told) as state:
        _, after = chosen.step(Frame(np.zeros((64, 1280, 3), np.uint8), 0), state)
    assert float(after.memory[3].reshape(-1)[0]) == pytest.approx(ratio)


@pytest.mark.parametrize("wish", [0.0, -1.0, 1.01])
def test_a_ratio_that_cannot_be_is_refused(wish: float) -> None:
    with pytest.raises(UsageError, match="ratio"):
        backend_of("rvm", "cpu", downsample=wish)


def test_a_cut_of_the_video_needs_frames_before(backend: Backend) -> None:
    assert backend.reach(video()) == Reach(past=12)
    assert backend.memory(video()) > 28 * WIDE * HIGH


def test_the_larger_network_has_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rvm_onnx(tmp_path / "r.onnx")
    lock = lay_lock(tmp_path, "rvm-resnet50", "onnx", [path.name])
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    (cut,) = found(backend_of("rvm-resnet50", "cpu"), flat(51))
    assert np.allclose(cut.alpha, 0.2, atol=1e-6)
    path.unlink()
    with pytest.raises(ModelError, match="rvm-resnet50"):
        found(backend_of("rvm-resnet50", "cpu"), flat(51))


def test_models_and_settings_that_are_not_there_are_refused() -> None:
    with pytest.raises(UsageError, match="rvmm") as caught:
        backend_of("rvmm", "cpu")
    assert "rvm" in caught.value.hint
    with pytest.raises(UsageError, match="mask"):
        backend_of("rvm", "cpu", mask=3)
    assert backend_of("rvm", "cpu", downsample=None) == backend_of("rvm", "cpu")


def test_what_a_person_should_know_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_rvm_onnx(tmp_path / "a.onnx")
    lock = lay_lock(tmp_path, "rvm-mobilenetv3", "onnx", [path.name])
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    said: list[str] = []
    backend_of("matanyone", "cpu", say=said.append)
    backend_of("rmbg2", "cpu", say=said.append)
    assert ["S-Lab" in said[0], "CC BY-NC" in said[1]] == [True, True]
    with backend_of("rvm", "cpu", say=said.append).start(video()):
        assert len(said) == 2
    with backend_of("rvm", "cuda:0", say=said.append).start(video()) as state:
        assert state is not None
    assert len(said) == 3 or "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    assert all("onnxruntime-gpu" in each for each in said[2:])


@pytest.mark.gpu
def test_half_precision_on_a_gpu_is_near(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    path, name = write_rvm_script(tmp_path / "a.torchscript"), "rvm-mobilenetv3-torchscript"
    lock = lay_lock(tmp_path, name, "torchscript", [path.name])
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    pixels = np.random.default_rng(1).integers(0, 256, (HIGH, WIDE, 3)).astype(np.uint8)
    plain = found(backend_of("rvm-torchscript", "cpu"), Frame(pixels, 0), Frame(pixels, 1))[1]
    there = torch.from_numpy(pixels).cuda()
    told = found(backend_of("rvm-torchscript", "cuda:0"), Frame(there, 0), Frame(there, 1))[1]
    assert np.allclose(told.alpha, plain.alpha, atol=2e-3)
    assert told.foreground is not None and plain.foreground is not None
    assert isinstance(told.foreground, torch.Tensor) and told.foreground.is_cuda
    colours = ops.array_of(told.foreground).astype(int)
    assert np.abs(colours - ops.array_of(plain.foreground)).max() <= 1
