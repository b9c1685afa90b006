"""The voices of eSpeak NG, and which of them have all that they need to speak."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from afterglow.models.speech.spoken import Voice

_LANGUAGE = re.compile(r"^\s*language\s+([^\s-]+)", re.MULTILINE)
_DICTIONARY = re.compile(r"^\s*dictionary\s+(\S+)", re.MULTILINE)


class VoiceRecord(ctypes.Structure):
    """``espeak_VOICE`` of speak_lib.h."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.POINTER(ctypes.c_char)),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class Offered(NamedTuple):
    """A voice of the library."""

    voice: Voice
    file: str
    """Where it is among the library's data."""
    lacks: str
    """The dictionary without which it says nothing, where that is not here; else ""."""


def offered(library: Any) -> Iterator[Offered]:
    """Every voice, each under a name of its own, the one that speaks a language plainly first."""
    told, folder = set[str](), _folder(library)
    voices = library.espeak_ListVoices(None)
    for index in count():
        if not voices[index]:
            return
        voice = voices[index].contents
        address = ctypes.addressof(voice.languages.contents) + 1  # behind the priority
        name, file = ctypes.string_at(address).decode(), voice.identifier.decode()
        name = PurePosixPath(file).name.lower() if name in told else name
        told.add(name)
        lacks = _lacking(folder, file)
        yield Offered(Voice(name, "espeak", voice.name.decode()), file, lacks)


def has_variant(library: Any, name: str) -> bool:
    """True where a variant (f3, whisper) is among the library's data: it would pass over others."""
    return "/" not in name and (_folder(library) / "voices" / "!v" / name).is_file()


def _folder(library: Any) -> Path:
    """Where the library's data are."""
    place = ctypes.c_char_p()
    library.espeak_Info(ctypes.byref(place))
    return Path((place.value or b"").decode(errors="surrogateescape"))


def _lacking(folder: Path, file: str) -> str:
    """The dictionary that a voice needs and the data do not have; "" where it has all."""
    try:
        told = (folder / "lang" / file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    named = _DICTIONARY.search(told) or _LANGUAGE.search(told)
    name = f"{named[1]}_dict" if named else ""
    return "" if not name or (folder / name).is_file() else name
