"""Several mattes of one video side by side, and what is measured of them on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.matting.flicker import Sight, flickers, sight
from afterglow.effects.matte.sheets import (
    SOURCE,
    Moment,
    cell_size,
    labels,
    strip,
    strip_size,
)
from afterglow.errors import MediaError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels
from afterglow.ops.sheets import Picture, fitted

if TYPE_CHECKING:
    from afterglow.frames import Pixels

Opener: TypeAlias = "Callable[[], AbstractContextManager[Iterator[Pixels]]]"
"""Opens a clip of ours: (H, W, 3) RGB after (H, W, 3) RGB."""

_MOMENTS = 6
"""Moments of the video that the contact sheet shows, at most."""
_CELL = (320, 240)
"""Pixels of a picture of the contact sheet: at most so wide, and so high."""


class Take(NamedTuple):
    """What a model made of the video."""

    model: str
    """Its name."""
    mattes: Opener
    """Its matte as a grey video."""
    composites: Opener
    """The subject on green."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What is known once the video has been seen."""

    frames: int
    """Frames seen."""
    flicker: tuple[float | None, ...]
    """Mean change of each matte that the picture does not explain, x 1e2; None if unknown."""
    coverage: tuple[float, ...]
    """Mean share of the picture that each matte keeps, 0 to 1."""
    moments: tuple[Moment, ...]
    """Moments spread over the video."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The source and, beside it, what every model made of it, labelled."""

    takes: tuple[Take, ...]
    """What was made, in the order it is shown."""
    tell: Callable[[Findings], None]
    """Takes the findings when the last frame has gone out."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return a strip of pictures with a band of names, 8 bits, without alpha."""
        width, height = strip_size(video, len(self.takes) + 1)
        return replace(video, width=width, height=height, depth=8, bits=8, alpha=False)

    def reach(self, video: VideoInfo) -> Reach:
        """Return none; the made clips begin where the source does."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of a picture of every clip, the strip, and the sheet's moments."""
        count = len(self.takes)
        moments = 2 * _MOMENTS * (2 * count + 1) * _CELL[0] * _CELL[1] * 3
        return (2 * count + 2) * video.width * video.height * 3 * video.depth // 8 + moments

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame beside those that were made of it; tell the findings at the end."""
        cell = cell_size(video, len(self.takes) + 1)
        names = labels((SOURCE, *(take.model for take in self.takes)), cell[0])
        tally = _Tally(len(self.takes))
        with ExitStack() as opened:
            mattes = [opened.enter_context(take.mattes()) for take in self.takes]
            composites = [opened.enter_context(take.composites()) for take in self.takes]
            for frame in frames:
                pixels = ops.array_of(frame.pixels)
                alphas = [_next(clip)[..., 0] for clip in mattes]
                pictures = [_plain(_next(clip)) for clip in composites]
                tally.take(pixels, alphas, pictures)
                shown = strip([fitted(one, cell) for one in (_plain(pixels), *pictures)], names)
                yield Frame(ops.beside(shown, frame.pixels), frame.pts)
        self.tell(tally.findings())


def _next(clip: Iterator[Pixels]) -> NDArray[Any]:
    """The clip's next picture; raises MediaError where it has ended before the source."""
    picture = next(clip, None)
    if picture is None:
        raise MediaError("a matte is shorter than the video that it was made of")
    return ops.array_of(picture)


def _plain(pixels: NDArray[Any]) -> Picture:
    return np.asarray(levels.as_depth(pixels, "uint8"))


@dataclass(slots=True)
class _Tally:
    """Sums over the frames of one run of ``stream``, in which it lives."""

    models: int
    seen: int = 0
    steps: int = 0
    stride: int = 1
    last: Sight | None = None
    flicker: NDArray[Any] = field(init=False)
    coverage: NDArray[Any] = field(init=False)
    moments: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flicker, self.coverage = np.zeros(self.models), np.zeros(self.models)

    def take(
        self, pixels: NDArray[Any], alphas: Sequence[NDArray[Any]], pictures: Sequence[Picture]
    ) -> None:
        """Measure the next frame, and keep it small if its turn has come."""
        now = sight(pixels, alphas)
        self.coverage = self.coverage + [float(matte.mean()) for matte in now.mattes]
        change = flickers(self.last, now) if self.last else (None,)
        if None not in change:
            self.flicker, self.steps = self.flicker + np.array(change, float), self.steps + 1
        if self.seen % self.stride == 0:
            self.moments.append(_moment(_plain(pixels), pictures, alphas))
        if len(self.moments) == 2 * _MOMENTS:
            self.moments, self.stride = self.moments[::2], 2 * self.stride
        self.seen, self.last = self.seen + 1, now

    def findings(self) -> Findings:
        """What was measured."""
        some = np.linspace(0, len(self.moments) - 1, min(_MOMENTS, len(self.moments)))
        return Findings(
            self.seen,
            tuple(float(total) / self.steps if self.steps else None for total in self.flicker),
            tuple(float(total) / self.seen for total in self.coverage),
            tuple(self.moments[round(index)] for index in some),
        )


def _moment(source: Picture, pictures: Sequence[Picture], alphas: Sequence[NDArray[Any]]) -> Moment:
    height, width = source.shape[:2]
    scale = min(_CELL[0] / width, _CELL[1] / height, 1.0)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    greys = [cv2.merge([_plain(alpha)] * 3) for alpha in alphas]
    return Moment(
        fitted(source, size),
        tuple(fitted(picture, size) for picture in pictures),
        tuple(fitted(np.asarray(grey, np.uint8), size) for grey in greys),
    )
