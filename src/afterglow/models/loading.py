"""Models held for as long as they are needed: read, checked, placed on a device, and let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from afterglow.errors import ModelError
from afterglow.models.onnx import read_onnx
from afterglow.models.store import Weights, open_store
from afterglow.models.tflite import read_tflite

Reader = Callable[[Weights, str], Any]
"""Gives a model for weights that are as locked, and the name of a device."""


@contextmanager
def loaded(
    name: str,
    device: str = "cpu",
    *,
    commercial_only: bool = False,
    reader: Reader | None = None,
) -> Iterator[Any]:
    """Hold a model of this machine's store.

    Raises:
        ModelError: it is not here, not as locked, or cannot be read.
    """
    weights = open_store().find(name, commercial_only=commercial_only, deep=reader is not None)
    model = (reader or _read)(weights, device)
    try:
        yield model
    finally:
        if hasattr(model, "close"):
            model.close()


def _read(weights: Weights, device: str) -> Any:
    """A model by the format of its entry."""
    model = weights.model
    content = weights.read(model.files[0].path)
    try:
        if model.format == "tflite":
            return read_tflite(content)
        return read_onnx(content, device)
    except ValueError as error:
        raise ModelError(f"the model {model.name} is no {model.format}: {error}") from error
