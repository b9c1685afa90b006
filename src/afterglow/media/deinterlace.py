"""Whole pictures from pairs of fields."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import av.error
from av import VideoFrame
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.reformatter import VideoReformatter

if TYPE_CHECKING:
    from afterglow.media.options import Say

_PROBE = 64
"""Pixels and lines of the picture that finds out what bwdif takes."""


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


@lru_cache
def _format_of_bwdif(pixel_format: str) -> str:
    """The format into which pictures must be brought for bwdif: their own, if it takes it."""
    blank = VideoFrame(_PROBE, _PROBE, pixel_format)
    blank.pts = 0
    graph = _graph(blank.format, _PROBE, _PROBE, Fraction(1))
    graph.vpush(blank)
    graph.vpush(None)
    return graph.vpull().format.name


def _graph(pixel_format: VideoFormat, width: int, height: int, time_base: Fraction) -> Graph:
    graph = Graph()
    graph.link_nodes(
        graph.add_buffer(width=width, height=height, format=pixel_format, time_base=time_base),
        graph.add("bwdif", "mode=send_frame:deint=interlaced"),
        graph.add("buffersink"),
    )
    graph.configure()
    return graph


class _Weave:
    """A running bwdif for pictures of one size and format.

    Formats that bwdif does not take are converted here, matrix and range untouched: left to the
    graph, FFmpeg would turn the colours into those of an untagged video on the way.
    """

    def __init__(self, frame: VideoFrame, time_base: Fraction) -> None:
        self._shape = (frame.width, frame.height, frame.format.name)
        self._times: deque[int | None] = deque()
        name = _format_of_bwdif(frame.format.name)
        self._format = VideoFormat(name, frame.width, frame.height)
        self._swscale = VideoReformatter()
        self._graph = _graph(self._format, frame.width, frame.height, time_base)

    def fits(self, frame: VideoFrame) -> bool:
        return self._shape == (frame.width, frame.height, frame.format.name)

    def push(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        self._times.append(frame.pts)
        self._graph.vpush(self._swscale.reformat(frame, format=self._format.name))
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
