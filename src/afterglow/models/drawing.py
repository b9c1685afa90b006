"""Pictures made from words alone: Stable Diffusion 1.5 (Rombach et al., CVPR 2022)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.models import parts
from afterglow.models.denoising import picture_of
from afterglow.models.folders import hushed
from afterglow.models.loading import loaded
from afterglow.models.needed import require_needed
from afterglow.models.painting import Tell, trained_size
from afterglow.models.pipelines import PACKAGES, WORDS_AND_NETWORKS, laid_out, parts_of
from afterglow.models.store import Weights

ENTRY = "sd15"
"""Its name in models.lock."""
NEEDED: dict[str, tuple[str, ...]] = {ENTRY: WORDS_AND_NETWORKS}
"""What it needs, as ``require_needed`` takes it."""
_SHORT = 512
"""Pixels of the short side that it is expected to draw at, before it is loaded."""
_HINT = "--device cpu"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What shall be drawn, and how."""

    prompt: str
    """What shall be seen."""
    negative: str = ""
    """What shall not be seen."""
    aspect: float = 1.0
    """Width over height."""
    steps: int = 30
    """Steps from noise to a picture."""
    guidance: float = 7.5
    """How closely the prompt is followed."""
    seed: int = 0
    """Where the noise begins."""
    commercial_only: bool = False
    """Use only weights that may be used commercially."""


def require_drawing(*, commercial_only: bool = False) -> None:
    """Raise ModelError unless all that draws is here; it tells how to get it."""
    require_needed(NEEDED, commercial_only=commercial_only, packages=PACKAGES)


def drawn(
    drawing: Drawing,
    device: str = "cpu",
    tell: Tell | None = None,
    say: Callable[[str], None] | None = None,
) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB, of the size that the model was trained at and about the aspect.

    The model is held only here. The same seed gives the same bytes on the same machine.

    tell: told of every step; what it raises stops the work. say: told what is used, in a line.

    Raises:
        ModelError: the model is not here, cannot be read, may not be used, or gives no picture.
        DeviceError: the memory is not enough.
    """
    wide, high = trained_size(drawing.aspect, 1.0, _SHORT)
    with _pipeline(device, wide * high, commercial_only=drawing.commercial_only) as made:
        side = int(made.unet.config.sample_size) * int(made.vae_scale_factor)
        size = trained_size(drawing.aspect, 1.0, side)
        if say is not None:
            say(f"drawing at {size[0]}x{size[1]} ({ENTRY}, {type(made).__name__})")
        return _picture(made, drawing, size, tell)


@contextmanager
def _pipeline(device: str, pixels: int, *, commercial_only: bool) -> Iterator[Any]:
    with ExitStack() as held, hushed():
        reader = partial(_read, pixels)
        made = held.enter_context(
            loaded(ENTRY, device, reader=reader, commercial_only=commercial_only, hint=_HINT)
        )
        held.callback(parts.release, made)
        yield made


def _read(pixels: int, weights: Weights, device: str) -> Any:
    made = parts.library().StableDiffusionPipeline(
        **parts_of("sd15", weights, device),
        scheduler=parts.scheduler_of(weights),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    made.set_progress_bar_config(disable=True)
    laid_out(made, device, pixels)
    return made


def _picture(
    made: Any, drawing: Drawing, size: tuple[int, int], tell: Tell | None
) -> NDArray[np.uint8]:
    import torch

    def stepped(of: Any, step: int, time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        if tell is not None:
            tell("drawing", step + 1, max(int(of.num_timesteps), step + 1))
        return tensors

    picture = made(
        prompt=drawing.prompt,
        negative_prompt=drawing.negative or None,
        width=size[0],
        height=size[1],
        num_inference_steps=drawing.steps,
        guidance_scale=drawing.guidance,
        generator=torch.Generator("cpu").manual_seed(drawing.seed),
        callback_on_step_end=stepped,
        output_type="np",
    ).images[0]
    return picture_of(picture, ENTRY)
