"""What the tests of cinematic share: a folder of clips and pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.effects.style.cinematic.shooting import SIZE
from tests.scenes import Scene, Subject, pan, write_clip


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips with and without sound, pictures, and what is none of these."""
    place = tmp_path_factory.mktemp("sources")
    scene = Scene(*SIZE, frames=20, camera=pan(1.0), subject=Subject(), noise=2.0)
    write_clip(place / "clip.mkv", scene, sound=True)
    write_clip(place / "silent.mkv", Scene(80, 80, frames=20, seed=4))
    for name, seed in (("a.png", 5), ("b.png", 6)):
        (view,) = Scene(120, 80, frames=1, seed=seed)
        assert cv2.imwrite(str(place / name), view.rgb[..., ::-1])
    ramp = np.tile(np.linspace(0, 255, 96), (64, 1)).astype(np.uint8)
    assert cv2.imwrite(str(place / "depth.png"), ramp)
    (place / "broken.cube").write_text("LUT_3D_SIZE 2\n0 0 0\n")
    swap = [f"{b} {g} {r}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    (place / "swap.cube").write_text("\n".join(["LUT_3D_SIZE 2", *swap]))
    return place
