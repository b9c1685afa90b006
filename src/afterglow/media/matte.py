"""A matte from a second file, joined to the frames by time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.options import ReadOptions, Say
from afterglow.media.reader import Source, open_source

if TYPE_CHECKING:
    from numpy.typing import NDArray


_WHOLE = ReadOptions(hdr="keep")
"""A matte is not for looking at: its light may be of any kind."""
_WORTH_SEEKING = Fraction(2)
"""Seconds; up to a nearer first frame the matte is simply decoded."""


def attach_matte(
    frames: Iterator[Frame],
    video: VideoInfo,
    matte_source: str,
    say: Say,
    offset: Fraction | None = None,
) -> tuple[Iterator[Frame], VideoInfo]:
    """The frames with a matte from another file, and the video's facts with it.

    The matte is the other file's alpha channel if it has one, else its grey. Both are counted from
    their first picture; a frame takes the nearest matte that begins not later than half a frame
    after it. A single image holds for all frames. An alpha that the frames had is replaced.

    ``offset`` is the source's (``Source.offset``): seconds from its first picture to the time that
    pts 0 stands for. Without it the first frame is taken for the source's first picture.

    Raises:
        MediaError: the matte cannot be read, or ends more than a frame before the video.
    """
    source = open_source(matte_source, _WHOLE, say)
    joined = _joined(frames, video, source, offset, say)
    return joined, replace(video, alpha=True)


def grey_matte(frame: Frame) -> NDArray[Any]:
    """(H, W) matte of a frame of a matte video: its alpha, else its grey."""
    if frame.alpha is not None:
        return np.asarray(frame.alpha)
    return cv2.cvtColor(np.asarray(frame.pixels), cv2.COLOR_RGB2GRAY)


def fitted(matte: NDArray[Any], width: int, height: int, depth: int) -> NDArray[Any]:
    """(height, width) matte, uint8 or uint16 as ``depth`` says, from one of any size and depth."""
    if matte.dtype == np.uint8 and depth == 16:
        matte = matte.astype(np.uint16) * 257
    elif matte.dtype == np.uint16 and depth == 8:
        matte = ((matte.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if matte.shape == (height, width):
        return matte
    smaller = width < matte.shape[1]
    return cv2.resize(
        matte, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )


def _joined(
    frames: Iterator[Frame], video: VideoInfo, source: Source, offset: Fraction | None, say: Say
) -> Iterator[Frame]:
    with ExitStack() as stack:
        stack.enter_context(source)
        mattes: _Mattes | None = None
        for frame in frames:
            if offset is None:
                offset = -frame.pts * video.time_base
            seconds = frame.pts * video.time_base + offset
            if mattes is None:
                source = stack.enter_context(_wound(source, seconds, say))
                mattes = _Mattes(source, video)
            yield replace(frame, alpha=mattes.at(seconds))


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
        frame_length = max(1 / self._video.rate, 1 / self._matte_info.rate)
        end = self._begin + 1 / self._matte_info.rate
        if self._next is None and not self._still and seconds >= end + frame_length:
            raise MediaError(
                f"{self._matte_info.source}: the matte ends at {float(end):.3f} s, "
                "before the video does",
                hint="give a matte as long as the video, or a single image",
            )
        return self._now

    def _is_nearer(self, matte: Frame, seconds: Fraction) -> bool:
        late = self._time(matte) - seconds
        return late <= 1 / self._video.rate / 2 and abs(late) < abs(self._begin - seconds)

    def _time(self, frame: Frame) -> Fraction:
        return frame.pts * self._base + self._offset

    def _fit(self, frame: Frame) -> NDArray[Any]:
        video = self._video
        return fitted(grey_matte(frame), video.width, video.height, video.depth)
