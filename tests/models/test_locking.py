"""Entries are filled in from a hub's metadata, and no pin moves unless asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from afterglow.cli.main import exit_code
from afterglow.models.lock import read_lock
from tests.models.weights import WEIGHTS, entry, file, hashed, write_lock

OLD, NEW = "a" * 40, "b" * 40
LARGE, OTHER = hashed(b"large"), hashed(b"other")

Captured = pytest.CaptureFixture[str]
Hub = dict[str, Any]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub by its commits; each has a length and, if large, a sha256 for every path."""
    told: Hub = {
        "newest": NEW,
        "gated": False,
        "asked": [],
        OLD: {"unet/w.safetensors": (5, LARGE), "model_index.json": (3, None)},
        NEW: {"unet/w.safetensors": (7, OTHER), "model_index.json": (3, None)},
    }
    stand_in = ModuleType("huggingface_hub")
    stand_in.HfApi = lambda: SimpleNamespace(model_info=_info(told))  # type: ignore[attr-defined]
    errors = ModuleType("huggingface_hub.errors")
    errors.HfHubHTTPError = type("HfHubHTTPError", (KeyError, OSError), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", stand_in)
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", errors)
    return told


def _info(hub: Hub) -> Callable[..., Any]:
    def model_info(repo: str, *, revision: str | None, files_metadata: bool) -> Any:
        assert files_metadata, "lengths and hashes are asked for"
        hub["asked"].append((repo, revision))
        commit = revision or hub["newest"]
        files = [
            SimpleNamespace(
                rfilename=path, size=size, lfs=SimpleNamespace(sha256=sha256) if sha256 else None
            )
            for path, (size, sha256) in hub[commit].items()
        ]
        return SimpleNamespace(sha=commit, siblings=files, gated=hub["gated"])

    return model_info


@pytest.fixture
def own(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A function that writes a person's lock with the entry trial, as one writes it by hand."""

    def write(files: str, **more: str) -> Path:
        told = {"source": "hub", "repo": "some/body", "revision": OLD, "role": "a trial"}
        told |= {"licence": "MIT", "commercial": "yes", "format": "safetensors", **more}
        lines = [f'{key} = "{value}"' for key, value in told.items()]
        path = tmp_path / "own.lock"
        path.write_text("\n".join(["[models.trial] # mine", *lines, files]))
        path.write_text(f"# my models\nversion = 1\n\n{path.read_text()}\n# the end\n")
        monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))
        return path

    return write


ONE_FILE = '[[models.trial.files]]\npath = "unet/w.safetensors"\n'


def run(capsys: Captured, *line: str) -> tuple[int, str, str]:
    code = exit_code(["models", "lock", *line])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_lengths_and_hashes_come_from_the_hub(own: Any, hub: Hub, capsys: Captured) -> None:
    path = own(ONE_FILE)
    assert run(capsys, "trial") == (0, "", f"afterglow: trial: commit {OLD} ({path})\n")
    model = read_lock(path).model("trial")
    (told,) = model.files
    assert (told.bytes, told.sha256, model.revision) == (5, LARGE, OLD) and model.pinned
    assert hub["asked"] == [("some/body", OLD)]
    text = path.read_text()
    assert text.startswith("# my models\nversion = 1\n\n[models.trial]\n")
    assert text.endswith("# the end\n") and text.count("[models.trial]") == 1
    before = text
    run(capsys, "trial")
    assert path.read_text() == before, "a second time changes nothing"


def test_without_a_lock_of_ones_own_a_whole_one_is_printed(
    folder: Path, hub: Hub, tmp_path: Path, capsys: Captured
) -> None:
    revision = "8a4288a76071f7280aedbdb3253bdb9e9d5d84bb"
    weights = ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"]
    large = {f"{path}.fp16.safetensors": (9, LARGE) for path in weights}
    hub[revision] = {**large, "model_index.json": (5, None), "unet/w.bin": (5, OTHER)}
    code, out, err = run(capsys, "sd15-inpaint")
    (tmp_path / "printed.lock").write_text(out)
    model = read_lock(tmp_path / "printed.lock").model("sd15-inpaint")
    assert code == 0
    assert {each.path: each.sha256 for each in model.files} == {
        **dict.fromkeys(large, LARGE),
        "model_index.json": None,
    }
    assert "named as well now: model_index.json\n" in err
    assert "not pinned, as the hub tells no sha256 of small files: model_index.json (pull" in err


