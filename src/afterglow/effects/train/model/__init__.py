"""The models that can be trained, held for as long as one learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from afterglow.effects.train.course import Course
from afterglow.effects.train.effect import Learner
from afterglow.errors import UsageError
from afterglow.models import svd

_HINT = "--resolution, --frames or --batch with less"
_MORE = ("peft",)
"""Packages that training needs besides."""


def require_trainable(name: str) -> None:
    """Raise UsageError where a model cannot be trained here."""
    if name not in svd.WINDOWS:
        raise UsageError(
            f"{name} cannot be trained here; these can: {', '.join(svd.WINDOWS)}",
            hint="animate --lora reads LoRAs of other models that were trained elsewhere",
        )


def require(name: str, *, commercial_only: bool = False) -> None:
    """Raise ModelError where a model is not here, or may not be used."""
    from afterglow.models.needed import require_needed
    from afterglow.models.pipelines import PACKAGES

    require_needed({name: svd.PARTS}, commercial_only=commercial_only, packages=(*PACKAGES, *_MORE))


@contextmanager
def learner(
    course: Course,
    device: str,
    say: Callable[[str], None],
    commercial_only: bool,
    facts: Mapping[str, str],
) -> Iterator[Learner]:
    """Hold a model with a LoRA over it that learns; leaving frees every weight of it.

    say: told what is used, in a line. facts: what files shall say of the training.

    Raises:
        ModelError: a part is not here, not as locked, cannot be read, or may not be used.
        DeviceError: the memory is not enough.
    """
    from afterglow.models.folders import hushed
    from afterglow.models.loading import loaded

    with hushed():
        from afterglow.effects.train.model.lessons import SvdLearner, accelerated, number_format

        fast = number_format(device)
        where = "the CPU" if device == "cpu" else "this GPU"
        why = "" if fast == "bf16" else f": {where} has no fast bfloat16"
        say(f"model: {course.model}, numbers: {'bfloat16' if fast == 'bf16' else 'float32'}{why}")
        reader = partial(_assembled, fast)
        opened = loaded(
            course.model, device, reader=reader, commercial_only=commercial_only, hint=_HINT
        )
        with opened as made, accelerated(device, fast) as accelerator:
            try:
                yield SvdLearner(made, course, accelerator, dict(facts))
            finally:
                from afterglow.models import parts

                parts.release(made)


def _assembled(fast: str, weights: Any, device: str) -> Any:
    import torch

    dtype = torch.bfloat16 if fast == "bf16" else torch.float32
    return svd.assemble(weights, dtype, exact=("vae",))
