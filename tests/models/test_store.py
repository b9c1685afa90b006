"""A model is loaded only if every byte is what was locked; nothing here asks the network."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from afterglow.cli.main import exit_code
from afterglow.errors import ModelError
from afterglow.models.store import Store, models_folder, open_store
from tests.models.weights import WEIGHTS, entry, file, write_lock

URL = "https://example.org/weights.onnx"


@pytest.fixture
def store(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in which trial is here and right, and lost is not here."""
    told = {
        "trial": entry(files=[file(url=URL)]),
        "lost": entry(files=[file(url=URL)], licence="GPL-3.0", commercial="conditional"),
        "two": entry(files=[file("a/b.onnx", url=URL), file("c.onnx", url=URL)]),
        "loose": entry(files=[file(url=URL, sha256=None, bytes=None)]),
    }
    lock = write_lock(tmp_path / "own.lock", told)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    for path in ("trial/weights.onnx", "two/a/b.onnx", "two/c.onnx", "loose/weights.onnx"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(WEIGHTS)
    return open_store()


def change(folder: Path, path: str = "trial/weights.onnx") -> None:
    """Change one byte of a file, and not its length."""
    (folder / path).write_bytes(b"\xff" + WEIGHTS[1:])


def test_a_model_that_is_right_is_given(store: Store, folder: Path) -> None:
    assert store.require("trial").path == folder / "trial" / "weights.onnx"
    assert store.require("two").path == folder / "two"


def test_a_missing_model_says_how_to_get_it(store: Store) -> None:
    with pytest.raises(ModelError) as told:
        store.require("lost")
    assert str(told.value) == "the model lost is not here (1.05 MB, licence GPL-3.0)"
    assert told.value.hint == "afterglow models pull lost --accept-licence lost"
    assert told.value.exit_code == 4


def test_half_a_model_is_missing(store: Store, folder: Path) -> None:
    (folder / "two" / "c.onnx").unlink()
    with pytest.raises(ModelError, match="two is not here"):
        store.require("two")


@pytest.mark.parametrize(("name", "path"), [("trial", "weights.onnx"), ("two", "a/b.onnx")])
def test_a_changed_model_is_never_given(name: str, path: str, store: Store, folder: Path) -> None:
    change(folder, f"{name}/{path}")
    assert store.presence(store.lock.model(name)) == "yes"
    assert store.presence(store.lock.model(name), deep=True) == "damaged"
    with pytest.raises(ModelError, match="not what was locked") as told:
        store.require(name)
    assert told.value.hint == f"afterglow models pull {name} fetches it anew"


def test_a_short_model_is_seen_without_reading_it(store: Store, folder: Path) -> None:
    (folder / "trial" / "weights.onnx").write_bytes(WEIGHTS[:-1])
    assert store.presence(store.lock.model("trial")) == "damaged"


def test_a_model_without_a_hash_is_never_given(store: Store) -> None:
    with pytest.raises(ModelError, match="is not pinned"):
        store.require("loose")
    assert store.presence(store.lock.model("loose")) == "unpinned"


def test_commercial_only_refuses_before_anything_else(store: Store) -> None:
    store.require("trial", commercial_only=True)
    with pytest.raises(ModelError, match=r"commercial-only refuses .* GPL-3\.0 .*conditional"):
        store.require("lost", commercial_only=True)


def test_trusted_hashes_that_cannot_be_read_are_one_line(store: Store, folder: Path) -> None:
    (folder / "trusted.json").write_text("[1]")
    with pytest.raises(ModelError, match=r"trusted\.json"):
        open_store()


def test_models_lie_where_the_user_keeps_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFTERGLOW_MODELS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert models_folder() == tmp_path / "afterglow" / "models"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["list"], 0),
        (["verify", "--deep", "trial", "two"], 0),
        (["path", "trial"], 0),
        (["path", "lost"], 4),
        (["pull", "lost"], 4),
        (["pull", "loose"], 4),
    ],
)
def test_nothing_but_a_real_pull_touches_the_network(
    line: list[str], code: int, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    touched: list[str] = []

    def refuse(*_: object, **__: object) -> Any:
        touched.append("socket")
        raise OSError("the network was touched")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("subprocess.Popen", refuse)
    assert exit_code(["models", *line]) == code
    assert touched == []
    assert exit_code(["models", "pull", "trial", "lost", "--accept-licence", "lost"]) == 4
    assert touched, "the block is felt where the network is needed"
