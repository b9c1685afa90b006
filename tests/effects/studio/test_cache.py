"""A cache gives what a run without it gives, and is asked first."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from afterglow.cli.main import exit_code
from tests.effects.studio.running import LINE, SCENE, frames, said
from tests.program import pictures
from tests.scenes import write_clip


def test_what_was_worked_out_is_not_worked_out_again(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cached = [*LINE, "--overwrite", "--cache", "kept"]
    assert exit_code(cached) == 0
    first = Path("out.mkv").read_bytes()
    assert "from the cache" not in said(capsys)
    assert exit_code(cached) == 0
    told = said(capsys)
    assert "render: from the cache" in told and "analysis: " not in told
    assert Path("out.mkv").read_bytes() == first
    assert exit_code([*cached, "--shadow", "0.5"]) == 0
    told = said(capsys)
    assert "analysis: from the cache" in told and "background: from the cache" in told
    assert "render: 10 frames" in told
    assert exit_code([*cached, "--seed", "9"]) == 0
    told = said(capsys)
    assert "analysis: from the cache" in told and "background: from the cache" not in told


def test_a_cached_run_is_the_run_without_a_cache(there: Path) -> None:
    assert exit_code(LINE) == 0
    plain = pictures(there / "out.mkv")
    for _ in range(2):
        for shadow in ("0.5", "0"):
            line = [*LINE, "--overwrite", "--cache", "kept", "--shadow", shadow]
            assert exit_code(line) == 0
    assert pictures(there / "out.mkv") == plain


def test_a_cache_that_cannot_be_made_ends_the_run_before_it_begins(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").touch()
    assert exit_code([*LINE, "--cache", "taken/kept"]) == 3
    lines = said(capsys)
    assert "the cache cannot be written" in lines and "analysis" not in lines
    assert not Path("out.mkv").exists()


def test_a_result_that_finds_no_room_in_the_cache_is_made_all_the_same(
    there: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("afterglow.engine.cache.shutil.copyfile", full)
    assert exit_code([*LINE, "--cache", "kept"]) == 0
    assert "No space left on device (kept); out.mkv itself is whole" in said(capsys)
    assert len(frames("out.mkv")) == 10
    kinds = {each.name.partition("-")[0] for each in Path("kept").iterdir()}
    assert kinds == {"analysis", "background"}


def test_a_changed_source_is_worked_out_anew(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE, "--cache", "kept"]) == 0
    write_clip(Path("in.mkv"), list(replace(SCENE, seed=8)))
    capsys.readouterr()
    assert exit_code([*LINE, "--cache", "kept", "--overwrite"]) == 0
    assert "from the cache" not in said(capsys)
