"""Whether a Matroska or WebM file is all there: its demuxer ends quietly where the file does."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_EBML = 0x1A45DFA3
_SEGMENT = 0x18538067


def is_cut_off(path: Path) -> bool:
    """True for a Matroska file shorter than its own segment says, or that ends inside an element.

    False for anything else. Where the segment's size was left open, as pipes and live recordings
    leave it, a file cut between two elements cannot be told from a whole one.
    """
    with path.open("rb") as file:
        if _number(file, keep_marker=True) != _EBML:
            return False
        file.seek(_number(file) or 0, 1)
        if _number(file, keep_marker=True) != _SEGMENT:
            return False
        size, whole = _number(file), path.stat().st_size
        if size is None:
            return _ends_inside(file, whole)
        return file.tell() + size > whole


def _ends_inside(file: BinaryIO, whole: int) -> bool:
    """True where the elements from here on lead past the end of the file, ``whole`` bytes long.

    An element of unknown size is entered, and what is no element ends the walk.
    """
    here = file.tell()
    while here < whole:
        file.seek(here)
        head = file.read(12)
        name = _length(head[:1])
        if not 1 <= name <= 4:
            return False
        if name == len(head):
            return True
        width = _length(head[name : name + 1])
        if not width:
            return False
        here += name + width
        size = int.from_bytes(head[name : name + width], "big") & _unknown(width)
        here += 0 if size == _unknown(width) else size
    return here > whole


def _length(first: bytes) -> int:
    """Bytes of the number that begins so; 0 for no number."""
    return 9 - first[0].bit_length() if first and first[0] else 0


def _unknown(width: int) -> int:
    """The size that stands for "unknown" in so many bytes."""
    return (1 << 7 * width) - 1


def _number(file: BinaryIO, keep_marker: bool = False) -> int | None:
    """An EBML variable-length number (RFC 8794, section 4); None for "unknown" or no number."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = _length(first)
    value = int.from_bytes(first + file.read(length - 1), "big")
    if keep_marker:
        return value
    value &= _unknown(length)
    return None if value == _unknown(length) else value
