"""eSpeak NG says a text with its times, stops when it is told, and tells what it lacks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from afterglow.errors import Cancelled, ModelError
from afterglow.models.speech import espeak as library
from afterglow.models.speech import espeak_voices
from afterglow.models.speech.espeak import Espeak
from tests.models.speaking import needs_espeak

TEXT = "Peter, my friend — put the map away. Fünf!"


@needs_espeak
def test_a_text_is_said_with_the_times_of_its_words_and_phonemes() -> None:
    said = Espeak().speak(TEXT, "en-us")
    assert said.samples.dtype == np.float32 and 0.05 < np.abs(said.samples).max() <= 1
    words = [each.text for each in said.words]
    assert words == ["Peter,", "my", "friend —", "put", "the", "map", "away.", "Fünf!"]
    for heard in (said.words, said.phonemes):
        assert all(0 <= each.start <= each.end <= said.seconds for each in heard)
        assert [each.start for each in heard] == sorted(each.start for each in heard)
    signs = "".join(each.text for each in said.phonemes)
    assert signs.startswith("pˈiː") and "fɹ" in signs and "mˈæp" in signs
    friend = said.words[2]
    inside = [p.text for p in said.phonemes if friend.start <= p.start < friend.end]
    assert inside[0] == "f" and inside[-1] == "d"


@needs_espeak
def test_a_number_is_one_word_though_it_is_said_as_several() -> None:
    said = Espeak().speak("It is 1984 (or 3.5 km).", "en-us")
    assert [each.text for each in said.words] == ["It", "is", "1984", "(or", "3.5", "km)."]
    year = said.words[2]
    assert year.end - year.start > 0.8


@needs_espeak
def test_pauses_are_silent_and_words_are_not() -> None:
    said = Espeak().speak(TEXT, "en-us")

    def loud(start: float, end: float) -> float:
        part = said.samples[int(start * said.rate) : int(end * said.rate)]
        return float(np.sqrt((part**2).mean()))

    pauses = [p for p in said.phonemes if not p.text and p.end - p.start > 0.1]
    assert pauses and all(loud(p.start + 0.05, p.end) < 0.005 for p in pauses)
    assert all(loud(word.start, word.end) > 0.01 for word in said.words)


@needs_espeak
def test_every_run_says_a_text_the_same_way() -> None:
    program = (
        "from afterglow.models.speech.espeak import Espeak; from hashlib import sha256;"
        "print(sha256(Espeak().speak('Good day, sir.', 'en-us').samples).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    assert len(runs[0]) == 65 and runs[0] == runs[1]


@needs_espeak
def test_ctrl_c_stops_a_voice_while_it_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, told, asked = Espeak(), library._told, []

    def stop(number: int, frame: object) -> None:
        raise Cancelled("stopped")

    def press(events: object) -> Any:
        asked.append(events)
        if len(asked) == 2:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
        return told(events)

    before = signal.signal(signal.SIGINT, stop)
    monkeypatch.setattr(library, "_told", press)
    try:
        with pytest.raises(Cancelled):
            engine.speak("Good day. " * 50, "en-us")
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(asked) < 10
    assert len(engine.speak("Good day.", "en-us").samples) > 1000


def test_a_voice_that_is_stopped_as_it_begins_is_not_left_speaking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What C calls is gone with the call: a thread that went on would bring Python down."""
    begun, said = Event(), []

    class Stopped(Thread):
        def start(self) -> None:
            super().start()
            begun.wait()
            raise Cancelled("stopped")

    def work() -> int:
        begun.set()
        time.sleep(0.1)
        said.append("all")
        return 0

    monkeypatch.setattr(library, "Thread", Stopped)
    with pytest.raises(Cancelled):
        library._apart(work, Event())
    assert said == ["all"]


@needs_espeak
def test_voices_are_listed_and_a_wrong_one_is_told() -> None:
    names = {voice.name for voice in Espeak().voices()}
    assert {"en-us", "de", "fr-fr"} <= names
    for wrong in ("zz-nowhere", "de\udcff"):
        with pytest.raises(ModelError, match="no voice of that name"):
            Espeak().speak("Hello", wrong)
    with pytest.raises(ModelError, match="no variant of that name"):
        Espeak().speak("Hello", "en-gb+nobody")


@needs_espeak
def test_every_voice_that_is_listed_can_be_asked_for() -> None:
    engine = Espeak()
    for name in (voice.name for voice in engine.voices()):
        assert engine.phonemes("a", name) is not None, name
    assert len(engine.speak("Bonjour", "fr-fr").samples) > 1000
    plain, whispered = (engine.speak("Good day", f"en-gb{tail}") for tail in ("", "+whisper"))
    assert plain.samples.tobytes() != whispered.samples.tobytes()


@needs_espeak
def test_a_voice_whose_dictionary_is_not_here_is_not_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, told in {
        "one": "name One\nlanguage xa-two 5\n", "two": "language xb\n  dictionary xc  // of xc\n"
    }.items():  # fmt: skip
        (tmp_path / "lang" / "art").mkdir(parents=True, exist_ok=True)
        (tmp_path / "lang" / "art" / name).write_text(told, encoding="utf-8")
    assert espeak_voices._lacking(tmp_path, "art/one") == "xa_dict"
    assert espeak_voices._lacking(tmp_path, "art/two") == "xc_dict"
    (tmp_path / "xa_dict").touch()
    assert espeak_voices._lacking(tmp_path, "art/one") == ""
    names = [voice.name for voice in Espeak().voices()]
    assert len(names) == len(set(names))
    monkeypatch.setattr(
        espeak_voices, "_lacking", lambda _, file: "de_dict" if file == "gmw/de" else ""
    )
    assert {"de", "fr-fr"} & {voice.name for voice in Espeak().voices()} == {"fr-fr"}
    with pytest.raises(ModelError, match=r"no dictionary of German here \(de_dict\)"):
        Espeak().speak("Hallo", "de")


@needs_espeak
def test_an_error_of_the_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def __getattr__(self, name: str) -> Any:
            return (lambda *asked: 2) if name == "espeak_Synth" else getattr(real, name)

    real, rate = library._opened()
    monkeypatch.setattr(library, "_opened", lambda: (Failing(), rate))
    with pytest.raises(ModelError, match="its error 2"):
        Espeak().speak("Hello", "en-us")


def test_without_a_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    monkeypatch.setattr(library, "_SYSTEM", ("libespeak-ng-nowhere.so.1",))
    library._opened.cache_clear()
    try:
        with pytest.raises(ModelError, match="not here") as told:
            Espeak().speak("Hello", "en-us")
        assert "afterglow[speech]" in told.value.hint
        assert Espeak().voices() == []
    finally:
        library._opened.cache_clear()
