"""Families that animate, of a few thousand random weights, made by the real classes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from tests.models.tiny_diffusion import (
    _libraries,
    _text,
    _vocabulary,
    locked,
    save_control,
    save_depth,
)
from tests.models.weights import write_lock


def _save(folder: Path, **parts: Any) -> Path:
    for name, part in parts.items():
        part.save_pretrained(folder / name)
    return folder


def _sees(side: int = 224, patch: int = 32, projected: bool = True) -> Any:
    _, transformers = _libraries()
    kind = "CLIPVisionModelWithProjection" if projected else "CLIPVisionModel"
    config = transformers.CLIPVisionConfig(
        hidden_size=32, projection_dim=32, num_hidden_layers=2, num_attention_heads=4,
        image_size=side, intermediate_size=37, patch_size=patch,
    )  # fmt: skip
    return getattr(transformers, kind)(config)


def _prepares(side: int = 224) -> Any:
    _, transformers = _libraries()
    kind = getattr(transformers, "CLIPImageProcessorPil", None) or transformers.CLIPImageProcessor
    return kind(crop_size=side, size=side)


def save_svd(folder: Path, seed: int = 0) -> Path:
    """What a repository of Stable Video Diffusion holds."""
    diffusers, _ = _libraries()
    torch.manual_seed(seed)
    unet = diffusers.UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=8, in_channels=8,
        out_channels=4, num_attention_heads=(2, 4), cross_attention_dim=32,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        projection_class_embeddings_input_dim=96, addition_time_embed_dim=32, num_frames=4,
    )  # fmt: skip
    vae = diffusers.AutoencoderKLTemporalDecoder(
        block_out_channels=[32, 32, 32, 32], in_channels=3, out_channels=3, latent_channels=4,
        down_block_types=["DownEncoderBlock2D"] * 4, layers_per_block=1,
    )  # fmt: skip
    scheduler = diffusers.EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
        interpolation_type="linear", prediction_type="v_prediction", sigma_max=700.0,
        sigma_min=0.002, steps_offset=1, timestep_spacing="leading",
        timestep_type="continuous", use_karras_sigmas=True,
    )  # fmt: skip
    return _save(
        folder, unet=unet, vae=vae, image_encoder=_sees(), feature_extractor=_prepares(),
        scheduler=scheduler,
    )  # fmt: skip


def _words(folder: Path, kind: str = "T5EncoderModel") -> None:
    """What reads words in the diffusion transformers, and its vocabulary of letters."""
    _, transformers = _libraries()
    config = getattr(transformers, kind).config_class(
        d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4, vocab_size=128,
        relative_attention_num_buckets=8,
    )  # fmt: skip
    getattr(transformers, kind)(config).save_pretrained(folder / "text_encoder")
    letters = [(chr(code), -3.0) for code in range(33, 127)]
    known = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters]
    tokenizer = transformers.T5Tokenizer(vocab=known, extra_ids=0)
    tokenizer.save_pretrained(folder / "tokenizer")


def _vae(**more: Any) -> Any:
    diffusers, _ = _libraries()
    return diffusers.AutoencoderKL(
        block_out_channels=[8, 8, 8, 8], in_channels=3, out_channels=3, norm_num_groups=4,
        down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
        latent_channels=4, layers_per_block=1, **more,
    )  # fmt: skip


def _ddim() -> Any:
    diffusers, _ = _libraries()
    return diffusers.DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
        set_alpha_to_one=False, steps_offset=1,
    )  # fmt: skip


def save_sd15(folder: Path) -> Path:
    """What a repository of Stable Diffusion 1.5 holds."""
    diffusers, _ = _libraries()
    torch.manual_seed(3)
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(16, 32), layers_per_block=1, sample_size=8, in_channels=4,
        out_channels=4, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), cross_attention_dim=32,
        norm_num_groups=8, attention_head_dim=8,
    )  # fmt: skip
    _vocabulary(folder / "tokenizer")
    return _save(
        folder, unet=unet, vae=_vae(), text_encoder=_text("CLIPTextModel"), scheduler=_ddim()
    )


def save_motion(folder: Path) -> Path:
    """What a repository of AnimateDiff's motion modules holds; they really move something."""
    diffusers, _ = _libraries()
    torch.manual_seed(4)
    adapter = diffusers.MotionAdapter(
        block_out_channels=(16, 32), motion_layers_per_block=1, motion_norm_num_groups=8,
        motion_num_attention_heads=2, motion_mid_block_layers_per_block=1,
    )  # fmt: skip
    _stirred(adapter).save_pretrained(folder)
    return folder


def save_sparse(folder: Path) -> Path:
    """What a repository of SparseCtrl for pictures holds; its last layers are not zero."""
    diffusers, _ = _libraries()
    torch.manual_seed(5)
    control = diffusers.SparseControlNetModel(
        block_out_channels=(16, 32), layers_per_block=1, in_channels=4, norm_num_groups=8,
        down_block_types=("CrossAttnDownBlockMotion", "DownBlockMotion"), cross_attention_dim=32,
        conditioning_channels=4, use_simplified_condition_embedding=True,
        motion_num_attention_heads=2, attention_head_dim=8,
    )  # fmt: skip
    _stirred(control).save_pretrained(folder)
    return folder


