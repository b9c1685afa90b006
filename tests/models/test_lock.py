"""models.lock is read strictly, and the person's own is laid over ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from afterglow.errors import ModelError
from afterglow.models.lock import read_lock, read_locks
from afterglow.shipped import shipped
from tests.models.weights import entry, file, write_lock

URL = "https://example.org/weights.onnx"


def one(tmp_path: Path, **more: Any) -> Path:
    """A lock with one good entry, with some keys changed; None takes a key away."""
    told = {**entry(files=[file(url=URL)]), **more}
    told = {key: value for key, value in told.items() if value is not None}
    return write_lock(tmp_path / "own.lock", {"trial": told})


def test_the_shipped_lock_is_sorted_and_pinned_but_for_what_nobody_has_told() -> None:
    lock = read_lock(shipped("models.lock"))
    assert list(lock.models) == sorted(lock.models)
    loose = [model.name for model in lock.models.values() if not model.pinned]
    painting = ["controlnet-depth-sd15", "sd15-inpaint", "sdxl-inpaint"]
    moving = [model.name for model in lock.used_by("animate") if not model.pinned]
    assert loose == sorted({*painting, *moving}) and "svd-xt" not in moving
    assert all(model.pinned for model in lock.used_by("matte") + lock.used_by("plate"))
    assert [model.name for model in lock.select(["person"])] == [
        "person-landscape",
        "person-square",
    ]
    person = lock.model("person-square")
    assert person.bytes == 249505 and person.commercial == "yes" and not person.needs_yes
    assert lock.model("rmbg2").needs_yes and lock.model("matanyone").needs_yes


def test_every_model_says_which_effects_use_it():
    lock = read_lock(shipped("models.lock"))
    assert all(model.used_by == tuple(sorted(set(model.used_by))) for model in lock.models.values())
    assert [model.name for model in lock.models.values() if not model.used_by] == []
    for effect in ("composite", "generate", "plate", "studio", "style"):
        assert {"person-landscape", "person-square"} <= {each.name for each in lock.used_by(effect)}
    assert {each.name for each in lock.used_by("train")} == {"svd", "svd-xt", "svd-xt-1.1"}


def test_an_entry_says_what_it_is(tmp_path: Path) -> None:
    model = read_lock(one(tmp_path, vram="2 GB", used_by=["matte"])).model("trial")
    assert (model.source, model.vram, model.used_by) == ("url", "2 GB", ("matte",))
    assert model.files[0].url == URL and model.pinned


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"licens": "MIT"}, "unknown key 'licens' (licence?)"),
        ({"licence": None}, "has no licence"),
        ({"gated": "yes"}, "gated = 'yes' is no bool"),
        ({"source": "ftp"}, "source is 'ftp', not one of hub, url, package, path"),
        ({"commercial": "maybe"}, "commercial is 'maybe'"),
        ({"format": "ckpt"}, "format is 'ckpt'"),
        ({"used_by": [3]}, "used_by is no list of names"),
        ({"files": []}, "has no files"),
        ({"files": [file(url=URL), file(url=URL)]}, "has a file twice"),
        ({"files": [file()]}, "has no url"),
        ({"files": [file(url=URL, sha="x")]}, "unknown key 'sha'"),
        ({"files": [file(url=URL, sha256="abc")]}, "not 64 hex digits (abc)"),
        ({"files": [file(url=URL, bytes=0)]}, "bytes cannot be 0"),
        ({"files": [file(url=URL, bytes=True)]}, "bytes = True is no int"),
        ({"files": [file("../x", url=URL)]}, "would lie outside its folder"),
        ({"files": [file("/x", url=URL)]}, "would lie outside its folder"),
        ({"files": [file("C:x", url=URL)]}, "would lie outside its folder"),
        ({"files": [file(url="http://example.org/x")]}, "the url is not https"),
        ({"files": [file(url="file:///etc/passwd")]}, "the url is not https"),
        ({"source": "hub", "repo": "a/b", "revision": "main", "files": [file()]}, "no commit"),
        ({"source": "hub", "repo": "a/b", "files": [file()]}, "has no revision"),
        ({"source": "package", "package": "x>=1", "files": [file(member="x")]}, "no exact version"),
        ({"source": "package", "package": "-r x==1", "files": [file(member="x")]}, "no exact"),
    ],
)
def test_what_cannot_be_is_refused(more: dict[str, Any], words: str, tmp_path: Path) -> None:
    path = one(tmp_path, **more)
    with pytest.raises(ModelError) as told:
        read_lock(path)
    assert words in str(told.value) and str(path) in str(told.value)


@pytest.mark.parametrize("text", ["version = 2", "models = 3\nversion = 1", "x = ", "", "y = 1"])
def test_what_is_no_lock_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.lock"
    path.write_text(text)
    with pytest.raises(ModelError, match=r"bad\.lock"):
        read_lock(path)


def test_a_lock_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tmp_path / "none.lock"))
    with pytest.raises(ModelError, match=r"none\.lock"):
        read_locks()


def test_the_own_lock_lies_over_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {
        "mine": entry("path", folder="weights", files=[file()]),
        "person-square": entry(role="another", files=[file(url=URL)]),
    }
    path = write_lock(tmp_path / "own.lock", own, groups={"ours": ["mine", "person-square"]})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))
    lock = read_locks()
    assert lock.model("person-square").role == "another"
    assert lock.model("mine").folder == str(tmp_path / "weights")
    assert lock.model("person-landscape").source == "package"
    assert [model.name for model in lock.select(["ours", "mine"])] == ["mine", "person-square"]


@pytest.mark.parametrize("groups", [{"ours": ["nobody"]}, {"big-lama": ["person-square"]}])
def test_a_group_names_models(
    groups: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_lock(tmp_path / "own.lock", {}, groups=groups)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))
    with pytest.raises(ModelError, match="group"):
        read_locks()


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ModelError) as told:
        read_locks().select(["persom-square"])
    assert told.value.hint == "did you mean person-square?"
    with pytest.raises(ModelError, match="'ghosts'"):
        read_locks().used_by("ghosts")
