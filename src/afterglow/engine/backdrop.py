"""A second source that plays behind the first: by time, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from afterglow import media
from afterglow.engine.belts import Belt, Floor
from afterglow.engine.cache import digest
from afterglow.errors import UsageError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.options import ReadOptions, silent
from afterglow.ops.framing import Fit, framed
from afterglow.ops.gamut import can_be_shown, shown_within
from afterglow.ops.halves import Array, Depth
from afterglow.ops.levels import as_depth

Ending: TypeAlias = Literal["loop", "hold"]
"""What a shorter video does at its end: begin again, or stay on its last picture."""

_AHEAD = 2
"""Pictures that wait on the belt."""
_IN_HAND = 4
"""More of them: shown, next, with the reader and inside the decoder."""


@dataclass(frozen=True, slots=True)
class FileBackdrop:
    """A video or an image file, brought to the size, depth and light of another video."""

    video: VideoInfo
    """What the file is."""
    fit: Fit = "cover"
    """How it is brought into the frame."""
    ending: Ending = "loop"
    """What happens where it is shorter."""

    @property
    def transparent(self) -> bool:
        """True where it has a matte."""
        return self.video.alpha

    def memory(self, video: VideoInfo) -> int:
        """Bytes held while it plays."""
        own = self.video.width * self.video.height * 4 * self.video.depth // 8
        fitted = video.width * video.height * 4 * video.depth // 8
        return fitted if self.video.frames == 1 else (_AHEAD + 2) * fitted + _IN_HAND * own

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Callable[[Fraction], Frame]]:
        """What gives the picture of any later and later second, as such a video has them.

        The pictures are arrays in main memory; as long as one is shown, it is the same frame.

        Raises:
            UsageError: it is HDR of another kind than the video.
            MediaError: it cannot be read.
        """
        self._require_showable(video)
        with Floor() as floor:
            belt: Belt[tuple[Fraction, Frame]] = Belt(floor, _AHEAD)
            floor.hire("backdrop", partial(belt.fill, self._shots(video)))
            yield _Playhead(iter(belt), 1 / max(video.rate, self.video.rate) / 2).at

    def _require_showable(self, video: VideoInfo) -> None:
        own, other = self.video.colour, video.colour
        if other.hdr and not can_be_shown(own.transfer, other.transfer):
            raise UsageError(
                f"the background is HDR of another kind than the video ({self.video.source})",
                hint="use --hdr tonemap, or convert the background first",
            )

    def _shots(self, video: VideoInfo) -> Iterator[tuple[Fraction, Frame]]:
        """Each picture with the second at which it begins; without end where it loops."""
        hdr: Literal["keep", "tonemap"] = "keep" if video.colour.hdr else "tonemap"
        begin = Fraction(0)
        while True:
            with media.open_source(str(self.video.source), ReadOptions(hdr=hdr), silent) as source:
                own = source.video
                for frame in source.frames():
                    seconds = frame.pts * own.time_base + source.offset
                    yield begin + seconds, self._shot(frame, own, video)
            if self.ending == "hold" or own.frames == 1:
                return
            begin += seconds + 1 / own.rate

    def _shot(self, frame: Frame, own: VideoInfo, video: VideoInfo) -> Frame:
        """A picture as the video has them."""
        depth: Depth = "uint8" if video.depth == 8 else "uint16"
        aspect = float(own.sample_aspect / video.sample_aspect)

        def brought(picture: Array) -> Array:
            return framed(as_depth(picture, depth), video.width, video.height, self.fit, aspect)

        pixels = shown_within(brought(np.asarray(frame.pixels)), _light(own), _light(video), depth)
        alpha = None if frame.alpha is None else brought(np.asarray(frame.alpha))
        return replace(frame, pixels=pixels, alpha=alpha)


def _light(video: VideoInfo) -> tuple[str, str]:
    return video.colour.primaries, video.colour.transfer


class _Playhead:
    """The picture of a second, from pictures that come in order."""

    def __init__(self, shots: Iterator[tuple[Fraction, Frame]], early: Fraction) -> None:
        self._shots = shots
        self._early = early
        self._now = next(shots)[1]
        self._next = next(shots, None)

    def at(self, seconds: Fraction) -> Frame:
        """The last picture that has begun, or begins within half a frame."""
        while self._next is not None and self._next[0] <= seconds + self._early:
            self._now = self._next[1]
            self._next = next(self._shots, None)
        return self._now


@dataclass(frozen=True, slots=True)
class Still:
    """A picture in a file, read when it is wanted."""

    path: str
    """The file."""

    @property
    def digest(self) -> str:
        """Names its contents."""
        return digest([Path(self.path)])

    def __call__(self) -> tuple[Array, tuple[str, str]]:
        """Return (H, W, 3) RGB, uint8 or uint16, its primaries and its transfer.

        Raises:
            MediaError: it cannot be read.
        """
        with media.open_source(self.path, ReadOptions(hdr="tonemap"), silent) as source:
            frame = next(source.frames())
            return np.asarray(frame.pixels), _light(source.video)


def still(path: str) -> Still:
    """The picture in a file.

    Raises:
        MediaError: it cannot be read.
        UsageError: it is a video.
    """
    found = media.probe(path).video
    if found.frames != 1:
        raise UsageError(
            f"the background is a video, and a picture is wanted ({path})",
            hint="afterglow composite lays the subject over a video",
        )
    return Still(path)
