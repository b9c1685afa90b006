"""Tables of colours from .cube files, and the effect that lays one over a video.

The format is Adobe's Cube LUT Specification 1.0; LUT_1D_INPUT_RANGE and LUT_3D_INPUT_RANGE are
DaVinci Resolve's way to say what DOMAIN_MIN and DOMAIN_MAX say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from pathlib import Path
from typing import NoReturn, TextIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.style.grading import Colours, Cube, Grader, cube
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels

_SIZES = {"LUT_1D_SIZE": 65536, "LUT_3D_SIZE": 256}
"""Nodes along a side, at most."""
_RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")
_MOST = 65536.0
"""What a number may be at most, on either side of 0."""
_LONGEST = 1024
"""Characters of a line, at most."""
_AT_ONCE = 4096
"""Lines of numbers that are read at a time."""

_Line: TypeAlias = tuple[int, str]
"""The number of a line, and what it says."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What becomes of every level of each channel by itself."""

    nodes: Colours
    """(n, 3) R'G'B', white at 1.0."""
    low: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """R'G'B' of the first node."""
    high: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """R'G'B' of the last node."""


@dataclass(frozen=True, slots=True)
class Lut:
    """The colours of a video changed by a table."""

    table: Curves | Cube

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is, but for its channels: they may no longer be equal."""
        return replace(video, gray=False)

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing: every pixel is changed by itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes held, besides the table: a picture and its buffers."""
        return video.width * video.height * 3 * video.depth // 8 * 4

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame with its colours changed."""
        if isinstance(self.table, Curves):
            by_level = level_table(self.table, video.white)
            for frame in frames:
                yield replace(frame, pixels=levels.lookup(frame.pixels, by_level))
            return
        grade = Grader(self.table, video.white)
        for frame in frames:
            made = grade(ops.array_of(frame.pixels))
            yield replace(frame, pixels=ops.beside(made, frame.pixels))


def level_table(curves: Curves, white: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return (white + 1, 3): what becomes of every level of each channel, linear between nodes."""
    level = np.arange(white + 1) / white
    made = np.empty((white + 1, 3))
    for channel, nodes in enumerate(curves.nodes.T):
        low, high = curves.low[channel], curves.high[channel]
        made[:, channel] = np.interp(level, np.linspace(low, high, len(nodes)), nodes)
    whole = np.rint(np.clip(made, 0, 1) * white)
    return whole.astype(np.uint8) if white == 255 else whole.astype(np.uint16)


def read_cube(path: Path) -> Curves | Cube:
    """Return the table that a .cube file holds.

    Raises:
        UsageError: the file cannot be read, or a line of it cannot be; the message says which.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline=None) as file:
            return _Reading(path.name, file).table()
    except OSError as error:
        raise UsageError(
            f"the table of colours cannot be read: {error.strerror} ({path})"
        ) from error


class _Reading:
    """A .cube file, line by line."""

    def __init__(self, name: str, file: TextIO) -> None:
        self._name = name
        self._lines = self._said(file)
        self._number = 0
        self._low = (0.0, 0.0, 0.0)
        self._high = (1.0, 1.0, 1.0)
        self._size: tuple[str, int] | None = None

    def table(self) -> Curves | Cube:
        """What the file holds."""
        first = self._header()
        if self._number == 0:
            self._refuse("the file is empty")
        if self._size is None:
            self._refuse("neither LUT_1D_SIZE nor LUT_3D_SIZE comes before the numbers")
        keyword, size = self._size
        for low, high in zip(self._low, self._high, strict=True):
            if not low < high:
                self._refuse(f"DOMAIN_MIN is not below DOMAIN_MAX ({low:g} and {high:g})")
        if keyword == "LUT_1D_SIZE":
            return Curves(self._rows(first, size), self._low, self._high)
        by_blue = self._rows(first, size**3).reshape(size, size, size, 3)
        return cube(by_blue.transpose(2, 1, 0, 3), self._low, self._high)

    def _said(self, file: TextIO) -> Iterator[_Line]:
        """The lines that say something."""
        for number in count(1):
            line = file.readline(_LONGEST + 1)
            if not line:
                return
            self._number = number
            if len(line) > _LONGEST:
                self._refuse(f"it is longer than {_LONGEST} characters")
            said = line.strip()
            if said and not said.startswith("#"):
                yield number, said

    def _header(self) -> _Line | None:
        """Take the keywords in; return the first line of numbers."""
        for number, line in self._lines:
            keyword, *rest = line.split(maxsplit=1)
            if not keyword[0].isalpha() or keyword.lower() in ("nan", "inf"):
                return number, line
            self._take(keyword, rest[0] if rest else "")
        return None

    def _take(self, keyword: str, rest: str) -> None:
        if keyword in _SIZES:
            self._size = keyword, self._size_of(keyword, rest)
        elif keyword == "DOMAIN_MIN":
            self._low = self._three(rest)
        elif keyword == "DOMAIN_MAX":
            self._high = self._three(rest)
        elif keyword in _RANGES:
            low, high = self._numbers(rest, 2)
            self._low, self._high = (low, low, low), (high, high, high)
        elif keyword != "TITLE":
            self._refuse(f"{keyword[:40]} is no keyword of such a file")

    def _size_of(self, keyword: str, rest: str) -> int:
        if self._size is not None:
            self._refuse(f"{keyword} is a second size, and one table is taken")
        largest = _SIZES[keyword]
        if not (rest.isdecimal() and len(rest) <= 6 and 2 <= int(rest) <= largest):
            self._refuse(f"{keyword} is a whole number from 2 to {largest}, not {rest[:40]!r}")
        return int(rest)

    def _three(self, text: str) -> tuple[float, float, float]:
        red, green, blue = self._numbers(text, 3)
        return red, green, blue

    def _numbers(self, text: str, wanted: int) -> list[float]:
        try:
            found = [float(word) for word in text.split()]
        except ValueError:
            found = []
        if len(found) != wanted or not all(abs(number) <= _MOST for number in found):
            self._refuse(f"{wanted} numbers are wanted, not {text[:40]!r}")
        return found

    def _rows(self, first: _Line | None, wanted: int) -> Colours:
        """(wanted, 3) the numbers of the table."""
        lines = self._lines if first is None else chain([first], self._lines)
        rows = np.empty((wanted, 3), np.float32)
        known = 0
        while known < wanted:
            some = list(islice(lines, min(_AT_ONCE, wanted - known)))
            if not some:
                self._refuse(f"it ends after {known} of {wanted} colours")
            rows[known : known + len(some)] = self._several(some)
            known += len(some)
        if next(lines, None) is not None:
            self._refuse(f"there are more than {wanted} colours")
        return rows

    def _several(self, lines: list[_Line]) -> NDArray[np.float64]:
        """(lines, 3) their numbers: read at once, and one by one to find what is wrong."""
        try:
            found = np.array([line.split() for _, line in lines], np.float64)
        except ValueError:
            found = np.empty(0)
        if found.shape == (len(lines), 3) and (np.abs(found) <= _MOST).all():
            return found
        one_by_one = []
        for self._number, line in lines:
            one_by_one.append(self._numbers(line, 3))
        return np.array(one_by_one)

    def _refuse(self, why: str) -> NoReturn:
        where = f"{self._name}, line {self._number}" if self._number else self._name
        raise UsageError(
            f"the table of colours cannot be read: {why} ({where})",
            hint="export it again as .cube",
        )
