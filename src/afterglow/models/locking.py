"""Entries of a lock brought up to what the hub says, and written down as TOML."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from afterglow.errors import ModelError, UsageError
from afterglow.models.folders import INDEX, PLAIN
from afterglow.models.hub import Listing
from afterglow.models.lock import Model, WeightFile

_KEYS = ("source", "repo", "revision", "role", "licence", "commercial", "gated", "format", "vram")
_FILE_KEYS = ("path", "bytes", "sha256")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(r"\s*\[\[?\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class Pinned:
    """An entry after the hub was asked."""

    model: Model
    """The entry as it is now."""
    moved: bool
    """Whether it names another commit than before."""
    added: Sequence[str]
    """Paths that it did not name before."""
    unpinned: Sequence[str]
    """Paths for which nobody has a sha256: the hub has none of small text files."""


def check_lockable(model: Model) -> None:
    """Raise UsageError for a model that no hub can tell about."""
    if model.source != "hub":
        raise UsageError(
            f"the model {model.name} does not come from a hub (source {model.source})",
            hint='only an entry with source = "hub" can be filled in so',
        )


def pinned(model: Model, told: Listing, *, upgrade: bool) -> Pinned:
    """The entry of a model, filled in with what the hub says of its repository.

    A commit, a length or a hash that the entry has already stays as it is, unless it is upgraded.

    Raises:
        ModelError: the hub says something else than the entry, or lacks a file of it.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", told.commit):
        raise ModelError(f"the hub names no commit of {model.repo} ({told.commit!r})")
    if not upgrade and told.commit != model.revision:
        raise _differs(model, "commit", model.revision, told.commit)
    files = tuple(_filled(model, file, told, upgrade=upgrade) for file in model.files)
    beside = _beside(model, told) if model.format == "diffusers" else ()
    entry = replace(
        model, revision=told.commit, files=(*files, *beside), gated=model.gated or told.gated
    )
    return Pinned(
        entry,
        moved=told.commit != model.revision,
        added=[file.path for file in beside],
        unpinned=[file.path for file in entry.files if not file.sha256],
    )


def _filled(model: Model, file: WeightFile, told: Listing, *, upgrade: bool) -> WeightFile:
    """A file of an entry with the length and the hash that the hub has."""
    found = told.files.get(file.path)
    if found is None:
        raise ModelError(f"{model.repo} has no {file.path} at commit {told.commit}")
    if told.commit != model.revision:
        return found
    for what in ("bytes", "sha256"):
        ours, theirs = getattr(file, what), getattr(found, what)
        if ours and theirs and ours != theirs and not upgrade:
            raise _differs(model, f"{what} of {file.path}", ours, theirs)
    return replace(found, bytes=found.bytes or file.bytes, sha256=found.sha256 or file.sha256)


def _differs(model: Model, what: str, ours: object, theirs: object) -> ModelError:
    return ModelError(
        f"the hub says otherwise than the entry of {model.name}: {what} {theirs} instead of {ours}",
        hint=f"if that is what you want: afterglow models lock {model.name} --upgrade",
    )


def _beside(model: Model, told: Listing) -> tuple[WeightFile, ...]:
    """What a diffusers folder needs and the entry does not name.

    That is settings, vocabularies, and the weights that lie in several files: of these the entry
    names what tells which holds which.
    """
    known = {file.path for file in model.files}
    begun = tuple(f"{path.removesuffix(INDEX)}-" for path in known if path.endswith(INDEX))
    found = [
        path
        for path in sorted(told.files)
        if PurePosixPath(path).suffix in PLAIN
        or (path.startswith(begun) and path.endswith(".safetensors"))
    ]
    return tuple(told.files[path] for path in found if path not in known)


def toml_of(model: Model) -> str:
    """The entry of a model from a hub, as it stands in a lock."""
    table = f"models.{_key(model.name)}"
    facts = {key: getattr(model, key) for key in _KEYS}
    lines = [f"[{table}]", *_lines({key: value for key, value in facts.items() if value})]
    lines += _lines({"used_by": list(model.used_by)} if model.used_by else {})
    for file in model.files:
        told = {key: getattr(file, key) for key in _FILE_KEYS}
        lines += [f"[[{table}.files]]"]
        lines += _lines({key: value for key, value in told.items() if value})
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _lines(facts: Mapping[str, Any]) -> list[str]:
    """Keys and values; JSON writes texts, numbers, lists and yes or no as TOML does."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items()]


def write_entry(path: Path, model: Model) -> None:
    """Put an entry into a person's lock: in place of one of its name, else at the end.

    Everything else in the file stays as it is, comments too.

    Raises:
        ModelError: the lock cannot be written, or writes the entry in a way that is not known.
    """
    before = path.read_text(encoding="utf-8")
    after = _with_entry(before, model)
    if _others(after, model.name) != _others(before, model.name):
        raise ModelError(
            f"{path} writes {model.name} in a way that cannot be changed here",
            hint=f"write it as [models.{model.name}] with [[models.{model.name}.files]]",
        )
    fresh = path.with_name(path.name + ".part")
    try:
        fresh.write_text(after, encoding="utf-8")
        os.replace(fresh, path)  # noqa: PTH105 - one step
    except OSError as error:
        raise ModelError(f"the lock cannot be written: {error.strerror} ({path})") from error


def _with_entry(text: str, model: Model) -> str:
    """The text of a lock in which a model's tables are these."""
    above: list[str] = []
    below: list[str] = []
    own: list[str] = []
    inside = False
    for line in text.splitlines(keepends=True):
        header = _HEADER.match(line)
        if header:
            inside = _is_of(model.name, header["name"])
        (own if inside else below if own else above).append(line)
    while own and (not own[-1].strip() or own[-1].lstrip().startswith("#")):
        below.insert(0, own.pop())
    gap = "" if own or not above or not above[-1].strip() else "\n"
    return "".join([*above, gap, toml_of(model), *below])


def _is_of(name: str, header: str) -> bool:
    """Whether a table belongs to the entry of a name."""
    keys = [f"models.{name}", f'models."{name}"', f"models.'{name}'"]
    return header in keys or header in [f"{key}.files" for key in keys]


def _others(text: str, name: str) -> Any:
    """Everything that a lock says but for one entry; None where it is no TOML."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    told.get("models", {}).pop(name, None)
    return {key: value for key, value in told.items() if value}
