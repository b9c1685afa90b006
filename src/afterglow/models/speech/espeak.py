"""The voice that needs no weights: eSpeak NG, called in its own library.

The library is that of the package espeakng-loader, which brings its data along, else that of the
system. It is one instrument for the whole program, so one text is spoken at a time, and a second
one a little differently than it would be as the first.
"""

from __future__ import annotations

import ctypes
import importlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise
from threading import Event, Lock, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import Cancelled, ModelError
from afterglow.models.speech.espeak_voices import VoiceRecord, has_variant, offered
from afterglow.models.speech.spoken import Heard, Spoken, Voice

INSTALL = 'pip install "afterglow[speech]", or install espeak-ng from your system\'s packages'
"""What helps where the library is not here."""
_BUNDLED = "espeakng_loader"
_SYSTEM = ("libespeak-ng.so.1", "libespeak-ng.so", "libespeak-ng.dylib", "libespeak-ng.dll")
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _NO_EXIT = 1, 2, 0x8000
_UTF8, _IPA = 1, 2
_BY_CHARACTER = 1
_END, _WORD, _PHONEME = 0, 1, 7
_SPOKEN = 0
"""What the library gives back where all went well."""
_CLOSING = re.compile(r"[.,;:!?]")
_BEYOND = 4
"""Characters in which a clause's last sign is: the library reads a little beyond it."""
_LOCK = Lock()


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("text", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """``espeak_EVENT`` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Espeak:
    """Speaks with eSpeak NG."""

    def voices(self) -> list[Voice]:
        """Every language whose dictionary is here; none where its library is not here."""
        try:
            library, _ = _opened()
        except ModelError:
            return []
        with _LOCK:
            listed = [each.voice for each in offered(library) if not each.lacks]
        return sorted(listed, key=lambda voice: voice.name)

    def speak(self, text: str, voice: str) -> Spoken:
        """Say a text in a language, for example en-us, de or en+f3.

        Raises:
            ModelError: the library is not here, has no such voice, or cannot say the text.
        """
        library, rate = _opened()
        pieces: list[NDArray[np.int16]] = []
        events: list[tuple[int, int, int, int, str]] = []

        stopped = Event()

        def take(sound: Any, count: int, told: Any) -> int:
            if sound and count > 0:
                pieces.append(np.ctypeslib.as_array(sound, (count,)).copy())
            events.extend(_told(told))
            return int(stopped.is_set())

        with _LOCK:
            _choose(library, voice)
            callback = _Callback(take)
            library.espeak_SetSynthCallback(callback)
            written = text.encode()
            asked = (written, len(written) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
            code = _apart(partial(library.espeak_Synth, *asked), stopped)
        if code != _SPOKEN:
            raise ModelError(f"espeak could not say the text (its error {code}, voice {voice})")
        sound = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
        samples = sound.astype(np.float32) / np.float32(32768)
        words, phonemes = _words(events, text, rate), _phonemes(events, rate)
        return Spoken(samples, rate, words, phonemes)

    def phonemes(self, text: str, voice: str) -> list[tuple[str, str]]:
        """The phonemes of every clause in IPA, each with the punctuation that ends it.

        Raises:
            ModelError: as ``speak``.
        """
        library, _ = _opened()
        with _LOCK:
            _choose(library, voice)
            return list(_clauses(library, text))


@lru_cache(maxsize=1)
def _opened() -> tuple[Any, int]:
    """The library, ready, and its samples per second; raises ModelError where there is none."""
    for path, data in _places():
        try:
            library = _declared(ctypes.CDLL(path))
        except (OSError, AttributeError):  # not there, or another library of that name
            continue
        folder = data.encode() if data else None
        with _LOCK:
            flags = _PHONEME_EVENTS | _PHONEME_IPA | _NO_EXIT
            rate = library.espeak_Initialize(_SYNCHRONOUS, 0, folder, flags)
        if rate > 0:
            return library, int(rate)
    raise ModelError("the voice espeak is not here: no libespeak-ng was found", hint=INSTALL)


def _declared(library: Any) -> Any:
    """The library with the types of the functions that are called, as speak_lib.h has them."""
    number, address = ctypes.c_int, ctypes.c_void_p
    library.espeak_Initialize.argtypes = number, number, ctypes.c_char_p, number
    library.espeak_SetVoiceByName.argtypes = (ctypes.c_char_p,)
    library.espeak_SetSynthCallback.argtypes = (_Callback,)
    library.espeak_SetSynthCallback.restype = None
    library.espeak_Synth.argtypes = (
        *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, number, ctypes.c_uint, ctypes.c_uint),
        *(ctypes.POINTER(ctypes.c_uint), address),
    )
    library.espeak_TextToPhonemes.argtypes = ctypes.POINTER(address), number, number
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_Info.argtypes = (ctypes.POINTER(ctypes.c_char_p),)
    library.espeak_Info.restype = ctypes.c_char_p
    library.espeak_ListVoices.argtypes = (ctypes.POINTER(VoiceRecord),)
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(VoiceRecord))
    return library


def _places() -> Iterator[tuple[str, str | None]]:
    """Where the library may be, and its data where that is not its own affair."""
    try:
        bundled = importlib.import_module(_BUNDLED)
    except ImportError:
        bundled = None
    if bundled is not None:
        yield bundled.get_library_path(), bundled.get_data_path()
    for name in _SYSTEM:
        yield name, None


def _apart(work: Callable[[], int], stopped: Event) -> int:
    """What work gives that is done in a thread, which is told to stop at Ctrl-C.

    A callback from C would lose that. The thread is never left behind: C would call what is gone.
    It is not joined, as Python 3.11 takes a thread for ended whose joining was interrupted; and an
    interrupt may come while it starts, so it looks whether it is wanted after it told that it is.
    """
    codes: list[int] = []
    begun, ended = Event(), Event()

    def told() -> None:
        begun.set()
        try:
            if not stopped.is_set():
                codes.append(work())
        finally:
            ended.set()

    try:
        Thread(target=told, name="espeak").start()
        ended.wait()
    finally:
        stopped.set()
        while begun.is_set() and not ended.is_set():
            with suppress(Cancelled, KeyboardInterrupt):
                ended.wait()
    return codes[0]


def _choose(library: Any, voice: str) -> None:
    language, plus, variant = voice.partition("+")
    if plus and not has_variant(library, variant):
        raise ModelError(f"espeak has no variant of that name ({variant})", hint="for example +f3")
    mute = [each for each in offered(library) if each.voice.name == language and each.lacks]
    if mute:
        raise ModelError(
            f"espeak has no dictionary of {mute[0].voice.told} here ({mute[0].lacks})",
            hint="--list-voices shows what it can say",
        )
    for name in _names(library, voice):
        if library.espeak_SetVoiceByName(name.encode(errors="replace")) == 0:
            return
    raise ModelError(f"espeak has no voice of that name ({voice})", hint="--list-voices shows them")


def _names(library: Any, voice: str) -> Iterator[str]:
    """A voice as it was asked for, and by its file: the library knows not all languages by name."""
    yield voice
    language, plus, variant = voice.partition("+")
    for listed in offered(library):
        if listed.voice.name == language:
            yield f"{listed.file}{plus}{variant}"


def _told(events: Any) -> Iterator[tuple[int, int, int, int, str]]:
    """Type, place in the text, its length, place in the sound and phoneme of every event."""
    index = 0
    while events[index].type != _END:
        each = events[index]
        index += 1
        phoneme = ""
        if each.type == _PHONEME:
            phoneme = each.id.text.decode("utf-8", "ignore")
        yield each.type, each.text_position, each.length, each.sample, phoneme


def _words(events: list[tuple[int, int, int, int, str]], text: str, rate: int) -> tuple[Heard, ...]:
    """Every word of the text, with what is written at it, and when it is heard."""
    written = [(each.start(), each.group()) for each in re.finditer(r"\S+", text)]
    places = [place for place, _ in written]
    times: dict[int, tuple[int, int]] = {}
    for place, start, end in _marks(events):
        index = bisect_right(places, place - 1) - 1
        first, last = times.get(index, (start, end))
        times[index] = min(first, start), max(last, end)
    words: list[Heard] = []
    for index, (_, word) in enumerate(written):
        if index in times:
            start, end = times[index]
            words.append(Heard(start / rate, end / rate, word))
        elif words:  # a dash, for example
            words[-1] = replace(words[-1], text=f"{words[-1].text} {word}")
    return tuple(words)


def _marks(events: list[tuple[int, int, int, int, str]]) -> list[tuple[int, int, int]]:
    """Place in the text, start and end (samples) of each word; a pause or the next one ends it."""
    marks, upcoming = [], max((sample for _, _, _, sample, _ in events), default=0)
    for kind, place, _, sample, phoneme in reversed(events):
        if kind == _WORD:
            marks.append((place, sample, upcoming))
        if kind == _WORD or (kind == _PHONEME and not phoneme):
            upcoming = sample
    return marks[::-1]


def _phonemes(events: list[tuple[int, int, int, int, str]], rate: int) -> tuple[Heard, ...]:
    """Every phoneme until the next; what closes the text ends the last."""
    marks = [(sample, phoneme) for kind, _, _, sample, phoneme in events if kind == _PHONEME]
    last = max((sample for _, _, _, sample, _ in events), default=0)
    return tuple(
        Heard(start / rate, max(start, end) / rate, phoneme)
        for (start, phoneme), (end, _) in pairwise([*marks, (last, "")])
    )


def _clauses(library: Any, text: str) -> Iterator[tuple[str, str]]:
    """The phonemes of each clause, and its last sign of punctuation ("" where there is none)."""
    buffer = ctypes.create_string_buffer(text.encode())
    begin = ctypes.addressof(buffer)
    place = ctypes.c_void_p(begin)
    while place.value:
        before = place.value - begin
        told = library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, _IPA)
        after = len(buffer.value) if place.value is None else place.value - begin
        clause = buffer.value[before:after].decode("utf-8", "ignore")
        phonemes = unicodedata.normalize("NFD", (told or b"").decode())
        if phonemes:
            signs = _CLOSING.findall(clause[-_BEYOND:])
            yield phonemes, signs[-1] if signs else ""
