"""Numbered images that together are one video: shot_%04d.png."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from afterglow.errors import MediaError

_NUMBER = re.compile(r"%(0?)(\d*)d")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A run of numbered images without a gap."""

    pattern: str
    """Path for FFmpeg: every "%" is doubled but that of the number."""
    first: int
    """Number of the first image."""
    count: int
    """Images."""


def find_sequence(source: str) -> Sequence | None:
    """The images that a name like ``shot_%04d.png`` stands for; None where it is a plain name.

    Raises:
        MediaError: no image has such a name, or one is missing in between.
    """
    path = Path(source)
    number = _NUMBER.search(path.name)
    if number is None or path.exists():
        return None
    found = _numbers(path.parent, _name_pattern(path.name, number))
    if not found:
        raise MediaError(f"{source}: no such files", hint="the first number may be anything")
    first, count = found[0], len(found)
    if found[-1] != first + count - 1:
        gap = next(i for i in range(first, found[-1]) if i not in set(found))
        raise MediaError(f"{source}: image number {gap} is missing")
    return Sequence(_escaped(path, number), first, count)


def _name_pattern(name: str, number: re.Match[str]) -> re.Pattern[str]:
    digits = int(number[2] or 0) if number[1] else 0
    middle = rf"(\d{{{digits},}})" if digits else r"(0|[1-9]\d*)"
    return re.compile(re.escape(name[: number.start()]) + middle + re.escape(name[number.end() :]))


def _numbers(folder: Path, pattern: re.Pattern[str]) -> list[int]:
    if not folder.is_dir():
        return []
    names = (pattern.fullmatch(entry.name) for entry in folder.iterdir())
    return sorted(int(match[1]) for match in names if match)


def _escaped(path: Path, number: re.Match[str]) -> str:
    folder = str(path.parent).replace("%", "%%")
    before = path.name[: number.start()].replace("%", "%%")
    after = path.name[number.end() :].replace("%", "%%")
    return f"{folder}/{before}{number[0]}{after}"
