"""Networks of Piper speak out of the lock, and a voice that is none is told."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from afterglow.errors import ModelError
from afterglow.models.speech.espeak import Espeak
from afterglow.models.speech.piper import Manner, Piper, sentence_ids
from tests.models.speaking import needs_espeak
from tests.models.weights import entry, file, write_lock

PER_PHONEME = 256
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
