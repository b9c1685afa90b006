"""What the tests of animate share: a picture, and tiny models of the real classes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.effects.animate.tiny import lock_tiny


@pytest.fixture(scope="session")
def tiny_animators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which tiny models are made, each once.

    What libraries hold from their import on is kept out of every search for garbage: each model
    that is let go asks for one, which takes longer than all of its work.
    """
    for name in ("diffusers", "transformers", "accelerate"):
        pytest.importorskip(name)
    folder = tmp_path_factory.mktemp("animators")
    lock_tiny(folder, "svd")
    gc.collect()
    gc.freeze()
    yield folder
    gc.unfreeze()


@pytest.fixture
def bare(workplace: Path, no_network: None) -> Path:
    """A folder with still.png, 96 x 72, and another for what is temporary, and nothing else."""
    rows, columns = np.indices((72, 96))
    picture = np.stack([columns * 2, rows * 3, 255 - columns - rows], axis=2).astype(np.uint8)
    assert cv2.imwrite("still.png", picture)
    return workplace


ENTRIES: dict[str, tuple[str, ...]] = {"animatediff": ("animatediff", "sparsectrl-rgb", "sd15")}
"""What of models.lock a family needs, where that is more than its own name."""


@pytest.fixture
def there(bare: Path, tiny_animators: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes families be here."""

    def put(*families: str) -> None:
        names = [name for family in families for name in ENTRIES.get(family, (family,))]
        monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock_tiny(tiny_animators, *names)))

    return put
