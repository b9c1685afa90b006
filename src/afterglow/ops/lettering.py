"""Words as pixels: in the typeface that pillow brings along (Aileron), or in one of the system."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

BUILT_IN = ""
"""The name of the typeface that is always there; it has little but ASCII."""
_SYSTEM = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
)
"""Files of typefaces with more letters, of which most systems have one."""
_ABSENT = ("\uffff", "\U00011c92")
"""A character and a combining mark that no typeface has."""


class Measure(NamedTuple):
    """The room that a line of words takes, in pixels."""

    width: int
    """From the first letter's origin to the end of the last."""
    ascent: int
    """Above the line that the letters stand on."""
    descent: int
    """Below it."""

    @property
    def height(self) -> int:
        """Lines from the highest to the lowest of any letter."""
        return self.ascent + self.descent


def face_for(text: str) -> str:
    """The typeface with which least of a text is lacking; the built-in one if it has all."""
    faces = [BUILT_IN, *(name for name in _SYSTEM if _is_here(name))]
    return min(faces, key=lambda face: len(lacking(text, face)))


def measure(text: str, size: float, face: str = BUILT_IN) -> Measure:
    """The room that a line takes in letters of ``size`` pixels."""
    letters = _letters(face, size)
    return Measure(int(np.ceil(letters.getlength(text))), *letters.getmetrics())


def ink(text: str, size: float, edge: int = 0, face: str = BUILT_IN) -> NDArray[np.uint8]:
    """(H, W) coverage of a line of words, with ``edge`` pixels of outline and of room around it."""
    room = measure(text, size, face)
    picture = Image.new("L", (room.width + 2 * edge, room.height + 2 * edge), 0)
    letters = _letters(face, size)
    ImageDraw.Draw(picture).text((edge, edge), text, 255, letters, stroke_width=edge)
    return np.array(picture, np.uint8)


def wrapped(text: str, size: float, width: int, face: str = BUILT_IN) -> list[str]:
    """The text in lines of at most ``width`` pixels, broken between words.

    A word that is longer than a line is broken within; so are scripts written without spaces.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and measure(longer, size, face).width > width:
                lines.append(line)
                longer = word
            *full, line = _broken(longer, size, width, face)
            lines.extend(full)
        if line:
            lines.append(line)
    return lines


def lacking(text: str, face: str = BUILT_IN) -> str:
    """The characters of a text that a typeface has no picture of, each once, in their order."""
    seen = (each for each in dict.fromkeys(text) if each.isprintable() and not each.isspace())
    return "".join(each for each in seen if _is_lacking(each, face))


def without(text: str, characters: str, face: str = BUILT_IN) -> str:
    """A text without some characters, and without signs of format that a typeface would box."""
    return "".join(
        each
        for each in text
        if each not in characters
        and (each.isprintable() or each.isspace() or not _is_lacking(each, face))
    )


@lru_cache(maxsize=4096)
def _is_lacking(character: str, face: str) -> bool:
    one, *others = (ink(each, 24, face=face) for each in (character, *_ABSENT))
    return any(np.array_equal(one, other) for other in others)


def _broken(word: str, size: float, width: int, face: str) -> list[str]:
    """One word in pieces that fit."""
    pieces = [word]
    while len(pieces[-1]) > 1 and measure(pieces[-1], size, face).width > width:
        whole = pieces.pop()
        wide = partial(_wide, whole, size, face)
        cut = max(1, bisect_right(range(1, len(whole)), width, key=wide))
        pieces += [whole[:cut], whole[cut:]]
    return pieces


def _wide(word: str, size: float, face: str, count: int) -> int:
    """Pixels that the first letters of a word take."""
    return measure(word[:count], size, face).width


@lru_cache(maxsize=16)
def _letters(face: str, size: float) -> ImageFont.FreeTypeFont:
    if face != BUILT_IN:
        return ImageFont.truetype(face, size)
    letters = ImageFont.load_default(size)
    assert isinstance(letters, ImageFont.FreeTypeFont), "pillow is built with FreeType"
    return letters


def _is_here(face: str) -> bool:
    try:
        _letters(face, 24)
    except OSError:
        return False
    return True
