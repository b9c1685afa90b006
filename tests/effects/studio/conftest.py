"""What the tests of studio share: a folder with a clip, its matte and a photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.effects.studio.running import SCENE, grey
from tests.scenes import write_clip


@pytest.fixture
def there(workplace: Path) -> Path:
    """A folder with in.mkv, matte.mkv and photo.png; another for what is temporary; no models."""
    views = list(SCENE)
    write_clip(Path("in.mkv"), views, sound=True)
    write_clip(Path("matte.mkv"), [grey(view) for view in views])
    photo = np.random.default_rng(4).integers(0, 256, (50, 70, 3), np.uint8)
    cv2.imwrite("photo.png", cv2.resize(photo, (210, 150), interpolation=cv2.INTER_CUBIC))
    return workplace
