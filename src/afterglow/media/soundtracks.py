"""Sound from another file than the pictures: carried along as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from afterglow.errors import MediaError
from afterglow.media.opening import open_file, told
from afterglow.media.passengers import Passengers

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet

_CARRIED = ("audio", "subtitle")
"""Kinds of streams that come along."""
_AHEAD = Fraction(1)
"""Seconds by which sound boards before the pictures that it belongs to."""


class Soundtrack:
    """The sound and subtitles of a file, on their way to a target in place of a source's own."""

    def __init__(
        self, name: str, container: InputContainer, source: Passengers, seconds: Fraction | None
    ) -> None:
        self._name, self._container, self._source = name, container, source
        streams = [each for each in container.streams if each.type in _CARRIED]
        self._packets: Iterator[Packet[Any]] = container.demux(*streams)
        self.passengers = Passengers(
            streams=streams,
            metadata=source.metadata,
            video_metadata=source.video_metadata,
            end=seconds,
            trimmed=True,
            mastering=source.mastering,
            made=True,
        )
        self._latest = Fraction(-1)

    def play(self, seconds: Fraction | None) -> None:
        """Let everything board that is heard until then, and a little more; all, where None.

        Raises:
            MediaError: the file cannot be read on.
        """
        self._source.take()  # what it replaces
        while seconds is None or self._latest <= seconds + _AHEAD:
            with told(self._name, "cannot be read on"):
                packet = next(self._packets, None)
            if packet is None:
                return
            self._latest = (packet.pts or 0) * packet.time_base
            self.passengers.put(packet)


@contextmanager
def soundtrack(name: str, source: Passengers, seconds: Fraction | None) -> Iterator[Soundtrack]:
    """Hold the sound of a file, which ends after so many seconds, in place of a source's.

    Raises:
        MediaError: the file cannot be read, or has no sound and no subtitles.
    """
    _, container = open_file(name)
    with closing(container):
        held = Soundtrack(name, container, source, seconds)
        if not held.passengers.streams:
            raise MediaError(f"{name}: holds no sound")
        yield held
