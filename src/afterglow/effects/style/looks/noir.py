"""Noir: hard grey, deep blacks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from afterglow import ops
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.frames import Frame, VideoInfo
from afterglow.ops import levels
from afterglow.ops.halves import Array


@dataclass(frozen=True, slots=True)
class Noir(Look):
    """Grey, of much contrast and little light."""

    def painter(self, video: VideoInfo) -> Painter:
        """Return what makes a frame grey and hard."""
        white = video.white
        level = np.arange(white + 1) / white
        curve = np.clip(0.8 * (0.5 + 1.5 * (level - 0.5)), 0, 1)
        table = np.rint(curve * white).astype(np.uint8 if white == 255 else np.uint16)

        def paint(frame: Frame) -> Array:
            grey = ops.luma(ops.array_of(frame.pixels))
            return levels.repeat_channel(levels.lookup(grey, table))

        return paint
