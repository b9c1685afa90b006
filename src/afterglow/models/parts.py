"""Pipelines put together from the parts of locked folders.

No pipeline's own loader is used: it would run what a folder says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from afterglow.errors import ModelError
from afterglow.models.folders import read_by_library, read_part, shown
from afterglow.models.store import Weights
from afterglow.models.tensors import emptied

_STEMS = {"text_encoder": "model", "text_encoder_2": "model", "image_encoder": "model"}
"""What a library calls the weights of these parts; it has another name for all others."""


def library() -> Any:
    """Return diffusers, which says nothing to programmers now."""
    import diffusers

    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    return diffusers


def networks_of(
    weights: Weights, kinds: Mapping[str, Any], dtype: Any, exact: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the networks of a folder in main memory, by the names of their parts.

    kinds: the class of each. exact: those that always compute in single precision.
    """
    import torch

    return {
        part: read_part(
            kind,
            weights,
            _STEMS.get(part, "diffusion_pytorch_model"),
            part,
            torch_dtype=torch.float32 if part in exact else dtype,
        ).eval()
        for part, kind in kinds.items()
    }


def network_of(weights: Weights, kind: Any, dtype: Any) -> Any:
    """Return the network that a folder holds by itself, in main memory."""
    stem = "diffusion_pytorch_model"
    return read_part(kind, weights, stem, ".", torch_dtype=dtype).eval()


def read_small(kind: Any, weights: Weights, part: str) -> Any:
    """Return what a part without weights holds: words, or how a picture is prepared."""
    with shown(weights, "none", part) as folder, read_by_library(weights):
        return kind.from_pretrained(folder, local_files_only=True)


def scheduler_of(weights: Weights, instead: str = "", **changed: Any) -> Any:
    """Return the noise schedule that a folder names, of those that diffusers has.

    instead: the name of another one that is set up as that is. changed: but for this.
    """
    from diffusers.schedulers.scheduling_utils import SchedulerMixin

    with read_by_library(weights):
        told = json.loads(weights.read("scheduler/scheduler_config.json"))
        kind = getattr(library(), instead or str(told.get("_class_name")), None)
        if not isinstance(kind, type) or not issubclass(kind, SchedulerMixin):
            raise ModelError(
                f"the model {weights.model.name} names no known noise schedule"
                f" ({told.get('_class_name')!r})"
            )
        made: Any = kind
        return made.from_config({**told, **changed})


def image_processor() -> Any:
    """Return the class that prepares pictures for CLIP without torchvision."""
    import transformers

    found = getattr(transformers, "CLIPImageProcessorPil", None)
    return found or transformers.CLIPImageProcessor


def dtype_of(half: str, device: str) -> Any:
    """Return the number format of weights on a device."""
    import torch

    return torch.float32 if device == "cpu" else getattr(torch, half)


def sizes_of(made: Any) -> dict[str, int]:
    """Return the bytes of every network's weights by its name."""
    return {
        name: sum(int(each.numel() * each.element_size()) for each in part.parameters())
        for name, part in networks_in(made)
    }


def networks_in(made: Any) -> Iterable[tuple[str, Any]]:
    """Return the networks of a pipeline by name."""
    import torch

    return [
        (name, part) for name, part in made.components.items() if isinstance(part, torch.nn.Module)
    ]


def release(made: Any) -> None:
    """Take the weights out of every network of a pipeline, whoever still holds it."""
    made.remove_all_hooks()
    for _, part in networks_in(made):
        emptied(part)
