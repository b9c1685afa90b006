"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import install_plugins
from tests.scenes import Scene, Subject, write_clip


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with somebody else's commands."""
    return install_plugins(
        tmp_path_factory.mktemp("plugins"),
        plainly="tests.cli.plugins:plainly",
        failing="tests.cli.plugins:failing",
        broken="tests.cli.no_such_module:broken",
        nothing="tests.cli.plugins:not_a_command",
    )


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve frames with a moving subject and sound, lossless."""
    scene = Scene(width=64, height=48, frames=12, subject=Subject(), noise=2)
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mkv", scene, sound=True)
