"""What a run tells: lines, JSON, a bar on a terminal, or nothing."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterglow.cli import progress
from afterglow.cli.words import plan_lines, summary_line, video_line
from afterglow.engine import Plan, Summary
from afterglow.frames import Reach, VideoInfo
from tests.program import PROGRAM, afterglow

VIDEO = VideoInfo(64, 48, Fraction(30000, 1001), Fraction(1, 30000), frames=9)
PLAN = Plan("in.mp4", "-", VIDEO, VIDEO, Reach(4, 2), "libx264", "cpu", 9, 2_500_000_000)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_tells_every_event_on_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([10.0, 10.1, 10.2, 10.7, 10.8, 11.3])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.reporter_for(quiet=False, as_json=True) as told:
        told.note("a line")
        told.start(PLAN)
        for frames in range(1, 6):
            told.step(frames)
        told.done(Summary(9, 2.0, "libx264", "out.mp4"))
    seen = events(capsys.readouterr().err)
    assert [each["event"] for each in seen] == ["note", "start", "progress", "progress", "done"]
    assert [each["frames"] for each in seen if each["event"] == "progress"] == [3, 5]
    assert seen[1]["memory"] == 2_500_000_000 and seen[1]["rate"] == "30000/1001"
    assert seen[-1] == {
        "event": "done", "frames": 9, "seconds": 2.0, "fps": 4.5, "encoder": "libx264",
        "target": "out.mp4", "complete": True,
    }  # fmt: skip


def test_quiet_says_nothing_but_failures(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.reporter_for(quiet=True, as_json=False) as told:
        told.note("a line")
        told.start(PLAN)
        told.step(3)
        told.clips(1, 2)
        told.done(Summary(9, 2.0, "libx264", "out.mp4"))
        assert capsys.readouterr().err == ""
        told.failure("a.mp4", "broken")
    assert capsys.readouterr().err == "afterglow: error: a.mp4: broken\n"


def test_without_a_terminal_only_notes_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.reporter_for(quiet=False, as_json=False) as told:
        told.note("a line [with] brackets")
        told.start(PLAN)
        told.step(3)
        told.done(Summary(9, 2.0, "libx264", "out.mp4"))
    captured = capsys.readouterr()
    assert captured.err == "afterglow: a line [with] brackets\n" and captured.out == ""


@pytest.mark.parametrize("kind", [progress.Plain, progress.Bar])
def test_a_name_breaks_no_line_and_commands_no_terminal(
    kind: type[progress.Reporter], capsys: pytest.CaptureFixture[str]
) -> None:
    reporter = kind()
    reporter.note("a\nb\x1b[31m.mp4: made")
    reporter.failure("a\rb.mp4", "x\ny")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "afterglow: a\\nb\\x1b[31m.mp4: made",
        "afterglow: error: a\\rb.mp4: x\\ny",
    ]


def on_terminal(*arguments: str | Path) -> str:
    """What a person at a terminal sees."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    run = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)], stderr=theirs, stdout=theirs, env=environment
    )
    os.close(theirs)
    seen = b""
    try:
        while block := os.read(ours, 4096):
            seen += block
    except OSError:
        seen += b""
    os.close(ours)
    assert run.wait(60) == 0
    return seen.decode()


def test_a_terminal_shows_frames_speed_device_and_encoder(clip: Path, tmp_path: Path) -> None:
    seen = on_terminal("ghost", clip, tmp_path / "out.mp4", "--device=cpu", "--encoder=software")
    assert "/12" in seen and "fps" in seen and "cpu, libx264" in seen
    assert "12 frames in" in seen


def test_a_terminal_is_no_place_for_video(clip: Path) -> None:
    ours, theirs = pty.openpty()
    run = subprocess.run([*PROGRAM, "ghost", clip, "-"], stdout=theirs, stderr=subprocess.PIPE)
    os.close(ours)
    os.close(theirs)
    assert run.returncode == 2 and b"terminal" in run.stderr


def test_a_dry_run_tells_the_plan_and_does_nothing(clip: Path, tmp_path: Path) -> None:
    run = afterglow("ghost", clip, tmp_path / "out.mp4", "--dry-run", "--start=0.1", "--layers=2")
    assert run.returncode == 0 and run.stdout == "" and not list(tmp_path.iterdir())
    for word in ("64x48", "25 fps", "encoder  libx264", "device   cpu", "memory   "):
        assert word in run.stderr
    told = afterglow("ghost", clip, tmp_path / "out.mp4", "--dry-run", "--json")
    plan = events(told.stderr)[-1]
    assert (plan["event"], plan["frames"], plan["width"]) == ("plan", 12, 64)
    assert plan["memory"] > 0 and not list(tmp_path.iterdir())


def test_a_dry_run_refuses_what_the_run_would_refuse(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_text("precious")
    assert afterglow("ghost", clip, tmp_path / "out.mp4", "--dry-run").returncode == 2
    assert afterglow("ghost", "no.mp4", tmp_path / "new.mp4", "--dry-run").returncode == 3


def test_words_are_plain() -> None:
    lines = plan_lines(PLAN)
    assert "29.97 fps, 9 frames" in lines[0] and "2.5 GB" in lines[-1]
    uncounted = replace(VIDEO, frames=None, duration=None)
    assert "unknown length" in video_line(uncounted)
    assert "fps, 2.97 s," in video_line(replace(uncounted, duration=Fraction(2966, 1000)))
    assert "until its reader had enough" in summary_line(Summary(1, 1.0, "x", "-", complete=False))


def test_events_of_a_real_run(clip: Path, tmp_path: Path) -> None:
    run = afterglow("ghost", clip, tmp_path / "out.mkv", "--json")
    seen = events(run.stderr)
    assert run.returncode == 0 and run.stdout == ""
    assert {"event": "note", "text": seen[0]["text"]} == seen[0] and "device" in seen[0]["text"]
    assert seen[-1]["event"] == "done" and seen[-1]["frames"] == 12
    assert "start" in [each["event"] for each in seen]
