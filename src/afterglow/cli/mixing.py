"""The sound of a character and of what is behind it, made one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from afterglow.frames import VideoInfo


@dataclass(frozen=True, slots=True)
class Voice:
    """What is heard in front."""

    file: str | None
    """A file; None is silence."""
    start: Fraction = Fraction(0)
    """Seconds of its clock at which it begins."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What is heard behind."""

    video: VideoInfo
    """Of the background."""
    ending: Literal["loop", "hold"]
    """What it does where it is shorter."""
    volume: float
    """Factor on its sound where nobody speaks; 0 for none."""


@contextmanager
def mixed_sound(voice: Voice, behind: Behind, seconds: Fraction) -> Iterator[str | None]:
    """Hold a file with both, so many seconds long; None where the background gives no sound.

    Raises:
        MediaError: a file cannot be read.
    """
    from afterglow.media.joined_sound import Piece, has_sound
    from afterglow.media.mixed_sound import write_mixed

    file = behind.video.source
    moving = file is not None and behind.video.frames != 1
    if file is None or not moving or behind.volume == 0 or not has_sound(file):
        yield None
        return
    heard = voice.file if voice.file is not None and has_sound(voice.file) else None
    length = _length(behind.video) or seconds
    times = ceil(seconds / length) if behind.ending == "loop" else 1
    loop = [Piece(length, file, first_moment(file))] * times
    with tempfile.TemporaryDirectory(prefix="afterglow-") as folder:
        target = Path(folder) / "sound.mka"
        write_mixed(target, [Piece(seconds, heard, voice.start)], loop, seconds, behind.volume)
        yield str(target)


def first_moment(file: str) -> Fraction:
    """Return the seconds of a file's clock at which its first picture is seen.

    Raises:
        MediaError: it cannot be read.
    """
    from afterglow.media import ReadOptions, open_source, silent

    with open_source(file, ReadOptions(hdr="keep"), silent) as source:
        return -source.offset


def length_of(file: str) -> Fraction | None:
    """Return the seconds that a video lasts, if they are known.

    Raises:
        MediaError: it cannot be read.
    """
    from afterglow.media import probe

    return _length(probe(file).video)


def _length(video: VideoInfo) -> Fraction | None:
    """Seconds that its pictures last."""
    if video.frames is not None:
        return video.frames / video.rate
    return video.duration
