"""Animated GIF: every picture with a palette of its own."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.choice import TargetPlan
from afterglow.media.options import Say
from afterglow.media.passengers import Passengers
from afterglow.media.pictures import leave_behind
from afterglow.media.planes import rgb_picture, to_depth
from afterglow.ops import array_of

_TICK = Fraction(1, 100)
"""Seconds of GIF's clock."""


class GifWriter:
    """Encodes frames into one GIF that plays for ever."""

    def __init__(
        self, place: Path, plan: TargetPlan, video: VideoInfo, passengers: Passengers, say: Say
    ) -> None:
        self._place = place
        self._plan = plan
        self._video = video
        self._passengers = passengers
        self._graph: Graph | None = None
        self._last = -1
        self._container = av.open(str(place), "w", format="gif")
        rate = video.rate.limit_denominator(1 << 20)
        stream = self._container.add_stream("gif", rate=rate, time_base=_TICK)
        assert isinstance(stream, VideoStream)
        self._stream = stream
        stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "pal8"
        stream.codec_context.time_base = _TICK
        leave_behind(passengers, "GIF", say)
        if (video.time_base / _TICK).denominator != 1:
            say("time: GIF counts hundredths of a second, to which the pictures' times are rounded")

    def write(self, frame: Frame) -> None:
        """Encode one frame."""
        self._passengers.take()
        self._last = max(self._last + 1, round(frame.pts * self._video.time_base / _TICK))
        rgb, alpha = to_depth(array_of(frame.pixels), False), None
        if frame.alpha is not None and self._plan.alpha:
            alpha = to_depth(array_of(frame.alpha), False)
        picture = rgb_picture(rgb, alpha, "rgb24" if alpha is None else "rgba")
        picture.pts, picture.time_base = self._last, _TICK
        self._encode(self._with_palette(picture))

    def finish(self) -> None:
        """Write what is left."""
        if self._graph is None:
            raise MediaError("no picture came, so nothing was written")
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
        self._place = Path()

    def abandon(self) -> None:
        """Close the file, whole or not."""
        if self._place != Path():
            with suppress(av.error.FFmpegError, OSError, ValueError):
                self._container.close()

    def _encode(self, picture: VideoFrame) -> None:
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    def _with_palette(self, picture: VideoFrame) -> VideoFrame:
        if self._graph is None:
            self._graph = palette_graph(picture)
        self._graph.vpush(picture)
        return self._graph.vpull()


def palette_graph(like: VideoFrame) -> Graph:
    """A graph that gives each picture its own 256 colours, with a dither that stands still."""
    graph = Graph()
    arriving = graph.add_buffer(
        width=like.width, height=like.height, format=like.format, time_base=_TICK
    )
    twice = graph.add("split")
    palette = graph.add("palettegen", "stats_mode=single:reserve_transparent=1")
    use = graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=3")
    leaving = graph.add("buffersink")
    arriving.link_to(twice)
    twice.link_to(use, 0, 0)
    twice.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(leaving)
    graph.configure()
    return graph
