"""Networks for single pictures: what they are shown, what becomes of it, and whose code runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterglow.analysis.matting import Cut, cuts
from afterglow.effects.matte.model import backend_of, still
from afterglow.errors import ModelError
from afterglow.frames import Frame, Reach, VideoInfo
from tests.effects.matte.model.tiny import lay_lock, write_still_onnx
from tests.scenes import Scene, frames_of, joined

VIDEO = VideoInfo(48, 32, Fraction(25), Fraction(1, 25))
MEAN, SPREAD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])

NETWORK = """
import torch
from transformers import PreTrainedModel
from .its_config import ItsConfig

class Its(PreTrainedModel):
    config_class = ItsConfig
    def __init__(self, bb_pretrained=True, config=ItsConfig()):
        super().__init__(config)
        self.rate = torch.linspace(0, 0.5, 3)[1].item()
        self.mix = torch.nn.Conv2d(3, 1, 1)
    def forward(self, picture):
        assert not torch.is_grad_enabled() and picture.shape[-1] == ItsConfig.side
        return [torch.zeros(1), self.mix(picture)]
"""
"""In the way of the real one: it computes on real tensors as it is made, and calls no post_init."""
CONFIG = """
from transformers import PretrainedConfig

class ItsConfig(PretrainedConfig):
    model_type = "its"
    side = 1024
    def __init__(self, bb_pretrained=False, **kwargs):
        self.bb_pretrained = bb_pretrained
        super().__init__(**kwargs)
"""


def found(name: str, *frames: Frame) -> list[Cut]:
    return [cut for _, cut in cuts(backend_of(name, "cpu"), iter(frames), VIDEO)]


def alone(name: str, *frames: Frame) -> list[Cut]:
    """Each frame by itself: there is no frame before by which its matte could be steadied."""
    return [cut for frame in frames for cut in found(name, frame)]


def wobble(mattes: list[Cut]) -> float:
    """How much mattes change from frame to frame, once they have settled."""
    pairs = pairwise(each.alpha for each in mattes[3:])
    return float(np.mean([np.abs(later - before) for before, later in pairs]))


def expected(level: float) -> float:
    """The matte of a flat picture, by a network that takes the mean of the channels it is shown."""
    return float(1 / (1 + np.exp(-np.mean((level - MEAN) / SPREAD))))


@pytest.fixture(params=["birefnet", "rembg", "birefnet-lite"])
def onnx_name(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    path = write_still_onnx(tmp_path / "b.onnx")
    entry = "birefnet-general-lite" if "lite" in request.param else "birefnet-general"
    lock = lay_lock(tmp_path, entry, "onnx", [path.name])
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    return str(request.param)


def test_a_flat_picture_has_the_certainty_of_its_logit(onnx_name: str) -> None:
    (cut,) = found(onnx_name, Frame(np.full((32, 48, 3), 102, np.uint8), 0))
    assert cut.foreground is None and cut.alpha.shape == (32, 48)
    assert cut.alpha.dtype == np.float32
    assert np.allclose(cut.alpha, expected(0.4), atol=1e-4)


def test_the_matte_lies_where_the_picture_is_bright(onnx_name: str) -> None:
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:16, 12:36] = 255
    (cut,) = found(onnx_name, Frame(pixels, 0))
    assert cut.alpha[4, 24] == pytest.approx(expected(1.0), abs=1e-3)
    assert cut.alpha[28, 24] == pytest.approx(expected(0.0), abs=1e-3)
    assert cut.alpha[4, 3] == pytest.approx(expected(0.0), abs=1e-3)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_tensors_give_what_arrays_give(onnx_name: str, kind: Any) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, np.iinfo(kind).max, (32, 48, 3)).astype(kind)
    frames = Frame(pixels, 0), Frame(torch.from_numpy(pixels), 1)
    plain, told = alone(onnx_name, *frames)
    assert isinstance(told.alpha, np.ndarray)
    assert np.allclose(plain.alpha, told.alpha, atol=0.02)


def test_a_steadied_matte_needs_frames_before(onnx_name: str) -> None:
    assert backend_of(onnx_name, "cpu").reach(VIDEO) == Reach(past=12)
    assert backend_of(onnx_name, "cpu").memory(VIDEO) > 1024 * 1024


def test_a_matte_flickers_less_when_it_is_steadied(onnx_name: str) -> None:
    """The same still scene, its brightness a little up and down: so is the matte of each frame."""
    scene = Scene(160, 96, frames=8, exposure=lambda t: 1 + 0.05 * (t % 2))
    frames = list(frames_of(scene))
    assert wobble(found(onnx_name, *frames)) < 0.6 * wobble(alone(onnx_name, *frames))


def test_a_cut_is_not_carried_over(onnx_name: str) -> None:
    one, other = (Scene(160, 96, frames=3, seed=seed) for seed in (1, 7))
    mattes = found(onnx_name, *frames_of(joined(one, other)))
    (fresh,) = found(onnx_name, next(frames_of(other)))
    assert np.mean(np.abs(mattes[3].alpha - fresh.alpha)) < 0.02


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the hub would give it, locked; the network takes the mean of the channels."""
    from safetensors.numpy import save_file

    monkeypatch.setattr(still, "SIDE", 32)
    (tmp_path / "its.py").write_text(NETWORK)
    (tmp_path / "its_config.py").write_text(CONFIG.replace("1024", "32"))
    auto = {"AutoConfig": "its_config.ItsConfig", "AutoModelForImageSegmentation": "its.Its"}
    told = {"architectures": ["Its"], "bb_pretrained": False, "auto_map": auto}
    (tmp_path / "config.json").write_text(json.dumps(told))
    weights = {"mix.weight": np.full((1, 3, 1, 1), 1 / 3), "mix.bias": np.zeros(1)}
    save_file(
        {name: each.astype(np.float32) for name, each in weights.items()},
        tmp_path / "model.safetensors",
    )
    _lock(tmp_path, monkeypatch)
    return tmp_path


