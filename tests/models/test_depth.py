"""Depth is seen by the real class, with tiny random weights out of a lock."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from afterglow.errors import ModelError
from afterglow.models import depth
from afterglow.models.depth import depth_of
from tests.models.tiny_diffusion import locked, save_depth
from tests.models.weights import write_lock

PICTURE = np.random.default_rng(5).integers(0, 256, (90, 160, 3), np.uint8)


def test_depth_is_from_0_to_1_and_the_same_twice(painters: Path) -> None:
    found = depth_of(PICTURE)
    assert (found.shape, found.dtype) == ((90, 160), np.float32)
    assert found.min() == 0 and found.max() == 1 and found.std() > 0.05
    assert np.array_equal(found, depth_of(PICTURE))
    assert not np.allclose(found, depth_of(PICTURE[::-1].copy()))


def test_the_picture_arrives_as_the_settings_say(
    painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the network is given is what transformers' own preparation gives it."""
    from transformers import DepthAnythingForDepthEstimation

    given: list[torch.Tensor] = []
    forward = DepthAnythingForDepthEstimation.forward

    def noted(self: Any, pixel_values: torch.Tensor, **more: Any) -> Any:
        given.append(pixel_values)
        return forward(self, pixel_values, **more)

    monkeypatch.setattr(DepthAnythingForDepthEstimation, "forward", noted)
    flat = np.empty((90, 160, 3), np.uint8)
    flat[:] = (255, 128, 0)
    depth_of(flat)
    assert given[0].shape == (1, 3, 56, 98), "the short side is 56, both are multiples of 14"
    mean, spread = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    wanted = (np.array([1, 128 / 255, 0]) - mean) / spread
    np.testing.assert_allclose(given[0][0, :, 30, 50].numpy(), wanted, rtol=1e-5)


def test_near_stays_near_where_the_network_says_so(
    painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 is the largest number of the network: inverse distance, as Depth Anything gives it."""
    said = np.linspace(3, 9, 56 * 98, dtype=np.float32).reshape(56, 98)
    monkeypatch.setattr(depth, "_seen", lambda *given: said)
    found = depth_of(PICTURE)
    wanted = cv2.resize((said - 3) / 6, (160, 90))
    np.testing.assert_allclose(found, wanted, atol=1e-3)
    assert found[0, 0] == 0 and found[-1, -1] == 1


def test_a_flat_picture_has_no_depth(painters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth, "_seen", lambda *given: np.full((56, 98), 7, np.float32))
    assert not depth_of(PICTURE).any()


def test_numbers_that_are_none_are_told(painters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth, "_seen", lambda *given: np.full((56, 98), np.nan, np.float32))
    with pytest.raises(ModelError, match="gives no depth"):
        depth_of(PICTURE)


def test_the_network_is_gone_when_the_depth_is_there(
    painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = []
    read = depth.read_part

    def noted(*given: Any, **more: Any) -> Any:
        network = read(*given, **more)
        found.extend(weakref.ref(each) for each in network.modules())
        return network

    monkeypatch.setattr(depth, "read_part", noted)
    depth_of(PICTURE)
    gc.collect()
    assert len(found) > 20 and all(each() is None for each in found)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("preprocessor_config.json", "{}"),
        ("preprocessor_config.json", "no json"),
        ("config.json", json.dumps({"model_type": "depth_anything", "patch_size": "many"})),
        ("model.safetensors", "no tensors"),
    ],
)
def test_settings_that_cannot_be_are_told(
    name: str, content: str, painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_depth(tmp_path / "depth")
    (folder / name).write_text(content)
    lock = write_lock(tmp_path / "own.lock", {depth.ENTRY: locked(folder)})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    with pytest.raises(ModelError, match=f"{depth.ENTRY} cannot be read"):
        depth_of(PICTURE)


def test_a_model_that_is_not_here_names_its_line(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"not here \(99.2 MB, licence Apache-2.0\)") as caught:
        depth_of(PICTURE)
    assert caught.value.hint == "afterglow models pull depth-anything-v2-small"


@pytest.mark.gpu
def test_a_gpu_sees_the_same(painters: Path) -> None:
    before = torch.cuda.memory_allocated()
    np.testing.assert_allclose(depth_of(PICTURE, "cuda:0"), depth_of(PICTURE), atol=2e-2)
    assert torch.cuda.memory_allocated() <= before + 32 * (1 << 20)
