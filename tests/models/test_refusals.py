"""What may not be loaded ends a run with exit code 4 and a line that says what to do."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import click
import pytest

from afterglow.cli import main, options
from afterglow.cli.main import exit_code
from tests.models import tiny
from tests.models.weights import entry, file, hashed, write_lock

Captured = pytest.CaptureFixture[str]

NETWORK = tiny.onnx_file()
URL = "https://example.org/weights.onnx"


@click.command()
@click.argument("name")
@options.commercial_only
def load(name: str, commercial_only: bool) -> None:
    """Load a model, as an effect does."""
    from afterglow.models.loading import loaded

    with loaded(name, commercial_only=commercial_only) as network:
        click.echo(f"loaded: {network.outputs[0]}")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No network, and a list of who asked for it."""
    asked: list[str] = []

    def refuse(*_: object, **__: object) -> Any:
        asked.append("socket")
        raise OSError("the network was touched")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("subprocess.Popen", refuse)
    monkeypatch.setitem(main.BUILT_IN, "load", f"{__name__}:load")
    return asked


@pytest.fixture
def here(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the model trial, which is here and right; other models are not."""
    right = file(content=NETWORK, url=URL)
    gated = {"gated": True, "commercial": "no", "licence": "NC-1"}
    told = {
        "trial": entry(files=[right]),
        "wrong": entry(files=[{**right, "sha256": hashed(b"another")}]),
        "missing": entry(files=[right]),
        "loose": entry(files=[{key: right[key] for key in ("path", "url")}]),
        "gated": entry(files=[right], **gated),
        "bound": entry(files=[right], commercial="conditional", licence="GPL-3.0"),
    }
    lock = write_lock(tmp_path / "own.lock", told)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    for name in ("trial", "wrong", "loose", "bound"):
        (folder / name).mkdir(parents=True)
        (folder / name / "weights.onnx").write_bytes(NETWORK)
    return folder / "trial" / "weights.onnx"


def refused(capfd: Captured, *line: str) -> list[str]:
    """The lines on stderr of a command that ends with exit code 4, and nothing on stdout."""
    assert exit_code(list(line)) == 4
    told = capfd.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert lines[0].startswith("afterglow: error: ")
    return lines


def test_what_is_right_is_loaded(here: Path, offline: list[str], capfd: Captured) -> None:
    assert exit_code(["load", "trial"]) == 0
    assert capfd.readouterr() == ("loaded: matte\n", "") and offline == []


def test_a_tampered_file(here: Path, offline: list[str], capfd: Captured) -> None:
    content = bytearray(NETWORK)
    content[len(content) // 2] ^= 1
    here.write_bytes(content)
    assert refused(capfd, "load", "trial") == [
        f"afterglow: error: the model trial is not what was locked: {here} has sha256"
        f" {hashed(bytes(content))} instead of {hashed(NETWORK)}",
        "hint: afterglow models pull trial fetches it anew",
    ]
    assert offline == []


def test_a_file_cut_short(here: Path, offline: list[str], capfd: Captured) -> None:
    here.write_bytes(NETWORK[:-1])
    (line, _) = refused(capfd, "load", "trial")
    assert f"has {len(NETWORK) - 1} bytes instead of {len(NETWORK)}" in line and offline == []


def test_a_wrong_hash(here: Path, offline: list[str], capfd: Captured) -> None:
    line, hint = refused(capfd, "load", "wrong")
    assert f"has sha256 {hashed(NETWORK)} instead of {hashed(b'another')}" in line
    assert hint == "hint: afterglow models pull wrong fetches it anew" and offline == []


def test_a_missing_file(here: Path, offline: list[str], capfd: Captured) -> None:
    size = f"{len(NETWORK)} bytes"
    assert refused(capfd, "load", "missing") == [
        f"afterglow: error: the model missing is not here ({size}, licence MIT)",
        "hint: afterglow models pull missing",
    ]
    assert offline == []


def test_an_unpinned_entry(here: Path, offline: list[str], capfd: Captured) -> None:
    line, hint = refused(capfd, "load", "loose")
    assert "the model loose is not pinned: it has no sha256" in line
    assert "pull loose --trust-on-first-use" in hint
    line, hint = refused(capfd, "models", "pull", "loose")
    assert "is not pinned" in line and "--trust-on-first-use" in hint and offline == []


def test_a_gated_licence(here: Path, offline: list[str], capfd: Captured) -> None:
    line, hint = refused(capfd, "load", "gated")
    assert "is not here" in line and "licence NC-1" in line
    assert hint == "hint: afterglow models pull gated --accept-licence gated"
    line, hint = refused(capfd, "models", "pull", "gated")
    assert "needs your yes to its licence: NC-1 (commercial use: no, and its publisher" in line
    assert hint == "hint: afterglow models pull gated --accept-licence gated" and offline == []


@pytest.mark.parametrize("by_flag", [True, False])
def test_a_licence_that_is_not_commercial(
    by_flag: bool, here: Path, monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    assert exit_code(["load", "bound"]) == 0
    capfd.readouterr()
    if not by_flag:
        monkeypatch.setenv("AFTERGLOW_COMMERCIAL_ONLY", "1")
    flag = ["--commercial-only"] if by_flag else []
    line, _ = refused(capfd, "load", "bound", *flag)
    assert "--commercial-only refuses the model bound: its licence is GPL-3.0" in line
    assert exit_code(["load", "trial", *flag]) == 0


def test_a_pull_without_a_network(here: Path, offline: list[str], capfd: Captured) -> None:
    line, hint = refused(capfd, "models", "pull", "missing")
    assert "weights.onnx could not be fetched from example.org: " in line
    assert hint == "hint: run it again: what came is kept" and offline, "the block is felt"


def test_a_lock_without_a_network(
    here: Path, offline: list[str], monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    line, _ = refused(capfd, "models", "lock", "rmbg2")
    assert "the hub does not tell about briaai/RMBG-2.0 for rmbg2" in line and offline


def test_a_file_that_is_no_model(here: Path, folder: Path, tmp_path: Path, capfd: Captured) -> None:
    garbage = file("weights.onnx", b"no network", url=URL)
    write_lock(tmp_path / "own.lock", {"trial": entry(files=[garbage])})
    here.write_bytes(b"no network")
    line, _ = refused(capfd, "load", "trial")
    assert "the model trial cannot be read as onnx: " in line


def test_a_name_that_is_not_locked(here: Path, offline: list[str], capfd: Captured) -> None:
    line, hint = refused(capfd, "load", "trail")
    assert "models.lock has no model 'trail'" in line and hint == "hint: did you mean trial?"
    assert offline == []
