"""Look-ups between pixels: both halves alike, and as sharp as Lanczos."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow import ops
from afterglow.ops.sampling import bent, doubled
from tests.ops.pictures import PICTURES, in_depth, tensor


def mesh(width: int, height: int, step: int, slope: float = 0.0) -> np.ndarray:
    columns, rows = -(-width // step) + 2, -(-height // step) + 2
    x = (np.arange(columns) - 0.5) * step - 0.5
    y = (np.arange(rows) - 0.5) * step - 0.5
    across, down = np.meshgrid(x, y)
    return np.stack((across + slope * down, down - slope * across), -1).astype(np.float32)


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("name", list(PICTURES))
def test_both_halves_agree(name: str, depth: str) -> None:
    picture = PICTURES[name]
    picture = picture / np.float32(255) if depth == "float32" else in_depth(picture, depth)
    level = {"uint8": 1, "uint16": 257, "float32": 1 / 255}[depth]
    fine = doubled(picture)
    assert np.abs(doubled(tensor(picture)).numpy().astype(float) - fine).max() <= level
    nodes = mesh(60, 40, 8, 0.05) + np.float32(2.3)
    array = bent(fine, nodes, 8, (60, 40))
    lying = bent(tensor(fine), nodes, 8, (60, 40)).numpy()
    assert array.shape == (40, 60, 3)
    assert (np.abs(lying.astype(float) - array) > 2 * level).mean() < 2e-3


def test_a_mesh_at_rest_changes_nothing() -> None:
    picture = PICTURES["noise"]
    assert np.array_equal(bent(picture, mesh(66, 47, 8), 8, (66, 47)), picture)
    assert np.array_equal(bent(tensor(picture), mesh(66, 47, 8), 8, (66, 47)).numpy(), picture)


def test_a_doubled_picture_keeps_its_pixels() -> None:
    picture = PICTURES["noise"]
    assert np.array_equal(doubled(picture)[::2, ::2], picture)
    assert doubled(picture[..., 0]).shape == (94, 132)


def test_outside_it_is_mirrored() -> None:
    picture = PICTURES["noise"]
    moved = bent(picture, mesh(66, 47, 8) - np.float32(5), 8, (66, 47))
    assert np.array_equal(moved[5:, :5], picture[:42, 5:0:-1])


def test_looked_up_in_the_doubled_picture_waves_keep_their_height() -> None:
    # A wave 4 pixels long, moved by half and by a quarter of a pixel.
    x = np.arange(96)
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * x / 4)
    picture = np.tile(wave.astype(np.float32), (48, 1))
    for move in (0.25, 0.5, 0.75):
        nodes = mesh(96, 48, 8) + np.array([move, 0], np.float32)
        sharp = bent(doubled(picture), nodes * np.float32(2), 8, (96, 48))[24, 16:80]
        plain = bent(picture, nodes, 8, (96, 48))[24, 16:80]
        wanted = 0.5 + 0.4 * np.sin(2 * np.pi * (x + move) / 4)[16:80]
        assert np.ptp(sharp) > 0.92 * np.ptp(wanted)
        assert np.abs(sharp - wanted).max() < np.abs(plain - wanted).max()
        lanczos = ops.translate(picture, -move, 0.0, "reflect", "lanczos")[24, 16:80]
        assert np.abs(sharp - lanczos).max() < 0.04