def _stirred(network: Any) -> Any:
    """A network none of whose layers is zero."""
    for weight in network.parameters():
        if not weight.any():
            torch.nn.init.normal_(weight, std=0.2)
    return network


def save_i2vgen(folder: Path) -> Path:
    """What a repository of I2VGen-XL holds."""
    diffusers, _ = _libraries()
    torch.manual_seed(6)
    unet = diffusers.I2VGenXLUNet(
        block_out_channels=(16, 32), layers_per_block=1, sample_size=8, in_channels=4,
        out_channels=4, down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"), cross_attention_dim=32,
        attention_head_dim=8, norm_num_groups=8,
    )  # fmt: skip
    _vocabulary(folder / "tokenizer")
    return _save(
        folder, unet=unet, vae=_vae(), text_encoder=_text("CLIPTextModel"), scheduler=_ddim(),
        image_encoder=_sees(32, 16), feature_extractor=_prepares(32),
    )  # fmt: skip


def save_cogvideox(folder: Path) -> Path:
    """What a repository of CogVideoX for pictures holds, its largest weights in several files."""
    diffusers, _ = _libraries()
    torch.manual_seed(7)
    transformer = diffusers.CogVideoXTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=8, out_channels=4,
        time_embed_dim=2, text_embed_dim=32, num_layers=1, sample_width=90, sample_height=60,
        sample_frames=49, patch_size=2, temporal_compression_ratio=4, max_text_seq_length=16,
        use_rotary_positional_embeddings=True, use_learned_positional_embeddings=False,
    )  # fmt: skip
    vae = diffusers.AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8), latent_channels=4, layers_per_block=1, norm_num_groups=2,
        temporal_compression_ratio=4,
    )  # fmt: skip
    _words(folder)
    transformer.save_pretrained(folder / "transformer", max_shard_size="60KB")
    assert (folder / "transformer/diffusion_pytorch_model.safetensors.index.json").is_file()
    return _save(folder, vae=vae, scheduler=diffusers.CogVideoXDDIMScheduler())


def save_wan(folder: Path) -> Path:
    """What a repository of Wan 2.1 for pictures holds."""
    diffusers, _ = _libraries()
    torch.manual_seed(8)
    vae = diffusers.AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )  # fmt: skip
    transformer = diffusers.WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=36,
        out_channels=16, text_dim=32, freq_dim=256, ffn_dim=32, num_layers=2, cross_attn_norm=True,
        qk_norm="rms_norm_across_heads", rope_max_seq_len=32, image_dim=32,
    )  # fmt: skip
    _words(folder, "UMT5EncoderModel")
    return _save(
        folder, transformer=transformer, vae=vae, image_encoder=_sees(32, 16, projected=False),
        image_processor=_prepares(32),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=7.0),
    )  # fmt: skip


def save_ltx(folder: Path) -> Path:
    """What a repository of LTX-Video holds."""
    diffusers, _ = _libraries()
    torch.manual_seed(9)
    transformer = diffusers.LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, patch_size=1, patch_size_t=1, num_attention_heads=4,
        attention_head_dim=8, cross_attention_dim=32, num_layers=1, caption_channels=32,
    )  # fmt: skip
    vae = diffusers.AutoencoderKLLTXVideo(
        in_channels=3, out_channels=3, latent_channels=8, block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8), layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
        spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False),
        decoder_inject_noise=(False,) * 5, upsample_residual=(False,) * 4,
        upsample_factor=(1,) * 4, timestep_conditioning=False, patch_size=1, patch_size_t=1,
        encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    _words(folder)
    return _save(
        folder, transformer=transformer, vae=vae,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )  # fmt: skip


SAVED: Mapping[str, Callable[[Path], Path]] = {
    "svd": save_svd,
    "svd-xt": lambda folder: save_svd(folder, 1),
    "svd-xt-1.1": lambda folder: save_svd(folder, 2),
    "sd15": save_sd15,
    "animatediff": save_motion,
    "sparsectrl-rgb": save_sparse,
    "controlnet-depth-sd15": save_control,
    "controlnet-openpose-sd15": lambda folder: save_control(folder, seed=12),
    "depth-anything-v2-small": save_depth,
    "i2vgen-xl": save_i2vgen,
    "cogvideox": save_cogvideox,
    "wan": save_wan,
    "ltx": save_ltx,
}
"""What makes the tiny stand-in of each entry."""


def lock_tiny(place: Path, *names: str) -> Path:
    """A lock over tiny stand-ins of these entries, which are made first if they are not there."""
    place.mkdir(parents=True, exist_ok=True)
    entries = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            if not (place / name).exists():
                SAVED[name](place / name)
            entries[name] = locked(place / name)
    return write_lock(place / f"{'-'.join(names)}.lock", entries)
