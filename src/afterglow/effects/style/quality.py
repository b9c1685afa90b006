"""Sizes, rates and bits of what is made to be shown on telephones and screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

HELD = Fraction(5)
"""Seconds for which a picture is seen where nobody says."""
PICTURE_RATE = Fraction(25)
"""Frames per second of a film that begins with a picture, if nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What comes out."""

    width: int
    """Pixels, of an upright picture."""
    height: int
    """Lines of it."""
    rate: Fraction
    """Frames per second."""
    bitrate: int
    """Bits per second."""

    def size(self, *, landscape: bool, lines: int | None = None) -> tuple[int, int]:
        """Return (width, height), lying on its side or upright, with fewer lines if asked for."""
        width, height = (self.height, self.width) if landscape else (self.width, self.height)
        if lines is None or lines >= height:
            return width, height
        return 2 * round(Fraction(width * lines, 2 * height)), lines


QUALITIES: Mapping[str, Quality] = MappingProxyType(
    {
        "speed": Quality(720, 1280, Fraction(15), 2_000_000),
        "balanced": Quality(1080, 1920, Fraction(24), 4_000_000),
        "quality": Quality(1080, 1920, Fraction(30), 8_000_000),
        "ultra": Quality(2160, 3840, Fraction(30), 16_000_000),
    }
)
"""What can be asked for by name."""
