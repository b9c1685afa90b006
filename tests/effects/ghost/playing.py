"""Ghosts drawn on a scene, and how far pictures are apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from afterglow.effects.ghost.effect import Ghost
from afterglow.frames import Frame
from tests.scenes import Scene, Subject, View, frames_of, video_of

STYLES = ["glow", "shadow", "normal"]


def play(ghost: Ghost, scene: Scene, *, alpha: bool = False) -> list[Frame]:
    video = video_of(scene, alpha=alpha)
    return list(ghost.stream(frames_of(scene, alpha=alpha), video))


def levels_apart(one: Any, other: Any) -> int:
    return int(np.abs(np.asarray(one, np.int64) - np.asarray(other, np.int64)).max())


def moving(frames: int = 40, **more: Any) -> Scene:
    """A subject that crosses the picture in 40 frames, there and back."""

    def there_and_back(t: int) -> tuple[float, float]:
        return 0.15 + 0.018 * abs((t + 40) % 80 - 40), 0.5

    subject = Subject(area=0.05, path=there_and_back)
    return Scene(320, 180, frames=frames, subject=subject, **more)


def strength(frame: Frame, view: View) -> float:
    return float(np.abs(frame.pixels.astype(np.float64) - view.rgb).sum())
