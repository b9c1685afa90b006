"""Frames with the matte that a backend finds in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from afterglow import ops
from afterglow.analysis.matting.backend import Backend, cuts
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.halves import Depth


@dataclass(frozen=True, slots=True)
class Matted:
    """An effect that changes no pixel and gives every frame its matte."""

    backend: Backend
    """What finds the subject."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """The same video, with a matte."""
        return replace(video, alpha=True)

    def reach(self, video: VideoInfo) -> Reach:
        """As far as the backend looks."""
        return self.backend.reach(video)

    def memory(self, video: VideoInfo) -> int:
        """What the backend holds, one matte, and the float one that it is rounded from."""
        return self.backend.memory(video) + video.width * video.height * (4 + video.depth // 8)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Each frame with its matte, in the depth and the place of its pixels."""
        depth: Depth = "uint8" if video.depth == 8 else "uint16"
        for frame, cut in cuts(self.backend, frames, video):
            alpha = ops.from_float(cut.alpha, depth)
            yield replace(frame, alpha=ops.beside(alpha, frame.pixels))
