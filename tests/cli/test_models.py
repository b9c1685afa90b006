"""The models command: what people see on stdout, what goes to stderr, and exit codes."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from afterglow.cli.main import exit_code
from tests.models.weights import WEIGHTS, Server, entry, file, hashed, serving, write_lock
from tests.program import PROGRAM

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as there:
        there.files["w"] = WEIGHTS
        yield there


@pytest.fixture
def folder(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models, with models that the server has."""
    files = [file(url=server.url("w"))]
    told: dict[str, Any] = {
        "free": entry(files=files, used_by=["trialling"]),
        "bound": entry(files=files, used_by=["trialling"], licence="NC-1", commercial="no"),
        "loose": entry(files=[file(url=server.url("w"), sha256=None)]),
    }
    lock = write_lock(tmp_path / "own.lock", told, groups={"all-free": ["free"]})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def run(capsys: Captured, *line: str) -> tuple[int, str, str]:
    code = exit_code(["models", *line])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_list_shows_what_is_here(folder: Path, capsys: Captured) -> None:
    run(capsys, "pull", "free")
    code, out, err = run(capsys, "list")
    rows = {line.split()[0]: line.split() for line in out.splitlines()}
    assert code == 0 and err == "" and "\x1b" not in out
    assert rows["name"] == ["name", "role", "size", "licence", "commercial", "present"]
    assert rows["free"][3:] == ["1.05", "MB", "MIT", "yes", "yes"]
    assert rows["bound"][3:] == ["1.05", "MB", "NC-1", "no", "no"]
    assert "person-square" in rows and "group all-free: free" in out
    assert "bound" not in run(capsys, "list", "--commercial-only")[1]


def test_pull_says_on_stderr_what_it_did(folder: Path, server: Server, capsys: Captured) -> None:
    code, out, err = run(capsys, "pull", "all-free")
    assert (code, out) == (0, "") and err == f"afterglow: free: fetched ({folder / 'free'})\n"
    assert "free: is here" in run(capsys, "pull", "free")[2] and len(server.asked) == 1
    assert run(capsys, "path", "free")[1] == f"{folder / 'free' / 'weights.onnx'}\n"


def test_a_licence_needs_a_yes(folder: Path, server: Server, capsys: Captured) -> None:
    code, _, err = run(capsys, "pull", "free", "bound")
    assert code == 4 and server.asked == [], "nothing is fetched before all is clear"
    assert "needs your yes to its licence: NC-1" in err
    assert "hint: afterglow models pull bound --accept-licence bound\n" in err
    assert run(capsys, "pull", "bound", "--accept-licence", "bound")[0] == 0
    line = ("pull", "bound", "--accept-licence", "bound", "--commercial-only")
    code, _, err = run(capsys, *line)
    assert code == 4 and "--commercial-only refuses the model bound" in err


def test_an_unpinned_model_is_refused_or_recorded(folder: Path, capsys: Captured) -> None:
    code, _, err = run(capsys, "pull", "loose")
    assert code == 4 and "is not pinned" in err and not (folder / "loose").exists()
    code, _, err = run(capsys, "pull", "loose", "--trust-on-first-use")
    assert code == 0 and f"trusted on first use: weights.onnx has sha256 {hashed(WEIGHTS)}" in err
    assert f"(recorded in {folder / 'trusted.json'})" in err
    assert run(capsys, "verify", "--deep", "loose")[:2] == (0, "ok    loose (sha256)\n")


def test_all_of_an_effect_leaves_out_what_needs_a_word(folder: Path, capsys: Captured) -> None:
    code, _, err = run(capsys, "pull", "--for", "trialling")
    assert code == 0 and "left out: the model bound needs your yes" in err
    assert (folder / "free").is_dir() and not (folder / "bound").exists()
    run(capsys, "pull", "--for", "trialling", "--accept-licence", "bound")
    assert (folder / "bound").is_dir()
    code, _, err = run(capsys, "pull", "--for", "no-such-effect")
    assert code == 4 and "no model in models.lock is for 'no-such-effect'" in err


@pytest.mark.parametrize("line", [["pull"], ["pull", "free", "--all"], ["path"], ["no-such"]])
def test_what_cannot_be_meant_is_a_usage_error(
    line: list[str], folder: Path, capsys: Captured
) -> None:
    assert run(capsys, *line)[0] == 2


def test_an_unknown_model_is_told_with_the_nearest(folder: Path, capsys: Captured) -> None:
    code, _, err = run(capsys, "pull", "fre")
    assert code == 4 and "no model 'fre'" in err and "did you mean free?" in err


def test_verify_finds_what_changed(folder: Path, capsys: Captured) -> None:
    code, out, err = run(capsys, "verify")
    assert (code, out) == (0, "") and err == "afterglow: none of the models is here\n"
    run(capsys, "pull", "free")
    weights = folder / "free" / "weights.onnx"
    weights.write_bytes(b"\xff" + WEIGHTS[1:])
    assert run(capsys, "verify")[:2] == (0, "ok    free (sizes)\n")
    code, out, err = run(capsys, "verify", "--deep")
    assert code == 4 and out.startswith(f"wrong free: {weights} has sha256 ")
    assert "error: not as locked: 1" in err
    assert "hint: afterglow models pull free fetches it anew" in err
    assert run(capsys, "path", "free")[0] == 4
    weights.write_bytes(WEIGHTS[:-1])
    assert run(capsys, "verify")[0] == 4
    code, out, _ = run(capsys, "verify", "bound")
    assert code == 4 and out == "wrong bound: weights.onnx is not here\n"


def test_a_terminal_gets_a_bar(folder: Path) -> None:
    ours, theirs = pty.openpty()
    line = [*PROGRAM, "models", "pull", "free"]
    done = subprocess.run(line, stderr=theirs, stdout=subprocess.PIPE, timeout=60, check=True)
    drawn = ""
    while "fetched" not in drawn:
        drawn += os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    assert done.stdout == b"" and "free: weights.onnx" in drawn