def test_weights_in_several_files_are_added_by_what_tells_them_apart(
    own: Any, hub: Hub, capsys: Captured
) -> None:
    index = "transformer/model.safetensors.index.json"
    shards = [f"transformer/model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    others = ["vae/model-00001-of-00002.safetensors", "transformer/model.fp16.safetensors"]
    hub[OLD] = {index: (3, None), **dict.fromkeys([*shards, *others], (9, LARGE))}
    path = own(f'[[models.trial.files]]\npath = "{index}"\n', format="diffusers")
    assert run(capsys, "trial")[0] == 0
    assert [file.path for file in read_lock(path).model("trial").files] == [index, *shards]


def test_a_pin_moves_only_when_it_is_asked_for(own: Any, hub: Hub, capsys: Captured) -> None:
    path = own(f'{ONE_FILE}bytes = 5\nsha256 = "{LARGE}"\n')
    before = read_lock(path)
    assert run(capsys, "trial")[0] == 0
    assert read_lock(path) == before
    code, _, err = run(capsys, "trial", "--upgrade")
    assert code == 0 and f"commit {NEW} instead of {OLD}" in err
    model = read_lock(path).model("trial")
    assert (model.revision, model.files[0].bytes, model.files[0].sha256) == (NEW, 7, OTHER)
    assert hub["asked"] == [("some/body", OLD), ("some/body", None)]


@pytest.mark.parametrize(
    ("pin", "words"),
    [
        (f'sha256 = "{OTHER}"', f"sha256 of unet/w.safetensors {LARGE} instead of {OTHER}"),
        ("bytes = 4", "bytes of unet/w.safetensors 5 instead of 4"),
    ],
)
def test_a_hub_that_says_otherwise_is_not_believed(
    pin: str, words: str, own: Any, hub: Hub, capsys: Captured
) -> None:
    path = own(f"{ONE_FILE}{pin}\n")
    before = path.read_text()
    code, _, err = run(capsys, "trial")
    assert code == 4 and words in err and "afterglow models lock trial --upgrade" in err
    assert path.read_text() == before
    assert run(capsys, "trial", "--upgrade")[0] == 0


def test_a_commit_that_became_another_is_not_believed(own: Any, hub: Hub, capsys: Captured) -> None:
    own(ONE_FILE)
    hub[OLD], hub[NEW] = hub[NEW], hub[OLD]
    told = _info(hub)

    def moved(repo: str, *, revision: str | None, files_metadata: bool) -> Any:
        return SimpleNamespace(**vars(told(repo, revision=NEW, files_metadata=True)) | {"sha": NEW})

    sys.modules["huggingface_hub"].HfApi = lambda: SimpleNamespace(model_info=moved)  # type: ignore[attr-defined]
    code, _, err = run(capsys, "trial")
    assert code == 4 and f"commit {NEW} instead of {OLD}" in err


def test_hashes_of_small_files_are_kept_at_the_same_commit_only(
    own: Any, hub: Hub, capsys: Captured
) -> None:
    path = own(f'[[models.trial.files]]\npath = "model_index.json"\nsha256 = "{LARGE}"\n')
    run(capsys, "trial")
    assert read_lock(path).model("trial").files[0].sha256 == LARGE
    _, _, err = run(capsys, "trial", "--upgrade")
    assert read_lock(path).model("trial").files[0].sha256 is None
    assert "not pinned" in err and "model_index.json" in err


def test_a_gate_is_noted(own: Any, hub: Hub, capsys: Captured) -> None:
    path = own(ONE_FILE)
    hub["gated"] = "auto"
    run(capsys, "trial")
    assert read_lock(path).model("trial").needs_yes


def test_a_file_that_is_gone_is_one_line(own: Any, hub: Hub, capsys: Captured) -> None:
    own(ONE_FILE)
    hub[NEW] = {"other": (1, None)}
    code, _, err = run(capsys, "trial", "--upgrade")
    assert code == 4 and f"some/body has no unet/w.safetensors at commit {NEW}" in err


def test_a_hub_that_does_not_know_is_one_line(own: Any, hub: Hub, capsys: Captured) -> None:
    own(ONE_FILE)
    del hub[OLD]
    code, _, err = run(capsys, "trial")
    assert code == 4 and "the hub does not tell about some/body for trial" in err
    assert len(err.splitlines()) == 2


def test_without_the_hub_s_package_the_line_that_gets_it_is_told(
    own: Any, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    own(ONE_FILE)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    code, _, err = run(capsys, "trial")
    assert code == 4 and 'hint: pip install "afterglow[models]"' in err


def test_only_what_lies_on_a_hub_can_be_filled_in(folder: Path, capsys: Captured) -> None:
    code, _, err = run(capsys, "person-square")
    assert code == 2 and "does not come from a hub (source package)" in err


def test_an_entry_of_ours_is_added_to_a_lock_of_ones_own(
    folder: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    own = write_lock(tmp_path / "own.lock", {}, groups={"mine": ["person-square"]})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(own))
    path = "diffusion_pytorch_model.fp16.safetensors"
    hub["539f99181d33db39cf1af2e517cd8056785f0a87"] = {path: (5, LARGE), "config.json": (1, None)}
    own.write_text(own.read_text().replace("models = {}\n", ""))
    assert run(capsys, "controlnet-depth-sd15")[0] == 0
    lock = read_lock(own)
    assert list(lock.models) == ["controlnet-depth-sd15"] and lock.groups
    assert lock.model("controlnet-depth-sd15").role == "steers sd15-inpaint by depth"


def test_an_entry_written_in_another_way_is_left_alone(
    folder: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    told = entry("hub", repo="some/body", revision=OLD, files=[file("unet/w.safetensors", WEIGHTS)])
    hub[OLD] = {"unet/w.safetensors": (len(WEIGHTS), hashed(WEIGHTS))}
    own = write_lock(tmp_path / "own.lock", {"trial": told})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(own))
    before = own.read_text()
    code, _, err = run(capsys, "trial")
    assert code == 4 and "in a way that cannot be changed here" in err
    assert own.read_text() == before and not list(tmp_path.glob("*.part"))
