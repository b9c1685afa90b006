"""Models held for as long as they are needed: read, checked, placed on a device, and let go."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from afterglow.errors import DeviceError, ModelError
from afterglow.models.networks import Network, out_of_memory
from afterglow.models.onnx import read_onnx
from afterglow.models.store import Weights, open_store
from afterglow.models.tensors import (
    DType,
    emptied,
    halved,
    read_pickle,
    read_safetensors,
    read_torchscript,
)
from afterglow.models.tflite import read_tflite

Reader = Callable[[Weights, str], Any]
"""Gives a model for weights that are as locked, and the name of a device."""

_HELPS = "--resolution or --device cpu"

_held: list[tuple[str, str]] = []
"""Device and name of every model that is held now."""

_SUFFIXES = {
    "tflite": (".tflite",),
    "onnx": (".onnx",),
    "torchscript": (".pt", ".pth", ".torchscript", ".ts"),
    "pickle": (".pt", ".pth", ".bin", ".ckpt"),
    "safetensors": (".safetensors",),
}
"""What weights of each format are called, for entries that have other files besides."""


@contextmanager
def loaded(
    name: str,
    device: str = "cpu",
    *,
    commercial_only: bool = False,
    reader: Reader | None = None,
    dtype: DType | None = None,
    together: bool = False,
    hint: str = _HELPS,
) -> Iterator[Any]:
    """Hold a model: every byte of it was compared with the lock, and leaving frees its memory.

    By the format of its entry that is a ``Network`` (tflite, onnx), a torch.jit.ScriptModule
    (torchscript) or tensors by name (pickle, safetensors); a ``reader`` makes whatever it makes.
    The network is never asked.

    Args:
        name: Its name in models.lock.
        device: Where it shall be, as torch names it: cpu, or cuda:0.
        commercial_only: Refuse it unless its licence plainly allows commercial use.
        reader: Makes the model from its files instead, after all of them were compared.
        dtype: Number format of a torch model's fractions on CUDA; as stored if not given.
        together: Whether it may be held beside another one on the same GPU.
        hint: Options that help where the memory is not enough.

    Raises:
        ModelError: it may not be used, is not here, not as locked, or cannot be read.
        DeviceError: the memory is not enough, for it or for what is done while it is held.
    """
    with _alone(name, _exact(device), together=together):
        store = open_store()
        weights = store.find(name, commercial_only=commercial_only, deep=reader is not None)
        model = None
        try:
            model = _made(weights, _exact(device), reader, dtype)
            yield model
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            where = "main memory" if device == "cpu" else f"the memory of {device}"
            raise DeviceError(
                f"{where} is not enough with the model {name}", hint=f"try {hint}"
            ) from error
        finally:
            _let_go(model, device)


def _exact(device: str) -> str:
    return "cuda:0" if device == "cuda" else device


@contextmanager
def _alone(name: str, device: str, *, together: bool) -> Iterator[None]:
    """Take note that a model is held; raises AssertionError where a GPU holds another already."""
    others = [other for place, other in _held if place == device != "cpu"]
    if others and not together:
        raise AssertionError(f"{name} is loaded while {others[0]} is held on {device}")
    mine = (device, name)
    _held.append(mine)
    try:
        yield
    finally:
        _held.remove(mine)


def _made(weights: Weights, device: str, reader: Reader | None, dtype: DType | None) -> Any:
    """The model, on its device and in its number format."""
    model = weights.model
    try:
        with _offline():
            made = (reader or _read)(weights, device)
    except ImportError as error:
        raise ModelError(
            f"the model {model.name} needs {error.name}, which cannot be imported: {error}",
            hint='pip install "afterglow[models]"',
        ) from error
    on_gpu = device != "cpu" and not isinstance(made, Network)
    return halved(made, dtype) if dtype and on_gpu else made


@contextmanager
def _offline() -> Iterator[None]:
    """Libraries that a reader uses do not ask a hub, if they are first imported here."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before


def _read(weights: Weights, device: str) -> Any:
    """A model by the format of its entry."""
    model = weights.model
    contents = {file.path: weights.read(file.path) for file in model.files}
    try:
        return _of_format(model.format, contents, device)
    except ValueError as error:
        raise ModelError(
            f"the model {model.name} cannot be read as {model.format}: {error}",
            hint="its entry may name another format than it has, or the library is too old for it",
        ) from error


def _of_format(format: str, contents: dict[str, bytes], device: str) -> Any:
    """A model of these files; raises ValueError where it is none."""
    names = _weight_files(format, contents)
    if format == "safetensors":
        parts = [read_safetensors(contents.pop(name), device) for name in names]
        return {name: tensor for part in parts for name, tensor in part.items()}
    if len(names) > 1:
        raise ValueError(f"it has more than one file of weights: {', '.join(names)}")
    content = contents.pop(names[0])
    if format == "tflite":
        return read_tflite(content)
    if format == "onnx":
        return read_onnx(content, device, beside=contents)
    return (read_pickle if format == "pickle" else read_torchscript)(content, device)


def _weight_files(format: str, names: Iterable[str]) -> list[str]:
    """The files that hold weights, or a program, in the order of the lock."""
    if format not in _SUFFIXES:
        raise ValueError("it is a folder that needs a program of its own")
    every = list(names)
    found = [name for name in every if name.endswith(_SUFFIXES[format])] or every
    if len(every) > 1 and found == every and format != "safetensors":
        raise ValueError(f"none of its files, or each, could be the weights: {', '.join(every)}")
    return found


def _let_go(model: Any, device: str) -> None:
    """Free what a model holds, though a name may still point to it."""
    if isinstance(model, Network):
        model.close()
    elif sys.modules.get("torch"):
        emptied(model)
    gc.collect()
    if device != "cpu":
        import torch

        torch.cuda.empty_cache()
