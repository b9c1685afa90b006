"""The subject in a new room that moves, shines and darkens with the real camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any

from numpy.typing import NDArray

from afterglow.analysis.composing.light import Shadow
from afterglow.effects.studio.backdrop import MOST_MARGIN, MOST_PIXELS
from afterglow.effects.studio.grounds import Ground, Takes
from afterglow.effects.studio.layering import Layering
from afterglow.effects.studio.phases import Shelf, Staged, at_rest, staged
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.standards import is_known

_BUFFERS = 12
"""Frames that one picture's arithmetic holds at a time, with the field of grain."""
_SOLVER = 10
"""Bytes per pixel and channel of the solver of edges, at most."""
_BACKDROP = 36
"""Bytes per pixel of a backdrop of 8 bits: itself, enlarged, its layers and its depth."""


@dataclass(frozen=True, slots=True)
class Studio:
    """Settings of a studio."""

    ground: Ground
    """Makes what stands behind."""
    depth_scale: float = 0.3
    """Parallax of the new room over that of the old one."""
    margin: float = 0.0
    """Share of the frame that the background is larger on every side; 0: as the camera needs."""
    exposure_smooth: int = 15
    """Frames over which the light of the old background is smoothed."""
    stray: float = 0.4
    """Size of a part of the matte, over the largest one, below which it is removed; 0: none is."""
    light_wrap: float = 0.25
    """Share of the background's light that reaches the subject's edge, 0 to 1."""
    wrap_width: float = 1.0
    """Sigma of its way inwards, in per cent of the picture's height."""
    shadow: Shadow | None = None
    """A shadow of the subject in the new room."""
    match: bool = True
    """Give the background the grain and the softness of the shot."""
    light: tuple[float, float] | None = None
    """Where light comes from, -1 left or top to 1; None: as in the shot."""
    seed: int = 0
    """Which room, and which grain."""
    keep: Callable[[NDArray[Any], NDArray[Any]], None] | None = None
    """Is given the new background, (H, W, 3) RGB, and its depth, (H, W) 0 far to 1 near."""
    stage: Staged | None = None
    """What the phases before have found; None: a camera at rest in unchanging light."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: without a matte.

        Raises:
            UsageError: the light of the video's transfer cannot be computed.
            ModelError: what makes the background is not here.
        """
        if not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="convert it to BT.709 first",
            )
        self.ground.require()
        return replace(video, alpha=False)

    def reach(self, video: VideoInfo) -> Reach:
        """Return no neighbours: what is looked at begins where the cut does."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: the background as large as it may become, and buffers."""
        pixels = video.width * video.height
        largest = max(pixels, min(pixels * (1 + 2 * MOST_MARGIN) ** 2, MOST_PIXELS))
        if self.stage is not None:
            width, height = self.stage.way.size
            largest = width * height
        each = video.depth // 8
        frames = pixels * 3 * (_BUFFERS * each + _SOLVER)
        return int(largest * _BACKDROP * each) + frames

    def facts(self) -> Mapping[str, Any] | None:
        """Tell all settings that decide what comes out; None where more than a video is asked."""
        if self.keep is not None:
            return None
        names = [each.name for each in fields(self) if each.name not in ("ground", "stage", "keep")]
        shown = {name: repr(getattr(self, name)) for name in names}
        return {**shown, "ground": dict(self.ground.facts())}

    def studied(self, takes: Takes, say: Callable[[str], None], shelf: Shelf | None) -> Studio:
        """Look at the whole shot, make its background, and return a studio that knows both."""
        return replace(self, stage=staged(self, takes, say, shelf))

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame in its new room."""
        first = next(frames, None)
        if first is None:
            return
        stage = self.stage or at_rest(self, video)
        layers = Layering(self, stage, video, first.pixels)
        for number, frame in enumerate(chain([first], frames)):
            yield layers.composed(frame, number)
