"""A pipe gives what the file gives, at its exact times."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from tests.effects.studio.running import ROOM, frames
from tests.program import PROGRAM


def with_own_matte(name: str, rate: int = 25) -> None:
    """Join in.mkv and matte.mkv in one file."""
    with av.open(name, "w") as box:
        stream: Any = box.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 72, "bgra"
        for rgb, matte in zip(frames("in.mkv"), frames("matte.mkv"), strict=True):
            whole = np.dstack((rgb, matte[..., 0]))
            picture = av.VideoFrame.from_ndarray(whole, format="rgba").reformat(format="bgra")
            box.mux(stream.encode(picture))
        box.mux(stream.encode(None))


def test_a_pipe_gives_what_the_file_gives(there: Path) -> None:
    with_own_matte("own.mkv")
    assert exit_code(["studio", "own.mkv", "-", "file.mkv", *ROOM, "--codec", "ffv1"]) == 0
    command = [*PROGRAM, "studio", "-", "-", *ROOM, "--cache", "kept"]
    with Path("own.mkv").open("rb") as given, Path("pipe.nut").open("wb") as taken:
        done = subprocess.run(command, stdin=given, stdout=taken, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    one, two = frames("file.mkv"), frames("pipe.nut")
    assert len(one) == len(two) == 10
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert list((there / "temporary").iterdir()) == [], "the copy is gone"
    kinds = {each.name.partition("-")[0] for each in Path("kept").iterdir()}
    assert kinds == {"analysis", "background"}


@pytest.fixture
def piped(there: Path) -> Path:
    """A pipe of a subject with its matte at a rate of which no frame lasts whole milliseconds."""
    with_own_matte("given.nut", rate=24)
    return there / "given.nut"


def times(name: str) -> list[Fraction]:
    with av.open(name) as box:
        shown = [frame.pts * frame.time_base for frame in box.decode(video=0)]
    return [Fraction(each) - shown[0] for each in shown]


@pytest.mark.parametrize(("cut", "count"), [([], 10), (["--start", "0.1", "--duration", "0.2"], 5)])
def test_a_pipe_keeps_its_exact_times(piped: Path, cut: list[str], count: int) -> None:
    command = [*PROGRAM, "studio", "-", "out.mp4", *ROOM, *cut]
    with piped.open("rb") as given:
        done = subprocess.run(command, stdin=given, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    assert "milliseconds" not in done.stderr
    assert times("out.mp4") == [Fraction(n, 24) for n in range(count)]
