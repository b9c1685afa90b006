"""A subject laid over another background, in linear light and with its own colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from afterglow import ops
from afterglow.effects.composite.backdrops import Backdrop
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import foreground
from afterglow.ops.standards import is_known


@dataclass(frozen=True, slots=True)
class Composite:
    """Settings of a composite."""

    backdrop: Backdrop
    """What lies behind the subject."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: without a matte, unless the background has one.

        Raises:
            UsageError: the light of the video's transfer cannot be computed.
        """
        if not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="convert it to BT.709 first",
            )
        return replace(video, alpha=self.backdrop.transparent)

    def reach(self, video: VideoInfo) -> Reach:
        """Return the frames around one that are looked at: none."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: the background, and buffers."""
        return self.backdrop.memory(video) + 6 * video.width * video.height * 3 * video.depth // 8

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame over its background."""
        transfer = video.colour.transfer
        first = next(frames, None)
        if first is None:
            return
        zero = max(first.pts, 0)
        with self.backdrop.opened(video) as shown:
            frame: Frame | None = first
            while frame is not None:
                behind = shown(max(frame.pts - zero, 0) * video.time_base)
                if frame.alpha is None:
                    yield frame
                else:
                    ground = ops.beside(ops.array_of(behind.pixels), frame.pixels)
                    own = foreground.estimate_foreground(frame.pixels, frame.alpha, transfer)
                    pixels = foreground.laid_over(ground, own, frame.alpha, transfer)
                    yield replace(frame, pixels=pixels, alpha=None)
                frame = next(frames, None)
