"""What the tests of train share: two made clips and a tiny SVD, locked."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.effects.animate.tiny import lock_tiny
from tests.scenes import Scene, drift, pan, write_clip


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with clips/, two of them, one upright; models/; and own.lock."""
    for name in ("diffusers", "transformers", "accelerate", "peft"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pytest.importorskip(name)
    folder = tmp_path_factory.mktemp("school")
    clips = folder / "clips"
    clips.mkdir()
    write_clip(clips / "a.mkv", Scene(160, 90, frames=30, camera=pan(2, 0), seed=1))
    write_clip(clips / "b.mkv", Scene(90, 160, frames=30, camera=drift(zoom=1.01), seed=2))
    lock_tiny(folder / "models", "svd-xt").rename(folder / "own.lock")
    gc.collect()
    gc.freeze()  # what libraries hold is not searched each time that a model is let go
    yield folder
    gc.unfreeze()


@pytest.fixture
def taught(school: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the models locked."""
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "store"))
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(school / "own.lock"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"
