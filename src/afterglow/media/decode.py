"""Packets to pictures: one pass over the container serves pictures and passengers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, TypeAlias

import av.error

from afterglow.errors import MediaError
from afterglow.media.opening import Opened, reason, told

if TYPE_CHECKING:
    from av import VideoFrame
    from av.packet import Packet

Put: TypeAlias = "Callable[[Packet[Any]], None]"
"""Takes a packet that is not of the pictures."""

_NO_WAY_BACK = (
    "this MP4 or MOV cannot be piped, as its index comes last",
    "give the file by its name, or move the index: ffmpeg -i IN -c copy -movflags +faststart OUT",
)
"""What is wrong where the first packet of such a pipe cannot be had, and the remedy."""


_BEGIN_WHOLE = frozenset({"mov", "matroska"})
"""Containers with a beginning: others are streams, which may be cut anywhere."""


def decode(opened: Opened, put: Put) -> Iterator[VideoFrame]:
    """Every picture from where the container stands, in the order of display.

    Pictures before the first key frame that have an error are left out: the source was cut from
    a longer one, or was wound to here.

    Raises:
        MediaError: the demuxer or the decoder meets corrupt data, or a pipe's upstream died.
    """
    start = _Start(opened)
    chunks = _Chunks() if opened.container.format.name == "avi" else None
    for packet in _packets(opened, put):
        start.see(packet)
        if chunks:
            chunks.see(packet)
        for frame in _pictures(opened, packet, tolerant=start.is_open):
            if chunks:
                chunks.time(frame)
            if start.takes(frame):
                yield _on_clock(opened, frame)
    _check_end(opened)


class _Start:
    """How a source begins: up to where pictures with errors are left out, and later are damage."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        names = opened.container.format.name.split(",")
        self._begins_whole = not _BEGIN_WHOLE.isdisjoint(names)
        self._seen = self._begun = False
        self._key: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether what cannot be decoded may lean on what came before the source's beginning."""
        return not self._begun and self._key is None

    def see(self, packet: Packet[Any]) -> None:
        """Take note of what is stored next. Nothing shown after a first key frame leans back."""
        if self._begins_whole and not self._seen and packet.is_keyframe:
            self._key = packet.pts
        self._seen = True

    def takes(self, frame: VideoFrame) -> bool:
        """Whether the picture has no error; raises MediaError where it should have none."""
        if not frame.is_corrupt:
            self._begun = self._begun or frame.key_frame or self._opened.still
            return True
        leads = self._key is None or frame.pts is None or frame.pts < self._key
        if self._opened.still or self._begun or not leads:
            which = "the" if self._opened.still else "a"
            where = _at(self._opened, frame.pts)
            raise MediaError(f"{self._opened.source}: {which} picture is corrupt{where}")
        return False


class _Chunks:
    """The times of pictures in AVI, which knows in what order they are stored, not shown.

    The first that is shown has the time of the first that is stored, the next that of the next.
    """

    def __init__(self) -> None:
        self._times: list[int] = []

    def see(self, packet: Packet[Any]) -> None:
        """Take note of the time of what is stored next."""
        if packet.size and packet.dts is not None:
            heappush(self._times, packet.dts)

    def time(self, frame: VideoFrame) -> None:
        """Give the picture that is shown next its time."""
        if self._times:
            frame.pts = heappop(self._times)


def from_key_frame(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """The pictures from the first key frame on: what comes earlier leans on what is not there."""
    begun = False
    for frame in frames:
        begun = begun or frame.key_frame
        if begun:
            yield frame


def _packets(opened: Opened, put: Put) -> Iterator[Packet[Any]]:
    """Packets of the pictures, the empty one last; all others go to ``put``."""
    packets = opened.container.demux()
    trouble = ("cannot be read on", "")
    if opened.intake and "mp4" in opened.container.format.name:
        trouble = _NO_WAY_BACK
    while True:
        with told(opened.source, *trouble):
            packet = next(packets, None)
        trouble = ("cannot be read on", "")
        if packet is None:
            return
        if packet.stream.index != opened.stream.index:
            put(packet)
        elif packet.is_corrupt:
            raise MediaError(f"{opened.source}: is damaged or cut off{_at(opened, packet.pts)}")
        else:
            yield packet


def _pictures(opened: Opened, packet: Packet[Any], tolerant: bool) -> list[VideoFrame]:
    try:
        return opened.decoder.decode(packet if packet.size else None)
    except av.error.EOFError:
        return []
    except av.error.InvalidDataError as error:
        if tolerant and packet.size and not packet.is_keyframe:
            return []
        raise _damaged(opened, packet, error) from error
    except av.error.FFmpegError as error:
        raise _damaged(opened, packet, error) from error


def _damaged(opened: Opened, packet: Packet[Any], error: av.error.FFmpegError) -> MediaError:
    where = _at(opened, packet.pts)
    return MediaError(f"{opened.source}: cannot be decoded{where}: {reason(error)}")


def _at(opened: Opened, pts: int | None) -> str:
    if pts is None or opened.still:
        return ""
    return f" at {float(pts * (opened.stream.time_base or 1)):.3f} s"


def _on_clock(opened: Opened, frame: VideoFrame) -> VideoFrame:
    """The picture with its pts on the upstream's clock, where there is an afterglow upstream."""
    if opened.facts and frame.pts is not None and opened.stream.time_base:
        seconds = frame.pts * opened.stream.time_base - opened.facts.shift
        frame.pts = round(seconds / opened.facts.video.time_base)
    return frame


def _check_end(opened: Opened) -> None:
    if opened.facts and opened.intake and not opened.intake.ended_with_mark():
        raise MediaError("-: the program before this one in the pipe did not finish")
