"""A matte from a second file, joined to the frames by time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from afterglow import ops
from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.options import ReadOptions, Say
from afterglow.media.reader import Source, open_source
from afterglow.ops.levels import as_depth

if TYPE_CHECKING:
    from numpy.typing import NDArray


_WHOLE = ReadOptions(hdr="keep", plain=True)
"""A matte is not for looking at: its light may be of any kind."""
_WORTH_SEEKING = Fraction(2)
"""Seconds; up to a nearer first frame the matte is simply decoded."""
_ELSE = "or cut the video with --duration (or --shortest, where that is a flag)"
"""What else helps where a video and its matte are not of one length."""
_HEADERS_MISS = Fraction(1, 2)
"""Seconds by which the length that a header tells may be wrong."""


def attach_matte(
    frames: Iterator[Frame],
    video: VideoInfo,
    matte_source: str,
    say: Say,
    offset: Fraction | None = None,
    *,
    shortest: bool = False,
    whole: bool = False,
    lines: int | None = None,
) -> tuple[Iterator[Frame], VideoInfo]:
    """The frames with a matte from another file, and the video's facts with it.

    The matte is the other file's alpha channel if it has one, else its grey. Both are counted from
    their first picture; a frame takes the nearest matte that begins not later than half a frame
    after it. A single image holds for all frames. An alpha that the frames had is replaced.

    ``offset`` is the source's (``Source.offset``): seconds from its first picture to the time that
    pts 0 stands for. Without it the first frame is taken for the source's first picture.
    ``shortest`` ends the video with its matte. ``whole`` says that the frames go to the end of
    their source, so that a matte that goes on belongs to another one. ``lines`` is the height at
    which the matte is decoded, if it is larger: quick, where its edge need not be exact.

    Raises:
        MediaError: the matte cannot be read, or is more than a frame shorter, or longer than a
            whole video, and ``shortest`` is not asked for.
    """
    source = open_source(matte_source, _WHOLE, say)
    if lines is not None and source.video.height > lines:
        source.close()
        source = open_source(matte_source, replace(_WHOLE, resolution=lines), say)
    if whole and not shortest:
        _require_like(video, source.video, max(offset or Fraction(0), Fraction(0)))
    joined = _joined(frames, video, source, offset, say, _Lengths(shortest, whole))
    return joined, replace(video, alpha=True)


def _require_like(video: VideoInfo, matte: VideoInfo, start: Fraction) -> None:
    """Raise MediaError where the headers already tell lengths that are far apart.

    Headers are not exact: what is nearer than this is found out at the end.
    """
    if video.duration is None or matte.duration is None or matte.frames == 1:
        return
    lasts = start + video.duration
    if abs(lasts - matte.duration) > _HEADERS_MISS + 2 * max(1 / video.rate, 1 / matte.rate):
        raise MediaError(
            f"{matte.source}: the matte lasts {float(matte.duration):.3f} s, "
            f"and the video {float(lasts):.3f} s",
            hint=f"give the matte of this very video; {_ELSE}",
        )


class _Lengths(NamedTuple):
    """What is done where video and matte are not equally long."""

    shortest: bool
    whole: bool


def grey_matte(frame: Frame) -> NDArray[Any]:
    """(H, W) matte of a frame of a matte video: its alpha, else its grey."""
    if frame.alpha is not None:
        return np.asarray(frame.alpha)
    pixels = np.asarray(frame.pixels)
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def fitted(matte: NDArray[Any], width: int, height: int, depth: int) -> NDArray[Any]:
    """(height, width) matte, uint8 or uint16 as ``depth`` says, from one of any size and depth."""
    matte = as_depth(matte, "uint8" if depth == 8 else "uint16")
    if matte.shape == (height, width):
        return matte
    smaller = width < matte.shape[1]
    return cv2.resize(
        matte, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )


def _joined(
    frames: Iterator[Frame],
    video: VideoInfo,
    source: Source,
    offset: Fraction | None,
    say: Say,
    lengths: _Lengths,
) -> Iterator[Frame]:
    with ExitStack() as stack:
        stack.enter_context(source)
        mattes: _Mattes | None = None
        seconds = Fraction(0)
        for frame in frames:
            if offset is None:
                offset = -frame.pts * video.time_base
            seconds = frame.pts * video.time_base + offset
            if mattes is None:
                source = stack.enter_context(_wound(source, seconds, say))
                mattes = _Mattes(source, video)
            alpha = mattes.at(seconds)
            if mattes.is_over(seconds):
                if not lengths.shortest:
                    raise mattes.too_short()
                return
            yield replace(frame, alpha=ops.beside(alpha, frame.pixels))
        if mattes is not None and lengths.whole and not lengths.shortest:
            mattes.require_end(seconds)


def _wound(source: Source, seconds: Fraction, say: Say) -> Source:
    """The matte's source, opened again near ``seconds`` where that is far from its beginning."""
    if seconds < _WORTH_SEEKING or source.video.frames == 1:
        return source
    start = seconds - 2 / source.video.rate
    return open_source(str(source.video.source), replace(_WHOLE, start=start), say)


class _Mattes:
    """The matte for any later and later time."""

    def __init__(self, source: Source, video: VideoInfo) -> None:
        self._frames = source.frames()
        self._matte_info = source.video
        self._video = video
        self._offset = source.offset
        self._still = source.video.frames == 1
        self._base = source.video.time_base
        ahead = next(self._frames)
        self._now = self._fit(ahead)
        self._begin = self._time(ahead)
        self._next = next(self._frames, None)

    def at(self, seconds: Fraction) -> NDArray[Any]:
        while self._next is not None and self._is_nearer(self._next, seconds):
            self._now = self._fit(self._next)
            self._begin = self._time(self._next)
            self._next = next(self._frames, None)
        return self._now

    def is_over(self, seconds: Fraction) -> bool:
        """Whether the matte ends more than a frame before this time."""
        return self._next is None and not self._still and seconds >= self._end + self._length

    def too_short(self) -> MediaError:
        """What to raise then."""
        return MediaError(
            f"{self._matte_info.source}: the matte ends at {float(self._end):.3f} s, "
            "before the video does",
            hint=f"give a matte as long as the video, or a single image; {_ELSE}",
        )

    def require_end(self, last: Fraction) -> None:
        """Raise MediaError where the matte goes on for more than a frame after the last one."""
        end = last + 1 / self._video.rate
        while self._next is not None and self._time(self._next) < end + self._length:
            self._next = next(self._frames, None)
        if self._next is not None:
            raise MediaError(
                f"{self._matte_info.source}: the matte goes on at {float(end):.3f} s, "
                "where the video ends",
                hint=f"give the matte of this very video; {_ELSE}",
            )

    @property
    def _end(self) -> Fraction:
        return self._begin + 1 / self._matte_info.rate

    @property
    def _length(self) -> Fraction:
        """Seconds of a frame of whichever is slower."""
        return max(1 / self._video.rate, 1 / self._matte_info.rate)

    def _is_nearer(self, matte: Frame, seconds: Fraction) -> bool:
        late = self._time(matte) - seconds
        return late <= 1 / self._video.rate / 2 and abs(late) < abs(self._begin - seconds)

    def _time(self, frame: Frame) -> Fraction:
        return frame.pts * self._base + self._offset

    def _fit(self, frame: Frame) -> NDArray[Any]:
        video = self._video
        return fitted(grey_matte(frame), video.width, video.height, video.depth)
