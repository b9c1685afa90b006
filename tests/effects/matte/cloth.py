"""Clips of a subject before a green cloth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.scenes import Scene, Subject, View, walk, write_clip

GREEN = (0, 177, 64)
SCENE = Scene(160, 90, frames=8, subject=Subject(0.15, walk((0.4, 0.5), (0.02, 0.0))))


def keyed(scene: Scene) -> Iterator[View]:
    """The scene's subject before a green cloth."""
    white = 255 if scene.depth == 8 else 65535
    for view in scene:
        share = view.alpha[..., None] / white
        laid = share * view.rgb + (1 - share) * np.array(GREEN) * (white / 255)
        yield replace(view, rgb=np.rint(laid).astype(view.rgb.dtype))


def green_clip(folder: Path, scene: Scene = SCENE) -> Path:
    """Eight pictures with sound, without loss."""
    deep = {"pixel_format": "gbrp16le"} if scene.depth == 16 else {}
    return write_clip(folder / "green.mkv", keyed(scene), sound=True, **deep)
