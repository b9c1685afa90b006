"""A picture, also out of a pipe or of words, is held as long as is asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.media import probe
from tests.effects.style.cinematic.shooting import film, pictures, shot
from tests.program import PROGRAM


def test_a_picture_is_five_seconds_long(folder: Path, tmp_path: Path) -> None:
    made = film(folder, tmp_path / "out.mp4", "a.png", "--style=noir")
    assert (made.video.frames, made.video.rate, made.video.duration) == (125, 25, 5)
    assert (made.video.width, made.video.height, made.streams) == (120, 80, ("video",))


def test_a_picture_is_held_as_long_as_is_asked_for(folder: Path, tmp_path: Path) -> None:
    flags = ("--style=none", "--duration=1.2", "--fps=10")
    made = film(folder, tmp_path / "out.mp4", "a.png", *flags)
    assert (made.video.frames, made.video.rate) == (12, 10)


def test_a_picture_in_a_pipe_is_held(folder: Path, tmp_path: Path) -> None:
    given = (folder / "a.png").read_bytes()
    for flags, frames in (((), 125), (("--duration=2", "--fps=10"), 20)):
        line = [*PROGRAM, *shot("-", tmp_path / f"{frames}.mp4", "--style=none", *flags)]
        taken = subprocess.run(line, input=given, capture_output=True, timeout=120)
        assert taken.returncode == 0, taken.stderr
        assert probe(str(tmp_path / f"{frames}.mp4")).video.frames == frames


def test_words_are_drawn_and_held(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("diffusers", "transformers", "accelerate"):
        pytest.importorskip(name)
    from afterglow.models.lock import LOCK_VARIABLE
    from tests.effects.animate.tiny import lock_tiny

    lock = lock_tiny(tmp_path_factory.mktemp("drawers"), "sd15")
    monkeypatch.setenv(LOCK_VARIABLE, str(lock))
    seen = []
    for prompt in ("a lighthouse", "a lighthouse", "a harbour"):
        line = [tmp_path / "out.mkv", f"--text={prompt}", "--duration=0.2", "--device=cpu"]
        flags = ["--codec=ffv1", "--style=none", "--overwrite", "--quality=speed", "--preview"]
        assert exit_code(shot(*line, *flags)) == 0
        seen.append(pictures(tmp_path / "out.mkv"))
    assert len(seen[0]) == 3 and seen[0][0].shape == (360, 202, 3) and seen[0][0].std() > 3
    assert np.array_equal(seen[0][0], seen[1][0]) and not np.array_equal(seen[0][0], seen[2][0])
