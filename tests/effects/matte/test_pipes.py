"""The matte through pipes of a shell: composites, and ghosts behind the subject."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.effects.matte.cloth import SCENE, green_clip
from tests.program import PROGRAM, afterglow, pictures, sound

AFTERGLOW = shlex.join(PROGRAM)
KEYED = "--model=chroma --device=cpu"
BEACH = (220, 140, 60)


def piped(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in which ``afterglow`` is the program; every part must succeed."""
    script = f'set -o pipefail; afterglow() {{ {AFTERGLOW} "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120
    )


def shown(path: Path) -> NDArray[Any]:
    with av.open(str(path)) as box:
        return np.stack([each.to_ndarray(format="rgb24") for each in box.decode(video=0)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    green_clip(tmp_path)
    cv2.imwrite(str(tmp_path / "beach.png"), np.full((45, 80, 3), BEACH[::-1], np.uint8))
    return tmp_path


def test_into_a_composite(folder: Path) -> None:
    line = f"afterglow matte green.mkv - {KEYED} | afterglow composite - out.mp4 --bg beach.png"
    done = piped(folder, line)
    assert done.returncode == 0, done.stderr
    found, source = folder / "out.mp4", folder / "green.mkv"
    assert [time for time, _ in pictures(found)] == [time for time, _ in pictures(source)]
    assert len(sound(found)) > 0
    for laid, view in zip(shown(found).astype(int), SCENE, strict=True):
        assert np.abs(laid[view.alpha == 0] - BEACH).mean() < 3
        assert np.abs(laid[view.alpha == 255] - view.rgb[view.alpha == 255]).mean() < 6
        edge = (view.alpha > 0) & (view.alpha < 255)
        share = view.alpha[edge, None] / 255
        wanted = share * view.rgb[edge] + (1 - share) * np.array(BEACH)
        assert np.abs(laid[edge] - wanted).mean() < 25, "no green is left at the edge"


@pytest.mark.parametrize(
    "onward", ["composite {} {} --bg=beach.png", "ghost {} {} --spacing=2 --ghost=glow"]
)
def test_a_pipe_gives_what_a_file_between_gives(folder: Path, onward: str) -> None:
    last = onward.format("-", "piped.mkv")
    done = piped(folder, f"afterglow matte green.mkv - {KEYED} | afterglow {last} --codec=ffv1")
    assert done.returncode == 0, done.stderr
    steps = [
        f"matte green.mkv between.mkv {KEYED}",
        onward.format("between.mkv", "filed.mkv") + " --codec=ffv1",
    ]
    for step in steps:
        made = afterglow(*step.split(), cwd=folder)
        assert made.returncode == 0, made.stderr
    assert pictures(folder / "piped.mkv") == pictures(folder / "filed.mkv")
    assert sound(folder / "piped.mkv") == sound(folder / "filed.mkv") != []


def test_ghosts_lie_behind_the_subject(folder: Path) -> None:
    line = f"afterglow matte green.mkv - {KEYED} | afterglow ghost - out.mp4 --spacing=3"
    done = piped(folder, line)
    assert done.returncode == 0, done.stderr
    last, view = shown(folder / "out.mp4")[-1].astype(int), list(SCENE)[-1]
    before = list(SCENE)[-4].alpha == 255
    solid = cv2.erode((view.alpha == 255).astype(np.uint8), np.ones((3, 3))) > 0
    assert np.abs(last[solid] - view.rgb[solid]).mean() < 7, "the subject is as it was"
    trail = before & (view.alpha == 0)
    assert trail.any()
    green = shown(folder / "green.mkv")[-1].astype(int)
    assert np.abs(last - green)[trail].mean() > 8, "a ghost lies beside it"
    far = cv2.dilate((np.max([each.alpha for each in SCENE], 0) > 0).astype(np.uint8),
                     np.ones((15, 15))) == 0  # fmt: skip
    assert np.abs(last - green)[far].mean() < 3
    assert len(sound(folder / "out.mp4")) > 0


def test_a_matte_that_fails_leaves_no_composite(folder: Path) -> None:
    line = (
        "afterglow matte green.mkv - --model=difference --plate=beach.png --resolution=4000 "
        "--start=99 | afterglow composite - out.mp4 --bg beach.png"
    )
    done = piped(folder, line)
    assert done.returncode in (2, 3), done.stderr
    assert not (folder / "out.mp4").exists()
