"""The layers of one picture, from the back to the front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from afterglow import ops
from afterglow.analysis.composing.light import shaded, shadow_of, soft_light, within_edge
from afterglow.analysis.composing.matching import Grain
from afterglow.analysis.shot import View
from afterglow.effects.studio.backdrop import Backdrop, Pose
from afterglow.effects.studio.parallax import Renderer
from afterglow.effects.studio.relight import gain_steps, noise_of, relit
from afterglow.effects.studio.stray import Shown, Stray
from afterglow.ops import foreground

if TYPE_CHECKING:
    from afterglow.effects.studio.effect import Studio
    from afterglow.effects.studio.phases import Staged
    from afterglow.frames import Frame, Pixels, VideoInfo

_REST = View()


class Layering:
    """What one stream has seen so far, and its tables; local to the stream."""

    def __init__(self, settings: Studio, stage: Staged, video: VideoInfo, like: Pixels) -> None:
        self._settings, self._stage, self._video = settings, stage, video
        self._transfer = video.colour.transfer
        picture = ops.beside(ops.array_of(stage.backdrop.picture), like)
        self._backdrop = Backdrop(picture, stage.backdrop.depth)
        self._renderer: Renderer | None = None
        whole = self._backdrop.size == (video.width, video.height)
        self._still: Pixels | None = picture if whole and not stage.way.moves else None
        self._lit = Kept()
        self._glow = Kept()
        noise = noise_of(_lacking(stage), video, settings.seed) if settings.match else None
        self._noise = noise and noise.beside(like)
        self._stray = Stray(settings.stray, max(1, round(video.rate / 3)))
        self._shown: Shown | None = None
        self._shot = 0

    def composed(self, frame: Frame, number: int) -> Frame:
        """The frame in front of its new background."""
        if frame.alpha is None:
            return frame
        view = self._view(number)
        if view.shot != self._shot:
            self._shot, self._shown = view.shot, None
        alpha, self._shown = self._stray.filtered(frame.alpha, self._shown)
        room = self._room(number)
        light = partial(relit, room, view.gains, self._transfer)
        ground = self._lit.of(room, gain_steps(view.gains), light)
        if self._settings.shadow is not None:
            mask = shadow_of(alpha, self._settings.shadow)
            ground = shaded(ground, mask, self._transfer)
        if self._noise is not None:
            ground = self._noise.onto(ground, number)
        own = self._own(frame.pixels, alpha)
        rim = self._rim(ground, alpha)
        pixels = foreground.lit_over(ground, own, alpha, rim, self._transfer)
        return replace(frame, pixels=pixels, alpha=None)

    def _view(self, number: int) -> View:
        """The view of a frame; the last one goes on."""
        views = self._stage.survey.views
        return views[min(number, len(views) - 1)] if views else _REST

    def _room(self, number: int) -> Pixels:
        """What the camera sees of the new room; kept where it never moves."""
        way = self._stage.way
        pose = way.poses[min(number, len(way.poses) - 1)] if way.poses else Pose()
        size = self._video.width, self._video.height
        if self._still is not None:
            return self._still
        if self._renderer is None:
            self._renderer = Renderer(self._backdrop, max(way.travel, 4.0))
        seen = cast("Pixels", self._renderer.view(pose, *size))
        self._still = None if way.moves else seen
        return seen

    def _own(self, pixels: Pixels, alpha: Pixels) -> Pixels:
        """The picture with the subject's own colours at its edge."""
        if not self._stage.texture.mixed:
            return pixels
        return foreground.estimate_foreground(pixels, alpha, self._transfer, swift=True)

    def _rim(self, ground: Pixels, alpha: Pixels) -> Pixels | None:
        """Light of the new background around the subject's edge, small and linear."""
        amount = self._settings.light_wrap
        if not amount:
            return None
        width = self._settings.wrap_width / 100 * self._video.height
        light = partial(soft_light, ground, self._transfer, amount, width)
        return within_edge(alpha, self._glow.of(ground, (), light), width)


class Kept:
    """What was made of a picture last, while that picture stays and so do the settings."""

    def __init__(self) -> None:
        self._known: tuple[Pixels, tuple[int, ...], Pixels] | None = None

    def of(self, source: Pixels, settings: tuple[int, ...], make: Callable[[], Pixels]) -> Pixels:
        """What ``make`` gives, or gave for this very picture before."""
        known = self._known
        if known is None or known[0] is not source or known[1] != settings:
            known = self._known = source, settings, make()
        return known[2]


def _lacking(stage: Staged) -> Grain:
    """The grain that the background lacks beside the shot."""
    shot, own = stage.texture.grain, stage.grain
    if shot is None or own is None:
        return Grain(0.0, 0.0)
    return shot.without(own)
