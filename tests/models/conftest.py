"""What the tests of models share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.models.weights import Own, Server, entry, file, serving, write_lock


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models, with no lock over ours."""
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    return tmp_path / "models"


@pytest.fixture
def own(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    """A function that locks files of a format as the model trial, where they lie."""

    def lock(format: str, files: Mapping[str, bytes], **more: Any) -> Path:
        place = tmp_path / "own"
        for path, content in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
        locked = [file(path, content) for path, content in files.items()]
        told = entry("path", folder="own", format=format, files=locked, **more)
        path = write_lock(tmp_path / "own.lock", {"trial": told, "other": told})
        monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))
        return place

    return lock


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as there:
        yield there


@pytest.fixture
def painters(
    tiny_painters: Path, folder: Path, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The lock over tiny models that paint, laid over ours; nothing can be reached."""
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tiny_painters))
    return tiny_painters
