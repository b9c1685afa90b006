"""What cannot be matted is told in one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from tests.effects.matte.running import refused

pytestmark = pytest.mark.usefixtures("magenta_people")


def test_weights_that_are_not_here_end_even_a_dry_run(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "none"))
    for name, pull in (("rvm", "rvm-mobilenetv3"), ("person", "person")):
        line = clip, tmp_path / "out.mkv", f"--model={name}", "--dry-run"
        code, told = refused(capsys, *line)
        assert code == 4 and f"afterglow models pull {pull}" in told


def test_a_licence_without_commercial_use_is_said(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "none"))
    line = ["matte", str(clip), str(tmp_path / "out.mp4"), "--device=cpu"]
    assert exit_code([*line, "--model=rmbg2"]) == 4
    told = capsys.readouterr().err
    assert told.count("rmbg2: its licence") == 1 and "no commercial use" in told
    assert "afterglow models pull rmbg2" in told
    assert exit_code([*line, "--model=rmbg2", "--commercial-only"]) == 4
    assert "--commercial-only refuses the model rmbg2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("{clip} out.mp4 --model=chrome", 2, "'chrome' is not one of"),
        ("{clip} out.mp4 --model=chroma --model=person", 2, "name a folder as TARGET"),
        ("{clip} out.mp4 --model=difference", 2, "afterglow plate makes one"),
        ("{clip} out.mp4 --model=chroma --plate={plate}", 2, "--plate is for --model difference"),
        ("{clip} out.mp4 --model=difference --plate={clip}", 3, "one picture is wanted"),
        ("{clip} out.mp4 --model=difference --plate=none.png", 2, "does not exist"),
        ("{clip} out.mp4 --mask={plate}", 2, "--mask is for --model matanyone or matanyone2"),
        ("{clip} out.mp4 --chunk-seconds=5", 2, "--chunk-seconds is for --model matanyone"),
        ("{clip} out.mp4 --downsample=0.4", 2, "--downsample is for --model rvm"),
        ("{clip} out.mp4 --model=rvm --downsample=0", 2, "0.01<=x<=1"),
        ("{clip} out.mov --key=green", 2, "or says whose light --despill takes off"),
        ("{clip} out.mov --despill=1", 2, "say whose light it is with --key"),
        ("{clip} out.mov --key=greenish", 2, "is no colour"),
        ("{clip} out.mp4 --model=chroma --despill=1", 2, "the target gets the matte alone"),
        ("{clip} out.mp4 --decontaminate", 2, "the target gets the matte alone"),
        ("{clip} out.mov --model=chroma --decontaminate", 2, "colours are clean anyway"),
        ("{clip} out.mp4 --grow=1 --shrink=1", 2, "pull the same edge"),
        ("{clip} out.mp4 --grow=nan", 2, "nan"),
        ("{clip} out.mp4 --feather=-1", 2, "0<=x<=200"),
        ("{clip} out.mov --alpha-codec=ffv1 --codec=prores", 2, "--codec prores the subject too"),
        ("{clip} out.mov --alpha-codec=ffv1 --alpha-out=yes", 2, "--alpha-out yes the subject"),
        ("{clip} out --alpha-out=no", 2, "is for a file"),
        ("- out --model=chroma --model=person", 2, "a pipe can be read once"),
        ("none.mkv out.mp4 --model=chroma", 3, "no such file"),
        ("{plate} out.mp4 --model=chroma --key=auto --resolution=4", 2, "--resolution"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    line: str, code: int, words: str, clip: Path, plate: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    typed = [part.format(clip=clip, plate=plate) for part in line.split()]
    found, told = refused(capsys, *typed)
    assert found == code, told
    assert words in told and told.count("error:") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_picture_without_a_backing_is_an_error_of_media(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((40, 60, 3), 128, np.uint8))
    code, told = refused(capsys, tmp_path / "grey.png", tmp_path / "out.png", "--model=chroma")
    assert code == 3 and "no backing of one colour" in told and "--key green" in told
    assert [path.name for path in tmp_path.iterdir()] == ["grey.png"]
