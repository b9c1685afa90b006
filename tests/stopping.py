"""Ctrl-C while a command works, without a process of its own: the very signal, at a known step."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Any

import pytest

from afterglow.cli import pictures
from afterglow.cli.main import main

_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def code_after_ctrl_c(line: Sequence[str], step: int) -> int:
    """The exit code of a command that gets SIGINT when so many steps are done."""
    before = {number: signal.getsignal(number) for number in _CAUGHT}
    sent: list[int] = []

    def work(count: Any, name: str, done: int, total: int) -> None:
        if done == step and not sent:
            sent.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    try:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as left:
            patch.setattr(pictures._Count, "work", work)
            main(line)
    finally:
        for number, action in before.items():
            signal.signal(number, action)
    assert sent, "it never came to that step"
    assert isinstance(left.value.code, int)
    return left.value.code
