"""What models.lock says: every model that can be loaded, where it comes from and what it may be.

Three layers, the later over the earlier: the shipped models.lock; the lock that
AFTERGLOW_MODELS_LOCK names, whose entries replace ours of the same name; and the hashes that a
person chose to trust, which only fill in what both leave open (see afterglow.models.trust).
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from afterglow.errors import ModelError
from afterglow.shipped import shipped

LOCK_VARIABLE = "AFTERGLOW_MODELS_LOCK"
"""Environment variable that names a lock to lay over ours."""

COMMERCIAL = ("yes", "no", "conditional", "unclear")
"""What a licence may say about commercial use."""

FORMATS = ("safetensors", "pickle", "torchscript", "onnx", "tflite", "diffusers")
"""How weights are stored: kinds of files, or a folder as diffusers keeps it."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model."""

    path: str
    """Where it lies in the model's folder, with slashes; in a hub's repository as well."""
    bytes: int | None = None
    """Its length, if known."""
    sha256: str | None = None
    """Its hash, 64 hex digits; without one the file is not pinned."""
    url: str | None = None
    """Where it is, for source url."""
    member: str | None = None
    """Its path inside the wheel, for source package."""


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the lock."""

    name: str
    """What people and loaders call it."""
    source: str
    """Where it comes from: hub, url, package or path."""
    role: str
    """What it does, in a few words."""
    licence: str
    """Licence of the weights."""
    commercial: str
    """Whether that allows commercial use: yes, no, conditional or unclear."""
    format: str
    """How the weights are stored."""
    files: tuple[WeightFile, ...]
    """What it consists of."""
    gated: bool = False
    """Whether its publisher lets in only who has agreed there."""
    vram: str = ""
    """What it needs on a GPU, as far as anyone has written."""
    used_by: tuple[str, ...] = ()
    """Effects that can use it."""
    repo: str = ""
    """Repository, for source hub."""
    revision: str = ""
    """Commit in it, 40 hex digits, for source hub."""
    package: str = ""
    """Name and exact version of a package, for source package."""
    wheel_python: str = ""
    """Python whose wheel is taken, for source package (else the running one's)."""
    wheel_platform: str = ""
    """Platform whose wheel is taken, for source package (else the running one's)."""
    folder: str = ""
    """Folder where the files lie already, for source path; relative to the lock."""

    @property
    def bytes(self) -> int | None:
        """Length of all files together; None where one is not known."""
        sizes = [file.bytes for file in self.files if file.bytes is not None]
        return sum(sizes) if len(sizes) == len(self.files) else None

    @property
    def pinned(self) -> bool:
        """Whether every file has its hash."""
        return all(file.sha256 for file in self.files)

    @property
    def needs_yes(self) -> bool:
        """Whether a person must accept the licence before it is fetched."""
        return self.source != "path" and (self.gated or self.commercial != "yes")


@dataclass(frozen=True, slots=True)
class Lock:
    """All models, and names for several at once."""

    models: Mapping[str, Model]
    """Entries by name, sorted."""
    groups: Mapping[str, tuple[str, ...]]
    """Names of models by the name of their group."""

    def model(self, name: str) -> Model:
        """The entry of that name; raises ModelError where there is none."""
        if name not in self.models:
            raise ModelError(f"models.lock has no model {name!r}", hint=self._near(name))
        return self.models[name]

    def select(self, names: Iterable[str]) -> list[Model]:
        """Entries of models and groups, each once; raises ModelError for a name that is neither."""
        flat = [each for name in names for each in self.groups.get(name, (name,))]
        return [self.model(name) for name in dict.fromkeys(flat)]

    def used_by(self, effect: str) -> list[Model]:
        """Entries that an effect can use; raises ModelError where it uses none."""
        found = [model for model in self.models.values() if effect in model.used_by]
        if not found:
            known = sorted({each for model in self.models.values() for each in model.used_by})
            hint = f"these do: {', '.join(known)}"
            raise ModelError(f"no model in models.lock is for {effect!r}", hint=hint)
        return found

    def _near(self, name: str) -> str:
        near = get_close_matches(name, [*self.models, *self.groups], n=1)
        return f"did you mean {near[0]}?" if near else "afterglow models list shows all"


def read_locks() -> Lock:
    """The shipped lock with the person's own laid over it; raises ModelError for a bad one."""
    locks = [read_lock(shipped("models.lock"))]
    extra = os.environ.get(LOCK_VARIABLE)
    if extra:
        locks.append(read_lock(Path(extra)))
    models = {name: model for lock in locks for name, model in lock.models.items()}
    groups = {name: group for lock in locks for name, group in lock.groups.items()}
    for name, members in groups.items():
        lost = [each for each in members if each not in models]
        if lost or name in models:
            why = f"names {lost[0]}, which is no model" if lost else "is a model as well"
            raise ModelError(f"models.lock: the group {name} {why}")
    return Lock(dict(sorted(models.items())), groups)


def read_lock(path: Path) -> Lock:
    """What one lock file says; raises ModelError where it cannot be read or says what cannot be."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"the lock cannot be read: {error} ({path})") from error
    try:
        _known(told, {"version": int}, {"groups": dict, "models": dict}, "the lock")
        if told["version"] != 1:
            raise _Wrong(f"its version is {told['version']}, and only 1 is known")
        models = {name: _model(name, entry, path) for name, entry in told.get("models", {}).items()}
        groups = told.get("groups", {})
        for name, members in groups.items():
            _strings(members, f"the group {name}")
    except _Wrong as error:
        raise ModelError(f"{error} ({path})", hint="docs/models.md shows what may be") from error
    return Lock(models, {name: tuple(members) for name, members in groups.items()})


class _Wrong(Exception):  # noqa: N818 - becomes a ModelError with the file's name
    """What a lock says that cannot be."""


Types = Mapping[str, type]

_NEEDED: Types = {
    "source": str,
    "role": str,
    "licence": str,
    "commercial": str,
    "format": str,
    "files": list,
}
_MORE: Types = {"gated": bool, "vram": str, "used_by": list}
_OF_SOURCE: Mapping[str, tuple[Types, Types]] = {
    "hub": ({"repo": str, "revision": str}, {}),
    "url": ({}, {}),
    "package": ({"package": str}, {"wheel_python": str, "wheel_platform": str}),
    "path": ({"folder": str}, {}),
}
"""What an entry of each source has besides, and what it may have."""
_OF_FILE: Mapping[str, Types] = {
    "hub": {},
    "url": {"url": str},
    "package": {"member": str},
    "path": {},
}


def _known(told: object, needed: Types, more: Types, where: str) -> None:
    """Raise _Wrong unless a table has all that is needed and nothing that is not known."""
    if not isinstance(told, dict):
        raise _Wrong(f"{where} is no table")
    for key, value in told.items():
        kind = needed.get(key) or more.get(key)
        if kind is None:
            near = get_close_matches(key, [*needed, *more], n=1)
            raise _Wrong(f"{where} has an unknown key {key!r}{f' ({near[0]}?)' if near else ''}")
        if type(value) is not kind:
            raise _Wrong(f"{where}: {key} = {value!r} is no {kind.__name__}")
    lost = [key for key in needed if key not in told]
    if lost:
        raise _Wrong(f"{where} has no {lost[0]}")


def _strings(told: object, where: str) -> None:
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise _Wrong(f"{where} is no list of names")


def _one_of(value: str, allowed: Iterable[str], where: str) -> None:
    if value not in allowed:
        raise _Wrong(f"{where} is {value!r}, not one of {', '.join(allowed)}")


def _model(name: str, told: Any, lock: Path) -> Model:
    """An entry; raises _Wrong for what it says that cannot be."""
    if not _NAME.fullmatch(name):
        raise _Wrong(f"{name!r} is no name: small letters, digits, dots, - and _")
    source = told.get("source", "") if isinstance(told, dict) else ""
    _one_of(source, _OF_SOURCE, f"{name}: source")
    needed, more = _OF_SOURCE[source]
    _known(told, {**_NEEDED, **needed}, {**_MORE, **more}, name)
    _one_of(told["commercial"], COMMERCIAL, f"{name}: commercial")
    _one_of(told["format"], FORMATS, f"{name}: format")
    _strings(told.get("used_by", []), f"{name}: used_by")
    _check_source(name, told)
    files = tuple(_file(each, source, name) for each in told["files"])
    if not files or len({file.path for file in files}) < len(files):
        raise _Wrong(f"{name} has {'a file twice' if files else 'no files'}")
    plain = {key: value for key, value in told.items() if key not in ("files", "used_by", "folder")}
    folder = str(lock.parent / told["folder"]) if source == "path" else ""
    used_by = tuple(told.get("used_by", ()))
    return Model(name=name, **plain, files=files, used_by=used_by, folder=folder)


def _check_source(name: str, told: Mapping[str, str]) -> None:
    if "revision" in told and not re.fullmatch(r"[0-9a-f]{40}", told["revision"]):
        raise _Wrong(f"{name}: the revision is no commit of 40 hex digits ({told['revision']})")
    exact = r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.+!]*"
    if "package" in told and not re.fullmatch(exact, told["package"]):
        raise _Wrong(f"{name}: the package has no exact version ({told['package']})")
    for key in ("wheel_python", "wheel_platform", "repo"):
        if key in told and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]*", told[key]):
            raise _Wrong(f"{name}: {key} cannot be {told[key]!r}")


def _file(told: Any, source: str, name: str) -> WeightFile:
    """A file of an entry; raises _Wrong for what it says that cannot be."""
    where = f"a file of {name}"
    _known(told, {"path": str, **_OF_FILE[source]}, {"bytes": int, "sha256": str}, where)
    path = PurePosixPath(told["path"])
    inside = path.parts and not path.is_absolute() and ".." not in path.parts
    if not inside or "\\" in told["path"] or ":" in told["path"] or path.suffix == ".part":
        raise _Wrong(f"{where} would lie outside its folder or cannot be ({told['path']})")
    if not _SHA256.fullmatch(told.get("sha256", "0" * 64)):
        raise _Wrong(f"{where}: the sha256 is not 64 hex digits ({told['sha256']})")
    if told.get("bytes", 1) <= 0:
        raise _Wrong(f"{where}: bytes cannot be {told['bytes']}")
    if "url" in told:
        _check_url(told["url"], where)
    return WeightFile(**{**told, "path": str(path)})


def _check_url(url: str, where: str) -> None:
    parts = urlsplit(url)
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (plain or parts.scheme == "https"):
        raise _Wrong(f"{where}: the url is not https ({url})")
