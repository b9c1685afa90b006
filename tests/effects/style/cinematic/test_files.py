"""A run writes its film, sheet, folder or pipe, and replaces nothing else."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import pytest

from afterglow.cli.main import exit_code
from afterglow.media import probe
from tests.effects.style.cinematic.shooting import SIZE, film, heard, shot
from tests.program import PROGRAM, afterglow


def test_a_contact_sheet_is_kept(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    film(folder, tmp_path / "out.mp4", "clip.mkv", "--style=none", f"--contact-sheet={sheet}")
    assert cv2.imread(str(sheet)).shape[1] > 2 * SIZE[0]


def test_a_contact_sheet_comes_with_its_film_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    code = (
        "import resource, sys; from afterglow.cli.main import main;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); main(sys.argv[1:])"
    )
    flags = ["--style=none", "--qp=0", f"--contact-sheet={sheet}"]
    run = [sys.executable, "-c", code, *shot(folder / "clip.mkv", tmp_path / "out.mp4", *flags)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "larger than the system allows" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_file_of_a_run_replaces_another(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = {name: tmp_path / name for name in ("clip.mkv", "b.png", "depth.png")}
    for name, path in place.items():
        path.write_bytes((folder / name).read_bytes())
    clip, picture, depth = place.values()
    for arguments in (
        [picture, tmp_path / "out.mp4", f"--contact-sheet={picture}"],
        [clip, tmp_path / "out.mp4", f"--depth={depth}", f"--contact-sheet={depth}"],
        [picture, depth, tmp_path / "out.mp4", f"--contact-sheet={depth}"],
        [picture, tmp_path / "out.png", f"--contact-sheet={tmp_path / 'out.png'}"],
        [picture, clip, clip],
    ):
        assert exit_code(shot(*arguments, "--overwrite")) == 2, arguments
        assert "this run reads or writes it already" in capfd.readouterr().err
    for name, path in place.items():
        assert path.read_bytes() == (folder / name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == set(place)


def test_pipes_in_and_out(folder: Path, tmp_path: Path) -> None:
    line = [*PROGRAM, *shot(folder / "a.png", folder / "clip.mkv", "-", "--duration=1")]
    made = subprocess.run([*line, "--transition-time=0.2"], capture_output=True, timeout=120)
    assert made.returncode == 0, made.stderr
    target = tmp_path / "out.mp4"
    again = [*PROGRAM, *shot("-", target, "--style=noir", "--preview")]
    taken = subprocess.run(again, input=made.stdout, capture_output=True, timeout=120)
    assert taken.returncode == 0, taken.stderr
    video = probe(str(target)).video
    assert (video.frames, video.height) == (40, 360) and abs(heard(target) - Fraction(8, 5)) < 0.05


def test_a_folder_is_made_clip_by_clip(folder: Path, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in ("1.mkv", "2.mkv"):
        (clips / name).write_bytes((folder / "silent.mkv").read_bytes())
    run = afterglow(*shot(clips, tmp_path / "made", "--style=noir", "--quality=speed"))
    assert run.returncode == 0, run.stderr
    sizes = [probe(str(tmp_path / "made" / name)).video.width for name in ("1.mkv", "2.mkv")]
    assert sizes == [720, 720]
