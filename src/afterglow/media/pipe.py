"""Video between two afterglows: NUT on a pipe, facts in its header and a mark at its end."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from afterglow.errors import MediaError, UsageError
from afterglow.frames import Colour, VideoInfo
from afterglow.media.passengers import Mastering

FACTS_KEY = "afterglow"
_FAREWELL = b"afterglow:that-was-all"
_NUT_INDEX = b"NX\xdd\x67\x2f\x23\xe6\x4e"
END_MARK = _NUT_INDEX + bytes([len(_FAREWELL)]) + _FAREWELL
"""A packet that every NUT reader skips: an index, its length, and our word instead of entries."""
_PIPE_BYTES = 1 << 20
_BLOCK = 1 << 16


class DownstreamClosed(BrokenPipeError):  # noqa: N818 - the reader has what it wants: no fault
    """Whoever reads our stdout has closed it: stop quietly."""


@dataclass(frozen=True, slots=True)
class PipeFacts:
    """What a pipe says about its pictures before the first of them."""

    video: VideoInfo
    """The video as the upstream had it; its time base may be finer in the stream itself."""
    shift: Fraction = Fraction(0)
    """Seconds that were added to every time in the pipe, which cannot hold negative ones."""
    mastering: Mastering | None = None
    """HDR mastering facts."""


def write_facts(facts: PipeFacts) -> str:
    """The facts as one line of JSON, for the container's metadata; fractions as "n/d"."""
    video = asdict(facts.video)
    del video["source"]
    mastering = asdict(facts.mastering) if facts.mastering else None
    whole = {"video": video, "shift": facts.shift, "mastering": mastering}
    return json.dumps(whole, default=str, separators=(",", ":"))


def read_facts(metadata: Mapping[str, str]) -> PipeFacts | None:
    """The facts in a container's metadata; None where another program wrote the stream.

    Raises MediaError where there are facts that cannot be read.
    """
    text = metadata.get(FACTS_KEY)
    if text is None:
        return None
    try:
        whole = json.loads(text)
        return PipeFacts(
            _video(whole["video"]), Fraction(whole["shift"]), _mastering(whole["mastering"])
        )
    except (ValueError, TypeError, KeyError) as error:
        raise MediaError(
            f"-: the pipe's header cannot be understood: {error}",
            hint="use the same version of afterglow on both ends of the pipe",
        ) from error


def _video(facts: dict[str, Any]) -> VideoInfo:
    exact = {key: _exact(facts[key]) for key in ("rate", "time_base", "sample_aspect", "duration")}
    colour = Colour(**facts["colour"])
    whole: dict[str, Any] = {**facts, **exact, "colour": colour, "source": "-"}
    return VideoInfo(**whole)


def _mastering(facts: dict[str, Any] | None) -> Mastering | None:
    if facts is None:
        return None
    return Mastering(**{key: _exact(value) for key, value in facts.items()})


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_exact(part) for part in value)
    return Fraction(value) if isinstance(value, str) else value


class Intake:
    """Standard input as a read-only file that remembers how it ended."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._tail = b""
        self.name = "-"
        widen(descriptor)

    def read(self, size: int = _BLOCK) -> bytes:
        """At most ``size`` bytes; none at the end. Raises MediaError where it cannot be read."""
        try:
            block = os.read(self._descriptor, size)
        except OSError as error:
            raise MediaError(f"-: standard input cannot be read: {error.strerror}") from error
        self._tail = (self._tail + block[-len(END_MARK) :])[-len(END_MARK) :]
        return block

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """False: a pipe has no way back."""
        return False

    def ended_with_mark(self) -> bool:
        """Read what is left, and say whether the upstream finished its work."""
        while self.read():
            pass
        return self._tail == END_MARK


def stdout_for_video() -> int:
    """The descriptor of standard output, widened. Raises UsageError where it is a terminal."""
    descriptor = 1
    if os.isatty(descriptor):
        raise UsageError(
            "-: standard output is a terminal, and video is not text",
            hint="pipe it on, for example: afterglow ... - | ffplay -",
        )
    widen(descriptor)
    return descriptor


def widen(descriptor: int) -> None:
    """Ask for a large pipe buffer; where there is none to have, the old one stays."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
