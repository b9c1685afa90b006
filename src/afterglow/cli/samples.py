"""Pictures of a file from its beginning to its end, for what is told by looking at a few."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from afterglow.errors import MediaError

if TYPE_CHECKING:
    from afterglow.frames import Frame, VideoInfo

_COUNT = 12
"""Pictures that are looked at, over the whole length."""
_BLIND = (Fraction(0), Fraction(1), Fraction(2), Fraction(4), Fraction(8))
"""Seconds at which to look where the length is not known; in what is long, or says so, as well."""


def sampled(
    file: str,
    lines: int,
    hdr: Literal["refuse", "keep", "tonemap"] = "refuse",
    rate: Fraction | None = None,
) -> Iterator[tuple[Frame, VideoInfo]]:
    """Yield pictures of a file, evenly over its length, with what they are as a video.

    lines: their height, where the file's own is more. rate: of an image sequence.

    Raises:
        MediaError: it cannot be read.
    """
    from afterglow.media import ReadOptions, open_source, probe, silent

    own = probe(file).video
    resolution = lines if own.height > lines else None
    for moment in _moments(own):
        reading = ReadOptions(start=moment, resolution=resolution, hdr=hdr, rate=rate)
        try:
            with open_source(file, reading, silent) as source:
                frame = next(source.frames(), None)
        except MediaError:
            if moment == 0:
                raise
            # It is shorter than it says, or damaged, which the run itself will tell.
            continue
        if frame is not None:
            yield frame, source.video


def _moments(video: VideoInfo) -> tuple[Fraction, ...]:
    """Seconds from the first picture at which to look."""
    if video.frames == 1:
        return (Fraction(0),)
    length = video.frames / video.rate if video.frames else video.duration
    if not length:
        return _BLIND
    even = (length * number / _COUNT for number in range(_COUNT))
    return tuple(sorted({*even, *(moment for moment in _BLIND if moment < length / 8)}))
