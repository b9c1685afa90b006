"""One video shown to all who measure it, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.effects.evaluate.critics import Prompted, Windows
from afterglow.effects.evaluate.tally import Findings, Tally
from afterglow.errors import MediaError
from afterglow.ops import levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.effects.evaluate.critics import Scorer
    from afterglow.frames import Frame, VideoInfo

    Picture: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Critics:
    """Networks that look at the frames as well."""

    scorer: Scorer | None = None
    """Tells how well pictures fit the prompt."""
    windows: Windows | None = None
    """Gathers what clips of all videos are taken for."""


def plain(frame: Frame) -> Picture:
    """Return the (H, W, 3) uint8 RGB pixels of a frame in main memory."""
    return np.asarray(levels.as_depth(ops.array_of(frame.pixels), "uint8"))


def first_picture(frames: Iterator[Frame]) -> Picture | None:
    """Return the (H, W, 3) uint8 RGB of the first frame; None where there is none."""
    first = next(frames, None)
    return None if first is None else plain(first)


def watched(
    name: str,
    frames: Iterator[Frame],
    video: VideoInfo,
    reference: Picture | None,
    critics: Critics,
) -> Findings:
    """Return what is measured of a video; two of its frames are held.

    reference: (H, W, 3) uint8 RGB that its first frame is compared with.

    Raises:
        MediaError: there is no frame.
    """
    tally = Tally(video, reference)
    prompted = Prompted(critics.scorer, float(video.rate)) if critics.scorer else None
    if critics.windows is not None:
        critics.windows.begin()
    for frame in frames:
        tally.take(frame, ops.array_of(frame.pixels))
        if prompted is not None:
            prompted.take(plain(frame))
        if critics.windows is not None:
            critics.windows.take(plain(frame))
    if tally.frames == 0:
        raise MediaError(f"there is no picture in {name}", hint="take a longer --duration")
    return tally.findings(name, {"clip_score": prompted.score() if prompted else None})
