"""The command ``style cinematic``, run on small sources, and what came out of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from afterglow.cli.main import exit_code
from afterglow.media import probe

SIZE = (96, 64)


def shot(*arguments: object) -> list[str]:
    """The command line, without another encoder than the one that is everywhere."""
    return ["style", "cinematic", *map(str, arguments), "--seed=1", "--encoder=software"]


def film(folder: Path, target: Path, *arguments: object) -> Any:
    """What came out of a run."""
    given = [folder / each if str(each)[0] != "-" else each for each in arguments]
    names = [each for each in given if str(each)[0] != "-"]
    flags = [each for each in given if str(each)[0] == "-"]
    assert exit_code(shot(*names, target, *flags)) == 0
    return probe(str(target))


def heard(target: Path) -> Fraction:
    """Seconds of sound."""
    with av.open(str(target)) as box:
        (stream,) = box.streams.audio
        rate = stream.codec_context.sample_rate
        return Fraction(sum(frame.samples for frame in box.decode(stream)), rate)


def pictures(target: Path) -> list[Any]:
    with av.open(str(target)) as box:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in box.decode(video=0)]
