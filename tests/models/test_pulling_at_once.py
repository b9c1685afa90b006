"""Two pulls at once do not spoil each other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from afterglow.models.fetching import Pulled, pull
from afterglow.models.store import Store, open_store
from afterglow.models.trust import read_trusted, trust
from tests.models.weights import WEIGHTS, Server, entry, file, write_lock

HOLDER = """
import sys
from pathlib import Path
from afterglow.models.trust import locked_folder

with locked_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
    (Path(sys.argv[1]) / "weights.onnx").write_bytes(bytes(range(256)) * 4096)
"""
"""A pull in another process: it holds the folder, and is done when it is told to."""


@pytest.fixture
def store(folder: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    server.files["w"] = WEIGHTS
    told = {"trial": entry(files=[file(url=server.url("w"))])}
    lock = write_lock(tmp_path / "own.lock", told)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    (folder / "trial").mkdir(parents=True)
    return open_store()


@contextmanager
def held_elsewhere(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a folder."""
    line = [sys.executable, "-c", HOLDER, str(folder)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(line, text=True, **pipes) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.kill()


def pulled_while(store: Store, told: Any) -> tuple[Pulled, list[str]]:
    """A pull, and all that it told; ``told`` is called with each of that."""
    seen: list[str] = []

    def watch(label: str, done: int, total: int | None) -> None:
        seen.append(label)
        told(label)

    (only,) = pull(store, store.lock.select(["trial"]), watch)
    return only, seen


def test_a_second_pull_waits_and_finds_what_the_first_fetched(store: Store, server: Server) -> None:
    with held_elsewhere(store.folder / "trial") as other:

        def finish(label: str) -> None:
            assert other.stdin is not None
            other.stdin.write("finish\n")
            other.stdin.flush()

        only, seen = pulled_while(store, finish)
    assert seen == ["trial: waits for another pull of it"]
    assert only.fetched == 0 and server.asked == []
    assert store.require("trial").path.read_bytes() == WEIGHTS


def test_a_pull_that_was_killed_is_not_waited_for(store: Store, server: Server) -> None:
    with held_elsewhere(store.folder / "trial") as other:
        (store.folder / "trial" / "weights.onnx.part").write_bytes(WEIGHTS[:1000])
        only, seen = pulled_while(store, lambda label: other.kill())
    assert seen[0] == "trial: waits for another pull of it"
    assert only.fetched == 1 and server.asked == [("w", "bytes=1000-")]


def test_another_model_is_not_waited_for(store: Store, server: Server) -> None:
    (store.folder / "other").mkdir()
    with held_elsewhere(store.folder / "other"):
        only, seen = pulled_while(store, lambda label: None)
    assert only.fetched == 1 and set(seen) == {"trial: weights.onnx"}


def test_hashes_trusted_at_once_are_all_kept(store: Store) -> None:
    trial = store.lock.model("trial")

    def note(number: int) -> None:
        trust(store.folder, trial, {f"file {number}": "0" * 64})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(note, range(40)))
    assert len(read_trusted(store.folder)["trial"]) == 40
