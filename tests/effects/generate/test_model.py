"""The painter of the command: what it needs, and what it holds when."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterglow.effects.generate.model import Diffusion
from afterglow.errors import ModelError
from afterglow.models import depth, parts

PICTURE = np.random.default_rng(6).integers(0, 256, (64, 96, 3), np.uint8)


@pytest.fixture
def painters(
    tiny_painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path))
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tiny_painters))
    return monkeypatch


@pytest.mark.parametrize("model", ["sd15", "sdxl"])
def test_depth_is_let_go_before_anything_is_painted(
    model: Any, painters: pytest.MonkeyPatch
) -> None:
    held: list[Any] = []
    when: list[int] = []
    read_depth, read_pipeline = depth.read_part, parts.read_part

    def first(*given: Any, **more: Any) -> Any:
        network = read_depth(*given, **more)
        held.extend(weakref.ref(each) for each in network.modules())
        return network

    def then(*given: Any, **more: Any) -> Any:
        gc.collect()
        when.append(sum(each() is not None for each in held))
        return read_pipeline(*given, **more)

    painters.setattr(depth, "read_part", first)
    painters.setattr(parts, "read_part", then)
    paint = Diffusion(model, geometry=True, steps=2)
    lines: list[str] = []
    made = paint(PICTURE, None, "a beach", 1.0, lines.append)
    assert made.shape == PICTURE.shape and len(held) > 20
    assert len(when) == (4 if model == "sd15" else 5) and not any(when)
    assert lines[0] == "depth of the real room (depth-anything-v2-small)"


def test_the_depth_that_is_kept_is_that_of_the_picture(painters: pytest.MonkeyPatch) -> None:
    asked = []

    def seen(painting: Any, *more: Any) -> Any:
        asked.append(painting)
        return painting.picture

    painters.setattr("afterglow.effects.generate.model.paint", seen)
    Diffusion(geometry=True)(PICTURE, None, "a beach", 1.0, lambda line: None)
    Diffusion()(PICTURE, None, "a beach", 1.0, lambda line: None)
    np.testing.assert_array_equal(asked[0].depth, depth.depth_of(PICTURE))
    assert asked[1].depth is None


@pytest.mark.parametrize(
    ("model", "geometry", "names"),
    [
        ("sd15", False, ["sd15-inpaint"]),
        ("sdxl", False, ["sdxl-inpaint"]),
        ("sd15", True, ["sd15-inpaint", "controlnet-depth-sd15", "depth-anything-v2-small"]),
        ("sdxl", True, ["sdxl-inpaint", "controlnet-depth-sdxl", "depth-anything-v2-small"]),
    ],
)
def test_what_is_needed_is_asked_for(
    model: Any, geometry: bool, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    with pytest.raises(ModelError) as caught:
        Diffusion(model, geometry=geometry).require()
    told = str(caught.value).removeprefix("not here: ")
    assert [each.partition(" ")[0] for each in told.split("; ")] == names


def test_a_licence_that_is_not_plain_is_refused(
    tmp_path: Path, tiny_painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "own.lock"
    told = tiny_painters.read_text().replace('"commercial" = "yes"', '"commercial" = "unclear"')
    assert told != tiny_painters.read_text()
    lock.write_text(told)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    Diffusion().require()
    with pytest.raises(ModelError, match="--commercial-only refuses the model sd15-inpaint"):
        Diffusion(commercial_only=True).require()
