"""What a plate is made by, and how frames come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

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

    camera: Camera = "similarity"
    """What the camera may do."""
    panorama: bool = False
    """Keep all that the camera swept, not only what the reference frame shows."""
    threshold: float = 0.02
    """Matte, 0 to 1, up to which a pixel is background."""
    margin: int = 4
    """Pixels around the subject that do not count as background."""
    even_light: bool = True
    """Bring every frame to the exposure of the reference frame."""
    memory: int = 1 << 30
    """Bytes for counting; where they do not suffice the plate is made in bands, in more passes."""
