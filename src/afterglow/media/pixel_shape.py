"""The shape of a pixel written into a Matroska or WebM file, whose muxer is not told of it.

FFmpeg's muxer takes the shape from the stream, where PyAV has no way to put it. So room is made
in the track's name, and when the file is complete its ``Tracks`` element is written anew in the
same number of bytes: the name as it should be, the size on display, and a ``Void`` for the rest.
Layout and numbers: RFC 8794 (EBML) and RFC 9559 (Matroska).
"""

from __future__ import annotations

import zlib
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

_ROOM = "(room for the shape of a pixel, filled when complete)"
_EBML, _SEGMENT, _TRACKS, _TRACK = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0xAE
_NAME, _VIDEO, _CRC, _VOID = 0x536E, 0xE0, 0xBF, 0xEC
_WIDTH, _HEIGHT, _UNIT = 0x54B0, 0x54BA, 0x54B2
_AS_RATIO = 3
"""The unit of a size on display that tells only how its sides relate."""

Element = tuple[int, bytes]
"""An element's number, its marker bits kept, and what it holds."""


def with_room(title: str) -> str:
    """The name to give to the track until the file is complete."""
    return title + _ROOM


def tell_pixel_shape(path: Path, width: int, height: int, aspect: Fraction) -> None:
    """Write into a complete file how its pictures are to be shown, and take the room away.

    width, height: as coded. Raises ValueError where the file has no track with room.
    """
    with path.open("r+b") as file:
        size = _enter_tracks(file)
        at = file.tell()
        told = _retold(file.read(size), _display(width, height, aspect))
        file.seek(at)
        file.write(told)


def _display(width: int, height: int, aspect: Fraction) -> list[Element]:
    """The elements that tell the size on display: in pixels where it is whole, else as a ratio."""
    wide, tall = width * aspect, height / aspect
    if aspect > 1 and wide.denominator == 1:
        return [(_WIDTH, _bytes(int(wide))), (_HEIGHT, _bytes(height))]
    if aspect < 1 and tall.denominator == 1:
        return [(_WIDTH, _bytes(width)), (_HEIGHT, _bytes(int(tall)))]
    ratio = wide / height
    sides = [(_WIDTH, _bytes(ratio.numerator)), (_HEIGHT, _bytes(ratio.denominator))]
    return [*sides, (_UNIT, _bytes(_AS_RATIO))]


def _enter_tracks(file: BinaryIO) -> int:
    """Go to what the Tracks element holds; its length in bytes."""
    for wanted in (_EBML, _SEGMENT, _TRACKS):
        while True:
            head = file.read(12)
            number, at = _number(head, 0)
            size, start = _size(head, at)
            file.seek(start - len(head), 1)
            if number == wanted:
                break
            file.seek(size, 1)
        if wanted == _EBML:
            file.seek(size, 1)
    return size


def _retold(tracks: bytes, display: list[Element]) -> bytes:
    """What Tracks holds, in as many bytes, with the display told and the room taken away."""
    parts = [_with_display(part, display) for part in _elements(tracks) if part[0] != _CRC]
    body = b"".join(map(_written, parts))
    summed = any(number == _CRC for number, _ in _elements(tracks))
    spare = len(tracks) - len(body) - (6 if summed else 0)
    if body == b"".join(_written(part) for part in _elements(tracks) if part[0] != _CRC):
        raise ValueError("there is no track with room for the shape of its pixels")
    if spare not in range(2, 126):
        raise ValueError(f"the shape of a pixel does not fit: {spare} bytes are left")
    body += _written((_VOID, bytes(spare - 2)))
    check = _written((_CRC, zlib.crc32(body).to_bytes(4, "little"))) if summed else b""
    return check + body


def _with_display(part: Element, display: list[Element]) -> Element:
    """The part of Tracks; with the display, if it is the track that has room."""
    number, held = part
    inner = _elements(held) if number == _TRACK else []
    room = _ROOM.encode()
    if not any(kind == _NAME and name.endswith(room) for kind, name in inner):
        return part
    told = []
    for kind, value in inner:
        if kind == _NAME:
            value = value.removesuffix(room)
        elif kind == _VIDEO:
            kept = [one for one in _elements(value) if one[0] not in (_WIDTH, _HEIGHT, _UNIT)]
            value = b"".join(map(_written, [*kept, *display]))
        if value or kind != _NAME:
            told.append(_written((kind, value)))
    return number, b"".join(told)


def _elements(data: bytes) -> list[Element]:
    found, at = [], 0
    while at < len(data):
        number, at = _number(data, at)
        size, at = _size(data, at)
        found.append((number, data[at : at + size]))
        at += size
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The variable-length number at a place, its marker kept, and the place after it."""
    if at >= len(data) or not data[at]:
        raise ValueError("this is no Matroska file")
    end = at + 9 - data[at].bit_length()
    return int.from_bytes(data[at:end], "big"), end


def _size(data: bytes, at: int) -> tuple[int, int]:
    marked, end = _number(data, at)
    return marked & ((1 << 7 * (end - at)) - 1), end


def _written(element: Element) -> bytes:
    number, held = element
    length = 1
    while len(held) >= (1 << 7 * length) - 1:
        length += 1
    size = (len(held) | 1 << 7 * length).to_bytes(length, "big")
    return _bytes(number) + size + held


def _bytes(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
