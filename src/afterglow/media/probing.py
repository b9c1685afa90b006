"""What a source is, without reading more of it than its first picture."""

from __future__ import annotations

from dataclasses import dataclass

from afterglow.errors import MediaError
from afterglow.frames import VideoInfo
from afterglow.media.decode import decode
from afterglow.media.facts import describe
from afterglow.media.opening import Opened, open_media
from afterglow.media.orientation import Orientation


@dataclass(frozen=True, slots=True)
class Probe:
    """A source, described."""

    video: VideoInfo
    """Its pictures."""
    container: str
    """FFmpeg's name of the container: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", ..."""
    codec: str
    """FFmpeg's name of the pictures' codec: h264, prores, ..."""
    streams: tuple[str, ...]
    """One word for each stream, in order: video, audio, subtitle, data, attachment."""
    interlaced: bool
    """The first picture is made of two fields."""
    orientation: Orientation
    """How stored pictures are turned for display."""
    notes: tuple[str, ...]
    """What had to be assumed, in lines for the person."""


def probe(source: str) -> Probe:
    """What is known of ``source`` once its first picture is decoded; "-" cannot be probed.

    Raises:
        MediaError: it cannot be read, has no video, or no picture decodes.
    """
    if source == "-":
        raise MediaError("-: a pipe can be read only once, so it cannot be looked at first")
    opened = open_media(source)
    try:
        return _look(opened)
    finally:
        opened.close()


def _look(opened: Opened) -> Probe:
    first = next(decode(opened, put=lambda packet: None), None)
    if first is None:
        raise MediaError(f"{opened.source}: holds no picture that can be decoded")
    facts = describe(opened, first)
    return Probe(
        video=facts.video,
        container=opened.container.format.name,
        codec=opened.stream.codec_context.codec.canonical_name,
        streams=tuple(stream.type for stream in opened.container.streams),
        interlaced=facts.interlaced,
        orientation=facts.orientation,
        notes=facts.notes,
    )
