"""The command makes a preview and a sheet, and tells what cannot be in one line."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from tests.effects.style.hybrid.running import hybrid, seen


def test_a_preview_and_a_contact_sheet(person: Path, room: Path, tmp_path: Path) -> None:
    target, sheet = tmp_path / "out.mp4", tmp_path / "sheet.png"
    flags = ("--preview", "--duration=0.3", "--contact-sheet", sheet)
    assert hybrid(person, room, target, *flags) == 0
    pictures, _ = seen(target)
    assert pictures[0].shape[0] == 360 and len(pictures) == 6
    assert cv2.imread(str(sheet)) is not None


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (["{room}", "{out}"], 2, "there is nothing to say"),
        (["{person}", "{room}", "{out}", "--puppet"], 2, "there is nothing to say"),
        (["{out}"], 2, "[CHARACTER] BACKGROUND TARGET"),
        (["{person}", "{room}", "{room}", "{out}"], 2, "[CHARACTER] BACKGROUND TARGET"),
        (["{person}", "none.mp4", "{out}"], 3, "none.mp4"),
        (["{person}", "{folder}", "{out}"], 2, "folder"),
        (["{person}", "-", "{out}"], 2, "not a pipe"),
        (["{room}", "{out}", "--audio={speech}", "--text=Hello"], 2, "both are given"),
        (["{room}", "{out}", "--audio={speech}", "--face=1"], 2, "--face"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    line: list[str], code: int, words: str, person: Path, room: Path, speech: Path,
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    places = {
        "person": person, "room": room, "speech": speech, "folder": tmp_path,
        "out": tmp_path / "out.mp4",
    }  # fmt: skip
    assert hybrid(*(each.format(**places) for each in line)) == code
    errors = [each for each in capsys.readouterr().err.splitlines() if "error" in each]
    assert len(errors) == 1 and words in errors[0]
    assert not (tmp_path / "out.mp4").exists()


def test_a_start_past_the_end_is_told_as_that_alone(
    person: Path, room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hybrid(person, room, tmp_path / "out.mkv", "--start=9") == 3
    told = capsys.readouterr().err
    assert "past its end" in told and "how long CHARACTER is" not in told
