"""What a folder gets of every model: its matte aside, and the subject on green."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.effects.matte.effect import grey_frame, grey_info
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels
from afterglow.ops.foreground import laid_over
from afterglow.ops.standards import is_known

Write: TypeAlias = Callable[[Frame], None]
"""Takes the next frame of a clip."""
Opener: TypeAlias = Callable[[VideoInfo], AbstractContextManager[Write]]
"""Opens a clip for such a video; leaving finishes it."""

GREEN = (0, 177, 64)
"""R'G'B' 0-255 of the cloth of a green screen."""


@dataclass(frozen=True, slots=True, eq=False)
class Aside:
    """Writes the matte of every frame into a clip of its own, and lets the frames pass."""

    opened: Opener
    """Opens that clip."""
    cut: bool = False
    """Only a part of the source is wanted; it begins at pts 0."""
    duration: Fraction | None = None
    """Seconds that are wanted; None is up to the end."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the same video."""
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """No neighbours."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the grey pictures that wait in the encoder."""
        return 4 * video.width * video.height * 3 * video.depth // 8

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame as it came, once its matte is written; pre- and post-roll has none."""
        with self.opened(grey_info(video)) as write:
            for frame in frames:
                if self._is_wanted(frame, video):
                    assert frame.alpha is not None
                    write(grey_frame(frame, frame.alpha))
                yield frame

    def _is_wanted(self, frame: Frame, video: VideoInfo) -> bool:
        if not self.cut:
            return True
        end = self.duration
        return frame.pts >= 0 and (end is None or frame.pts * video.time_base < end)


@dataclass(frozen=True, slots=True)
class OnGreen:
    """The subject laid over plain green, in linear light."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the same video without a matte; UsageError where its light is not known."""
        if not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="convert it to BT.709 first",
            )
        return replace(video, alpha=False)

    def reach(self, video: VideoInfo) -> Reach:
        """No neighbours."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the ground, and of one picture in light."""
        return video.width * video.height * 3 * (video.depth // 8 + 8)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame over green."""
        ground: Any = None
        for frame in frames:
            if ground is None:
                ground = ops.beside(_green(video), frame.pixels)
            laid = laid_over(ground, frame.pixels, frame.alpha, video.colour.transfer)
            yield replace(frame, pixels=laid, alpha=None)


def _green(video: VideoInfo) -> Any:
    plain = np.full((video.height, video.width, 3), GREEN, np.uint8)
    return levels.as_depth(plain, "uint8" if video.depth == 8 else "uint16")
