"""Pictures are painted by the real pipelines, with tiny random weights out of a lock."""

from __future__ import annotations

import gc
import json
import shutil
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from afterglow.errors import Cancelled, DeviceError, ModelError
from afterglow.models import diffusion, parts, pipelines
from afterglow.models.diffusion import paint
from afterglow.models.painting import ModelName, Painting
from tests.models.tiny_diffusion import SAVED, SIDE, locked
from tests.models.weights import write_lock

PICTURE = np.random.default_rng(4).integers(0, 256, (90, 160, 3), np.uint8)
DEPTH = np.linspace(0, 1, 90 * 160, dtype=np.float32).reshape(90, 160)
BEACH = Painting(PICTURE, "a beach", steps=3, refine="resample")
CLASSES: dict[tuple[ModelName, bool], str] = {
    ("sd15", False): "StableDiffusionInpaintPipeline",
    ("sd15", True): "StableDiffusionControlNetInpaintPipeline",
    ("sdxl", False): "StableDiffusionXLInpaintPipeline",
    ("sdxl", True): "StableDiffusionXLControlNetInpaintPipeline",
}
EVERY = pytest.mark.parametrize(("model", "steered"), CLASSES)


def asked(model: ModelName, steered: bool, **more: Any) -> Painting:
    return replace(BEACH, model=model, depth=DEPTH if steered else None, **more)


