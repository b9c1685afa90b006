"""Networks read from a folder as diffusers and transformers keep it: of its files the locked ones.

A library looks into a folder by itself. It is shown another one, in which lie only the files that
the lock names: no pickle, no program and no setting besides can be read by it.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from afterglow.errors import ModelError
from afterglow.models.needed import file_of
from afterglow.models.networks import out_of_memory
from afterglow.models.store import Weights

PLAIN = (".json", ".txt", ".model")
"""How the names of settings and vocabularies end: all that a folder has besides weights."""
INDEX = ".safetensors.index.json"
"""How the name of what tells which of several files holds which weights ends."""


@contextmanager
def shown(weights: Weights, stem: str, part: str = ".") -> Iterator[str]:
    """Give a folder that holds one part of a model: its settings, and its weights if it has any.

    stem: what the library calls weights, without ``.safetensors``. part: the folder's name in the
    model; a dot is the model's own.

    Raises:
        ModelError: the entry names nothing of the part.
    """
    with tempfile.TemporaryDirectory(prefix="afterglow-") as name:
        found = [
            file.path
            for file in weights.model.files
            if str(PurePosixPath(file.path).parent) == part
        ]
        if not found:
            raise ModelError(f"the entry of {weights.model.name} names no files in {part}/")
        for path in found:
            if path.endswith(PLAIN) and ".index." not in path:
                _link(weights, path, Path(name) / PurePosixPath(path).name)
        several = [path for path in found if path.endswith((INDEX, ".safetensors"))]
        if len(several) > 2 and any(path.endswith(INDEX) for path in several):
            for path in several:
                _link(weights, path, Path(name) / PurePosixPath(path).name)
        else:
            first = file_of(weights.model, "*" if part == "." else f"{part}/*")
            if first is not None:
                _link(weights, first, Path(name) / f"{stem}.safetensors")
        yield name


def _link(weights: Weights, path: str, place: Path) -> None:
    place.symlink_to((weights.folder / path).resolve())


@contextmanager
def hushed() -> Iterator[None]:
    """Keep what libraries say to programmers off the screen.

    Raises:
        ModelError: transformers is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from transformers.utils import logging
        except ImportError as error:
            raise ModelError(
                f"the model needs {error.name}, which cannot be imported: {error}",
                hint='pip install "afterglow[models]"',
            ) from error
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        yield


@contextmanager
def read_by_library(weights: Weights) -> Iterator[None]:
    """Turn what a library says of weights that it cannot read into one error.

    Raises:
        ModelError: they cannot be read.
    """
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    wrong = (OSError, ValueError, TypeError, KeyError, RuntimeError)
    try:
        yield
    except (*wrong, SafetensorError, StrictDataclassError) as error:
        if isinstance(error, RuntimeError) and out_of_memory(error):
            raise
        first = str(error).strip().partition("\n")[0]
        raise ModelError(
            f"the model {weights.model.name} cannot be read: {first}",
            hint="its entry may name other files than the model has, or the library is too old",
        ) from error


def read_part(kind: Any, weights: Weights, stem: str, part: str, **more: Any) -> Any:
    """The network of one part, by its class; its weights are safetensors from this machine.

    Raises:
        ModelError: they cannot be read, or some are lacking, for which a library would take chance.
    """
    if file_of(weights.model, "*" if part == "." else f"{part}/*") is None:
        raise ModelError(f"the entry of {weights.model.name} names no safetensors in {part}/")
    with shown(weights, stem, part) as folder, read_by_library(weights):
        made, told = kind.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True, **more
        )
    learnt = {name for name, _ in made.named_parameters()}
    if lacking := sorted(learnt.intersection(told["missing_keys"])):
        raise ModelError(
            f"the model {weights.model.name} lacks {len(lacking)} weights in {part}/,"
            f" as {lacking[0]}",
            hint="its entry may name other files than the model has",
        )
    return made
