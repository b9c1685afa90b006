"""I2VGen-XL reads words as it was trained to: by the last layer but one of what reads them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.animate.model import i2vgen_xl
from afterglow.effects.animate.motion import Motion
from afterglow.models.folders import hushed
from afterglow.models.store import open_store
from tests.effects.animate.tiny import lock_tiny

WORDS = Motion("a cat", "rain", 0.5, 9.0, 2, Fraction(16), 1, 0.02, 8, (64, 64))


@pytest.fixture
def folder(bare: Path, tiny_animators: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The tiny I2VGen-XL, as it is found on this machine."""
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock_tiny(tiny_animators, "i2vgen-xl")))
    return open_store().find("i2vgen-xl")


def last_but_one(made: Any, words: str) -> NDArray[np.float32]:
    """(77, C): what the layer before the last one says, through the norm that comes after all."""
    import torch

    told = made.tokenizer(words, padding="max_length", max_length=77, return_tensors="pt")
    with torch.no_grad():
        layers = made.text_encoder(told.input_ids, output_hidden_states=True).hidden_states
        assert len(layers) == made.text_encoder.config.num_hidden_layers + 1
        return np.asarray(made.text_encoder.final_layer_norm(layers[-2])[0])


def test_words_are_read_by_the_last_layer_but_one(folder: Any) -> None:
    import torch

    told: list[NDArray[np.float32]] = []

    def note(unet: Any, given: Any, more: dict[str, Any]) -> None:
        told.append(np.asarray(more["encoder_hidden_states"]))

    with hushed():
        made = i2vgen_xl.assemble({"i2vgen-xl": folder}, torch.float32)
        made.unet.register_forward_pre_hook(note, with_kwargs=True)
        animator = i2vgen_xl.I2VGenXL(made)
        still = np.full((64, 64, 3), 128, np.uint8)
        frames = list(animator.window(still, WORDS, 1, lambda done, total: None))
    assert len(frames) == 2
    (unwanted, wanted), *_ = told
    np.testing.assert_allclose(wanted, last_but_one(made, "a cat"), atol=1e-6)
    np.testing.assert_allclose(unwanted, last_but_one(made, "rain"), atol=1e-6)
