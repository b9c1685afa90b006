"""The pipelines that paint, put together from the parts of a locked folder.

No pipeline's own loader is used: it would ask for a safety checker, or run what a folder says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from afterglow.models import parts
from afterglow.models.device import choose_device, memory_available
from afterglow.models.folders import hushed
from afterglow.models.loading import loaded
from afterglow.models.painting import ModelName
from afterglow.models.store import Weights
from afterglow.models.vram import layout_for

INPAINT: dict[ModelName, str] = {"sd15": "sd15-inpaint", "sdxl": "sdxl-inpaint"}
"""Entries in models.lock, by model."""
CONTROL: dict[ModelName, str] = {"sd15": "controlnet-depth-sd15", "sdxl": "controlnet-depth-sdxl"}
"""Entries of what steers them by depth."""

PACKAGES = ("diffusers", "transformers", "accelerate")
"""What must be installed to load them."""

_ONE = ("unet/config", "unet/*", "vae/config", "vae/*", "text_encoder/config", "text_encoder/*")
_WORDS = ("vocab", "merges")
_PARTS: dict[ModelName, tuple[str, ...]] = {
    "sd15": (*_ONE, *(f"tokenizer/{word}" for word in _WORDS), "scheduler/scheduler_config"),
    "sdxl": (
        *_ONE,
        *(f"{name}/{word}" for name in ("tokenizer", "tokenizer_2") for word in _WORDS),
        "text_encoder_2/config",
        "text_encoder_2/*",
        "scheduler/scheduler_config",
    ),
}
WORDS_AND_NETWORKS = _PARTS["sd15"]
"""Parts of Stable Diffusion 1.5, whether it paints over pictures or draws new ones."""
_HALF = "float16"
"""Number format on a GPU."""

_HINT = "--sd-model sd15, --resolution or --device cpu"


def needed_for(model: ModelName, *, geometry: bool) -> dict[str, tuple[str, ...]]:
    """The entries that painting needs, each with its parts, as ``require_needed`` takes them."""
    needed = {INPAINT[model]: _PARTS[model]}
    return needed | ({CONTROL[model]: ("config", "*")} if geometry else {})


@contextmanager
def pipeline(
    model: ModelName, device: str, *, geometry: bool, pixels: int, commercial_only: bool
) -> Iterator[Any]:
    """Hold what paints, as diffusers has it; leaving frees every weight of it.

    geometry: with what steers it by depth. pixels: of the largest picture that is painted.

    Raises:
        ModelError: a part is not here, not as locked, cannot be read, or may not be used.
        DeviceError: the memory is not enough.
    """
    with ExitStack() as held, hushed():
        allowed: Any = {"commercial_only": commercial_only, "hint": _HINT}
        control = None
        if geometry:
            control = held.enter_context(
                loaded(CONTROL[model], device, reader=_read_control, **allowed)
            )
        reader = partial(_read_pipeline, model, control, pixels)
        made = held.enter_context(
            loaded(INPAINT[model], device, reader=reader, together=geometry, **allowed)
        )
        held.callback(parts.release, made)
        yield made


def _read_control(weights: Weights, device: str) -> Any:
    from diffusers import ControlNetModel

    # It stays in main memory until the layout of the whole pipeline is known.
    return parts.network_of(weights, ControlNetModel, parts.dtype_of(_HALF, device))


def _read_pipeline(
    model: ModelName, control: Any, pixels: int, weights: Weights, device: str
) -> Any:
    kind = _kind(model, steered=control is not None)
    more: dict[str, Any] = {"controlnet": control} if control is not None else {}
    if model == "sd15":
        more |= {
            "safety_checker": None,
            "feature_extractor": None,
            "requires_safety_checker": False,
        }
    else:
        more["add_watermarker"] = False
    made = kind(**parts_of(model, weights, device), scheduler=parts.scheduler_of(weights), **more)
    made.set_progress_bar_config(disable=True)
    laid_out(made, device, pixels)
    return made


def _kind(model: ModelName, *, steered: bool) -> Any:
    """The class of a pipeline."""
    diffusers = parts.library()
    return {
        ("sd15", False): diffusers.StableDiffusionInpaintPipeline,
        ("sd15", True): diffusers.StableDiffusionControlNetInpaintPipeline,
        ("sdxl", False): diffusers.StableDiffusionXLInpaintPipeline,
        ("sdxl", True): diffusers.StableDiffusionXLControlNetInpaintPipeline,
    }[model, steered]


def parts_of(model: ModelName, weights: Weights, device: str) -> dict[str, Any]:
    """The networks and vocabularies of a folder, in main memory."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

    kinds: dict[str, Any] = {
        "unet": UNet2DConditionModel,
        "vae": AutoencoderKL,
        "text_encoder": CLIPTextModel,
    }
    vocabularies = ["tokenizer"]
    if model == "sdxl":
        kinds["text_encoder_2"] = CLIPTextModelWithProjection
        vocabularies.append("tokenizer_2")
    made = parts.networks_of(weights, kinds, parts.dtype_of(_HALF, device))
    return made | {part: parts.read_small(CLIPTokenizer, weights, part) for part in vocabularies}


def laid_out(made: Any, device: str, pixels: int) -> None:
    """Put the networks where they compute, as the memory of the GPU allows."""
    if device == "cpu":
        return
    chosen = choose_device(device)
    layout = layout_for(memory_available(chosen), parts.sizes_of(made), pixels)
    if layout != "whole":
        made.enable_attention_slicing()
        made.vae.enable_slicing()
        made.vae.enable_tiling()
    if layout == "offloaded":
        made.enable_model_cpu_offload(gpu_id=chosen.index)
    elif layout == "streamed":
        made.enable_sequential_cpu_offload(gpu_id=chosen.index)
    else:
        made.to(device)
