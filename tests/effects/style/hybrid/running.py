"""The command ``style hybrid``, run small, and what came out of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from numpy.typing import NDArray

from afterglow.cli.main import exit_code

SMALL = ("--seed=1", "--encoder=software", "--qp=20")


def hybrid(*arguments: object) -> int:
    return exit_code(["style", "hybrid", *SMALL, *map(str, arguments)])


def seen(clip: Path) -> tuple[list[NDArray[Any]], Fraction]:
    """Pictures, and the rate at which they come."""
    with av.open(str(clip)) as box:
        stream = box.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in box.decode(stream)]
        return pictures, Fraction(stream.average_rate or 1)
