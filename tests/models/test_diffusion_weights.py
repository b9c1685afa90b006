"""Only whole, locked weights are painted with; what lacks of them is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from afterglow.errors import ModelError
from afterglow.models import parts, pipelines
from afterglow.models.diffusion import paint
from tests.models.paintings import BEACH
from tests.models.tiny_diffusion import SAVED, locked
from tests.models.weights import write_lock


def other_lock(place: Path, name: str, spoil: Callable[[Path], None], skip: str = "") -> str:
    """A lock over a tiny model that something was done to."""
    folder = SAVED[name](place / name)
    spoil(folder)
    return str(write_lock(place / "own.lock", {name: locked(folder, skip)}))


def rewritten(path: Path, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
    from safetensors.torch import load_file, save_file

    kept = {name: change(tensor) for name, tensor in load_file(path).items()}
    save_file(kept, path, {"format": "pt"})


def test_half_precision_files_compute_in_single_precision_on_the_cpu(
    painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The locked variants are fp16, and are called so."""

    def spoil(folder: Path) -> None:
        for path in list(folder.rglob("*.safetensors")):
            rewritten(path, torch.Tensor.half)
            path.rename(path.with_name(path.name.replace(".safetensors", ".fp16.safetensors")))
        config = folder / "text_encoder" / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | {"dtype": "float16"}))

    monkeypatch.setenv(
        "AFTERGLOW_MODELS_LOCK", other_lock(tmp_path / "half", "sd15-inpaint", spoil)
    )
    with pipelines.pipeline("sd15", "cpu", geometry=False, pixels=1, commercial_only=False) as made:
        parts = [made.unet, made.vae, made.text_encoder]
        kinds = {weight.dtype for part in parts for weight in part.parameters()}
        assert kinds == {torch.float32} and not any(part.training for part in parts)
        before = {str(weight.device) for weight in made.unet.parameters()}
    assert before == {"cpu"}
    paint(BEACH)


def test_numbers_that_are_none_are_told(
    painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(folder: Path) -> None:
        path = folder / "vae" / "diffusion_pytorch_model.safetensors"
        rewritten(path, lambda weight: weight * float("nan"))

    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", other_lock(tmp_path, "sd15-inpaint", spoil))
    with pytest.raises(ModelError, match="sd15-inpaint gives no picture"):
        paint(BEACH)


@pytest.mark.parametrize("part", ["unet", "text_encoder"])
def test_weights_that_lack_are_not_left_to_chance(
    part: str, painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library would draw them, and say so to programmers only."""
    from safetensors.torch import load_file, save_file

    def spoil(folder: Path) -> None:
        (path,) = (folder / part).glob("*.safetensors")
        tensors = load_file(path)
        name = next(each for each in tensors if each.endswith(("conv_in.weight", "fc1.weight")))
        del tensors[name]
        save_file(tensors, path, metadata={"format": "pt"})

    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", other_lock(tmp_path, "sd15-inpaint", spoil))
    with pytest.raises(ModelError, match=rf"sd15-inpaint lacks 1 weights in {part}/, as "):
        paint(BEACH)


def test_only_locked_files_are_read(
    painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pickle, a program, and settings that the lock does not name are not even seen."""

    def spoil(folder: Path) -> None:
        (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
        (folder / "unet" / "own_unet.py").write_text("raise SystemExit")

    lock = other_lock(tmp_path, "sd15-inpaint", spoil)
    (tmp_path / "sd15-inpaint" / "unet" / "adapter_config.json").write_text("{}")
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", lock)
    seen: list[set[str]] = []
    read = parts.read_part

    def noted(kind: Any, weights: Any, stem: str, part: str, **more: Any) -> Any:
        with parts.shown(weights, stem, part) as folder:
            seen.append({path.name for path in Path(folder).iterdir()})
        return read(kind, weights, stem, part, **more)

    monkeypatch.setattr(parts, "read_part", noted)
    paint(BEACH)
    assert seen[0] == {"config.json", "diffusion_pytorch_model.safetensors"}


@pytest.mark.parametrize(
    ("skip", "words"),
    [
        ("unet/diffusion", "names no safetensors in unet/"),
        ("tokenizer/", "names no files in tokenizer/"),
        ("vae/config", "cannot be read"),
    ],
)
def test_a_part_that_lacks_is_told(
    skip: str, words: str, painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = other_lock(tmp_path, "sd15-inpaint", lambda folder: None, skip)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", lock)
    with pytest.raises(ModelError, match=words):
        paint(BEACH)


@pytest.mark.parametrize("name", ["NoSuchSchedule", "UNet2DConditionModel", "utils"])
def test_a_noise_schedule_must_be_one(
    name: str, painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(folder: Path) -> None:
        path = folder / "scheduler" / "scheduler_config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"_class_name": name}))

    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", other_lock(tmp_path, "sd15-inpaint", spoil))
    with pytest.raises(ModelError, match=f"no known noise schedule .'{name}'"):
        paint(BEACH)


def test_a_changed_byte_is_found(
    painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = other_lock(tmp_path, "sd15-inpaint", lambda folder: None)
    path = tmp_path / "sd15-inpaint" / "unet" / "diffusion_pytorch_model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", lock)
    with pytest.raises(ModelError, match="has sha256"):
        paint(BEACH)
    shutil.rmtree(tmp_path / "sd15-inpaint")
    with pytest.raises(ModelError, match="sd15-inpaint is not here"):
        paint(BEACH)
