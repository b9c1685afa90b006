"""How a pipeline is laid out in the memory of a GPU: profiles, from the fastest to the smallest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from afterglow.models.device import choose_device

Profile: TypeAlias = Literal["full", "offload", "group"]
"""All networks on the GPU; each network only while it computes; groups of layers of a network only
while they compute."""

PROFILES: tuple[Profile, ...] = ("full", "offload", "group")
"""From the fastest to the one that needs least memory."""

_SPARE = 1.1
"""Factor for what a GPU loses between the blocks of its memory."""


def profile_for(free: int, networks: Mapping[str, int], work: int) -> Profile:
    """Return the fastest profile for which the memory suffices.

    free: bytes. networks: bytes of each network's weights as they will lie there. work: bytes
    that the largest computation takes besides.
    """
    every, largest = sum(networks.values()), max(networks.values(), default=0)
    if free >= _SPARE * (every + work):
        return "full"
    if free >= _SPARE * (largest + work):
        return "offload"
    return "group"


def lower(profile: Profile) -> Profile | None:
    """Return the next profile that needs less memory; None below the last."""
    place = PROFILES.index(profile) + 1
    return PROFILES[place] if place < len(PROFILES) else None


def lay_out(made: Any, device: str, profile: Profile) -> None:
    """Put the networks of a pipeline where they compute."""
    import torch

    made.set_progress_bar_config(disable=True)
    if device == "cpu":
        return
    if profile == "full":
        made.to(device)
    elif profile == "offload":
        made.enable_model_cpu_offload(gpu_id=choose_device(device).index)
    else:
        made.enable_group_offload(
            onload_device=torch.device(device),
            offload_type="leaf_level",
            use_stream=True,
            # It is small, changes its number format (SVD), or works in tiles: a stream, which keeps
            # weights as they were, in the order of the first run, suits none of that.
            exclude_modules=["vae"],
        )
