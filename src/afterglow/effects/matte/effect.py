"""Mattes: the subject cut out, as grey or in the alpha channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from afterglow import ops
from afterglow.analysis.matting.backend import Backend, Cut, cuts
from afterglow.effects.matte.finish import cleaned, finished
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, Reach, VideoInfo
from afterglow.ops import levels
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
    """How much of the backing's light is taken off the subject, 0 to 1."""
    spill: tuple[int, int, int] | None = None
    """R'G'B' 0-255 of the backing whose light that is."""
    decontaminate: bool = False
    """Give half-covered pixels the subject's own colour, without the background in it."""
    gray: bool = False
    """Give the matte itself as a grey picture, not the subject with a matte."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: grey, or the same with a matte.

        Raises:
            UsageError: light is to be computed, and that of the video's transfer is not known.
        """
        if self.gray:
            full = Colour(range="full")
            return replace(video, alpha=False, gray=True, colour=full, bits=video.depth)
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
        for frame, cut in cuts(self.backend, frames, video):
            alpha = finished(
                ops.beside(cut.alpha, frame.pixels),
                gamma=self.gamma,
                grow=self.grow,
                feather=self.feather,
            )
            if self.gray:
                yield replace(
                    frame, pixels=levels.repeat_channel(ops.from_float(alpha, depth)), alpha=None
                )
            else:
                pixels = self._colours(frame, cut, alpha, video)
                yield replace(frame, pixels=pixels, alpha=ops.from_float(alpha, depth))

    def _colours(self, frame: Frame, cut: Cut, alpha: Any, video: VideoInfo) -> Any:
        """The subject's own colours, as far as they are asked for."""
        pixels = frame.pixels if cut.foreground is None else cut.foreground
        return cleaned(
            pixels,
            transfer=video.colour.transfer,
            spill=self.spill,
            despilled=self.despill,
        )
