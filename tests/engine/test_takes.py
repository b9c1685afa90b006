"""Videos that are read again: their copies among the temporary files."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.program import PROGRAM
from tests.scenes import Scene, write_clip


def _limited(size: int) -> Callable[[], object]:
    """What a child does before it begins: no file of it becomes larger than so many bytes."""
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize(
    "line",
    [
        ["plate", "-", "auto", "out.png", "--resolution", "180"],
        ["studio", "-", "matte.mkv", "out.mkv", "--bg", "room", "--resolution", "180"],
    ],
    ids=lambda line: str(line[0]),
)
def test_where_a_copy_finds_no_room_the_hint_names_tmpdir(tmp_path: Path, line: list[str]) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    views = list(Scene(320, 180, frames=6))
    write_clip(tmp_path / "in.mkv", views)
    grey = [replace(each, rgb=np.repeat(each.alpha[..., None], 3, axis=2)) for each in views]
    write_clip(tmp_path / "matte.mkv", grey)
    run = subprocess.run(
        [*PROGRAM, *line],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary), "AFTERGLOW_MODELS": str(tmp_path)},
        input=(tmp_path / "in.mkv").read_bytes(),
        capture_output=True,
        preexec_fn=_limited(20_000),
        timeout=300,
    )
    told = run.stderr.decode()
    assert run.returncode == 3, told
    assert f"no room for a copy among the temporary files ({temporary}): " in told
    assert "TMPDIR" in told and "take.mkv" not in told
    assert list(temporary.iterdir()) == []
