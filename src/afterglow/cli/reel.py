"""Several sources one after the other: how long each is seen, and the sound of all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from afterglow.cli.mixing import first_moment
from afterglow.cli.places import places
from afterglow.cli.run import tell_note
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.frames import VideoInfo

_SAID = {"duration": "Take this much of a video; hold a picture so long (5 seconds if not given)."}
"""What some flags of every run mean here."""
OF_WORDS = "--text"
"""What stands for the source of a picture that is yet to be made from words."""


def _told(names: tuple[str, ...], text: str | None) -> tuple[str, ...]:
    """The sources and the target; a stand-in for the source where words are in its place."""
    if text is not None and len(names) > 1:
        raise UsageError(
            f"--text stands in place of SOURCE, and both are given ({names[0]})",
            hint="leave one of them out",
        )
    if text is not None and names:
        return OF_WORDS, *names
    if len(names) < 2:
        missing = "TARGET" if names or text is not None else "SOURCE"
        context = click.get_current_context()
        raise click.MissingParameter(ctx=context, param_type="argument", param_hint=f"'{missing}'")
    if "" in names[1:-1]:
        raise UsageError("SOURCE is empty", hint="give a file, a folder or -")
    return names


def _meant(names: tuple[str, ...], flags: Mapping[str, Any]) -> Mapping[str, Any]:
    source, *more, target = _told(names, flags.get("text"))
    return {"source": source, "more": tuple(more), "target": target}


joining = places("SOURCE... TARGET", _meant, _SAID, required=False)
"""Gives a command SOURCE, perhaps more of them, TARGET and the flags of every run.

It is called with ``run``, whose source is the first, and ``more``, a tuple of names. Where it has
``--text``, that may stand in place of SOURCE, which is then ``OF_WORDS``.
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A source among several."""

    name: str
    """A file or an image sequence."""
    video: VideoInfo
    """What it is."""
    seconds: Fraction
    """How long it is seen."""
    streams: tuple[str, ...]
    """Kinds of streams that it has."""

    @property
    def still(self) -> bool:
        """True for a picture."""
        return self.video.frames == 1


def is_picture(name: str) -> bool:
    """True for a file that holds one picture; False also for what is not there.

    Raises:
        MediaError: the file cannot be read.
    """
    if name == "-" or not Path(name).is_file():
        return False
    from afterglow.media import probe

    return probe(name).video.frames == 1


def scale_of(name: str, lines: int | None) -> tuple[float, float]:
    """How many times wider and higher the pictures of a file are when they are read at ``lines``.

    Raises:
        MediaError: the file cannot be read.
        UsageError: it is a pipe or a folder, whose size is not known before.
    """
    if lines is None:
        return 1.0, 1.0
    if name == "-" or Path(name).is_dir():
        raise UsageError(
            f"places in PORTRAIT cannot be scaled before its size is known ({name})",
            hint="leave --resolution and --preview out, or give a file",
        )
    from afterglow.media import probe
    from afterglow.media.reader import scaled_info

    own = probe(name).video
    read = scaled_info(own, lines)
    return read.width / own.width, read.height / own.height


def stretches(
    names: Sequence[str],
    held: Fraction,
    most: Fraction | None = None,
    hdr: Literal["refuse", "keep", "tonemap"] = "refuse",
) -> list[Stretch]:
    """The sources, pictures held for so many seconds and clips as long as they are, or ``most``.

    Raises:
        MediaError: one of them cannot be read, or is HDR and nobody said what to do about it.
        UsageError: one is a pipe or a folder, or its length is not known.
    """
    from afterglow.media import ReadOptions, open_source, probe, silent

    found = []
    for name in names:
        if name == "-" or Path(name).is_dir():
            what = "a pipe" if name == "-" else "a folder"
            raise UsageError(f"several sources are files, and one is {what} ({name})")
        probed = probe(name)
        if probed.video.colour.hdr:
            open_source(name, ReadOptions(hdr=hdr), silent).close()
        seconds = held if probed.video.frames == 1 else _length(name, probed.video)
        shown = seconds if most is None else min(seconds, most)
        found.append(Stretch(name, probed.video, shown, probed.streams))
    return found


def _length(name: str, video: VideoInfo) -> Fraction:
    if video.duration is None:
        raise UsageError(
            f"how long it is cannot be told before it is read ({name})",
            hint="copy it into another container first, or give it alone",
        )
    return video.duration


def require_room(found: Sequence[Stretch], overlap: Fraction) -> None:
    """Raise UsageError where one is too short for the transitions on its sides."""
    for number, each in enumerate(found):
        sides = (number > 0) + (number < len(found) - 1)
        if each.seconds < sides * overlap:
            raise UsageError(
                f"{each.name} is {float(each.seconds):g} s long, too short for transitions of "
                f"{float(overlap):g} s on {sides} sides",
                hint="give a shorter --transition-time, or 0 to cut",
            )


@contextmanager
def sound_of(found: Sequence[Stretch], overlap: Fraction) -> Iterator[str | None]:
    """Hold a file with the sound of all, each faded into the next; None where none has any.

    Raises:
        MediaError: the sound of one cannot be read.
    """
    if any("subtitle" in each.streams for each in found):
        tell_note("subtitles: those of several clips are not carried")
    if not any(_heard(each) for each in found):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="afterglow-") as folder:
        target = Path(folder) / "sound.mka"
        _write(target, found, overlap)
        yield str(target)


def _heard(stretch: Stretch) -> bool:
    return not stretch.still and "audio" in stretch.streams


def _write(target: Path, found: Sequence[Stretch], overlap: Fraction) -> None:
    from afterglow.media.joined_sound import Piece, write_joined

    pieces = [
        Piece(each.seconds, each.name, first_moment(each.name))
        if _heard(each)
        else Piece(each.seconds)
        for each in found
    ]
    write_joined(target, pieces, overlap)
