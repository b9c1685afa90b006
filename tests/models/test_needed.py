"""What lacks for a run is told at once, with the lines that get it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from afterglow.errors import ModelError
from afterglow.models import depth, needed
from afterglow.models.needed import file_of, require_needed
from afterglow.models.pipelines import needed_for
from afterglow.models.store import open_store
from tests.models.tiny_diffusion import locked
from tests.models.weights import WEIGHTS, entry, file, write_lock


def test_all_that_lacks_is_told_with_size_licence_and_lines(folder: Path) -> None:
    with pytest.raises(ModelError) as caught:
        require_needed(needed_for("sdxl", geometry=True) | depth.NEEDED)
    told, hint = str(caught.value), caught.value.hint
    assert "sdxl-inpaint (" in told and "licence CreativeML OpenRAIL++-M)" in told
    assert "controlnet-depth-sdxl (2.5 GB, licence OpenRAIL++)" in told
    assert "depth-anything-v2-small (99.2 MB, licence Apache-2.0)" in told
    lines = hint.split(" && ")
    assert lines[0] == 'echo "version = 1" > own.lock'
    assert lines[1] == 'export AFTERGLOW_MODELS_LOCK="$PWD/own.lock"'
    assert lines[2:] == [
        "afterglow models lock sdxl-inpaint",
        "afterglow models pull sdxl-inpaint --trust-on-first-use",
        "afterglow models lock controlnet-depth-sdxl",
        "afterglow models pull controlnet-depth-sdxl --trust-on-first-use",
        "afterglow models pull depth-anything-v2-small",
    ]


def test_a_model_that_is_pinned_needs_one_line(folder: Path) -> None:
    with pytest.raises(ModelError) as caught:
        require_needed(depth.NEEDED)
    assert caught.value.hint == "afterglow models pull depth-anything-v2-small"


def test_what_is_here_is_enough(painters: Path) -> None:
    for model in ("sd15", "sdxl"):
        require_needed(needed_for(model, geometry=True) | depth.NEEDED, packages=["torch"])


def test_an_entry_without_settings_is_not_enough(
    painters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files may be here that the lock does not name: nothing reads them."""
    told = locked(painters.parent / "sd15-inpaint", skip="unet/config.json")
    lock = write_lock(tmp_path / "other.lock", {"sd15-inpaint": told})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    with pytest.raises(ModelError, match="not here: sd15-inpaint") as caught:
        require_needed(needed_for("sd15", geometry=False))
    assert caught.value.hint.startswith("put the files of sd15-inpaint into")


def test_a_package_that_lacks_is_told(painters: Path) -> None:
    with pytest.raises(ModelError, match="need nosuchthing, which") as caught:
        require_needed(depth.NEEDED, packages=["torch", "nosuchthing"])
    assert "afterglow[models]" in caught.value.hint


@pytest.mark.parametrize(
    ("paths", "asked"),
    [
        (["tokenizer/spiece.model"], True),
        (["tokenizer/spiece.model", "tokenizer/tokenizer.json"], False),
        (["tokenizer/spiece.model", "tokenizer_2/tokenizer.json"], True),
        (["tokenizer/vocab.json"], False),
    ],
)
def test_a_vocabulary_of_pieces_needs_what_reads_it(
    paths: list[str], asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in paths:
        (tmp_path / "m" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "m" / path).write_bytes(WEIGHTS)
    lock = write_lock(tmp_path / "own.lock", {"m": locked(tmp_path / "m")})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    monkeypatch.setattr(needed, "find_spec", lambda name: None if name == "sentencepiece" else 1)
    if not asked:
        require_needed({"m": ()}, packages=["torch"])
        return
    with pytest.raises(ModelError, match="need sentencepiece, which cannot be") as caught:
        require_needed({"m": ()}, packages=["torch"])
    assert caught.value.hint == 'pip install "afterglow[models]"'


def test_a_licence_is_looked_at_first(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = entry("path", folder=".", files=[file("x.safetensors")]) | {"commercial": "no"}
    lock = write_lock(tmp_path / "own.lock", {"sd15-inpaint": told})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    with pytest.raises(ModelError, match="--commercial-only refuses the model sd15-inpaint"):
        require_needed(needed_for("sd15", geometry=False), commercial_only=True)


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("unet/config", "unet/config.json"),
        ("unet/*", "unet/diffusion_pytorch_model.safetensors"),
        ("tokenizer/vocab", "tokenizer/vocab.json"),
        ("unet/conf", None),
        ("config", None),
        ("*", None),
    ],
)
def test_parts_are_found_by_name(part: str, found: str | None, painters: Path) -> None:
    assert file_of(open_store().lock.model("sd15-inpaint"), part) == found


def test_variants_count_as_weights(folder: Path) -> None:
    model = open_store().lock.model("sd15-inpaint")
    assert re.search(r"fp16\.safetensors$", file_of(model, "vae/*") or "")
