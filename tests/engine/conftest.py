"""The engine between a made source and a made target."""

from __future__ import annotations

import pytest

from afterglow import media
from tests.engine.fakes import FakeSource, FakeTarget


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> FakeSource:
    made = FakeSource()
    monkeypatch.setattr(media, "open_source", lambda *_: made, raising=False)
    return made


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> FakeTarget:
    made = FakeTarget()
    monkeypatch.setattr(media, "open_target", lambda *_: made, raising=False)
    return made
