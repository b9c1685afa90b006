"""A picture to paint with each model, and whether its networks are still alive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from afterglow.models.painting import ModelName, Painting

PICTURE = np.random.default_rng(4).integers(0, 256, (90, 160, 3), np.uint8)
DEPTH = np.linspace(0, 1, 90 * 160, dtype=np.float32).reshape(90, 160)
BEACH = Painting(PICTURE, "a beach", steps=3, refine="resample")
CLASSES: dict[tuple[ModelName, bool], str] = {
    ("sd15", False): "StableDiffusionInpaintPipeline",
    ("sd15", True): "StableDiffusionControlNetInpaintPipeline",
    ("sdxl", False): "StableDiffusionXLInpaintPipeline",
    ("sdxl", True): "StableDiffusionXLControlNetInpaintPipeline",
}
EVERY = pytest.mark.parametrize(("model", "steered"), CLASSES)


def asked(model: ModelName, steered: bool, **more: Any) -> Painting:
    return replace(BEACH, model=model, depth=DEPTH if steered else None, **more)
