"""The best model and the nearest effect are taken, and what is not here is told."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from afterglow.cli.main import exit_code
from tests.effects.animate.running import LINE, left, run, video
from tests.program import PROGRAM


def test_the_best_model_that_is_here_is_taken(
    there: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there("svd", "ltx")
    run()
    assert "model: svd," in capsys.readouterr().err
    run("--effect=waves")
    assert "model: ltx," in capsys.readouterr().err
    run("--effect=waves", "--set=models=svd")
    said = capsys.readouterr().err
    assert "model: svd," in said and "the prompt is not read" in said


def test_no_model_is_here(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(LINE) == 4
    said = capsys.readouterr().err
    assert "svd-xt (4.51 GB, licence Stability AI Community License)" in said
    assert "afterglow models" in said and left(bare) == []
    for words in (["--effect=waves"], ["--prompt=a cat"]):
        assert exit_code([*LINE, *words]) == 4
        assert "not here: wan (size not known, licence Apache-2.0)" in capsys.readouterr().err
    assert exit_code([*LINE, "--effect=waves", "--set=models=ltx"]) == 4
    assert "not here: ltx (" in capsys.readouterr().err
    assert exit_code([*LINE, "--model=wan", "--commercial-only"]) == 4
    assert "wan (size not known, licence Apache-2.0)" in capsys.readouterr().err
    assert exit_code([*LINE, "--model=svd", "--commercial-only"]) == 4
    assert "--commercial-only refuses the model svd" in capsys.readouterr().err
    assert exit_code([*LINE, "--commercial-only"]) == 4
    assert "not here: wan (" in capsys.readouterr().err, "the best one that may be used"
    (bare / "in").mkdir()
    (bare / "in/a.png").write_bytes((bare / "still.png").read_bytes())
    assert exit_code(["animate", "in", "out", *LINE[3:]]) == 4
    assert left(bare) == ["in"]


def test_effects_change_what_is_made(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    calm = run("--effect=portrait-breath")
    assert run("--effect=portrait-breath", "--set=motion_strength=0.9") != calm
    assert run("--effect=portrait-breath", "--motion-strength=0.12") == calm
    Path("mine.toml").write_text('description = "mine"\nsteps = 2\nfps = 10\n')
    run("--effect=mine.toml")
    assert video()[1] == 10
    assert exit_code([*LINE, "--effect=wavs"]) == 2
    assert "hint: did you mean waves?" in capsys.readouterr().err
    Path("bad.toml").write_text('description = "bad"\nmotion_strenght = 0.4\n')
    assert exit_code([*LINE, "--effect=bad.toml"]) == 2
    said = capsys.readouterr().err
    assert "an effect has no motion_strenght (bad.toml)" in said
    assert "did you mean motion_strength?" in said


def test_the_own_folder_of_effects_is_searched_first(
    there: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there("svd")
    Path("mine/animate").mkdir(parents=True)
    Path("mine/animate/waves.toml").write_text('description = "my waves"\nfps = 11\n')
    monkeypatch.setenv("AFTERGLOW_EFFECTS", "mine")
    run("--effect=waves")
    assert video()[1] == 11
    capsys.readouterr()
    assert exit_code(["animate", "--list-effects"]) == 0
    said = capsys.readouterr().out
    assert "my waves" in said and "portrait-breath" in said


def test_models_are_listed(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    assert exit_code(["animate", "--list-models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line.split() for line in lines}
    assert rows["svd"][1:6] == ["no", "yes", "1024x576", "14", "7"] and rows["svd"][-1] == "yes"
    assert rows["wan"][1:6] == ["yes", "no", "832x480", "81", "16"] and rows["wan"][-1] == "no"
    assert [rows[name][6] for name in ("wan", "animatediff")] == ["no", "depth,pose"]


def test_help_and_lists_need_no_torch() -> None:
    for flag in ("--help", "--list-effects", "--list-models"):
        heavy = ["torch", "diffusers", "transformers", *(["cv2"] if flag == "--help" else [])]
        program = (
            "import sys; from afterglow.cli.main import exit_code;"
            f"code = exit_code(['animate', {flag!r}]);"
            f"print(code, [name for name in {heavy} if name in sys.modules])"
        )
        done = subprocess.run([PROGRAM[0], "-c", program], capture_output=True, text=True)
        assert done.stdout.endswith("\n0 []\n"), (flag, done.stdout, done.stderr)
