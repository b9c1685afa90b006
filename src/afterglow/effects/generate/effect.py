"""A new background for a shot, painted from words over what was really there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.light_words import light_of, lit_prompt
from afterglow.analysis.plate import Passes, PlateSettings
from afterglow.analysis.plate.make import memory_of
from afterglow.analysis.plate.reference import Reference, reference_of, subject_of
from afterglow.errors import UsageError
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.levels import as_depth
from afterglow.ops.standards import is_known

Say: TypeAlias = Callable[[str], None]
_SOFT = 0.004
"""Softness (sigma) of the edge of what is painted into a hole, as a share of the height."""


class Paint(Protocol):
    """Paints over a picture."""

    def require(self) -> None:
        """Raise ModelError unless all that it needs is here."""

    def __call__(
        self,
        picture: NDArray[np.uint8],
        mask: NDArray[np.uint8] | None,
        prompt: str,
        aspect: float,
        say: Say,
    ) -> NDArray[np.uint8]:
        """Return (H, W, 3) uint8 RGB of the picture's size.

        picture: (H, W, 3) uint8 RGB. mask: (H, W) 255 where it is painted over; None everywhere.
        aspect: width of a pixel over its height.
        """


@dataclass(frozen=True, slots=True)
class NewBackground:
    """Settings of a background that is made from words."""

    target: str
    """Where the picture goes."""
    prompt: str
    """What shall be seen."""
    paint: Paint
    """Paints it."""
    time: Fraction | None = None
    """Seconds from the first frame that is read to the reference; None for the emptiest one."""
    only_hole: bool = False
    """Paint only where the subject stood; all else stays as it was seen."""
    light_words: bool = True
    """Say in the prompt where the light of the shot comes from."""
    settings: PlateSettings = field(default_factory=PlateSettings)
    """How the clean plate is made, over which it is painted."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return what comes out: one picture, of 8 bits unless most of it is as it was seen.

        Raises:
            UsageError: the video is HDR, which no model paints, or has no matte for a hole.
            ModelError: what paints is not here.
        """
        if video.colour.hdr:
            raise UsageError(
                f"the video is HDR ({video.colour.transfer}), and pictures are painted in SDR",
                hint="--hdr tonemap makes it BT.709",
            )
        if self.only_hole and not (video.alpha and self.settings.matte):
            raise UsageError(
                "--only-hole paints where the subject stood, and no matte says where that is",
                hint="give ALPHA: a matte file; or auto, after: afterglow models pull person",
            )
        self.paint.require()
        kept = video if self.only_hole else replace(video, depth=8, bits=8)
        return replace(kept, frames=1, duration=None, alpha=False)

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes that are held while its plate is made; a model needs its own."""
        return memory_of(video, self.settings)

    def pictures(
        self, passes: Passes, video: VideoInfo, say: Say
    ) -> Iterator[tuple[str, Frame, VideoInfo]]:
        """Yield the new background."""
        plan = self.plan(video)
        seen = reference_of(passes, self.settings, video, self.time, say)
        share = np.count_nonzero(seen.holes == 0) / seen.holes.size
        say(f"reference: frame {seen.number}, {share:.1%} of its background was seen")
        mask = self._mask(seen, passes) if self.only_hole else None
        prompt = self._prompt(seen, video)
        say(f"prompt: {prompt}")
        picture = np.asarray(as_depth(seen.clean, "uint8"))
        made = self.paint(picture, mask, prompt, float(video.sample_aspect), say)
        if mask is not None:
            made = into_hole(seen.clean, made, mask, video.colour.transfer)
        yield self.target, Frame(made, 0), plan

    def _prompt(self, seen: Reference, video: VideoInfo) -> str:
        if not self.light_words:
            return self.prompt
        return lit_prompt(self.prompt, light_of(seen.clean, video.colour.transfer), None)

    def _mask(self, seen: Reference, passes: Passes) -> NDArray[np.uint8]:
        """(H, W) 255 where the subject of the reference stood, and where nothing was ever seen."""
        stood = subject_of(passes, seen.number, self.settings)
        return np.maximum(stood, seen.holes)


def into_hole(
    real: NDArray[Any], painted: NDArray[np.uint8], mask: NDArray[np.uint8], transfer: str
) -> NDArray[Any]:
    """Return the real picture with the painted one in its hole, in linear light, softly edged.

    real: (H, W, 3) RGB, uint8 or uint16; away from the hole it stays as it is, bit by bit.
    painted: (H, W, 3) uint8 RGB. mask: (H, W) 255 in the hole.
    """
    sigma = max(1.0, _SOFT * mask.shape[0])
    grown = ops.dilate(mask, round(2 * sigma))
    alpha = ops.to_float(np.asarray(ops.gaussian_blur(grown, sigma)))
    depth: Any = real.dtype.name
    above = np.asarray(as_depth(painted, depth))
    if is_known(transfer):
        light = ops.over(ops.to_linear(real, transfer), ops.to_linear(above, transfer), alpha)
        laid = ops.to_display(light, transfer, depth)
    else:
        laid = ops.over(real, above, alpha)
    return np.where(alpha[..., None] > 0, laid, real)
