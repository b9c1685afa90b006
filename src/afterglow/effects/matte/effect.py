"""Mattes: the subject cut out, as grey or in the alpha channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from afterglow import ops
from afterglow.analysis.matting.backend import Backend, Cut, cuts
from afterglow.effects.matte.finish import despilled, finished, within
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, Reach, VideoInfo
from afterglow.ops import levels
from afterglow.ops.foreground import estimate_foreground
from afterglow.ops.halves import Depth
from afterglow.ops.standards import is_known

_FLOATS = 6
"""Planes of float32 that the finish holds at a time, and three for colours."""


@dataclass(frozen=True, slots=True)
class Matte:
    """Settings of a matte."""

    backend: Backend
    """What finds the subject."""
    gamma: float = 1.0
    """Above 1 makes soft parts denser, below 1 thinner."""
    grow: float = 0.0
    """Pixels by which the edge moves outwards; inwards where negative."""
    feather: float = 0.0
    """Pixels over which the edge is softened."""
    despill: float = 0.0
    """How much of a backing's light is taken off the subject, 0 to 1; not what the backend took."""
    spill: tuple[int, int, int] | None = None
    """R'G'B' 0-255 of the backing whose light that is."""
    decontaminate: bool = False
    """Give half-covered pixels the subject's own colour, without the background in it."""
    gray: bool = False
    """Give the matte itself as a grey picture, not the subject with a matte."""
    say: Callable[[str], None] | None = field(default=None, compare=False)
    """Told where nothing was found in any frame."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: grey, or the same with a matte.

        Raises:
            UsageError: light is to be computed, and that of the video's transfer is not known.
        """
        if self.gray:
            return grey_info(video)
        if self.despill and not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="leave out --despill",
            )
        return replace(video, alpha=True, gray=False)

    def reach(self, video: VideoInfo) -> Reach:
        """Return the frames that the backend looks at around one."""
        return self.backend.reach(video)

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: the backend's, the matte's, and those of one picture in light."""
        planes = _FLOATS + (9 if self.despill or self.decontaminate else 0)
        return self.backend.memory(video) + video.width * video.height * 4 * planes

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame with its matte; one that it had is replaced."""
        depth: Depth = "uint8" if video.depth == 8 else "uint16"
        empty = False
        for number, (frame, cut) in enumerate(cuts(self.backend, frames, video)):
            empty = (empty or not number) and not cut.alpha.any()
            shape = finished(
                ops.beside(cut.alpha, frame.pixels),
                gamma=self.gamma,
                grow=self.grow,
                feather=self.feather,
            )
            alpha = ops.from_float(shape, depth)
            if self.gray:
                yield grey_frame(frame, alpha)
            else:
                pixels = self._own_colours(frame, cut, alpha, video.colour.transfer)
                yield replace(frame, pixels=pixels, alpha=alpha)
        if empty and self.say is not None:
            self.say("no subject was found in any frame: the matte is empty")

    def _own_colours(self, frame: Frame, cut: Cut, alpha: Any, transfer: str) -> Any:
        """The subject's colours, as clean as is asked for; where it is not, the picture as it was.

        What comes after may lay something between the subject and the rest of the picture.
        """
        own = frame.pixels if cut.foreground is None else cut.foreground
        if self.decontaminate and cut.foreground is None:
            own = estimate_foreground(own, alpha, transfer if is_known(transfer) else None)
        if self.despill and self.spill is not None:
            own = despilled(own, self.spill, self.despill, transfer)
        return own if own is frame.pixels else within(frame.pixels, own, alpha)


def grey_info(video: VideoInfo) -> VideoInfo:
    """The matte of such a video as a video of its own: one channel, full range."""
    return replace(video, alpha=False, gray=True, colour=Colour(range="full"), bits=video.depth)


def grey_frame(frame: Frame, alpha: Any) -> Frame:
    """The matte of a frame as a grey picture."""
    return replace(frame, pixels=levels.repeat_channel(alpha), alpha=None)
