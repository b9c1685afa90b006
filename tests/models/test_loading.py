"""Models of every format are loaded from bytes that were compared."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from afterglow.errors import ModelError
from afterglow.models import loading
from afterglow.models.loading import loaded
from afterglow.models.store import Weights, open_store
from tests.models import tiny
from tests.models.tiny import PICTURE
from tests.models.weights import Own


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_onnx_is_a_network(own: Own) -> None:
    own("onnx", {"w.onnx": tiny.onnx_file((0, 2, 0))})
    with loaded("trial") as network:
        assert network.inputs == {"picture": (1, 3, None, None)}
        assert (network.outputs, network.device) == (["matte"], "cpu")
        matte = network(picture=PICTURE)["matte"]
    np.testing.assert_allclose(matte[0, 0], sigmoid(2 * PICTURE[0, 1]), atol=1e-6)


def test_tflite_is_a_network_whose_pictures_are_planes(own: Own) -> None:
    own("tflite", {"w.tflite": tiny.tflite_file((1, 4, 5, 3))})
    with loaded("trial") as network:
        assert network.inputs == {"picture": (1, 3, 4, 5)}
        assert (network.outputs, network.device) == (["matte"], "cpu")
        np.testing.assert_allclose(network(picture=PICTURE)["matte"], sigmoid(PICTURE), atol=1e-6)


def test_an_operator_that_opencv_lacks_is_one_line_and_stderr_stays_clean(
    own: Own, capfd: pytest.CaptureFixture[str]
) -> None:
    own("tflite", {"w.tflite": tiny.tflite_file(operator=120)})
    with pytest.raises(ModelError, match="as tflite: Unsupported operator"), loaded("trial"):
        pytest.fail("it was loaded")
    assert capfd.readouterr() == ("", "")


def test_torchscript_is_a_module_that_infers(own: Own) -> None:
    own("torchscript", {"w.pt": tiny.torchscript_file()})
    with loaded("trial") as module:
        assert isinstance(module, torch.jit.ScriptModule) and not module.training
        assert module(torch.ones(2)).tolist() == [2, 2]


@pytest.mark.parametrize(
    ("format", "content"),
    [("pickle", tiny.pickle_file()), ("safetensors", tiny.safetensors_file())],
)
def test_state_dicts_are_tensors_by_name(format: str, content: bytes, own: Own) -> None:
    own(format, {"w.bin": content})
    with loaded("trial") as weights:
        assert weights["kernel"].tolist() == [0, 1, 2]
    assert weights == {}, "leaving lets go of them, though a name still points there"


def test_all_parts_of_safetensors_come_together(own: Own) -> None:
    parts = {
        "model-1.safetensors": tiny.safetensors_file(a=torch.ones(1)),
        "model-2.safetensors": tiny.safetensors_file(b=torch.zeros(1)),
    }
    own("safetensors", {**parts, "config.json": b"{}"})
    with loaded("trial") as weights:
        assert sorted(weights) == ["a", "b"]


def test_an_onnx_file_takes_weights_from_the_file_beside_it(own: Own) -> None:
    graph, beside = tiny.onnx_with_weights_beside("weights.data")
    place = own("onnx", {"w.onnx": graph, "weights.data": beside})
    with loaded("trial") as network:
        matte = network(picture=PICTURE)["matte"]
    np.testing.assert_allclose(matte[0, 0], sigmoid(PICTURE[0, 0]), atol=1e-6)
    (place / "weights.data").write_bytes(b"\xff" + beside[1:])
    with pytest.raises(ModelError, match=r"weights\.data has sha256"), loaded("trial"):
        pytest.fail("weights that are not as locked were loaded")


@pytest.mark.parametrize("names", [("a.onnx", "b.onnx"), ("a.bin", "b.bin")])
def test_which_file_is_the_network_must_be_plain(names: tuple[str, str], own: Own) -> None:
    own("onnx", dict.fromkeys(names, tiny.onnx_file()))
    with pytest.raises(ModelError, match=f"{names[0]}, {names[1]}"), loaded("trial"):
        pytest.fail("one of two was taken")


def test_a_file_changed_after_it_was_found_is_not_loaded(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = own("onnx", {"w.onnx": tiny.onnx_file()})
    find = loading.open_store().find

    def found_then_changed(*line: Any, **more: Any) -> Weights:
        weights = find(*line, **more)
        (place / "w.onnx").write_bytes(tiny.onnx_file((9, 9, 9)))
        return weights

    monkeypatch.setattr(loading, "open_store", lambda: type("", (), {"find": found_then_changed}))
    with pytest.raises(ModelError, match="not what was locked"), loaded("trial"):
        pytest.fail("what came between was loaded")


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.folder),)


def test_a_pickle_with_a_program_in_it_is_refused_and_does_not_run(
    own: Own, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    own("pickle", {"w.pth": tiny.pickle_file({"kernel": Evil(tmp_path / "ran")})})
    with pytest.raises(ModelError) as told, loaded("trial"):
        pytest.fail("it was loaded")
    assert not (tmp_path / "ran").exists()
    assert "trial cannot be read as pickle: it asks for posix.mkdir" in str(told.value)
    assert capfd.readouterr() == ("", "")
    torch.load(tmp_path / "own" / "w.pth", weights_only=False)
    assert (tmp_path / "ran").exists(), "the program in it is one that runs"


@pytest.mark.parametrize("content", [b"x", b"not a model" * 99, tiny.pickle_file()[:300]], ids=len)
@pytest.mark.parametrize("format", ["onnx", "tflite", "torchscript", "pickle", "safetensors"])
def test_what_is_no_model_is_one_line(
    format: str, content: bytes, own: Own, capfd: pytest.CaptureFixture[str]
) -> None:
    own(format, {"w": content})
    with pytest.raises(ModelError) as told, loaded("trial"):
        pytest.fail("it was loaded")
    words = str(told.value)
    assert words.startswith(f"the model trial cannot be read as {format}: ")
    assert "\n" not in words and len(words) < 200
    assert capfd.readouterr() == ("", "")


def test_a_folder_needs_a_reader_which_gets_it_compared(own: Own) -> None:
    place = own("diffusers", {"unet/w.safetensors": b"weights", "model_index.json": b"{}"})
    with pytest.raises(ModelError, match="needs a program of its own"), loaded("trial"):
        pytest.fail("it was loaded")

    def read(weights: Weights, device: str) -> tuple[Path, str, bytes]:
        return weights.path, device, weights.read("model_index.json")

    with loaded("trial", reader=read) as model:
        assert model == (place, "cpu", b"{}")
    (place / "unet" / "w.safetensors").write_bytes(b"WEIGHTS")
    with (
        pytest.raises(ModelError, match=r"w\.safetensors has sha256"),
        loaded("trial", reader=lambda *_: pytest.fail("the reader was asked")),
    ):
        pytest.fail("it was loaded")


@pytest.mark.parametrize(
    ("format", "content", "package"),
    [
        ("onnx", tiny.onnx_file(), "onnxruntime"),
        ("torchscript", tiny.torchscript_file(), "torch"),
        ("pickle", tiny.pickle_file(), "torch"),
        ("safetensors", tiny.safetensors_file(), "safetensors"),
    ],
)
def test_a_package_that_is_not_there_is_named_with_the_line_that_gets_it(
    format: str, content: bytes, package: str, own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(format, {"w": content})
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModelError, match=f"trial needs {package}") as told, loaded("trial"):
        pytest.fail("it was loaded")
    assert told.value.hint == 'pip install "afterglow[models]"'


def test_a_licence_is_asked_about_before_anything_is_read(own: Own) -> None:
    own("onnx", {"w": b"no network"}, commercial="conditional")
    refused = pytest.raises(ModelError, match="commercial-only refuses the model trial")
    with refused, loaded("trial", commercial_only=True):
        pytest.fail("it was loaded")


@pytest.mark.parametrize("wrong", [{"frame": PICTURE}, {"picture": PICTURE[:, :2]}, {}])
@pytest.mark.parametrize(
    ("format", "content"), [("onnx", tiny.onnx_file()), ("tflite", tiny.tflite_file())]
)
def test_arrays_that_do_not_fit_are_our_own_mistake(
    wrong: dict[str, Any], format: str, content: bytes, own: Own
) -> None:
    own(format, {"w": content})
    with loaded("trial") as network, pytest.raises(ValueError, match="the network takes"):
        network(**wrong)


def test_libraries_that_a_reader_uses_are_told_to_stay_offline(own: Own, tmp_path: Path) -> None:
    own("diffusers", {"w": b"w"})
    program = """
from afterglow.models import loading
from afterglow.models.loading import loaded

def read(weights, device):
    from huggingface_hub import hf_hub_download
    return hf_hub_download("some/body", "config.json")

with loaded("trial", reader=read):
    raise SystemExit("something came")
"""
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hub")}
    clean = {key: value for key, value in os.environ.items() if key != "HF_HUB_OFFLINE"}
    line = [sys.executable, "-c", program]
    run = subprocess.run(
        line, env={**clean, **nowhere}, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 1 and "LocalEntryNotFoundError" in run.stderr
    assert "offline mode" in run.stderr


def test_nothing_that_is_loaded_touches_the_network(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for format, content in (
        ("onnx", tiny.onnx_file()),
        ("tflite", tiny.tflite_file()),
        ("torchscript", tiny.torchscript_file()),
        ("pickle", tiny.pickle_file()),
        ("safetensors", tiny.safetensors_file()),
    ):
        own(format, {"w": content})
        with loaded("trial") as model:
            assert model is not None
        (open_store().folder_of(open_store().lock.model("trial")) / "w").unlink()
        with pytest.raises(ModelError, match="is not here"), loaded("trial"):
            pytest.fail("it was loaded")
