"""Whole pictures from pairs of fields."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import av.error
from av.filter import Graph

if TYPE_CHECKING:
    from av import VideoFrame

    from afterglow.media.options import Say


def deinterlaced(
    frames: Iterable[VideoFrame], time_base: Fraction, say: Say
) -> Iterator[VideoFrame]:
    """One picture for each that comes in, with its pts; only interlaced ones are changed.

    bwdif (FFmpeg) looks one picture ahead. Nothing is filtered before the first interlaced
    picture comes.
    """
    weave: _Weave | None = None
    for frame in frames:
        if weave and not weave.fits(frame):
            yield from weave.flush()
            weave = None
        if weave is None and frame.interlaced_frame:
            say("interlaced: deinterlaced with bwdif")
            weave = _Weave(frame, time_base)
        if weave is None:
            yield frame
        else:
            yield from weave.push(frame)
    if weave:
        yield from weave.flush()


class _Weave:
    """A running bwdif for pictures of one size and format."""

    def __init__(self, frame: VideoFrame, time_base: Fraction) -> None:
        self._shape = (frame.width, frame.height, frame.format.name)
        self._times: deque[int | None] = deque()
        self._graph = Graph()
        source = self._graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=time_base
        )
        bwdif = self._graph.add("bwdif", "mode=send_frame:deint=interlaced")
        sink = self._graph.add("buffersink")
        source.link_to(bwdif)
        bwdif.link_to(sink)
        self._graph.configure()

    def fits(self, frame: VideoFrame) -> bool:
        return self._shape == (frame.width, frame.height, frame.format.name)

    def push(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        self._times.append(frame.pts)
        self._graph.vpush(frame)
        yield from self._pull()

    def flush(self) -> Iterator[VideoFrame]:
        self._graph.vpush(None)
        yield from self._pull()

    def _pull(self) -> Iterator[VideoFrame]:
        while self._times:
            try:
                frame = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            frame.pts = self._times.popleft()
            yield frame
