"""The layers of one composite, from the back to the front."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.composing import matching
from afterglow.analysis.composing.edges import are_mixed
from afterglow.analysis.composing.light import joined, shaded, shadow_of, wrapped
from afterglow.analysis.composing.matching import Grain, Window
from afterglow.ops import foreground, levels
from afterglow.ops.keying import despill
from afterglow.ops.standards import fits_uint16

if TYPE_CHECKING:
    from afterglow.effects.composite.effect import Composite
    from afterglow.frames import Frame, Pixels, VideoInfo
    from afterglow.ops.halves import Depth

_EMPTY = 0.02
"""Share of the picture that must be without subject for a backing's colour to be measured."""


class Layering:
    """What one stream of composites has measured so far, and its tables; local to the stream."""

    def __init__(self, settings: Composite, video: VideoInfo) -> None:
        self._settings = settings
        self._video = video
        self._depth: Depth = "uint8" if video.depth == 8 else "uint16"
        self._transfer = video.colour.transfer
        self._mixed = None if settings.edges == "auto" else settings.edges == "mixed"
        self._stops, self._own_grain = (Window(settings.window(video)) for _ in range(2))
        self._key: NDArray[np.float64] | None = None
        self._shown: tuple[Frame, Pixels, Grain | None] | None = None
        self._field = (
            matching.field_of_grain(video.width, video.height, settings.seed)
            if settings.match_grain
            else None
        )

    def composed(self, frame: Frame, behind: Frame, plate: Frame | None) -> Frame:
        """The frame over its background."""
        if frame.alpha is None:
            opaque = levels.filled(frame.pixels[..., 0], 1.0) if behind.alpha is not None else None
            return replace(frame, alpha=opaque)
        ground, grain = self._ground(behind, frame)
        below = ops.beside(ops.array_of(behind.alpha), ground) if behind.alpha is not None else None
        own = self._own(frame, ground, plate)
        if self._settings.match_grain:
            own, ground = self._grained(frame, own, ground, grain)
        own = wrapped(
            own,
            ground,
            frame.alpha,
            self._transfer,
            self._settings.light_wrap,
            self._settings.wrap_width / 100 * self._video.height,
        )
        ground, below = self._shaded(frame.alpha, ground, below)
        pixels, alpha = joined((ground, below), own, frame.alpha, self._transfer)
        return replace(frame, pixels=pixels, alpha=alpha)

    def _ground(self, behind: Frame, frame: Frame) -> tuple[Pixels, Grain | None]:
        """The background where the frame lies, and its grain if that matters; kept while shown."""
        if self._shown is None or self._shown[0] is not behind:
            pixels = ops.beside(ops.array_of(behind.pixels), frame.pixels)
            grain = matching.grain_of(pixels) if self._settings.match_grain else None
            self._shown = behind, pixels, grain
        return self._shown[1:]

    def _own(self, frame: Frame, ground: Pixels, plate: Frame | None) -> Pixels:
        """The subject in its own colours, in the background's light if that is asked for."""
        assert frame.alpha is not None
        own = self._unmixed(frame.pixels, frame.alpha, plate)
        if self._settings.despill:
            own = self._despilled(frame, own)
        if self._settings.match_exposure:
            measured = matching.exposure_gains(own, frame.alpha, ground, self._transfer)
            stops = self._stops.mean(measured)
            if stops is not None:
                own = matching.exposed(own, stops, self._transfer, self._video.white, self._depth)
        return own

    def _unmixed(self, pixels: Pixels, alpha: Pixels, plate: Frame | None) -> Pixels:
        """The picture with the subject's own colours at its edge."""
        if plate is not None:
            before: Pixels = ops.beside(ops.array_of(plate.pixels), pixels)
            return foreground.true_foreground(pixels, alpha, before, self._transfer)
        if self._mixed is None:
            self._mixed = are_mixed(pixels, alpha, self._transfer)
        if self._mixed is False:
            return pixels
        return foreground.estimate_foreground(pixels, alpha, self._transfer)

    def _despilled(self, frame: Frame, own: Pixels) -> Pixels:
        assert frame.alpha is not None
        if self._key is None:
            self._key = self._backing(frame.pixels, frame.alpha)
        region = levels.extent(frame.alpha)
        if self._key is None or region is None:
            return own
        depth: Depth = "uint16" if fits_uint16(self._transfer) else "float32"
        light = ops.to_linear(region.of(own), self._transfer, depth)
        clean = despill(light, self._key.tolist(), self._settings.despill)
        return levels.patched(own, region, ops.to_display(clean, self._transfer, self._depth))

    def _backing(self, pixels: Pixels, alpha: Pixels) -> NDArray[np.float64] | None:
        """(3,) linear light of the old backing; None while the subject hides it."""
        if self._settings.key != "auto":
            signal = np.array([self._settings.key], np.float32) / np.float32(255)
            return np.asarray(ops.to_linear(signal, self._transfer), np.float64).reshape(3)
        height, width = alpha.shape[:2]
        size = (max(1, width // 4), max(1, height // 4))
        small = ops.to_linear(ops.array_of(ops.reduce(pixels, *size)), self._transfer)
        free = ops.array_of(ops.reduce(alpha, *size)) == 0
        if free.mean() < _EMPTY:
            return None
        return np.asarray(np.median(small[free], axis=0), np.float64)

    def _grained(
        self, frame: Frame, own: Pixels, ground: Pixels, behind: Grain | None
    ) -> tuple[Pixels, Pixels]:
        """Subject and background, the cleaner with the grain of the other."""
        found = matching.grain_of(frame.pixels, frame.alpha)
        mean = self._own_grain.mean(None if found is None else np.array([found.fine, found.coarse]))
        if mean is None or behind is None or self._field is None:
            return own, ground
        grain = Grain(*mean.tolist())
        seed = self._settings.seed, frame.pts & 0xFFFFFFFFFFFFFFFF
        ground = matching.grainy(ground, grain.without(behind), self._field, seed, self._depth)
        own = matching.grainy(own, behind.without(grain), self._field, seed, self._depth)
        return own, ground

    def _shaded(
        self, alpha: Pixels, ground: Pixels, below: Pixels | None
    ) -> tuple[Pixels, Pixels | None]:
        """The background under the subject's shadow, which a transparent one takes on as well."""
        if self._settings.shadow is None:
            return ground, below
        mask = shadow_of(alpha, self._settings.shadow)
        if below is None:
            return shaded(ground, mask, self._transfer), None
        return joined((ground, below), levels.filled(ground, 0.0), mask, self._transfer)
