"""Voices: eSpeak NG in its library, and those of Piper as networks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from afterglow.errors import Cancelled, ModelError
from afterglow.models.speech import espeak as library
from afterglow.models.speech import espeak_voices
from afterglow.models.speech.espeak import Espeak
from afterglow.models.speech.phrases import phrases
from afterglow.models.speech.piper import Manner, Piper, sentence_ids
from afterglow.models.speech.spoken import Heard, Spoken, between_pauses
from tests.models.weights import entry, file, write_lock

needs_espeak = pytest.mark.skipif(
    find_spec("espeakng_loader") is None, reason="the package espeakng-loader is not installed"
)
TEXT = "Peter, my friend — put the map away. Fünf!"
PER_PHONEME = 256


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


def test_silence_around_a_text_moves_its_words() -> None:
    word = Heard(0.0, 0.5, "oh")
    said = Spoken(np.ones(50, np.float32), 100, (word,), (word,))
    later = between_pauses(said, 0.2, 0.3)
    assert len(later.samples) == 100 and later.samples.nonzero()[0].tolist() == list(range(20, 70))
    assert later.words == later.phonemes == (Heard(0.2, 0.7, "oh"),)


def test_words_become_lines_that_can_be_read() -> None:
    times = [(0.0, 0.4), (0.4, 0.8), (0.8, 1.2), (2.0, 2.4), (2.4, 2.9), (2.9, 3.2)]
    said = ["Good", "day,", "friend.", "How", "are", "you?"]
    lines = phrases([Heard(*span, word) for span, word in zip(times, said, strict=True)])
    assert [line.text for line in lines] == ["Good day, friend.", "How are you?"]
    assert [line.start for line in lines] == [0.0, 2.0]
    assert [line.end for line in lines] == pytest.approx([1.8, 3.8]), "they stay for a moment"
    long = phrases([Heard(k * 0.3, k * 0.3 + 0.3, "wonderful") for k in range(12)])
    assert [len(line.text) for line in long] == [39, 39, 39]
    assert [line.end for line in long[:-1]] == [line.start for line in long[1:]]
    slow = phrases([Heard(k * 1.0, k + 0.9, "so") for k in range(12)])
    assert max(line.end - line.start for line in slow) <= 5.6


MANNER = {
    "audio": {"sample_rate": 16000},
    "espeak": {"voice": "en-us"},
    "inference": {"noise_scale": 0.0, "length_scale": 1.0, "noise_w": 0.0},
    "phoneme_id_map": {
        sign: [number]
        for number, sign in enumerate("_^$ .,;:!?abdefhijklmnopstuvwzæðŋɑɐɔəɚɛɜɡɪɹʃʊʌʒθˈˌː")
    },
}


def voice_network() -> bytes:
    """A network that makes 256 samples of a level for every number that it is given."""
    nodes = [
        helper.make_node("Cast", ["input"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["numbers", "hundred"], ["level"]),
        helper.make_node("Unsqueeze", ["level", "last"], ["column"]),
        helper.make_node("Expand", ["column", "shape"], ["spread"]),
        helper.make_node("Reshape", ["spread", "flat"], ["output"]),
        helper.make_node("Identity", ["input_lengths"], ["unused"]),
        helper.make_node("Identity", ["scales"], ["unused_too"]),
    ]
    given = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "n"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    constants = [
        helper.make_tensor("hundred", TensorProto.FLOAT, [], [100.0]),
        helper.make_tensor("last", TensorProto.INT64, [1], [2]),
        helper.make_tensor("shape", TensorProto.INT64, [3], [1, 1, PER_PHONEME]),
        helper.make_tensor("flat", TensorProto.INT64, [3], [1, 1, -1]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "t"])]
    graph = helper.make_graph(nodes, "voice", given, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture
def lock(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock with a tiny voice, laid over ours."""
    contents = {"tiny.onnx": voice_network(), "tiny.onnx.json": json.dumps(MANNER).encode()}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    files = [file(name, content) for name, content in contents.items()]
    told = {"piper-tiny": entry("path", folder=".", role="speaks English", files=files)}
    path = write_lock(tmp_path / "voices.lock", told)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))
    return path


@needs_espeak
def test_a_voice_of_the_lock_speaks(lock: Path) -> None:
    assert "piper-tiny" in {voice.name for voice in Piper().voices()}
    said = Piper().speak("Good day. My map!", "piper-tiny")
    clauses = Espeak().phonemes("Good day. My map!", "en-us")
    ids = MANNER["phoneme_id_map"]
    count = sum(3 + 2 * len(text + sign) for text, sign in clauses)
    assert said.rate == 16000 and len(said.samples) == count * PER_PHONEME
    assert said.samples[0] == pytest.approx(ids["^"][0] / 100)
    assert said.samples[-1] == pytest.approx(ids["$"][0] / 100)
    assert [word.text for word in said.words] == ["Good", "day.", "My", "map!"]
    assert said.phonemes[-1].end == pytest.approx(said.seconds, abs=0.01)


def test_every_phoneme_is_followed_by_a_pad_and_a_sentence_ends_at_its_sign() -> None:
    ids = {"_": [0], "^": [1], "$": [2], " ": [3], "a": [14], "b": [15], ".": [4], ",": [8]}
    manner = Manner(22050, "en-us", ids, (0.6, 1.0, 0.8))
    first, second = sentence_ids([("a", ","), ("bx", "."), ("a", "")], manner)
    assert first.tolist() == [1, 0, 14, 0, 8, 0, 3, 0, 15, 0, 4, 0, 2], "x is not known"
    assert second.tolist() == [1, 0, 14, 0, 2]


@pytest.mark.parametrize(
    ("content", "why"), [(b"{}", "does not say how"), (b"no json", "does not say how")]
)
def test_a_voice_that_is_none_is_told(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, why: str
) -> None:
    (tmp_path / "a.onnx").write_bytes(voice_network())
    (tmp_path / "a.onnx.json").write_bytes(content)
    files = [file("a.onnx", voice_network()), file("a.onnx.json", content)]
    path = write_lock(tmp_path / "l.lock", {"odd": entry("path", folder=".", files=files)})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))
    with pytest.raises(ModelError, match=why):
        Piper().speak("Hello", "odd")
