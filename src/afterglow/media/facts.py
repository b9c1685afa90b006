"""What is known of an open source once its first picture is decoded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from afterglow.errors import MediaError
from afterglow.frames import VideoInfo
from afterglow.media.colour import resolve, tags_of
from afterglow.media.convert import is_opaque
from afterglow.media.decode import decode
from afterglow.media.opening import Opened, open_media
from afterglow.media.orientation import UPRIGHT, Orientation, orientation_of
from afterglow.media.passengers import Mastering, mastering_of
from afterglow.media.sidedata import side_data
from afterglow.media.timing import known_duration, known_frames, sensible_rate

if TYPE_CHECKING:
    from av import VideoFrame


@dataclass(frozen=True, slots=True)
class Facts:
    """A source's pictures, described."""

    video: VideoInfo
    """The whole video, at its own size."""
    orientation: Orientation
    """How stored pictures are turned for display."""
    stored_bits: int
    """Bits of a channel in the decoded pictures."""
    interlaced: bool
    """The first picture is made of two fields."""
    dolby_vision: bool
    """The first picture carries Dolby Vision metadata."""
    mastering: Mastering | None
    """HDR mastering facts."""
    notes: tuple[str, ...]
    """Lines for the person: what had to be assumed."""


def describe(opened: Opened, frame: VideoFrame) -> Facts:
    """Everything known of ``opened``, whose first decoded picture is ``frame``.

    Raises MediaError for pictures that cannot be shown rightly.
    """
    side = side_data(frame)
    notes = list(opened.notes)
    orientation = _orientation(side.get("DISPLAYMATRIX"), notes)
    bits = max(component.bits for component in frame.format.components)
    video = _video(opened, frame, orientation, bits, notes)
    mastering = mastering_of(
        side.get("MASTERING_DISPLAY_METADATA"), side.get("CONTENT_LIGHT_LEVEL")
    )
    if opened.facts:
        video, mastering = _told_by_upstream(opened, video), opened.facts.mastering
        notes = []
    return Facts(
        video,
        orientation,
        bits,
        frame.interlaced_frame,
        "DOVI_METADATA" in side,
        mastering,
        tuple(notes),
    )


def _video(
    opened: Opened, frame: VideoFrame, orientation: Orientation, bits: int, notes: list[str]
) -> VideoInfo:
    """The whole video as it is displayed; what had to be assumed of its colour is noted."""
    width, height = frame.width, frame.height
    if orientation.transpose:
        width, height = height, width
    colour, note = resolve(tags_of(frame, height))
    if note:
        notes.append(note)
    rate = sensible_rate(opened)
    return VideoInfo(
        width=width,
        height=height,
        rate=rate,
        time_base=opened.time_base,
        sample_aspect=_sample_aspect(opened, orientation),
        depth=16 if bits > 8 else 8,
        bits=next(step for step in (8, 10, 12, 16, 32) if bits <= step),
        alpha=has_alpha(frame) and not _opaque_throughout(opened, frame),
        colour=colour,
        frames=known_frames(opened),
        duration=known_duration(opened, rate),
        source=opened.source,
    )


def has_alpha(frame: VideoFrame) -> bool:
    """True where the picture's format holds a matte."""
    return frame.format.has_palette or any(c.is_alpha for c in frame.format.components)


def _opaque_throughout(opened: Opened, frame: VideoFrame) -> bool:
    """True for a GIF or an image with a palette that makes no use of its transparency."""
    if not (frame.format.has_palette or opened.container.format.name == "gif"):
        return False
    if not opened.seekable:
        return False
    again = open_media(opened.source)
    try:
        return all(is_opaque(picture) for picture in decode(again, lambda packet: None))
    finally:
        again.close()


def refuse_hdr(facts: Facts, source: str, choice: str) -> None:
    """Raise MediaError where the video is HDR and nobody said what to do about it."""
    transfer = facts.video.colour.transfer
    hdr = facts.video.colour.hdr
    if facts.dolby_vision and not hdr:
        raise MediaError(
            f"{source}: Dolby Vision without a common base layer cannot be read",
            hint="export it as HDR10, HLG or SDR first",
        )
    if hdr and choice == "refuse":
        kind = {"smpte2084": "PQ", "arib-std-b67": "HLG"}[transfer]
        kind += " with Dolby Vision" if facts.dolby_vision else ""
        raise MediaError(
            f"{source}: is HDR ({kind}), and effects would change its light unasked",
            hint="say --hdr keep (stay HDR) or --hdr tonemap (make it BT.709)",
        )


def _orientation(matrix: bytes | None, notes: list[str]) -> Orientation:
    if matrix is None:
        return UPRIGHT
    orientation = orientation_of(matrix)
    if orientation is None:
        notes.append("turned by an angle that is not a multiple of 90 degrees: shown as stored")
    return orientation or UPRIGHT


def _sample_aspect(opened: Opened, orientation: Orientation) -> Fraction:
    aspect = opened.stream.sample_aspect_ratio or Fraction(1)
    return 1 / aspect if orientation.transpose else aspect


def _told_by_upstream(opened: Opened, video: VideoInfo) -> VideoInfo:
    assert opened.facts is not None
    told = opened.facts.video
    if (told.width, told.height, told.depth) != (video.width, video.height, video.depth):
        raise MediaError(f"{opened.source}: the pipe's pictures are not what its header says")
    return replace(told, alpha=video.alpha, source=opened.source)
