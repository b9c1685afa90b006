"""CLIP, which tells how well a picture fits words, and I3D, which knows what people do in clips.

A. Radford et al., Learning transferable visual models from natural language supervision (2021);
J. Carreira and A. Zisserman, Quo vadis, action recognition? (CVPR 2017).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from afterglow.effects.evaluate.critics import CLIP, I3D
from afterglow.errors import ModelError
from afterglow.models.folders import hushed, read_by_library, read_part, shown
from afterglow.models.loading import loaded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.effects.evaluate.critics import Knower, Scorer
    from afterglow.models.store import Weights


@contextmanager
def clip_scorer(prompt: str, device: str, *, commercial_only: bool = False) -> Iterator[Scorer]:
    """Hold CLIP and give what scores pictures by a prompt: 100 max(cos, 0), so 0 to 100.

    J. Hessel et al., CLIPScore: a reference-free evaluation metric for image captioning (EMNLP
    2021), equation 1, with the factor 100 instead of 2.5. A long prompt is cut at 77 tokens.

    Raises:
        ModelError: CLIP is not here, not as locked, cannot be read or may not be used.
        DeviceError: the memory is not enough.
    """
    prepare: list[Any] = []
    with (
        hushed(),
        loaded(
            CLIP,
            device,
            commercial_only=commercial_only,
            reader=partial(_read_clip, prepare),
            together=True,
        ) as network,
        torch.inference_mode(),
    ):
        words = prepare[0](text=[prompt], return_tensors="pt", padding=True, truncation=True).to(
            device
        )
        text = _unit(network.text_model(**words).pooler_output, network.text_projection)
        yield partial(_scores, network, prepare[0], text, device)


def _scores(
    network: Any, prepare: Any, text: torch.Tensor, device: str, pictures: list[NDArray[np.uint8]]
) -> NDArray[np.floating]:
    """(n,): 100 max(cos, 0) between pictures and the words."""
    with torch.inference_mode():
        seen = prepare(images=pictures, return_tensors="pt").pixel_values.to(device)
        found = network.vision_model(pixel_values=seen.to(network.dtype)).pooler_output
        image = _unit(found, network.visual_projection)
        scores = 100 * (image @ text.T)[:, 0].clamp(min=0)
    if not bool(torch.isfinite(scores).all()):
        raise ModelError(f"{CLIP} gives no score: its numbers are not finite")
    return np.asarray(scores.float().cpu().numpy())


def _unit(pooled: torch.Tensor, projection: Any) -> torch.Tensor:
    projected = projection(pooled)
    return torch.as_tensor(projected / projected.norm(dim=-1, keepdim=True))


def _read_clip(prepare: list[Any], weights: Weights, device: str) -> Any:
    """The network; ``prepare`` gets what makes its numbers of words and pictures."""
    from transformers import CLIPModel, CLIPProcessor

    with shown(weights, "model") as folder, read_by_library(weights):
        prepare.append(CLIPProcessor.from_pretrained(folder, local_files_only=True))
    return read_part(CLIPModel, weights, "model", ".").eval().to(device)


@contextmanager
def clip_knower(device: str, *, commercial_only: bool = False) -> Iterator[Knower]:
    """Hold I3D and give what says of a clip which of 400 actions it shows.

    Raises:
        ModelError: I3D is not here, not as locked, cannot be read or may not be used.
        DeviceError: the memory is not enough.
    """
    with loaded(I3D, device, commercial_only=commercial_only, together=True) as network:
        yield partial(_said, network, device)


def _said(network: Any, device: str, clip: NDArray[np.uint8]) -> NDArray[np.floating]:
    """(n,): the numbers before the softmax; clip: (frames, H, W, 3) uint8 RGB.

    The TorchScript file takes levels 0-255 and scales and resizes them itself.
    """
    planes = np.ascontiguousarray(clip.transpose(3, 0, 1, 2)[None])
    with torch.inference_mode():
        given = torch.from_numpy(planes).to(device).float()
        found = network(given, rescale=True, resize=True, return_features=True)[0]
    if not bool(torch.isfinite(found).all()):
        raise ModelError(f"{I3D} says nothing: its numbers are not finite")
    return np.asarray(found.float().cpu().numpy())
