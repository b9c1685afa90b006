"""All models that a run will need, asked for at once, before it has worked for minutes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import PurePosixPath

from afterglow.errors import ModelError
from afterglow.models.lock import LOCK_VARIABLE, Model
from afterglow.models.sizes import told_size
from afterglow.models.store import Store, check_commercial, open_store, pull_line

_OWN_LOCK = 'echo "version = 1" > own.lock && export AFTERGLOW_MODELS_LOCK="$PWD/own.lock"'
"""Makes a lock of one's own, for entries that ours leaves open."""

_PIECES = "sentencepiece"
"""Reads vocabularies of models that bring no other form, as CogVideoX and LTX."""


def require_needed(
    needed: Mapping[str, Iterable[str]],
    *,
    commercial_only: bool = False,
    packages: Iterable[str] = (),
) -> None:
    """Raise ModelError unless all these models can be loaded; it tells the lines that get them.

    needed: what a model's folder must hold, by the model's name: parts of paths without an ending,
        as ``unet/config``. packages: what must be installed to load them.

    Raises:
        ModelError: a model is not locked, not here, has no hashes, or may not be used.
    """
    store = open_store()
    models = [store.lock.model(name) for name in needed]
    if commercial_only:
        for model in models:
            check_commercial(model)
    lacking = [model for model in models if _lacks(store, model, needed[model.name])]
    if lacking:
        raise ModelError(
            f"not here: {'; '.join(map(_told, lacking))}", hint=" && ".join(_lines(store, lacking))
        )
    pieces = [_PIECES for model in models if _is_in_pieces(model)]
    gone = [name for name in dict.fromkeys([*packages, *pieces]) if find_spec(name) is None]
    if gone:
        raise ModelError(
            f"the models need {' and '.join(gone)}, which cannot be imported",
            hint='pip install "afterglow[models]"',
        )


def _is_in_pieces(model: Model) -> bool:
    """Whether an entry has a vocabulary only in the form that its own package reads."""
    paths = [PurePosixPath(file.path) for file in model.files]
    ready = {path.parent for path in paths if path.name == "tokenizer.json"}
    return any(path.name == "spiece.model" and path.parent not in ready for path in paths)


def _lacks(store: Store, model: Model, parts: Iterable[str]) -> bool:
    return store.presence(model) != "yes" or not _complete(model, parts)


def _complete(model: Model, parts: Iterable[str]) -> bool:
    """Whether an entry names all parts."""
    return all(file_of(model, part) for part in parts)


def file_of(model: Model, part: str) -> str | None:
    """The path of the first file of an entry that is a part, as ``vae/config`` or ``vae/*``.

    A star stands for weights in safetensors, whatever they are called.
    """
    folder, _, name = part.rpartition("/")
    for file in model.files:
        path = PurePosixPath(file.path)
        here = str(path.parent) == (folder or ".")
        weights = name == "*" and path.suffix == ".safetensors"
        if here and (weights or path.name.partition(".")[0] == name):
            return file.path
    return None


def _told(model: Model) -> str:
    return f"{model.name} ({told_size(model.bytes)}, licence {model.licence})"


def _lines(store: Store, lacking: list[Model]) -> list[str]:
    """Commands that get these models, in order."""
    open_entries = [model for model in lacking if _is_open(store, model)]
    lines = []
    if any(model.source == "hub" for model in open_entries) and not os.environ.get(LOCK_VARIABLE):
        lines.append(_OWN_LOCK)
    for model in lacking:
        if model.source == "path":
            lines.append(f"put the files of {model.name} into {model.folder} and into its entry")
        elif model in open_entries:
            lines.append(f"afterglow models lock {model.name}")
            lines.append(f"{pull_line(model)} --trust-on-first-use")
        else:
            lines.append(pull_line(model))
    return lines


def _is_open(store: Store, model: Model) -> bool:
    """Whether an entry has to be filled in before its files can be fetched."""
    return not model.pinned or (
        model.format == "diffusers" and not any(file.path.endswith(".json") for file in model.files)
    )
