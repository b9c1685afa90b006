"""Hashes that a person chose to trust on first use, kept beside the models in trusted.json.

They fill in what the locks leave open. A hash in a lock always wins over one that was trusted.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from afterglow.errors import ModelError
from afterglow.models.lock import Lock, Model, WeightFile

FILE = "trusted.json"
"""Name of the file in the folder of models."""

Trusted = dict[str, dict[str, str]]
"""Hashes by model and path."""


def read_trusted(folder: Path) -> Trusted:
    """The hashes trusted so far; raises ModelError where their file cannot be read."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: {str(key): str(value) for key, value in files.items()}
            for name, files in told.items()
        }
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"the trusted hashes cannot be read: {error} ({path})") from error


def filled(lock: Lock, trusted: Mapping[str, Mapping[str, str]]) -> Lock:
    """A lock whose files without a hash have the one that was trusted."""
    models = {name: _filled(model, trusted.get(name, {})) for name, model in lock.models.items()}
    return replace(lock, models=models)


def _filled(model: Model, hashes: Mapping[str, str]) -> Model:
    def with_hash(file: WeightFile) -> WeightFile:
        return file if file.sha256 else replace(file, sha256=hashes.get(file.path))

    return replace(model, files=tuple(map(with_hash, model.files)))


def trust(folder: Path, model: Model, hashes: Mapping[str, str]) -> Path:
    """The file in which the hashes of a model are now recorded."""
    path = folder / FILE
    with locked_folder(folder):
        trusted = read_trusted(folder)
        trusted[model.name] = {**trusted.get(model.name, {}), **hashes}
        fresh = path.with_suffix(".part")
        fresh.write_text(json.dumps(trusted, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(fresh, path)  # noqa: PTH105 - one step
    return path


@contextmanager
def locked_folder(folder: Path, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a folder that is there; another program that wants it waits, and ``wait`` is called.

    The lock leaves no file, and goes with the program that held it, however that ended.
    """
    number = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait is not None:
                wait()
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
