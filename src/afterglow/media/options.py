"""What a person may ask of the reader, and how it speaks to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from afterglow.frames import Reach

Say: TypeAlias = Callable[[str], None]
"""Takes one clear line for the person."""


def silent(line: str) -> None:
    """Take a line for the person, and tell nobody: what there is to say was said before."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Which part of a source is read, and into what."""

    start: Fraction = Fraction(0)
    """Seconds from the first picture to the first one wanted."""
    duration: Fraction | None = None
    """Seconds wanted; the range is half-open. None reads to the end."""
    reach: Reach = field(default_factory=Reach)
    """Frames delivered on top, before the start and after the end."""
    resolution: int | None = None
    """Lines to scale to; the aspect is kept and the width made even."""
    hdr: Literal["refuse", "keep", "tonemap"] = "refuse"
    """What becomes of PQ and HLG material."""
    device: str = "cpu"
    """Where the frames live: "cpu" or "cuda:0"."""
    rate: Fraction | None = None
    """Frames per second of an image sequence; 25 if not given."""
    plain: bool = False
    """A picture without colour may come as one channel, (H, W): a matte."""

    @property
    def cut(self) -> bool:
        """True where less than the whole source is wanted."""
        return self.start > 0 or self.duration is not None
