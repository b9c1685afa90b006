"""Weights for torch: state dicts and TorchScript, from bytes that were checked."""

from __future__ import annotations

import pickle
import re
import struct
import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Literal

DType = Literal["float16", "bfloat16"]
"""Number formats that halve what weights take on a GPU."""

_ASKED_FOR = re.compile(r"GLOBAL ([\w.]+)")


def read_pickle(content: bytes, device: str = "cpu") -> Any:
    """What torch.save wrote: tensors on the device in plain containers; no code of it runs.

    Raises:
        ImportError: torch is not installed.
        ValueError: it holds anything else, or is damaged.
    """
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about pickle's protocol
            return torch.load(BytesIO(content), map_location=device, weights_only=True)
    except pickle.UnpicklingError as error:
        asked = _ASKED_FOR.search(str(error))
        what = f"it asks for {asked[1]}" if asked else "it holds more than tensors"
        raise ValueError(f"{what}, which is not loaded") from error
    except (EOFError, RuntimeError, ValueError, KeyError, IndexError, struct.error) as error:
        raise ValueError(_reason(error)) from error


def read_safetensors(content: bytes, device: str = "cpu") -> dict[str, Any]:
    """Tensors on the device by name.

    Raises:
        ImportError: torch or safetensors is not installed.
        ValueError: it is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(content)
    except (SafetensorError, RuntimeError, KeyError) as error:
        raise ValueError(_reason(error)) from error
    return {name: tensors.pop(name).to(device) for name in list(tensors)}


def read_torchscript(content: bytes, device: str = "cpu") -> Any:
    """A torch.jit.ScriptModule on the device, set to infer.

    TorchScript is a program: only bytes that were locked may come here.

    Raises:
        ImportError: torch is not installed.
        ValueError: it is damaged.
    """
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript as such
            return torch.jit.load(BytesIO(content), map_location=device).eval()  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        raise ValueError(_reason(error)) from error


def halved(model: Any, dtype: DType) -> Any:
    """A module, or tensors in dictionaries, whose fractions are of another number format."""
    import torch

    kind = getattr(torch, dtype)
    if isinstance(model, torch.nn.Module):
        return model.to(kind)
    if isinstance(model, Mapping):
        return {name: halved(each, dtype) for name, each in model.items()}
    fractions = isinstance(model, torch.Tensor) and model.is_floating_point()
    return model.to(kind) if fractions else model


def emptied(model: Any) -> None:
    """Take a module's or a state dict's weights out of it, whoever else still holds it."""
    import torch

    if isinstance(model, dict):
        model.clear()
    elif isinstance(model, torch.jit.ScriptModule):
        model.to("cpu")  # its tensors cannot be taken out, only off the GPU
    elif isinstance(model, torch.nn.Module):
        model.to("meta")


def _reason(error: Exception) -> str:
    """The first sentence of what torch says, which is followed by advice to programmers."""
    line = str(error).strip().partition("\n")[0]
    return line.partition(". ")[0].rstrip(".") or type(error).__name__
