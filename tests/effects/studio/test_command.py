"""The studio command, from clips to clips."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from afterglow.cli.looks import looks_of
from afterglow.cli.main import exit_code
from tests.effects.studio.running import LINE, ROOM, SCENE, frames, said
from tests.program import afterglow, pictures, sound
from tests.scenes import write_clip


def test_every_phase_is_told_with_its_time(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(LINE) == 0
    lines = said(capsys).splitlines()
    for phase in ("analysis: 10 frames in", "background: ", "render: 10 frames in"):
        assert sum(phase in line and " s" in line for line in lines) == 1, phase
    made = frames("out.mkv")
    assert len(made) == 10 and made[0].shape == (72, 128, 3)
    assert sound(there / "out.mkv") == sound(there / "in.mkv")
    assert list((there / "temporary").iterdir()) == []


def test_the_subject_stays_and_the_background_is_new(there: Path) -> None:
    assert exit_code([*LINE, "--codec", "ffv1", "--light-wrap", "0"]) == 0
    before, after, matte = (frames(name) for name in ("in.mkv", "out.mkv", "matte.mkv"))
    for t in (0, 5, 9):
        whole, empty = matte[t][..., 0] == 255, matte[t][..., 0] == 0
        assert np.array_equal(before[t][whole], after[t][whole])
        assert np.abs(before[t].astype(int) - after[t])[empty].mean() > 15


def test_a_photo_stands_behind_and_its_depth_is_said_to_be_assumed(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["studio", "in.mkv", "matte.mkv", "out.mkv", "--bg", "photo.png", "--resolution", "72"]
    assert exit_code(line) == 0
    assert "is assumed" in said(capsys)
    assert exit_code([*line, "--overwrite", "--bg=in.mkv"]) == 2
    assert "a picture is wanted" in said(capsys)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(there: Path) -> None:
    assert exit_code(LINE) == 0
    first = pictures(there / "out.mkv")
    assert exit_code([*LINE, "--overwrite"]) == 0
    assert pictures(there / "out.mkv") == first
    assert exit_code([*LINE, "--overwrite", "--seed", "4"]) == 0
    assert pictures(there / "out.mkv") != first


def test_background_and_depth_are_written(there: Path) -> None:
    assert exit_code([*LINE, "--save-bg", "bg.png", "--save-depth", "depth.png"]) == 0
    seen = cv2.imread("bg.png", cv2.IMREAD_UNCHANGED)
    near = cv2.imread("depth.png", cv2.IMREAD_UNCHANGED)
    assert seen is not None and near is not None
    assert seen.shape[:2] == near.shape and near.dtype == np.uint16
    assert near.min() == 0 and near.max() == 65535
    assert seen.shape[0] > 72 and seen.shape[1] > 128, "room for the pan"
    assert near[-1].mean() > near[near.shape[0] // 2].mean(), "the floor before us is near"
    assert exit_code([*LINE, "--overwrite", "--save-bg", "bg.png"]) == 0
    Path("out.mkv").unlink()
    assert exit_code([*LINE, "--save-bg", "bg.png"]) == 2, "it exists"
    assert exit_code([*LINE, "--save-bg", "bg.mp4"]) == 2, "it is no picture"
    assert not Path("out.mkv").exists()


def test_a_dry_run_does_nothing(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(there.iterdir())
    assert exit_code([*LINE, "--dry-run", "--cache", "kept"]) == 0
    assert "output   out.mkv: 128x72" in said(capsys)
    assert sorted(there.iterdir()) == before


def test_a_preview_is_small_and_short(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["studio", "in.mkv", "matte.mkv", "out.mkv", "--bg", "room", "--dry-run"]
    assert exit_code([*line, "--preview"]) == 0
    assert "output   out.mkv: 640x360" in said(capsys)
    assert exit_code(line) == 0
    assert "output   out.mkv: 1920x1080" in said(capsys)


@pytest.mark.parametrize("look", looks_of("studio"))
def test_a_look_names_what_it_needs_and_works_on_a_made_room(
    there: Path, look: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE[:4], "--effect", look]) == 4
    assert "--bg room" in said(capsys)
    assert exit_code([*LINE, "--effect", look, "--duration", "0.1"]) == 0


def test_there_are_six_looks() -> None:
    names = "deep-space-room library neon-dance-studio photo-studio-grey stage sunny-beach"
    assert list(looks_of("studio")) == names.split()


def test_events_are_lines_of_json(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code([*LINE, "--json"]) == 0
    events = [json.loads(line) for line in said(capsys).splitlines()]
    names = [event["event"] for event in events]
    assert names[-1] == "done" and "start" in names and names.count("stage") >= 2
    assert next(e["name"] for e in events if e["event"] == "stage") == "analysis"


def test_what_is_told_of_a_video_is_told_once(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_clip(Path("film.mp4"), SCENE, codec="libx264", pixel_format="yuv420p")
    assert exit_code(["studio", "film.mp4", "matte.mkv", "out.mp4", *ROOM]) == 0
    assert said(capsys).count("colour is not tagged") == 1


def test_a_cut_begins_its_own_camera(there: Path) -> None:
    assert exit_code([*LINE, "--start", "0.16", "--duration", "0.16"]) == 0
    assert len(frames("out.mkv")) == 4


@pytest.mark.slow
@pytest.mark.footage
@pytest.mark.parametrize(
    ("clip", "matte"),
    [
        ("person_matte/davis_tennis.mp4", "person_matte/davis_tennis_mask.mp4"),
        ("person_matte/dancer_alpha_vp8.webm", "-"),
    ],
)
def test_real_footage_stands_in_a_room(
    footage: Path, tmp_path: Path, clip: str, matte: str
) -> None:
    alpha = matte if matte == "-" else str(footage / matte)
    flags = ["--bg=room", "--seed=1", "--resolution=240", "--duration=0.6"]
    done = afterglow("studio", footage / clip, alpha, tmp_path / "out.mp4", *flags)
    assert done.returncode == 0, done.stderr
    made = frames(str(tmp_path / "out.mp4"))
    assert len(made) >= 8
    feet = made[-1][-20:].astype(float)
    assert feet.std() > 3, "there is a floor"
