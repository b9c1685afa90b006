"""Subtitles in another container's words: text is carried over, styling is not."""

from __future__ import annotations

import re
from fractions import Fraction

from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from afterglow.media.passengers import Passengers, settle

_TEXT = frozenset({"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"})
_SPOKEN = {"mp4": "mov_text", "mov": "mov_text", "webm": "webvtt", "matroska": "subrip"}
_MILLISECOND = Fraction(1, 1000)
_STYLE = re.compile(rb"\{\\[^}]*\}")


def translation(muxer: str, stream: SubtitleStream) -> str | None:
    """The codec into which a text subtitle is put for this container; None for pictures."""
    context = stream.codec_context
    if context is None or context.name not in _TEXT:
        return None
    return _SPOKEN.get(muxer)


class Translator:
    """One subtitle stream on its way into another codec."""

    def __init__(
        self, container: OutputContainer, source: SubtitleStream, name: str, passengers: Passengers
    ) -> None:
        self._source = source
        self._passengers = passengers
        self._name = name
        self.stream = container.add_mux_stream(name, time_base=_MILLISECOND)

    def board(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """The subtitle in the new words, on the target's clock; none where it holds no text."""
        words = b"\n".join(_words(line) for line in self._source.decode2(packet) or ())
        if not words.strip() or not settle(packet, self._passengers):
            return []
        start = round((packet.pts or 0) * packet.time_base / _MILLISECOND)
        length = round((packet.duration or 0) * packet.time_base / _MILLISECOND)
        new: Packet[Stream] = Packet(self._payload(words))
        new.time_base = _MILLISECOND
        new.pts = new.dts = start
        new.duration = length
        new.stream = self.stream
        return [new]

    def finish(self) -> list[Packet[Stream]]:
        """None: nothing is kept back."""
        return []

    def _payload(self, words: bytes) -> bytes:
        """The text as the codec stores it; 3GPP timed text puts its length in front."""
        return len(words).to_bytes(2, "big") + words if self._name == "mov_text" else words


def _words(line: object) -> bytes:
    if not isinstance(line, AssSubtitle):
        return b""
    text = _STYLE.sub(b"", line.dialogue or line.text)
    return text.replace(b"\\N", b"\n").replace(b"\\n", b"\n").strip()
