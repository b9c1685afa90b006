"""The command ``animate``, run small, and what came out of it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from numpy.typing import NDArray

from afterglow.cli.main import exit_code

LINE = ["animate", "still.png", "out.mp4", "--steps=2", "--seed=1", "--size=64x64", "--frames=3"]


def run(*more: str, line: Sequence[str] = LINE) -> bytes:
    """The bytes of the video that a line makes."""
    assert exit_code([*line, *more, "--overwrite"]) == 0
    return Path("out.mp4").read_bytes()


def video(name: str = "out.mp4") -> tuple[list[NDArray[Any]], Fraction, Fraction]:
    """Pictures, rate, and seconds of the last picture's end."""
    with av.open(name) as box:
        stream = box.streams.video[0]
        frames = list(box.decode(stream))
        assert stream.average_rate is not None and stream.time_base is not None
        assert stream.duration is not None
        length = Fraction(stream.duration * stream.time_base)
        return [each.to_ndarray(format="rgb24") for each in frames], stream.average_rate, length


def left(folder: Path) -> list[str]:
    """What lies in a folder besides what was put there."""
    beside = {"still.png", "temporary", "models"}
    inside = [f"temporary/{path.name}" for path in (folder / "temporary").iterdir()]
    return sorted({path.name for path in folder.iterdir()} - beside) + inside