@pytest.fixture
def ran(painters: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the classes whose pipelines ran, in order."""
    import diffusers

    names: list[str] = []

    def noted(kind: Any) -> Callable[..., Any]:
        call = kind.__call__

        def run(self: Any, **given: Any) -> Any:
            names.append(type(self).__name__)
            return call(self, **given)

        return run

    for name in CLASSES.values():
        kind = getattr(diffusers, name)
        monkeypatch.setattr(kind, "__call__", noted(kind))
    return names


@EVERY
def test_every_model_really_paints(model: ModelName, steered: bool, ran: list[str]) -> None:
    lines: list[str] = []
    painting = asked(model, steered)
    made = paint(painting, say=lines.append)
    assert ran == [CLASSES[model, steered]]
    assert CLASSES[model, steered] in lines[0] and f"{model}-inpaint" in lines[0]
    assert (made.shape, made.dtype) == (PICTURE.shape, np.uint8) and made.std() > 5
    assert np.array_equal(made, paint(painting)), "the same seed gives the same bytes"
    assert (made != paint(replace(painting, seed=1))).mean() > 0.5, "another seed another picture"


@EVERY
def test_a_picture_grows_by_tiles(model: ModelName, steered: bool, ran: list[str]) -> None:
    lines: list[str] = []
    painting = asked(model, steered, refine="tiles")
    made = paint(painting, say=lines.append)
    assert lines[1] == "refining 6 tiles of 64 pixels at 160x96"
    assert ran == [CLASSES[model, steered]] * 7
    assert np.array_equal(made, paint(painting))
    assert not np.array_equal(made, paint(replace(painting, refine="resample")))


def test_a_picture_of_the_trained_size_needs_no_tiles(ran: list[str]) -> None:
    made = paint(replace(BEACH, picture=PICTURE[:SIDE, :70], refine="tiles"))
    assert ran == ["StableDiffusionInpaintPipeline"] and made.shape == (SIDE, 70, 3)


def test_nothing_larger_than_the_trained_size_is_painted(
    painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffusers import UNet2DConditionModel

    shorter = []
    forward = UNet2DConditionModel.forward

    def seen(self: Any, sample: torch.Tensor, *given: Any, **more: Any) -> Any:
        shorter.append(min(sample.shape[2:]) * 8)
        return forward(self, sample, *given, **more)

    monkeypatch.setattr(UNet2DConditionModel, "forward", seen)
    large = np.asarray(np.tile(PICTURE, (3, 3, 1)))
    assert paint(replace(BEACH, picture=large, refine="tiles", steps=2)).shape == large.shape
    assert set(shorter) == {SIDE}


@pytest.mark.parametrize(
    "more",
    [
        {"prompt": "a forest"},
        {"negative": "people"},
        {"guidance": 3.0},
        {"steps": 4},
        {"strength": 0.4},
        {"picture": 255 - PICTURE},
        {"mask": np.pad(np.full((40, 60), 255, np.uint8), ((0, 50), (0, 100)))},
        {"depth": DEPTH[::-1].copy()},
        {"hold": 0.1},
        {"aspect": 2.0},
    ],
    ids=lambda more: next(iter(more)),
)
def test_every_setting_is_heeded(more: dict[str, Any], painters: Path) -> None:
    before = asked("sd15", steered=True)
    assert not np.array_equal(paint(before), paint(replace(before, **more)))


@pytest.mark.parametrize(("strength", "made"), [(1.0, 5), (0.6, 3), (0.001, 1)])
def test_strength_is_a_share_of_the_steps(strength: float, made: int, painters: Path) -> None:
    told: list[tuple[str, int, int]] = []
    painting = replace(BEACH, model="sdxl", steps=5, strength=strength)
    paint(painting, tell=lambda *step: told.append(step))
    assert told == [("painting", done + 1, made) for done in range(made)]


def test_steps_of_tiles_are_counted_on(painters: Path) -> None:
    told: list[tuple[str, int, int]] = []
    painting = replace(BEACH, model="sdxl", steps=4, refine="tiles", detail=0.5)
    paint(painting, tell=lambda *step: told.append(step))
    tiles = [step for step in told if step[0] == "refining"]
    assert tiles == [("refining", done + 1, 12) for done in range(12)] == told[-12:]


def test_tiles_away_from_the_hole_stay(painters: Path) -> None:
    """Tiles whose mask is shut are only resampled: a new prompt for tiles changes nothing there."""
    mask = np.zeros((90, 160), np.uint8)
    mask[:20, :20] = 255
    lines: list[str] = []
    painting = replace(BEACH, mask=mask, refine="tiles")
    tiled = paint(painting, say=lines.append)
    assert lines[1] == "refining 1 tiles of 64 pixels at 160x96"
    plain = paint(replace(painting, refine="resample"))
    apart = np.abs(tiled.astype(int) - plain).max(axis=2)
    assert apart[:40, :40].max() > 8 and apart[70:, 70:].max() <= 8


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


def test_an_end_that_is_not_read_is_told(painters: Path) -> None:
    lines: list[str] = []
    paint(replace(BEACH, prompt="sand " * 30 + "and the end"), say=lines.append)
    (line,) = [line for line in lines if "too long" in line]
    assert line.endswith("and the end'")
    lines.clear()
    paint(BEACH, say=lines.append)
    assert len(lines) == 1


def test_pictures_are_resampled_without_ringing_masks() -> None:
    mask = np.zeros((20, 20), np.uint8)
    mask[5:15, 5:15] = 255
    assert set(np.unique(diffusion.resampled(mask, 20, 20))) == {0, 255}
    depth = np.where(mask > 0, 1, 0).astype(np.float32)
    larger = diffusion.resampled(depth, 70, 50)
    assert larger.shape == (50, 70) and larger.min() == 0 and larger.max() == 1
    assert diffusion.resampled(PICTURE, 40, 30).shape == (30, 40, 3)


@pytest.mark.gpu
@EVERY
def test_the_memory_of_a_gpu_is_free_again(model: ModelName, steered: bool, painters: Path) -> None:
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    made = paint(asked(model, steered), "cuda:0")
    assert torch.cuda.max_memory_allocated() > before + 10_000
    assert torch.cuda.memory_allocated() <= before + 32 * (1 << 20), "cuBLAS keeps its workspace"
    assert np.array_equal(made, paint(asked(model, steered), "cuda:0"))
