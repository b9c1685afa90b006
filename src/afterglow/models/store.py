"""Models on this machine: what is here, whether it is what models.lock says, and how to get it.

Nothing here ever asks the network.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from afterglow.errors import ModelError
from afterglow.models.lock import Lock, Model, WeightFile, read_locks
from afterglow.models.sizes import told_size
from afterglow.models.trust import filled, read_trusted

FOLDER_VARIABLE = "AFTERGLOW_MODELS"
"""Environment variable that names the folder of models."""

Presence = Literal["yes", "no", "damaged", "unpinned"]
"""Whether a model is here: all files and right, one missing, one wrong, or here without a hash."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A model that is here, and what models.lock says of it."""

    model: Model
    """Its entry."""
    folder: Path
    """Where its files lie, by the paths of the lock."""

    @property
    def path(self) -> Path:
        """Its file where it has one, else its folder."""
        files = self.model.files
        return self.folder / files[0].path if len(files) == 1 else self.folder

    def read(self, path: str) -> bytes:
        """The bytes of one of its files, which are those that were locked.

        The hash is taken of what is given, not of what lay there a moment before.

        Raises:
            ModelError: they are not what was locked, or cannot be read.
        """
        (file,) = (each for each in self.model.files if each.path == path)
        place = self.folder / path
        try:
            content = place.read_bytes()
        except OSError as error:
            raise _wrong(self.model, f"{place} cannot be read: {error.strerror}") from error
        found = hashlib.sha256(content).hexdigest()
        if found != file.sha256:
            raise _wrong(self.model, f"{place} has sha256 {found} instead of {file.sha256}")
        return content


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of models, and the lock that says what they are."""

    folder: Path
    """Where models lie, each in a folder of its name."""
    lock: Lock
    """What may lie there."""

    def folder_of(self, model: Model) -> Path:
        """Where the files of a model lie, or would."""
        return Path(model.folder) if model.source == "path" else self.folder / model.name

    def wrongs(self, model: Model, *, deep: bool) -> Iterator[str]:
        """What is wrong with each file that is here but not as locked; deep compares hashes."""
        for file in model.files:
            path = self.folder_of(model) / file.path
            if path.exists():
                yield from wrongs_of(path, file, deep=deep)

    def missing(self, model: Model) -> list[WeightFile]:
        """The files of a model that are not here."""
        return [file for file in model.files if not (self.folder_of(model) / file.path).is_file()]

    def presence(self, model: Model, *, deep: bool = False) -> Presence:
        """Whether a model is here; deep compares hashes, else only sizes."""
        if self.missing(model):
            return "no"
        if any(self.wrongs(model, deep=deep)):
            return "damaged"
        return "yes" if model.pinned else "unpinned"

    def require(self, name: str, *, commercial_only: bool = False) -> Weights:
        """A model whose every byte was compared with the lock just now.

        Raises:
            ModelError: as ``find``.
        """
        return self.find(name, commercial_only=commercial_only, deep=True)

    def find(self, name: str, *, commercial_only: bool = False, deep: bool = False) -> Weights:
        """A model that may be used and whose files are here, of the right lengths; deep hashes.

        Raises:
            ModelError: it is not locked, not here, not pinned, not what was locked, or not
                allowed for commercial use where only such models may be used.
        """
        model = self.lock.model(name)
        if commercial_only:
            check_commercial(model)
        if self.missing(model):
            raise self._missing(model)
        if not model.pinned:
            hint = f"{pull_line(model)} --trust-on-first-use records the hash it has now"
            raise ModelError(f"the model {name} is not pinned: it has no sha256", hint=hint)
        wrong = next(self.wrongs(model, deep=deep), "")
        if wrong:
            raise _wrong(model, wrong)
        return Weights(model, self.folder_of(model))

    def _missing(self, model: Model) -> ModelError:
        what = f"{told_size(model.bytes)}, licence {model.licence}"
        if model.source == "path":
            lost = self.folder_of(model) / self.missing(model)[0].path
            return ModelError(f"the model {model.name} is not here ({lost})", hint="put it there")
        return ModelError(f"the model {model.name} is not here ({what})", hint=self._line(model))

    def _line(self, model: Model) -> str:
        """The command that fetches a model; its whole group where nothing of that is here."""
        for name, members in self.lock.groups.items():
            others = map(self.lock.model, members)
            if model.name in members and all(self.missing(each) for each in others):
                return f"afterglow models pull {name}"
        return pull_line(model)


def open_store() -> Store:
    """The store of this machine; raises ModelError where a lock cannot be read."""
    folder = models_folder()
    return Store(folder, filled(read_locks(), read_trusted(folder)))


def models_folder() -> Path:
    """The folder that AFTERGLOW_MODELS names, else afterglow/models where a user's data lie."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).expanduser() if named else _user_data() / "afterglow" / "models"


def _user_data() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def check_commercial(model: Model) -> None:
    """Raise ModelError unless a model's licence plainly allows commercial use."""
    if model.commercial != "yes":
        raise ModelError(
            f"--commercial-only refuses the model {model.name}: its licence is {model.licence}"
            f" (commercial use: {model.commercial})",
            hint="afterglow models list shows which models allow it",
        )


def pull_line(model: Model) -> str:
    """The command that fetches a model."""
    accepted = f" --accept-licence {model.name}" if model.needs_yes else ""
    return f"afterglow models pull {model.name}{accepted}"


def sha256_of(path: Path) -> str:
    """The hash of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wrongs_of(path: Path, file: WeightFile, *, deep: bool) -> Iterator[str]:
    """What about a file that is here is not as locked; deep compares its hash."""
    try:
        length = path.stat().st_size
        if file.bytes is not None and length != file.bytes:
            yield f"{path} has {length} bytes instead of {file.bytes}"
        elif deep and file.sha256:
            found = sha256_of(path)
            if found != file.sha256:
                yield f"{path} has sha256 {found} instead of {file.sha256}"
    except OSError as error:
        yield f"{path} cannot be read: {error.strerror}"


def _wrong(model: Model, wrong: str) -> ModelError:
    return ModelError(f"the model {model.name} is not what was locked: {wrong}", hint=_mend(model))


def _mend(model: Model) -> str:
    if model.source == "path":
        return "put back the file that was locked, or lock this one"
    return f"{pull_line(model)} fetches it anew"
