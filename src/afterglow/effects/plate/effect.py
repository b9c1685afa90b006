"""The background of a video as one picture: what was seen of it, and its holes filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.plate import (
    Passes,
    Plate,
    PlateSettings,
    inpainted,
    make_plate,
    memory_of,
)
from afterglow.frames import Frame, VideoInfo

Inpaint: TypeAlias = Literal["telea", "ns", "lama", "none"]
"""How holes are filled: by OpenCV's two ways, by the network LaMa, or not at all."""
Picture: TypeAlias = tuple[str, Frame, VideoInfo]
"""Where a picture goes, the picture, and what it is."""
Filler: TypeAlias = Callable[[NDArray[Any], NDArray[np.uint8]], NDArray[Any]]
"""Takes (H, W, 3) RGB and an (H, W) mask, 255 in the holes; gives RGB with the holes filled."""


@dataclass(frozen=True, slots=True)
class CleanPlate:
    """Settings of a plate that is written."""

    target: str
    """Where the plate goes."""
    inpaint: Inpaint = "telea"
    """How what was never seen is filled."""
    coverage: str | None = None
    """Where the picture goes of how often each pixel was seen."""
    settings: PlateSettings = field(default_factory=PlateSettings)
    """How the plate is made."""
    network: Callable[[], AbstractContextManager[Filler]] | None = None
    """Loads what fills holes for ``lama``."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return what the plate will be: one picture, transparent where nothing may be invented."""
        clear = self.inpaint == "none" or self.settings.panorama
        return replace(video, frames=1, duration=None, alpha=clear)

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes that are held while it is made."""
        return memory_of(video, self.settings)

    def pictures(
        self, passes: Passes, video: VideoInfo, say: Callable[[str], None]
    ) -> Iterator[Picture]:
        """Yield the plate, and how often each pixel was seen if that is asked for."""
        plate = make_plate(passes, video, self.settings, say)
        say(self._shares(plate))
        clear = plate.seen > 0 if self.inpaint == "none" else plate.swept
        alpha = None if clear.all() else np.where(clear, video.white, 0).astype(plate.pixels.dtype)
        told = replace(
            video,
            width=plate.canvas.width,
            height=plate.canvas.height,
            alpha=alpha is not None,
            frames=1,
            duration=None,
        )
        yield self.target, Frame(self._filled(plate), 0, alpha), told
        if self.coverage is not None:
            yield self.coverage, *_how_often(plate, told)

    def _filled(self, plate: Plate) -> NDArray[Any]:
        """The plate's pixels, with its holes filled as they are to be."""
        if self.inpaint == "none" or not plate.holes.any():
            return plate.pixels
        if self.inpaint != "lama":
            return inpainted(plate.pixels, plate.holes, self.inpaint)
        assert self.network is not None
        with self.network() as fill:
            return fill(plate.pixels, plate.holes)

    def _shares(self, plate: Plate) -> str:
        left = "left transparent" if self.inpaint == "none" else f"invented ({self.inpaint})"
        real, rest = _percent(plate.real), _percent(1 - plate.real)
        return f"plate: {plate.used} frames, {real} seen, {rest} {left}"


def _percent(share: float) -> str:
    """A share in percent; never 0 or 100 where it is not quite."""
    if 0 < share < 0.0001:
        return "under 0.01%"
    if 0.9999 < share < 1:
        return "over 99.99%"
    return f"{share:.2%}"


def _how_often(plate: Plate, video: VideoInfo) -> tuple[Frame, VideoInfo]:
    """The share of the frames in which each pixel was seen, 65535 for all of them."""
    share = np.rint(plate.seen * (65535 / max(plate.used, 1))).astype(np.uint16)
    grey = np.repeat(share[..., None], 3, axis=2)
    return Frame(grey, 0), replace(video, alpha=False, gray=True, depth=16, bits=16)
