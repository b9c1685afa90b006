"""A subject laid over another background, in linear light and with its own colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal, TypeAlias

from afterglow.analysis.composing.light import Shadow
from afterglow.effects.composite.backdrops import Backdrop
from afterglow.effects.composite.layers import Layering
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.standards import is_known

Edges: TypeAlias = Literal["auto", "mixed", "own"]

_BUFFERS = 8
"""Frames that one picture's arithmetic holds at a time."""
_SOLVER = 10
"""Bytes per pixel and channel of the solver of edges, at most."""


@dataclass(frozen=True, slots=True)
class Composite:
    """Settings of a composite."""

    backdrop: Backdrop
    """What lies behind the subject."""
    old_plate: Backdrop | None = None
    """What lay behind it when it was shot; None: the subject's own colours are estimated."""
    edges: Edges = "auto"
    """Whether the source's edges are mixed with its background; auto: told by the first of them."""
    despill: float = 0.0
    """How much of the old backing's light is taken off the subject, 0 to 1."""
    key: tuple[int, int, int] | Literal["auto"] = "auto"
    """R'G'B' 0-255 of that backing; auto: the mean of what the first matte leaves out."""
    light_wrap: float = 0.0
    """Share of the background's light that reaches the subject's edge, 0 to 1."""
    wrap_width: float = 1.0
    """Sigma of its way inwards, in per cent of the picture's height."""
    match_grain: bool = False
    """Give the cleaner of subject and background the noise of the other."""
    match_exposure: bool = False
    """Bring the subject some of the way to the background's exposure and balance."""
    shadow: Shadow | None = None
    """A shadow of the subject on the background."""
    seed: int = 0
    """Which grain."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: without a matte, unless the background has one.

        Raises:
            UsageError: the light of the video's transfer cannot be computed, or there is an old
                plate for edges that are said not to be mixed with it.
        """
        if self.old_plate and self.edges == "own":
            raise UsageError(
                "an old plate is taken out of mixed edges, and these are said to be own"
            )
        if not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="convert it to BT.709 first",
            )
        return replace(video, alpha=self.backdrop.transparent)

    def reach(self, video: VideoInfo) -> Reach:
        """Return the second before, over which what is matched is averaged; else nothing."""
        return Reach(self.window(video) - 1)

    def window(self, video: VideoInfo) -> int:
        """Return the frames over which measurements are averaged."""
        return max(1, round(video.rate)) if self.match_grain or self.match_exposure else 1

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: the backgrounds, and buffers."""
        pixels = video.width * video.height
        held = self.backdrop.memory(video) + pixels * 3 * (
            _BUFFERS * video.depth // 8 + _SOLVER + 8 * self.match_grain
        )
        return held + (self.old_plate.memory(video) if self.old_plate else 0)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame over its background."""
        first = next(frames, None)
        if first is None:
            return
        zero = max(first.pts, 0)
        with ExitStack() as stack:
            behind = stack.enter_context(self.backdrop.opened(video))
            before = stack.enter_context(self.old_plate.opened(video)) if self.old_plate else None
            layers = Layering(self, video)
            for frame in chain([first], frames):
                seconds = max(frame.pts - zero, 0) * video.time_base
                plate = before(seconds) if before else None
                yield layers.composed(frame, behind(seconds), plate)
