"""When pictures are shown: rate, length, and a pts for every one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from av import VideoFrame

    from afterglow.media.opening import Opened
    from afterglow.media.options import Say

_FASTEST = 240
"""Frames per second beyond which a container's average is not believed unmeasured."""
_WANDERING = frozenset({"mpegts", "mpeg"})
"""Containers whose clock begins anywhere: that of a broadcast runs for a day before it is 0."""
_MEASURED = 100
"""Packets that are looked at to measure a rate."""
_COMMON = [
    Fraction(n, d)
    for n, d in [
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1),
        (60000, 1001), (60, 1), (120000, 1001), (120, 1), (240, 1),
    ]
]  # fmt: skip


def sensible_rate(opened: Opened) -> Fraction:
    """Frames per second: the average where the container's is believable, else measured."""
    stream = opened.stream
    count, length = known_frames(opened), _stream_length(opened)
    if opened.still:
        return Fraction(25)
    if opened.container.format.name == "gif" and count and length:
        return _snap(count / length, Fraction(1, 200))
    average, base = stream.average_rate, stream.base_rate
    if average and average <= _FASTEST:
        return average
    if not average and base and base <= _FASTEST:
        return base
    measured = _measure(opened) if opened.seekable else None
    return measured or (base if base and base <= _FASTEST else Fraction(25))


def _snap(rate: Fraction, tolerance: Fraction) -> Fraction:
    nearest = min(_COMMON, key=lambda common: abs(common - rate))
    return nearest if abs(nearest - rate) <= tolerance * rate else rate


def _measure(opened: Opened) -> Fraction | None:
    times: list[int] = []
    with av.open(
        opened.container.name, container_options=opened.container.container_options
    ) as again:
        stream = again.streams[opened.stream.index]
        for packet in again.demux(stream):
            if packet.pts is not None:
                times.append(packet.pts)
            if len(times) == _MEASURED:
                break
    if len(times) < 2 or max(times) == min(times):
        return None
    span = (max(times) - min(times)) * opened.time_base
    return _snap((len(times) - 1) / span, Fraction(1, 200))


def known_frames(opened: Opened) -> int | None:
    """Frames of the source, where its container says so and can be believed."""
    if opened.still:
        return 1
    if opened.sequence:
        return opened.sequence.count
    count = opened.stream.frames
    index = opened.stream.index_entries
    if count and len(index) == count:
        return sum(not entry.is_discard for entry in index)
    return count or None


def known_duration(opened: Opened, rate: Fraction) -> Fraction | None:
    """Seconds of the source; None where nobody says. A claim that the frames belie is dropped."""
    frames = known_frames(opened)
    if opened.still or opened.sequence:
        return (frames or 0) / rate
    claim = _stream_length(opened)
    if claim is None and opened.container.duration:
        claim = Fraction(opened.container.duration, 1_000_000)
    if frames and (claim is None or not frames / rate / 2 <= claim <= frames / rate * 2):
        return frames / rate
    return claim


def zero_of(opened: Opened, first: int) -> int:
    """The pts that becomes 0 in a source that is not cut, whose first picture has pts ``first``.

    That is 0 but for a clock that begins anywhere, whose first sound or picture is at 0 then, and
    for pictures before 0, which few containers can hold.
    """
    if opened.facts is not None:
        return 0
    start = opened.container.start_time
    if start is None or opened.container.format.name not in _WANDERING:
        return min(0, first)
    return min(first, round(Fraction(start, 1_000_000) / opened.time_base))


def _stream_length(opened: Opened) -> Fraction | None:
    length = opened.stream.duration
    return length * opened.time_base if length and length > 0 else None


def with_times(frames: Iterable[VideoFrame], step: int, say: Say) -> Iterator[VideoFrame]:
    """The same pictures, each with a pts later than the one before.

    ``step`` is the usual distance of two pictures in units of pts; it fills in for missing times.
    """
    last: int | None = None
    told = False
    for frame in frames:
        pts = frame.pts
        if pts is None:
            pts = 0 if last is None else last + (frame.duration or step)
        elif last is not None and pts <= last:
            pts = last + 1
            if not told:
                say("times that do not advance were moved on by one tick")
                told = True
        frame.pts = last = pts
        yield frame
