"""Pictures are painted by the real pipelines, with tiny random weights out of a lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from afterglow.models import diffusion
from afterglow.models.diffusion import paint
from afterglow.models.painting import ModelName
from tests.models.paintings import BEACH, CLASSES, DEPTH, EVERY, PICTURE, asked
from tests.models.tiny_diffusion import SIDE


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
