"""Motion trails: decaying copies of what moves, aligned to the camera and laid behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from afterglow.analysis.follow import Model
from afterglow.effects.ghost import gates
from afterglow.effects.ghost.trail import mix, paint
from afterglow.effects.ghost.window import sizes, windows
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.standards import is_known

Style: TypeAlias = Literal["glow", "shadow", "normal"]
Order: TypeAlias = Literal["behind", "front", "trail-only"]
Direction: TypeAlias = Literal["past", "future", "both"]
Space: TypeAlias = Literal["linear", "display"]

_STRENGTH = {"glow": 1.2, "shadow": 1.0, "normal": 1.0}
"""Opacity of a layer without decay; glow is carried by light, and bears more than its whole."""
_SAMPLES = 7
"""Looks whose median is the background."""
_SPAN = 2
"""Seconds that they are spread over, if the trail is not longer."""
_MOST_LOOKS = 300
"""Frames of that span at most, at a very high rate."""
_OWN_BUFFERS = 6
"""Frames that one picture's arithmetic holds at a time."""


@dataclass(frozen=True, slots=True)
class Ghost:
    """Settings of a motion trail."""

    layers: int = 6
    """Number of ghosts, 1 to 64."""
    decay: float = 0.7
    """Opacity of a ghost over that of the next nearer one, 0.05 to 0.99."""
    spacing: int | Fraction = 5
    """Time between ghosts: an int is frames, a Fraction is seconds."""
    style: Style = "glow"
    """glow: overexposed light; shadow: dark silhouettes; normal: plain copies."""
    order: Order = "behind"
    """The trail lies behind the subject, in front of it, or is all there is."""
    direction: Direction = "past"
    """Ghosts of frames before, after, or both."""
    tint: tuple[int, int, int] | None = None
    """RGB 0-255 that colours the ghosts; None leaves them their own."""
    blend_space: Space | None = None
    """Light in which ghosts are laid; None: display for glow and shadow, linear for normal."""
    camera: Model = "translation"
    """What the camera may do: ghosts stay where they were in the world, not in the picture."""
    intensity: float = 1.0
    """Factor on every opacity."""
    ungated: bool = False
    """Lay whole pictures over one another, as the classic echo does."""
    mask: bool = False
    """Ghosts of what is in focus and moves, only."""
    motion_thresh: float = 10
    """Levels of change, of 255, from which something moves; for ``mask``."""
    focus_block: int = 31
    """Side of the block that tells focus, odd, in pixels at 540 lines; for ``mask``."""
    transparent: bool = False
    """Give the trail in the alpha channel, with its own straight colour."""

    @property
    def space(self) -> Space:
        """The light of the blend: averages belong in linear light, screen and multiply do not."""
        return self.blend_space or ("linear" if self.style == "normal" else "display")

    @property
    def soft(self) -> bool:
        """The trail is blurred light, not plain copies."""
        return self.style != "normal"

    @property
    def hides(self) -> bool:
        """The subject hides the trail; a classic stack knows no subject."""
        return self.order == "behind" and not self.ungated

    @property
    def ground(self) -> float:
        """Level, 0-1, of the ground of a trail alone: white for light that is taken away."""
        return 1.0 if self.style == "shadow" else 0.0

    def opacity(self, rank: int) -> float:
        """Return the opacity of the ``rank``-th ghost, 0 to 1; 1 is the nearest."""
        return min(1.0, _STRENGTH[self.style] * self.intensity * self.decay**rank)

    def frames_apart(self, video: VideoInfo) -> int:
        """Return the spacing in frames, at least 1."""
        if isinstance(self.spacing, Fraction):
            return max(1, round(self.spacing * video.rate))
        return self.spacing

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: the same, with alpha if the trail is to be transparent.

        Raises:
            UsageError: a shadow alone has nothing to lie on, or the light of the video's transfer
                cannot be computed.
        """
        if self.space == "linear" and not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="use --blend-space display",
            )
        if self.transparent and self.order == "trail-only" and self.style == "shadow":
            raise UsageError(
                "a shadow alone cannot be transparent: it is light that is taken away",
                hint="use --alpha-out no for a multiply layer on white, or --ghost normal",
            )
        return replace(
            video, alpha=video.alpha or (self.transparent and self.order == "trail-only")
        )

    def reach(self, video: VideoInfo) -> Reach:
        """Return the frames a trail needs: the layers grown in, and a span for the background."""
        step = self.frames_apart(video)
        trail = (self.layers + 1) * step - 1
        span = min(_MOST_LOOKS, max(_SAMPLES - 1, round(_SPAN * video.rate)))
        past = trail if self.direction != "future" else 0
        future = trail if self.direction != "past" else 0
        missing = max(0, span - past - future)
        return Reach(past + missing, future)

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held: pictures of the layers, looks of the background, and buffers."""
        at, reach, kept = sizes(video, soft=self.soft), self.reach(video), self._kept(video)
        sample = video.depth // 8
        full = at.full[0] * at.full[1] * (4 if video.alpha else 3) * sample
        trail = at.trail[0] * at.trail[1] * (3 * sample + (1 if video.alpha else 0))
        look = at.look[0] * at.look[1] * 3
        pictures = 0 if at.trail == at.full and not video.alpha else kept.past + kept.future + 1
        frames = reach.future + 1 + (kept.past if at.trail == at.full else 0)
        moments = reach.past + reach.future + 1
        return (
            full * (frames + _OWN_BUFFERS) + trail * pictures + look * (moments + 6 * self.layers)
        )

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame with its trail, ``reach(video).future`` frames late."""
        at = sizes(video, soft=self.soft)
        by = mix(self, video, at)
        agos, samples, step = self._agos(video), self._sampled(video), self.frames_apart(video)
        reach, kept = self.reach(video), self._kept(video)
        for window in windows(frames, video, at, reach, kept, self.camera):
            scene = gates.scene(window, agos, samples)
            trail = gates.layers(scene, self, agos, step)
            guessed = trail and self.hides and window.frame.alpha is None
            yield paint(window, trail, gates.presence(scene) if guessed else None, by)

    def _kept(self, video: VideoInfo) -> Reach:
        """How far whole pictures are kept."""
        trail = self.layers * self.frames_apart(video)
        return Reach(
            trail if self.direction != "future" else 0, trail if self.direction != "past" else 0
        )

    def _agos(self, video: VideoInfo) -> list[int]:
        """Frames from the present back to each ghost; negative where it comes later."""
        step = self.frames_apart(video)
        past = [n * step for n in range(1, self.layers + 1)] if self.direction != "future" else []
        future = [-n * step for n in range(1, self.layers + 1)] if self.direction != "past" else []
        return past + future

    def _sampled(self, video: VideoInfo) -> list[int]:
        """Frames from the present back to each look of the background, spread over the reach."""
        reach = self.reach(video)
        across = reach.past + reach.future
        spread = {reach.past - round(n * across / (_SAMPLES - 1)) for n in range(_SAMPLES)}
        return sorted(spread | {0})
