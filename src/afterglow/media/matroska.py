"""Whether a Matroska or WebM file is all there: its demuxer ends quietly where the file does."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_EBML = 0x1A45DFA3
_SEGMENT = 0x18538067


def is_cut_off(path: Path) -> bool:
    """True for a Matroska file shorter than its own segment says.

    False for anything else, and where the size was left open, as live recordings leave it.
    """
    with path.open("rb") as file:
        if _number(file, keep_marker=True) != _EBML:
            return False
        file.seek(_number(file) or 0, 1)
        if _number(file, keep_marker=True) != _SEGMENT:
            return False
        size = _number(file)
        return size is not None and file.tell() + size > path.stat().st_size


def _number(file: BinaryIO, keep_marker: bool = False) -> int | None:
    """An EBML variable-length number (RFC 8794, section 4); None for "unknown" or no number."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(length - 1), "big")
    if keep_marker:
        return value
    value &= (1 << 7 * length) - 1
    return None if value == (1 << 7 * length) - 1 else value
