"""LoRA files: small changes to the weights of a network, read, and laid over it.

Hu et al., LoRA: low-rank adaptation of large language models (ICLR 2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from afterglow.errors import ModelError, UsageError

_LOW = ".lora_A.weight"
"""How the name of the first of the two matrices of a layer ends."""
_PREFIX = "unet."
"""May stand before the names of a network's layers."""


@dataclass(frozen=True, slots=True)
class Lora:
    """A LoRA file that was read."""

    path: str
    """Where it was."""
    tensors: Mapping[str, Any]
    """Matrices by name."""
    facts: Mapping[str, str]
    """What the file says besides; alpha is a number that its changes are divided by the rank of."""
    scale: float
    """How strongly it shall apply; 1 as it was trained."""


def place_of(told: str) -> tuple[str, float]:
    """Return the file and the scale of FILE[:SCALE].

    Raises:
        UsageError: the file is not there.
    """
    path, colon, scale = told.rpartition(":")
    number = _number(scale) if colon else None
    path, factor = (told, 1.0) if number is None else (path, number)
    if not Path(path).is_file():
        raise UsageError(f"there is no LoRA file {path}", hint="write --lora FILE or FILE:SCALE")
    return path, factor


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def read_lora(told: str) -> Lora:
    """Return what FILE[:SCALE] holds, in main memory; it is safetensors, which run nothing.

    Raises:
        UsageError: the file is not there.
        ModelError: it is none, or peft is not installed.
    """
    from safetensors import SafetensorError, safe_open

    path, scale = place_of(told)
    if find_spec("peft") is None:
        raise ModelError("a LoRA needs peft, which cannot be imported", hint="pip install peft")
    try:
        with safe_open(path, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
            facts = dict(opened.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise ModelError(f"the LoRA cannot be read: {error} ({path})") from error
    if not tensors:
        raise ModelError(f"the LoRA holds nothing ({path})")
    return Lora(path, tensors, facts, scale)


def lay_over(network: Any, lora: Lora) -> None:
    """Add a LoRA's changes to the weights of a network, for good.

    Its names are as peft writes them: a layer's name, and lora_A or lora_B.

    Raises:
        ModelError: it is for another network.
    """
    peft, tuners = import_module("peft"), import_module("peft.tuners.tuners_utils")
    tensors = {name.removeprefix(_PREFIX): tensor for name, tensor in lora.tensors.items()}
    layers = {name.removesuffix(_LOW): len(tensors[name]) for name in tensors if _LOW in name}
    known = dict(network.named_modules())
    strange = next((name for name in layers if name not in known), None)
    if not layers or strange is not None:
        what = f"it has no layer {strange}" if strange else f"no layer of it ends with {_LOW}"
        raise ModelError(f"the LoRA is for another model: {what} ({lora.path})")
    rank = max(layers.values())
    config = peft.LoraConfig(
        r=rank,
        lora_alpha=float(lora.facts.get("alpha", rank)),
        target_modules=list(layers),
        rank_pattern={name: count for name, count in layers.items() if count != rank},
    )
    peft.inject_adapter_in_model(config, network)
    try:
        peft.set_peft_model_state_dict(network, tensors)
    except RuntimeError as error:
        raise ModelError(f"the LoRA is for another model: {error} ({lora.path})") from error
    for layer in network.modules():
        if isinstance(layer, tuners.BaseTunerLayer):
            layer.scale_layer(lora.scale)
            layer.merge()


def lend(pipeline: Any, lora: Lora) -> None:
    """Lay a LoRA over a pipeline that reads them itself.

    Raises:
        ModelError: it reads none, or not this one.
    """
    if not hasattr(pipeline, "load_lora_weights"):
        raise ModelError(f"{type(pipeline).__name__} takes no LoRA")
    try:
        pipeline.load_lora_weights(dict(lora.tensors), adapter_name="lora")
        pipeline.set_adapters(["lora"], [lora.scale])
    except (ValueError, KeyError, RuntimeError) as error:
        first = str(error).strip().partition("\n")[0]
        raise ModelError(f"the LoRA is for another model: {first} ({lora.path})") from error
