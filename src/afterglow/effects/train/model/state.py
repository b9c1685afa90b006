"""All that is needed to go on with a training, as one file of safetensors: tensors and words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from afterglow.errors import ModelError

_FACTS = "training"
"""Under which name a file says how it was learnt."""


def packed(
    weights: Mapping[str, Any], optimizer: Any, losses: Sequence[float], facts: Mapping[str, str]
) -> bytes:
    """Return a file: the weights by name, the optimiser's numbers of each, losses and facts."""
    import torch

    tensors = {f"weight.{name}": weight for name, weight in weights.items()}
    for name, weight in weights.items():
        for key, number in optimizer.state[weight].items():
            tensors[f"optimizer.{key}.{name}"] = number
    tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
    return written(tensors, facts)


def written(tensors: Mapping[str, Any], facts: Mapping[str, str]) -> bytes:
    """Return a file of tensors by name; the same tensors and facts give the same bytes."""
    from safetensors.torch import save

    whole = {name: each.detach().cpu().contiguous() for name, each in tensors.items()}
    return save(whole, metadata={_FACTS: json.dumps(dict(facts))})


def unpacked(content: bytes, weights: Mapping[str, Any], optimizer: Any) -> list[float]:
    """Put the numbers of a file into weights and optimiser, and return the losses.

    Raises:
        ModelError: it is the state of something else.
    """
    import torch
    from safetensors.torch import load

    tensors = load(content)
    wanted = {f"weight.{name}" for name in weights}
    if wanted != {name for name in tensors if name.startswith("weight.")}:
        raise ModelError("the training that was stopped is one of another model")
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(tensors[f"weight.{name}"])
            kept = {key: tensors[f"optimizer.{key}.{name}"] for key in _KEYS}
            optimizer.state[weight] = {
                key: number if key == "step" else number.to(weight.device)
                for key, number in kept.items()
            }
    return [float(loss) for loss in tensors["losses"]]


_KEYS = ("step", "exp_avg", "exp_avg_sq")
"""What AdamW keeps of each weight."""


def facts_in(path: str) -> dict[str, str]:
    """Return what a file says of how it was learnt; raises ModelError where it says nothing."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as opened:
            told = json.loads((opened.metadata() or {})[_FACTS])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ModelError(f"no training can go on from {path}: {error}") from error
    return {str(name): str(value) for name, value in told.items()}
