"""What a plate is made by, and how frames come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.frames import Frame

Camera: TypeAlias = Literal["translation", "similarity", "homography", "none"]
"""What the camera may do: shift; shift, turn and zoom; swing round or see a plane; nothing."""
Passes: TypeAlias = Callable[[str], Iterator[Frame]]
"""Gives all frames of a video, from the first, each time; it is told what they are read for."""
Say: TypeAlias = Callable[[str], None]
"""Takes one clear line for the person."""


@dataclass(frozen=True, slots=True)
class PlateSettings:
    """Settings of a plate."""

    camera: Camera = "homography"
    """What the camera may do."""
    panorama: bool = False
    """Keep all that the camera swept, not only what the reference frame shows."""
    matte: bool = True
    """The frames' matte says where the subject is; else it is what moves, a minority everywhere."""
    threshold: float = 0.02
    """Matte, 0 to 1, up to which a pixel is background."""
    margin: int = 4
    """Pixels around the subject that do not count as background."""
    even_light: bool = True
    """Bring every frame to the exposure of the reference frame."""
    memory: int = 1 << 30
    """Bytes for counting; where they do not suffice the plate is made in bands, in more passes.
    A canvas whose own pictures need more is refused."""


def background(frame: Frame, settings: PlateSettings) -> NDArray[np.uint8] | None:
    """Return (H, W) 255 where a frame shows background for sure; None where no matte says."""
    if frame.alpha is None or not settings.matte:
        return None
    alpha = np.asarray(ops.array_of(frame.alpha))
    white = 255 if alpha.dtype == np.uint8 else 65535
    subject = np.where(alpha > settings.threshold * white, 255, 0).astype(np.uint8)
    grown: NDArray[np.uint8] = np.asarray(ops.dilate(subject, settings.margin))
    return np.bitwise_not(grown)
