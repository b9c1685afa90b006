"""What the tests of studio share: a folder with a clip, its matte and a photo."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.effects.studio.running import SCENE, grey
from tests.scenes import write_clip


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with in.mkv, matte.mkv and photo.png; another for what is temporary; no models."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    monkeypatch.chdir(tmp_path)
    views = list(SCENE)
    write_clip(Path("in.mkv"), views, sound=True)
    write_clip(Path("matte.mkv"), [grey(view) for view in views])
    photo = np.random.default_rng(4).integers(0, 256, (50, 70, 3), np.uint8)
    cv2.imwrite("photo.png", cv2.resize(photo, (210, 150), interpolation=cv2.INTER_CUBIC))
    return tmp_path
