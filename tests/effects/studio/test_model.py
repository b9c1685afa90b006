"""Rooms painted from words, by the real classes with tiny random weights."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from tests.effects.studio.running import grey
from tests.program import pictures
from tests.scenes import Scene, Subject, pan, walk, write_clip

SCENE = Scene(
    96, 54, frames=6, subject=Subject(area=0.1, path=walk((0.3, 0.5), (0.06, 0.0))),
    camera=pan(1.0, 0.0),
)  # fmt: skip
LINE = ["studio", "in.mkv", "matte.mkv", "out.mkv", "--prompt", "a library", "--steps", "2"]
SMALL = ["--resolution", "54", "--seed", "5", "--overwrite"]
CLASSES = {
    "sd15": "sd15-inpaint, StableDiffusionControlNetInpaintPipeline",
    "sdxl": "sdxl-inpaint, StableDiffusionXLControlNetInpaintPipeline",
}


@pytest.fixture
def there(
    workplace: Path, no_network: None, tiny_painters: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder with in.mkv, matte.mkv and tiny models; nothing can be reached."""
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tiny_painters))
    views = list(SCENE)
    write_clip(Path("in.mkv"), views)
    write_clip(Path("matte.mkv"), [grey(view) for view in views])
    return workplace


@pytest.mark.parametrize("model", ["sd15", "sdxl"])
def test_both_models_really_paint_steered_by_depth(
    there: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE, *SMALL, "--sd-model", model, "--save-bg", "bg.png"]) == 0
    told = capsys.readouterr().err
    assert CLASSES[model] in told
    assert "depth of the real room" in told and "depth of the new room" in told
    assert "prompt: a library, " in told, "words for the light are added"
    seen = cv2.imread("bg.png")
    assert seen is not None and seen.shape[1] > 96 and seen.std() > 0
    assert len(pictures(there / "out.mkv")) == 6


def test_the_same_seed_paints_the_same_bytes(there: Path) -> None:
    runs = []
    for seed in ("5", "5", "6"):
        assert exit_code([*LINE, *SMALL, "--seed", seed, "--save-bg", "bg.png"]) == 0
        runs.append(Path("bg.png").read_bytes())
    assert runs[0] == runs[1] != runs[2]


def test_a_painted_room_is_not_painted_again(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cached = [*LINE, *SMALL, "--cache", "kept"]
    assert exit_code(cached) == 0
    capsys.readouterr()
    assert exit_code([*cached, "--shadow", "0.5"]) == 0
    told = capsys.readouterr().err
    assert "background: from the cache" in told and "painting at" not in told
    assert exit_code([*cached, "--prompt", "a beach"]) == 0
    assert "painting at" in capsys.readouterr().err


def test_a_photo_is_seen_by_the_network_that_sees_depth(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (40, 60, 3), np.uint8)
    cv2.imwrite("photo.png", cv2.resize(picture, (120, 80)))
    line = ["studio", "in.mkv", "matte.mkv", "out.mkv", "--bg", "photo.png", *SMALL]
    assert exit_code(line) == 0
    told = capsys.readouterr().err
    assert "depth of the new background (depth-anything-v2-small)" in told
    assert "is assumed" not in told


def test_a_look_paints(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["studio", "in.mkv", "matte.mkv", "out.mkv", "--effect", "stage", "--steps", "1", *SMALL]
    assert exit_code(line) == 0
    assert "prompt: empty theatre stage" in capsys.readouterr().err
