"""``style character`` from its flags to a file: faces that talk, and their sound."""

from __future__ import annotations

import io
import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.effects.style.character.emotion import NAMES
from afterglow.effects.style.character.puppet import KINDS
from afterglow.effects.style.command.performing import EMOTIONS, TYPES
from afterglow.media.recording import record
from tests.effects.style.talking import SMALL, lengths, shown, talk
from tests.effects.style.voices import sentence, silence, vowel
from tests.program import PROGRAM, pictures


def test_the_emotions_are_those_of_the_table() -> None:
    assert (*NAMES, "auto") == EMOTIONS


def test_the_types_are_the_puppets_that_there_are() -> None:
    assert TYPES == KINDS


@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
def test_a_drawn_character_says_a_sound(speech: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    assert talk(target, "--audio", speech) == 0
    seen, heard = lengths(target)
    assert seen == Fraction(8, 5) and abs(seen - heard) <= Fraction(1, 25)
    assert shown(target)[0].shape == (72, 128, 3)


def test_its_mouth_moves_with_the_sound(speech: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    flags = ("--codec=ffv1", "--motion=0", "--emotion=neutral", "--character-type=robot")
    assert talk(target, "--audio", speech, *flags) == 0
    seen = shown(target)
    still = [int(np.abs(one - seen[0]).max()) for one in seen]
    assert max(still[:4]) == 0, "silent, and nothing else moves"
    assert min(still[9:18]) > 20 and max(still[24:27]) == 0 and min(still[32:37]) > 20


def test_the_same_seed_gives_the_same_film_and_another_another(
    speech: Path, tmp_path: Path
) -> None:
    films = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        target = tmp_path / f"{name}.mkv"
        assert talk(target, "--audio", speech, "--codec=ffv1", f"--seed={seed}") == 0
        films.append(pictures(target))
    assert films[0] == films[1] != films[2]


def test_a_dry_run_says_who_is_drawn(
    speech: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = (tmp_path / "out.mkv", "--audio", speech, "--character-type=robot", "--dry-run")
    assert talk(*given) == 0
    assert "input    a drawn robot: " in capsys.readouterr().err
    assert talk(*given, "--json") == 0
    told = capsys.readouterr().err
    assert '"source": "a drawn robot"' in told and "blank" not in told


def test_part_of_the_sound_is_said(speech: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    flags = ("--start=0.3", "--duration=0.5", "--fps=20")
    assert talk(target, "--audio", speech, *flags) == 0
    seen, heard = lengths(target)
    assert seen == Fraction(1, 2) and abs(heard - seen) <= Fraction(1, 20)
    with av.open(str(target)) as box:
        samples = np.concatenate([f.to_ndarray().reshape(-1) for f in box.decode(audio=0)])
    assert np.abs(samples[: len(samples) // 8]).max() > 0.1, "it begins where the vowel does"


def test_a_look_is_laid_over_it(speech: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    assert talk(target, "--audio", speech, "--codec=ffv1", "--style=noir", "--duration=0.5") == 0
    assert np.ptp(shown(target)[0], axis=2).max() == 0, "noir has no colour"


def test_a_character_on_nothing_has_a_matte(speech: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mov"
    flags = ("--codec=prores", "--transparent", "--duration=0.5")
    assert talk(target, "--audio", speech, *flags) == 0
    with av.open(str(target)) as box:
        frame = next(box.decode(video=0)).to_ndarray(format="rgba")
    assert frame[2, 2, 3] == 0 and frame[50, 64, 3] == 255


def test_with_models_that_paint_a_portrait_is_painted_first(
    speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from afterglow.cli.run import StreamRun
    from afterglow.effects.style import model

    asked: list[list[Any]] = []
    monkeypatch.setattr(StreamRun, "through", lambda run, *effects: asked.append(list(effects)))
    for here in (True, False):
        monkeypatch.setattr(model, "can_paint_faces", lambda here=here, **_: here)
        line = ["out.mp4", "--audio", speech, "--character-type=fantasy", "--device=cpu"]
        assert talk(*line) == 0
        assert talk(*line, "--puppet") == 0
    painted, *drawn = ([type(each).__name__ for each in effects] for effects in asked)
    assert painted == ["Drawn", "Timeline", "Portrait"]
    assert drawn == [["Timeline", "Puppet"]] * 3
    assert "elf" in asked[0][0].drawing.prompt and asked[0][0].drawing.seed == 1


def test_a_preview_is_small_and_short(tmp_path: Path) -> None:
    place = tmp_path / "long.mka"
    record(place, [sentence([vowel("a", 3.0), silence(0.5), vowel("i", 3.0)])], 16000)
    line = ["style", "character", str(tmp_path / "out.mp4"), "--audio", str(place), "--preview"]
    sheet = tmp_path / "sheet.png"
    flags = ["--fps=2", "--seed=1", "--encoder=software", "--contact-sheet", str(sheet)]
    assert exit_code([*line, *flags]) == 0
    seen, heard = lengths(tmp_path / "out.mp4")
    assert seen == 5 and abs(heard - 5) < Fraction(1, 10)
    assert shown(tmp_path / "out.mp4")[0].shape == (360, 640, 3)
    assert cv2.imread(str(sheet)).shape[1] > 400


def test_a_pipe_carries_pictures_and_sound(speech: Path) -> None:
    line = [*PROGRAM, "style", "character", "-", "--audio", str(speech), *SMALL]
    made = subprocess.run(line, capture_output=True, check=True, timeout=120)
    with av.open(io.BytesIO(made.stdout)) as box:
        kinds = [packet.stream.type for packet in box.demux() if packet.size]
    assert kinds.count("video") == 40 and kinds.count("audio") > 5


SKETCH = {
    "face": [[30, 70], [80, 10], [130, 70], [80, 150]],
    "mouth": [[60, 112], [80, 107], [100, 112], [80, 118]],
    "left_eye": [[45, 60], [57, 55], [68, 60], [57, 65]],
    "right_eye": [[92, 60], [103, 55], [115, 60], [103, 65]],
}


@pytest.mark.parametrize("lines", [160, 80])
def test_a_sketched_face_talks_at_any_size(speech: Path, tmp_path: Path, lines: int) -> None:
    place, sketch = tmp_path / "face.png", tmp_path / "face.json"
    rows = np.linspace(40, 220, 160).astype(np.uint8)
    assert cv2.imwrite(str(place), np.repeat(rows[:, None, None], 160, 1).repeat(3, 2))
    sketch.write_text(json.dumps(SKETCH))
    flags = ("--codec=ffv1", "--motion=0", "--emotion=neutral", "--fps=10", f"--resolution={lines}")
    target = tmp_path / "out.mkv"
    assert talk(place, target, "--audio", speech, "--landmarks", sketch, *flags) == 0
    seen = shown(target)
    away = np.abs(seen[5] - seen[0]).max(2)
    middle = np.argwhere(away > 20).mean(0) * 160 / lines
    assert middle == pytest.approx([116, 80], abs=14), "where the mouth is"


def test_places_in_a_pipe_cannot_be_scaled(
    speech: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sketch = tmp_path / "face.json"
    sketch.write_text(json.dumps(SKETCH))
    assert talk("-", tmp_path / "out.mp4", "--audio", speech, "--landmarks", sketch) == 2
    assert "--resolution" in capfd.readouterr().err