def _lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ["model.safetensors", "config.json", "its.py", "its_config.py"]
    licence = "CC BY-NC 4.0 (BRIA)"
    lock = lay_lock(folder, "rmbg2", "safetensors", paths, commercial="no", licence=licence)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))


def test_the_code_of_a_repository_makes_the_network(repository: Path) -> None:
    (cut,) = found("rmbg2", Frame(np.full((32, 48, 3), 102, np.uint8), 0))
    assert np.allclose(cut.alpha, expected(0.4), atol=1e-4)
    assert cut.alpha.shape == (32, 48) and cut.foreground is None


def _spoiled(path: Path, marker: Path) -> None:
    path.write_text(f"from pathlib import Path; Path({str(marker)!r}).touch()\n" + path.read_text())


@pytest.mark.parametrize("name", ["its.py", "its_config.py"])
def test_code_that_was_tampered_with_does_not_run(repository: Path, name: str) -> None:
    marker = repository / "marker"
    _spoiled(repository / name, marker)
    with pytest.raises(ModelError, match=name):
        found("rmbg2", Frame(np.zeros((32, 48, 3), np.uint8), 0))
    assert not marker.exists()


def test_the_same_code_runs_when_it_is_locked(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above finds would be found: the spoiled file does leave its mark."""
    marker = repository / "marker"
    _spoiled(repository / "its.py", marker)
    _lock(repository, monkeypatch)
    found("rmbg2", Frame(np.zeros((32, 48, 3), np.uint8), 0))
    assert marker.exists()


def test_code_that_the_lock_does_not_name_does_not_run(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "more.py").write_text("")
    source = (repository / "its.py").read_text()
    (repository / "its.py").write_text("from . import more\n" + source)
    _lock(repository, monkeypatch)
    with pytest.raises(ModelError, match="more"):
        found("rmbg2", Frame(np.zeros((32, 48, 3), np.uint8), 0))


def test_a_package_that_the_code_needs_is_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (repository / "its.py").read_text()
    (repository / "its.py").write_text("import not_installed_anywhere\n" + source)
    _lock(repository, monkeypatch)
    with pytest.raises(ModelError, match="not_installed_anywhere") as caught:
        found("rmbg2", Frame(np.zeros((32, 48, 3), np.uint8), 0))
    assert "pip install" in caught.value.hint


def test_weights_of_another_network_are_refused(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (repository / "its.py").read_text()
    (repository / "its.py").write_text(source.replace("Conv2d(3, 1, 1)", "Conv2d(3, 2, 1)"))
    _lock(repository, monkeypatch)
    with pytest.raises(ModelError, match="do not fit"):
        found("rmbg2", Frame(np.zeros((32, 48, 3), np.uint8), 0))


def test_its_licence_is_no_commercial_one(repository: Path) -> None:
    backend = backend_of("rmbg2", "cpu", commercial_only=True)
    frames: Callable[[], Any] = lambda: iter([Frame(np.zeros((32, 48, 3), np.uint8), 0)])  # noqa: E731
    with pytest.raises(ModelError, match="CC BY-NC"):
        next(cuts(backend, frames(), VIDEO))
