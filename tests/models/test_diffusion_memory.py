"""A model is gone when its picture is there, was stopped, or found no room."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from afterglow.errors import Cancelled, DeviceError
from afterglow.models import parts
from afterglow.models.diffusion import paint
from afterglow.models.painting import ModelName
from tests.models.paintings import BEACH, EVERY, asked


def networks_read(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Weak references to all networks from now on."""
    found: list[Any] = []
    read = parts.read_part

    def noted(*given: Any, **more: Any) -> Any:
        network = read(*given, **more)
        found.extend(weakref.ref(each) for each in network.modules())
        return network

    monkeypatch.setattr(parts, "read_part", noted)
    return found


def alive(found: list[Any]) -> int:
    gc.collect()
    return sum(each() is not None for each in found)


@EVERY
def test_the_model_is_gone_when_the_picture_is_there(
    model: ModelName, steered: bool, painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = networks_read(monkeypatch)
    during = []
    paint(asked(model, steered), tell=lambda *step: during.append(alive(found)))
    assert min(during) == len(found) > 50 and alive(found) == 0


def test_stopping_between_steps_lets_the_weights_go(
    painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = networks_read(monkeypatch)
    told = []

    def stop(name: str, done: int, total: int) -> None:
        told.append(done)
        if done == 2:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled) as caught:
        paint(replace(BEACH, steps=6), tell=stop)
    assert told == [1, 2]
    held = [each() for each in found if each() is not None]
    assert all(weight.is_meta for network in held for weight in network.parameters())
    del held, caught
    assert alive(found) == 0


def test_too_little_memory_names_what_helps(
    painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffusers import UNet2DConditionModel

    def lacks(*given: Any, **more: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(UNet2DConditionModel, "forward", lacks)
    found = networks_read(monkeypatch)
    with pytest.raises(DeviceError, match="memory is not enough") as caught:
        paint(BEACH)
    assert "--sd-model sd15" in caught.value.hint and "--device cpu" in caught.value.hint
    del caught
    assert alive(found) == 0


@pytest.mark.gpu
@EVERY
def test_the_memory_of_a_gpu_is_free_again(model: ModelName, steered: bool, painters: Path) -> None:
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    made = paint(asked(model, steered), "cuda:0")
    assert torch.cuda.max_memory_allocated() > before + 10_000
    assert torch.cuda.memory_allocated() <= before + 32 * (1 << 20), "cuBLAS keeps its workspace"
    assert np.array_equal(made, paint(asked(model, steered), "cuda:0"))
