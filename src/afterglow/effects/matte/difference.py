"""What differs from an empty plate: difference as a backend of mattes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.matting.backend import Cut
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels

_ASPECT = 0.01
"""Share by which the plate's shape may differ from the video's."""


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """What differs from a picture of the empty scene."""

    plate: NDArray[Any]
    """(H, W, 3) uint8 or uint16 RGB: the scene without the subject, by the same camera."""

    def reach(self, video: VideoInfo) -> Reach:
        """No neighbours: every frame is compared with the plate."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of a frame's light, the plate's, and their planes."""
        return 60 * video.width * video.height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[Any]:
        """Give the plate at the video's size and depth; raise UsageError where it cannot be."""
        yield fitted_plate(self.plate, video)

    def step(self, frame: Frame, state: Any) -> tuple[Cut, Any]:
        """Return the matte of a frame, and the plate again."""
        apart = ops.to_float(ops.difference(ops.array_of(frame.pixels), state))
        return Cut(ops.smoothstep(apart, 0.03, 0.1)), state


def fitted_plate(plate: NDArray[Any], video: VideoInfo) -> NDArray[Any]:
    """The plate at the size and depth of a video; raises UsageError where their shapes differ."""
    height, width = plate.shape[:2]
    if abs(width * video.height / (height * video.width) - 1) > _ASPECT:
        raise UsageError(
            f"the plate is {width}x{height}, and the video {video.width}x{video.height}",
            hint="give a plate of the same framing and shape",
        )
    return levels.as_depth(
        ops.resize(plate, video.width, video.height), "uint8" if video.depth == 8 else "uint16"
    )
