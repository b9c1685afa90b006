"""The command ``matte``, run without a word on the CPU, and what it refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterglow.cli.main import exit_code

QUIET = ["--device=cpu", "--quiet"]


def refused(capsys: pytest.CaptureFixture[str], *line: str | Path) -> tuple[int, str]:
    """The exit code of a command line, and what it told."""
    code = exit_code(["matte", *map(str, line), *QUIET])
    return code, capsys.readouterr().err
