"""Threads that all stop when one of them fails, whenever that is."""

from __future__ import annotations

import threading

import pytest

from afterglow.engine.belts import Floor


def test_a_signal_while_a_thread_starts_is_what_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(thread: threading.Thread) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), Floor() as floor:
        floor.hire("reader", lambda: None)


def test_a_thread_that_begins_late_does_no_work() -> None:
    worked: list[bool] = []
    floor = Floor()
    with floor:
        floor.halt()
        floor.hire("reader", lambda: worked.append(True))
    assert worked == []
