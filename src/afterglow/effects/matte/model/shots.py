"""Where shots begin, for networks that must then forget what they remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afterglow import ops
from afterglow.analysis.matting.shots import is_cut
from afterglow.analysis.picture import Look, look, measuring_size

if TYPE_CHECKING:
    from afterglow.frames import Pixels

_LINES = 135
"""Size of the measured picture: cuts are plain in it, and it costs little."""


def looked_at(pixels: Pixels) -> Look:
    """What of a frame tells where shots begin; pixels: ``(H, W, 3)`` uint8 or uint16 RGB."""
    size = measuring_size(tuple(pixels.shape), _LINES)
    return look(ops.array_of(ops.reduce(pixels, *size)), None, size)


def begins(now: Look, before: Look | None) -> bool:
    """Whether a frame shows another shot than the one before it, where there was one."""
    return before is not None and is_cut(before, now)
