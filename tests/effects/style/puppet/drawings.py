"""A performance, the puppets that give it, and how far their pictures are apart."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet.effect import Drawing
from afterglow.effects.style.character.puppet.parts import Character
from afterglow.frames import VideoInfo

RATE = Fraction(25)


def video(width: int = 320, height: int = 180, **more: Any) -> VideoInfo:
    return VideoInfo(width, height, RATE, 1 / RATE, **more)


@lru_cache(maxsize=4)
def drawing(who: Character, of: VideoInfo) -> Drawing:
    return Drawing(who, of, "studio")


def drawn(who: Character, pose: Pose, of: VideoInfo | None = None) -> NDArray[Any]:
    return drawing(who, of or video()).picture(pose)[0]


def apart(one: NDArray[Any], other: NDArray[Any]) -> int:
    """Pixels that are clearly different."""
    return int((np.abs(one.astype(int) - other.astype(int)).max(2) > 12).sum())
