"""What the tests of models share."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.weights import Server, serving


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models, with no lock over ours."""
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    return tmp_path / "models"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as there:
        yield there


@pytest.fixture
def painters(tiny_painters: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lock over tiny models that paint, laid over ours; nothing can be reached."""
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tiny_painters))
    block_sockets(monkeypatch)
    return tiny_painters


def block_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every try to reach another machine fail the test."""

    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError(f"the network was asked: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
