"""What lies behind the subject: the interface, and plain colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from afterglow import ops
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.gamut import shown_within
from afterglow.ops.halves import Depth


class Backdrop(Protocol):
    """Pictures by time, brought to the size, depth and light of a video."""

    @property
    def transparent(self) -> bool:
        """True where its pictures have a matte."""

    def memory(self, video: VideoInfo) -> int:
        """Bytes held while it plays."""

    def opened(self, video: VideoInfo) -> AbstractContextManager[Callable[[Fraction], Frame]]:
        """What gives the picture of any later and later second, counted from the first frame.

        Its arrays are in main memory. As long as a picture is shown, it is the same frame.
        """


@dataclass(frozen=True, slots=True)
class Plain:
    """One colour everywhere."""

    colour: tuple[int, int, int]
    """R'G'B', 0-255, as on an SDR screen."""

    @property
    def transparent(self) -> bool:
        """False."""
        return False

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of one picture."""
        return video.width * video.height * 3 * video.depth // 8

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Callable[[Fraction], Frame]]:
        """Give the same picture for every second."""
        depth: Depth = "uint8" if video.depth == 8 else "uint16"
        level = ops.from_float(np.array([[self.colour]], np.float32) / np.float32(255), depth)
        within = video.colour.primaries, video.colour.transfer
        level = shown_within(level, ("bt709", "bt709"), within, depth)
        picture = Frame(np.tile(level, (video.height, video.width, 1)), 0)
        yield lambda seconds: picture
