"""Pipelines and depth networks of a few thousand random weights, made by the real classes."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from tests.models.weights import entry, file, write_lock

SIDE = 64
"""Pixels of the short side that the tiny models say they were trained at."""


def _libraries() -> tuple[Any, Any]:
    """The modules diffusers and transformers, without what they say to programmers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        import diffusers
        import transformers

        diffusers.StableDiffusionInpaintPipeline, transformers.CLIPTokenizer  # noqa: B018
    return diffusers, transformers


def _vocabulary(folder: Path) -> None:
    """A byte-level vocabulary without merges, as CLIP keeps its own."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    letters = [chr(byte) for byte in visible] + [chr(256 + n) for n in range(len(hidden))]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    numbers = {token: number for number, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(numbers))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    told = {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))


def _text(kind: str) -> Any:
    _, transformers = _libraries()
    config = transformers.CLIPTextConfig(
        bos_token_id=512, eos_token_id=513, pad_token_id=513, hidden_size=32, projection_dim=32,
        intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, vocab_size=514,
        hidden_act="gelu",
    )  # fmt: skip
    return getattr(transformers, kind)(config)


def _unet(xl: bool, side: int) -> Any:
    diffusers, _ = _libraries()
    more: dict[str, Any] = {"attention_head_dim": 8, "cross_attention_dim": 32}
    if xl:
        more = {
            "attention_head_dim": (2, 4), "cross_attention_dim": 64, "use_linear_projection": True,
            "addition_embed_type": "text_time", "addition_time_embed_dim": 8,
            "transformer_layers_per_block": (1, 1), "projection_class_embeddings_input_dim": 80,
        }  # fmt: skip
    return diffusers.UNet2DConditionModel(
        block_out_channels=(16, 32), layers_per_block=1, sample_size=side // 8, in_channels=9,
        out_channels=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), norm_num_groups=8, **more,
    )  # fmt: skip


def _vae() -> Any:
    diffusers, _ = _libraries()
    return diffusers.AutoencoderKL(
        block_out_channels=[8, 8, 8, 8], in_channels=3, out_channels=3, norm_num_groups=4,
        down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
        latent_channels=4, layers_per_block=1,
    )  # fmt: skip


def save_pipeline(folder: Path, *, xl: bool = False, side: int = SIDE, seed: int = 0) -> Path:
    """What an inpainting repository holds; side: pixels that it was trained at."""
    diffusers, _ = _libraries()
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _unet(xl, side).save_pretrained(folder / "unet")
        _vae().save_pretrained(folder / "vae")
        _text("CLIPTextModel").save_pretrained(folder / "text_encoder")
        _vocabulary(folder / "tokenizer")
        if xl:
            _text("CLIPTextModelWithProjection").save_pretrained(folder / "text_encoder_2")
            _vocabulary(folder / "tokenizer_2")
        kind = diffusers.EulerDiscreteScheduler if xl else diffusers.PNDMScheduler
        more = {} if xl else {"skip_prk_steps": True}
        kind(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1,
            **more,
        ).save_pretrained(folder / "scheduler")  # fmt: skip
    return folder


def save_control(folder: Path, *, xl: bool = False, seed: int = 1) -> Path:
    """What a repository of a depth ControlNet holds; its last layers are not zero."""
    diffusers, _ = _libraries()
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        more: dict[str, Any] = {"attention_head_dim": 8, "cross_attention_dim": 32}
        if xl:
            more = {
                "attention_head_dim": (2, 4), "cross_attention_dim": 64,
                "use_linear_projection": True, "addition_embed_type": "text_time",
                "addition_time_embed_dim": 8, "transformer_layers_per_block": (1, 1),
                "projection_class_embeddings_input_dim": 80,
            }  # fmt: skip
        control = diffusers.ControlNetModel(
            block_out_channels=(16, 32), layers_per_block=1, in_channels=4, norm_num_groups=8,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            conditioning_embedding_out_channels=(8, 8, 8, 16), **more,
        )  # fmt: skip
        for weight in control.parameters():
            if not weight.any():
                torch.nn.init.normal_(weight, std=0.2)
        control.save_pretrained(folder)
    return folder


def save_depth(folder: Path, seed: int = 2) -> Path:
    """What the repository of Depth Anything V2 holds."""
    _, transformers = _libraries()
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        backbone = transformers.Dinov2Config(
            hidden_size=32, num_hidden_layers=4, num_attention_heads=4, mlp_ratio=2, image_size=56,
            patch_size=14, out_features=["stage1", "stage2", "stage3", "stage4"],
            apply_layernorm=True, reshape_hidden_states=False,
        )  # fmt: skip
        config = transformers.DepthAnythingConfig(
            backbone_config=backbone, patch_size=14, reassemble_hidden_size=32,
            neck_hidden_sizes=[8, 16, 32, 32], fusion_hidden_size=16, head_hidden_size=8,
        )  # fmt: skip
        network = transformers.DepthAnythingForDepthEstimation(config)
        for name, weight in network.named_parameters():
            if name.startswith(("neck", "head")) and weight.ndim > 1:
                torch.nn.init.xavier_normal_(weight)  # else it sees nothing
        torch.nn.init.constant_(network.head.conv3.bias, 1.0)  # else nothing is near
        network.save_pretrained(folder)
    told = {
        "size": {"height": 56, "width": 56}, "ensure_multiple_of": 14, "keep_aspect_ratio": True,
        "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(told))
    return folder


SAVED: Mapping[str, Callable[[Path], Path]] = {
    "sd15-inpaint": save_pipeline,
    "sdxl-inpaint": lambda folder: save_pipeline(folder, xl=True),
    "controlnet-depth-sd15": save_control,
    "controlnet-depth-sdxl": lambda folder: save_control(folder, xl=True),
    "depth-anything-v2-small": save_depth,
}
"""What makes the tiny stand-in of each entry."""


def locked(folder: Path, skip: str = "") -> dict[str, Any]:
    """The entry of a folder, with a hash for each of its files; some may be left out by name."""
    files = [
        file(str(path.relative_to(folder)), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not (skip and skip in str(path))
    ]
    return entry("path", folder=str(folder), format="diffusers", files=files)


def lock_tiny(place: Path, *names: str) -> Path:
    """A lock over tiny stand-ins of these entries, which are made first if they are not there."""
    place.mkdir(parents=True, exist_ok=True)
    entries = {}
    for name in names:
        folder = place / name
        if not folder.exists():
            SAVED[name](folder)
        entries[name] = locked(folder)
    return write_lock(place / "own.lock", entries)
