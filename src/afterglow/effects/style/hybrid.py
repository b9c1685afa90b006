"""A character in front of a moving background: cut out, put in its place, lit from behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import numpy as np

from afterglow import ops
from afterglow.analysis.composing.edges import are_mixed
from afterglow.analysis.composing.light import Shadow, rim_of, shaded, shadow_of
from afterglow.effects.style.standing import WHOLE, Body, Stand, stand_of
from afterglow.effects.style.timeline import Shown
from afterglow.errors import MediaError, UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import foreground, levels
from afterglow.ops.standards import is_known

if TYPE_CHECKING:
    from afterglow.frames import Effect, Pixels
    from afterglow.ops.halves import Array, Depth

Place: TypeAlias = Literal["left", "center", "right"]
"""Where the middle of the character stands."""
Edges: TypeAlias = Literal["auto", "mixed", "own"]
"""Whether colours at the edge are mixed with what was behind; auto: told by the first of them."""

PLACES: dict[Place, float] = {"left": 0.3, "center": 0.5, "right": 0.7}
"""Shares of the width at which the character stands."""
_FADE = 0.04
"""Share of the character's width over which its picture fades out at the sides."""
_BUFFERS = 8
"""Pictures that one frame's arithmetic holds at a time."""
_SOLVER = 10
"""Bytes per pixel and channel of the solver of edges, at most."""


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Settings of a character in front of a background; what comes out is as large as that is."""

    background: Shown
    """What is behind, by time."""
    width: int
    """Pixels of the picture that comes out."""
    height: int
    """Lines of it."""
    place: Place = "center"
    """Where the character stands."""
    size: float = 0.9
    """Height of the character's body, as a share of the height; it stands on the lower edge."""
    light_wrap: float = 0.25
    """Share of the background's light that reaches the character's edge, 0 to 1."""
    wrap_width: float = 1.0
    """Sigma of its way inwards, in per cent of the height."""
    shadow: Shadow | None = None
    """A shadow of the character on the background."""
    edges: Edges = "auto"
    """Whose colours the edge has."""
    body: Body = WHOLE
    """Where in its picture the character is."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video that comes out: at the background's size, without a matte.

        Raises:
            UsageError: the light of the video's transfer is not known.
        """
        if not is_known(video.colour.transfer):
            raise UsageError(
                f"the video's transfer has no linear light that is known ({video.colour.transfer})",
                hint="convert it to BT.709 first",
            )
        size = {"width": self.width, "height": self.height, "sample_aspect": Fraction(1)}
        return replace(video, alpha=False, gray=False, **size)  # type: ignore[arg-type]

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing: every frame stands for itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the background, and of buffers."""
        plan = self.plan(video)
        pixels = video.width * video.height + plan.width * plan.height
        arithmetic = pixels * 3 * (_BUFFERS * video.depth // 8 + _SOLVER)
        return self.background.memory(plan) + arithmetic

    def stand(self, video: VideoInfo) -> Stand:
        """Return where the character's picture stands; it may reach beyond the frame."""
        own, canvas = (video.width, video.height), (self.width, self.height)
        return stand_of(
            self.body, own, video.sample_aspect, canvas, (PLACES[self.place], self.size)
        )

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame in front of the background."""
        first = next(frames, None)
        if first is None:
            return
        stand = self.stand(video)
        mixed = None if self.edges == "auto" else self.edges == "mixed"
        with self.background.opened(self.plan(video)) as behind:
            for frame in chain([first], frames):
                pixels = behind(max(video.seconds_at(frame.pts), Fraction(0))).pixels
                ground: Pixels = ops.beside(ops.array_of(pixels), frame.pixels)
                if mixed is None and frame.alpha is not None:
                    mixed = are_mixed(frame.pixels, frame.alpha, video.colour.transfer)
                yield self._composed(frame, ground, stand, mixed is not False, video)

    def _composed(
        self, frame: Frame, ground: Pixels, stand: Stand, mixed: bool, video: VideoInfo
    ) -> Frame:
        transfer, inside = video.colour.transfer, stand.seen
        own = levels.copied(stand.window.of(frame.pixels))
        if frame.alpha is None:
            alpha: Pixels = levels.filled(own[..., 0], 1.0)
        else:
            alpha = levels.copied(stand.window.of(frame.alpha))
        if frame.alpha is not None and mixed:
            own = foreground.estimate_foreground(own, alpha, transfer, swift=True)
        own, alpha = _brought(own, alpha, stand)
        if self.shadow is not None:
            whole = levels.patched(levels.filled(ground[..., 0], 0.0), inside, alpha)
            ground = shaded(ground, shadow_of(whole, self.shadow), transfer)
        below, rim = levels.copied(inside.of(ground)), None
        if self.light_wrap:
            wrap = self.wrap_width / 100 * self.height
            rim = rim_of(below, alpha, transfer, self.light_wrap, wrap)
        over = foreground.lit_over(below, own, alpha, rim, transfer)
        return Frame(levels.patched(ground, inside, over), frame.pts, None)


def _brought(own: Pixels, alpha: Pixels, stand: Stand) -> tuple[Pixels, Pixels]:
    """What is used of a picture and its matte, at its size in the frame and cut to that."""
    scaled, soft = _resized(ops.array_of(own), ops.array_of(alpha), *stand.region.size)
    soft = _faded(soft, stand)
    part = stand.seen.seen_from(stand.region)
    here, there = (ops.beside(np.ascontiguousarray(part.of(each)), own) for each in (scaled, soft))
    return here, there


def _resized(own: Array, alpha: Array, width: int, height: int) -> tuple[Array, Array]:
    """A picture and its matte at another size; what is beside the matte leaves no rim."""
    scaled, soft = (ops.resize(each, width, height) for each in (own, alpha))
    if scaled is not own:
        white = np.iinfo(soft.dtype).max
        edge = (soft > 0) & (soft < white)
        covered = ops.resize(ops.multiply(own, alpha), width, height)[edge].astype(np.float32)
        pure = covered * (np.float32(white) / soft[edge].astype(np.float32))[:, None]
        scaled[edge] = np.clip(np.rint(pure), 0, white)
    return scaled, soft


def _faded(alpha: Array, stand: Stand) -> Array:
    """The matte fading out where its picture ends at the sides, as the character may not."""
    (width, _), left = stand.picture.size, stand.region.left - stand.picture.left
    place = (np.arange(width, dtype=np.float32) + np.float32(0.5)) / np.float32(width * _FADE)
    ramp = np.minimum(1, np.minimum(place, place[::-1]))[left : left + alpha.shape[1]]
    soft = ops.smoothstep(np.ascontiguousarray(ramp[None].repeat(alpha.shape[0], 0)), 0.0, 1.0)
    return ops.multiply(alpha, ops.from_float(soft, cast("Depth", alpha.dtype.name)))


@dataclass(frozen=True, slots=True)
class CutOut:
    """Frames with a matte: their own where they have one, else one that is found."""

    finder: Callable[[], Effect]
    """Makes the effect that finds one; asked where it is needed."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video with a matte."""
        return video if video.alpha else self.finder().plan(video)

    def reach(self, video: VideoInfo) -> Reach:
        """Return what is needed to find a matte."""
        return Reach() if video.alpha else self.finder().reach(video)

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes that finding a matte takes."""
        return 0 if video.alpha else self.finder().memory(video)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the frames with their matte.

        Raises:
            MediaError: nobody was found in any of them.
        """
        return frames if video.alpha else _somebody(self.finder().stream(frames, video))


def _somebody(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The frames; MediaError in the end where the matte of none holds anything."""
    seen: bool | None = None
    for frame in frames:
        if not seen and frame.alpha is not None:
            matte = ops.array_of(frame.alpha)
            seen = bool(2 * int(matte.max()) > np.iinfo(matte.dtype).max)
        yield frame
    if seen is False:
        raise MediaError(
            "nobody was found in CHARACTER, so there is nothing to put in front",
            hint="give one with a matte of its own: afterglow matte makes it of other things",
        )
