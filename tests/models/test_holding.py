"""What is loaded is held as long as it is needed, one model to a GPU, and then let go of."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import torch

from afterglow.errors import DeviceError
from afterglow.models import loading
from afterglow.models.loading import loaded
from afterglow.models.onnx import read_onnx
from afterglow.models.store import Weights
from tests.models import tiny
from tests.models.tiny import PICTURE
from tests.models.weights import Own


def test_a_network_is_closed_when_it_is_left(own: Own) -> None:
    own("onnx", {"w": tiny.onnx_file()})
    with loaded("trial") as network:
        network(picture=PICTURE)
    with pytest.raises(AssertionError, match="after it was left"):
        network(picture=PICTURE)


def test_the_bytes_of_a_network_are_not_held_beside_it() -> None:
    gone: list[str] = []

    class Content(bytes):
        def __del__(self) -> None:
            gone.append("the bytes")

    network = read_onnx(Content(tiny.onnx_file()))
    gc.collect()
    assert gone and network.outputs == ["matte"]


def read_module(weights: Weights, device: str) -> torch.nn.Module:
    return torch.nn.Linear(2, 2)


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
def test_a_module_is_emptied_when_it_is_left_also_by_an_error(device: str, own: Own) -> None:
    own("diffusers", {"w": b"w"})
    with pytest.raises(KeyError), loaded("trial", device, reader=read_module) as module:
        assert module.weight.numel() == 4
        raise KeyError("a mistake")
    assert module.weight.device.type == "meta"
    assert loading._held == []


def test_a_gpu_holds_one_model_unless_asked_for_more(own: Own) -> None:
    own("diffusers", {"w": b"w"})
    with loaded("trial", "cuda", reader=read_module):
        refused = pytest.raises(AssertionError, match="other is loaded while trial is held on cuda")
        with refused, loaded("other", "cuda:0", reader=read_module):
            pytest.fail("two are held")
        with loaded("other", "cuda:0", reader=read_module, together=True):
            assert [name for _, name in loading._held] == ["trial", "other"]
        with loaded("other", "cuda:1", reader=read_module), loaded("other", reader=read_module):
            assert len(loading._held) == 3
    with loaded("other", "cuda:0", reader=read_module):
        assert loading._held == [("cuda:0", "other")]


def test_main_memory_holds_as_many_as_are_asked_for(own: Own) -> None:
    own("onnx", {"w": tiny.onnx_file()})
    with loaded("trial") as one, loaded("other") as two:
        assert one(picture=PICTURE).keys() == two(picture=PICTURE).keys()


@pytest.mark.parametrize(("device", "kind"), [("cpu", "float32"), ("cuda:0", "float16")])
def test_fractions_are_halved_on_a_gpu_only(device: str, kind: str, own: Own) -> None:
    own("diffusers", {"w": b"w"})

    def read(weights: Weights, device: str) -> dict[str, Any]:
        return {"layers": {"a": torch.ones(2)}, "steps": torch.tensor(3), "name": "trial"}

    with loaded("trial", device, reader=read, dtype="float16") as told:
        assert told["layers"]["a"].dtype == getattr(torch, kind)
        assert told["steps"].dtype == torch.int64 and told["name"] == "trial"
    with loaded("trial", device, reader=read_module, dtype="float16") as module:
        assert module.weight.dtype == getattr(torch, kind)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        MemoryError("Unable to allocate 20 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_too_little_memory_names_the_option_that_helps(error: Exception, own: Own) -> None:
    own("diffusers", {"w": b"w"})
    model = loaded("trial", "cuda:0", reader=read_module, hint="--chunk-seconds")
    with pytest.raises(DeviceError) as told, model:
        raise error
    assert str(told.value) == "the memory of cuda:0 is not enough with the model trial"
    assert (told.value.hint, told.value.exit_code) == ("try --chunk-seconds", 5)

    def read(*_: object) -> None:
        raise error

    refused = pytest.raises(DeviceError, match="main memory is not enough")
    with refused as told, loaded("trial", reader=read):
        pytest.fail("it was loaded")
    assert told.value.hint == "try --resolution or --device cpu"


def test_other_errors_stay_what_they_are(own: Own) -> None:
    own("diffusers", {"w": b"w"})
    with pytest.raises(RuntimeError, match="a mistake"), loaded("trial", reader=read_module):
        raise RuntimeError("a mistake")


def test_memory_that_onnxruntime_lacks_is_told_the_same_way(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    own("onnx", {"w": tiny.onnx_file()})
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException

    def fail(*_: object) -> None:
        raise RuntimeException("BFCArena: Failed to allocate memory for requested buffer of size 1")

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", fail)
    with pytest.raises(DeviceError, match="main memory is not enough"), loaded("trial") as network:
        network(picture=PICTURE)


@pytest.mark.gpu
@pytest.mark.parametrize("format", ["torchscript", "pickle", "safetensors"])
def test_leaving_frees_the_gpu(format: str, own: Own) -> None:
    big = torch.zeros(1 << 24)
    module = torch.nn.Linear(1 << 12, 1 << 12)
    content = {
        "torchscript": lambda: tiny.torchscript_file(module),
        "pickle": lambda: tiny.pickle_file({"kernel": big}),
        "safetensors": lambda: tiny.safetensors_file(kernel=big),
    }[format]()
    own(format, {"w": content})
    before = torch.cuda.memory_allocated(0)
    with loaded("trial", "cuda:0") as model:
        assert torch.cuda.memory_allocated(0) >= before + (1 << 26)
    assert torch.cuda.memory_allocated(0) == before
    assert model is not None
