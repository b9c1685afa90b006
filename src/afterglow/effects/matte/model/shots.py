"""Where shots begin, for networks that must then forget what they remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afterglow import ops
from afterglow.analysis.camera import CameraTracker
from afterglow.analysis.picture import measuring_size
from afterglow.frames import VideoInfo

if TYPE_CHECKING:
    from afterglow.frames import Pixels

_LINES = 135
"""Size of the measured picture: cuts are plain in it, and it costs least."""


class Shots:
    """What has been seen of one video, as far as it tells where shots begin."""

    def __init__(self, video: VideoInfo) -> None:
        """Begin a video."""
        self._size = measuring_size((video.height, video.width), _LINES)
        self._tracker = CameraTracker(video.width, video.height, lines=_LINES)

    def begins(self, pixels: Pixels) -> bool:
        """Whether the next frame shows another shot than the one before it.

        pixels: ``(H, W, 3)`` uint8 or uint16 RGB, array or tensor.
        """
        small = ops.array_of(ops.reduce(pixels, *self._size))
        return self._tracker.step(small).cut
