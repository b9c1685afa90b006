"""What a character cannot say or show is told in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from afterglow.media.recording import record
from tests.effects.style.talking import talk


def test_a_persons_own_emotions_are_taken(
    speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AFTERGLOW_EFFECTS", str(tmp_path))
    (tmp_path / "style").mkdir()
    (tmp_path / "style" / "emotions.toml").write_text("[neutral]\n")
    assert talk(tmp_path / "out.mp4", "--audio", speech) == 2
    assert "there is no happy" in capfd.readouterr().err


def wrongs(folder: Path, speech: Path) -> Iterator[tuple[list[object], int, str]]:
    """Arguments that cannot be, the exit code and what is said."""
    out, audio = folder / "out.mp4", ["--audio", speech]
    quiet, blank, table = folder / "quiet.mka", folder / "blank.png", folder / "points.json"
    record(quiet, [np.zeros(16000, np.float32)], 16000)
    short = folder / "short.mka"
    record(short, [np.full(44, 0.5, np.float32)], 44100)
    cv2.imwrite(str(blank), np.full((120, 160, 3), 90, np.uint8))
    table.write_text(json.dumps([[1, 2]]))
    yield [out, "--audio", quiet], 3, "silent"
    yield [out, "--audio", short], 3, "short.mka: its sound is empty"
    yield [out, "--audio", blank], 3, "no sound"
    yield [out], 2, "neither --audio nor --text"
    yield [out, *audio, "--text", "Hello"], 2, "both"
    yield [out, "--text", "a" * 5001], 2, "too long"
    yield [out, "--text", " ... "], 2, "says nothing"
    yield [out, "--text", "gr\udcfcn"], 2, "not UTF-8"
    yield [out, *audio, "--voice", "de"], 2, "--voice"
    yield [out, "--text=Hello", "--voice="], 2, "--voice is empty"
    yield [out, *audio, "--captions"], 2, "only sound"
    yield [out, "--text", "Hello", "--duration=1"], 2, "--audio"
    yield [out, *audio, "--face=2"], 2, "--face"
    yield [blank, out, *audio, "--puppet", "--landmarks", table], 2, "--landmarks"
    yield [blank, out, *audio, "--landmarks", table], 2, "478"
    yield [out, *audio, "--transparent"], 2, "--transparent"
    yield [blank, out, *audio, "--transparent"], 2, "--transparent"
    yield [out, *audio, "--emotion=bored"], 2, "bored"
    yield [out, *audio, "--style=nowhere"], 2, "nowhere"
    yield [out, "--audio", folder / "none.wav"], 2, "none.wav"


def test_what_cannot_be_is_told_in_one_line(
    speech: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for arguments, code, why in wrongs(tmp_path, speech):
        assert talk(*arguments) == code, arguments
        said = capfd.readouterr().err
        assert why in said and "Traceback" not in said, said
        assert not (tmp_path / "out.mp4").exists()
