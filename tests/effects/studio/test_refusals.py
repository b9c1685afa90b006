"""What lacks a room, a matte, weights or a free target ends before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterglow.cli.main import exit_code
from tests.effects.studio.running import LINE, ROOM, said


def test_nothing_said_of_the_room_is_a_usage_error(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(LINE[:4]) == 2
    assert "--bg room" in said(capsys)
    assert exit_code([*LINE[:4], "--prompt", "  "]) == 2


@pytest.mark.parametrize("model", ["sd15", "sdxl"])
def test_missing_weights_end_the_run_before_it_begins(
    there: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE[:4], "--prompt", "a library", "--sd-model", model]) == 4
    told = said(capsys)
    assert f"{model}-inpaint" in told and "models pull" in told and "--bg room" in told
    assert not Path("out.mkv").exists()


def test_an_existing_target_stops_a_run_before_it_begins(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out.mkv").write_bytes(b"mine")
    assert exit_code(LINE) == 2
    assert "analysis" not in said(capsys)
    assert Path("out.mkv").read_bytes() == b"mine"


def test_a_source_without_a_matte_is_refused(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["studio", "in.mkv", "out.mkv", *ROOM]) == 2
    assert "no matte of its own" in said(capsys)


def test_auto_without_its_networks_is_told(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["studio", "in.mkv", "auto", "out.mkv", *ROOM]) == 4
    assert "afterglow models pull" in said(capsys)
