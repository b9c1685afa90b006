"""A pipeline is laid out by the memory that is free."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from afterglow.models import pipelines
from afterglow.models.device import Device
from afterglow.models.vram import Layout, layout_for

GIB = 1 << 30
SD15 = {"unet": 1_720_000_000, "text_encoder": 246_000_000, "vae": 167_000_000}
SDXL = {"unet": 5_135_000_000, "text_encoder": 246_000_000, "text_encoder_2": 1_390_000_000}


@pytest.mark.parametrize(
    ("free", "networks", "pixels", "layout"),
    [
        (80 * GIB, SDXL, 1824 * 1024, "whole"),
        (10 * GIB, SDXL, 1824 * 1024, "sliced"),
        (8 * GIB, SDXL, 1824 * 1024, "offloaded"),
        (4 * GIB, SDXL, 1824 * 1024, "streamed"),
        (8 * GIB, SD15, 912 * 512, "whole"),
        (3 * GIB, SD15, 912 * 512, "sliced"),
        (0, {}, 1, "streamed"),
    ],
)
def test_the_fastest_layout_that_fits(
    free: int, networks: dict[str, int], pixels: int, layout: Layout
) -> None:
    assert layout_for(free, networks, pixels) == layout


def test_less_memory_never_gives_a_faster_layout() -> None:
    order = ["whole", "sliced", "offloaded", "streamed"]
    found = [order.index(layout_for(free, SDXL, 1 << 20)) for free in range(0, 20 * GIB, GIB // 4)]
    assert found == sorted(found, reverse=True) and set(found) == {0, 1, 2, 3}


class Recorded:
    """A pipeline that takes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.vae = self
        self.components = {"unet": torch.nn.Linear(1000, 1000), "scheduler": object()}

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **more: self.told.append(" ".join([name, *map(str, given)]))


@pytest.mark.parametrize(
    ("free", "told"),
    [
        (1 << 30, ["to cuda:1"]),
        (8_000_000, ["enable_attention_slicing", "enable_slicing", "enable_tiling", "to cuda:1"]),
        (0, ["enable_attention_slicing", "enable_slicing", "enable_tiling",
             "enable_sequential_cpu_offload"]),
    ],
)  # fmt: skip
def test_a_pipeline_is_laid_out_by_what_is_free(
    free: int, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Device("cuda:1", "cuda", 1, "", free, free)
    monkeypatch.setattr(pipelines, "choose_device", lambda wish: chosen)
    monkeypatch.setattr(pipelines, "memory_available", lambda device: free)
    made = Recorded()
    pipelines.laid_out(made, "cuda:1", 2000)
    assert made.told == told


def test_on_the_cpu_nothing_is_laid_out() -> None:
    made = Recorded()
    pipelines.laid_out(made, "cpu", 2000)
    assert made.told == []
