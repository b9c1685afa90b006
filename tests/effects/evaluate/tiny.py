"""CLIP and I3D of a few thousand random weights, and the lock that has them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch

from tests.models.tiny import torchscript_file
from tests.models.tiny_diffusion import _libraries, _vocabulary, locked
from tests.models.weights import entry, file, write_lock


def save_clip(folder: Path, seed: int = 3) -> Path:
    """What the repository of CLIP holds, by the real classes."""
    _, transformers = _libraries()
    torch.manual_seed(seed)
    _vocabulary(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = dict(
            bos_token_id=512, eos_token_id=513, pad_token_id=513, hidden_size=32,
            intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, vocab_size=514,
        )  # fmt: skip
        vision = dict(
            hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2,
            image_size=32, patch_size=8,
        )  # fmt: skip
        config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)
        network = transformers.CLIPModel(config)
        for weight in network.parameters():
            torch.nn.init.normal_(weight, std=0.3)
        network.save_pretrained(folder)
        settings = '{"image_processor_type": "CLIPImageProcessor", "crop_size": 32, "size": 32,'
        settings += ' "do_center_crop": true, "do_normalize": true, "do_resize": true,'
        settings += ' "image_mean": [0.48, 0.45, 0.40], "image_std": [0.26, 0.26, 0.27],'
        settings += ' "resample": 3}'
        (folder / "preprocessor_config.json").write_text(settings)
    return folder


class Knowing(torch.nn.Module):
    """Stands for I3D: the same way to be called, and 6 kinds instead of 400."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(3 * 4 * 16, 6)

    def forward(
        self,
        x: torch.Tensor,
        rescale: bool = False,
        resize: bool = False,
        return_features: bool = False,
    ) -> torch.Tensor:
        if rescale:
            x = 2 * x / 255 - 1
        if resize:
            x = torch.nn.functional.interpolate(x, [16, 2, 2])
        said = self.layer(x.flatten(1))
        return said if return_features else torch.softmax(said, 1)


def knower_file(seed: int = 4) -> bytes:
    torch.manual_seed(seed)
    return torchscript_file(Knowing())


def lock_critics(place: Path) -> Path:
    """A lock over both; its folder is made."""
    clip, known = save_clip(place / "clip"), place / "i3d"
    known.mkdir()
    (known / "i3d.pt").write_bytes(knower_file())
    entries: dict[str, Any] = {
        "clip-vit-b32": locked(clip),
        "i3d-torchscript": entry(
            "path",
            folder=str(known),
            format="torchscript",
            files=[file("i3d.pt", (known / "i3d.pt").read_bytes())],
        ),
    }
    return write_lock(place / "own.lock", entries)
