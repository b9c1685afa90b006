"""A drawn character that performs: a picture of it for every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Literal, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.effects.style.character.pose import Performance, Pose
from afterglow.effects.style.character.puppet.painter import Canvas, Colour, Painter
from afterglow.effects.style.character.puppet.parts import Character, Stage, Wardrobe
from afterglow.effects.style.character.puppet.rig import Rig
from afterglow.effects.style.character.puppet.studio import studio
from afterglow.effects.style.sdr import require_sdr
from afterglow.frames import Frame, Reach, VideoInfo

Kind: TypeAlias = Literal[
    "person", "monkey", "anime", "cartoon", "robot", "animal", "fantasy", "cyborg"
]
KINDS: tuple[Kind, ...] = (
    "person", "monkey", "anime", "cartoon", "robot", "animal", "fantasy", "cyborg"
)  # fmt: skip
"""The puppets that can be had."""

_TEXTURES = 14
"""Bytes per pixel and channel of textures, at most."""


def character(kind: Kind) -> Character:
    """Return the puppet of a kind."""
    module = import_module(f"afterglow.effects.style.character.puppet.cast.{kind}")
    found: Character = module.CHARACTER
    return found


@dataclass(frozen=True, slots=True)
class Puppet:
    """Settings of a drawn character; of the frames it takes only size, depth and time."""

    kind: Kind
    """Which one."""
    performance: Performance
    """What it does over time; its seconds are those of the video."""
    background: Literal["studio"] | Colour | None = "studio"
    """A soft backdrop in its own colours, R'G'B' 0-255, or None: a matte instead."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: with a matte where there is no background.

        Raises:
            UsageError: the video is HDR, for which nothing is drawn.
        """
        require_sdr(video, "puppets are drawn")
        return replace(video, alpha=self.background is None, gray=False)

    def reach(self, video: VideoInfo) -> Reach:
        """Return that every frame stands for itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of a backdrop, a canvas, masks and textures."""
        return video.width * video.height * 3 * (4 + _TEXTURES) * video.depth // 8

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give a picture of the puppet for every frame."""
        drawn = Drawing(character(self.kind), video, self.background)
        for frame in frames:
            seconds = float(frame.pts * video.time_base)
            pixels, alpha = drawn.picture(self.performance.pose_at(seconds))
            matte = None if alpha is None else ops.beside(alpha, frame.pixels)
            yield Frame(ops.beside(pixels, frame.pixels), frame.pts, matte)


class Drawing:
    """A character at one size, in any pose."""

    def __init__(
        self, who: Character, video: VideoInfo, background: Literal["studio"] | Colour | None
    ) -> None:
        self._who, self._size = who, (video.width, video.height)
        kind: Any = np.uint8 if video.depth == 8 else np.uint16
        rig = Rig(who.build, Pose(), *self._size)
        self._wardrobe = Wardrobe(rig.unit, video.depth)
        self._ground = np.zeros((video.height, video.width, 3), kind)
        self._alpha = background is None
        if background == "studio":
            self._ground = studio(*who.studio, *self._size, video.depth)
        elif background is not None:
            self._ground[:] = np.array(background) * (1 if video.depth == 8 else 257)

    def picture(self, pose: Pose) -> tuple[Canvas, Canvas | None]:
        """Return (H, W, 3) RGB of a pose, and its (H, W) matte where there is no background."""
        pixels = self._ground.copy()
        alpha = np.zeros(pixels.shape[:2], pixels.dtype) if self._alpha else None
        rig = Rig(self._who.build, pose, *self._size)
        stage = Stage(Painter(pixels, alpha), rig, pose, self._wardrobe)
        for part in self._who.parts:
            part.show(stage)
        if alpha is not None:
            _straighten(pixels, alpha)
        return pixels, alpha


def _straighten(pixels: Canvas, alpha: Canvas) -> None:
    """Divide what was painted on black by its matte, at its edges."""
    white = 255 if alpha.dtype == np.uint8 else 65535
    y, x = np.nonzero((alpha > 0) & (alpha < white))
    share = white / alpha[y, x, None].astype(np.float32)
    pixels[y, x] = np.rint(np.minimum(pixels[y, x] * share, white)).astype(pixels.dtype)
