"""Both halves of ops give the same picture, within one level, and leave what they got alone."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from afterglow import ops
from afterglow.ops import levels
from tests.ops.pictures import PICTURES, apart, in_depth, noise, tensor

DEPTHS = ("uint8", "uint16", "float32")
TURN = [
    [1.1 * math.cos(0.1), -1.1 * math.sin(0.1), 4.3],
    [1.1 * math.sin(0.1), 1.1 * math.cos(0.1), -3.7],
]
SHRINK = [[0.8, 0.0, 20.2], [0.05, 0.7, -9.4]]

OPERATIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "luma": lambda a, b, m: ops.luma(a),
    "luma 601": lambda a, b, m: ops.luma(a, "smpte170m"),
    "multiply": lambda a, b, m: ops.multiply(a, b),
    "multiply by mask": lambda a, b, m: ops.multiply(a, m),
    "screen": lambda a, b, m: ops.screen(a, b),
    "screen mask": lambda a, b, m: ops.screen(a, m),
    "add": lambda a, b, m: ops.add(a, b),
    "add some": lambda a, b, m: ops.add(a, b, 0.37),
    "gain": lambda a, b, m: ops.gain(a, 1.7),
    "gain down": lambda a, b, m: ops.gain(m, 0.3),
    "lerp number": lambda a, b, m: ops.lerp(a, b, 0.3),
    "lerp beyond": lambda a, b, m: ops.lerp(a, b, 1.5),
    "lerp mask": lambda a, b, m: ops.lerp(a, b, m),
    "lerp grey": lambda a, b, m: ops.lerp(m, b[..., 1], m),
    "over": lambda a, b, m: ops.over(a, b, m),
    "over half": lambda a, b, m: ops.over(a, b, m, 0.5),
    "difference": lambda a, b, m: ops.difference(a, b),
    "difference mean": lambda a, b, m: ops.difference(a, b, "mean"),
    "difference grey": lambda a, b, m: ops.difference(m, b[..., 2]),
    "coverage": lambda a, b, m: ops.coverage(a, TURN),
    "coverage moved": lambda a, b, m: ops.coverage(a, [[1, 0, 3.25], [0, 1, -90]]),
    "resize half": lambda a, b, m: ops.resize(a, 33, 23),
    "resize part": lambda a, b, m: ops.resize(a, 50, 31),
    "resize up": lambda a, b, m: ops.resize(a, 100, 80),
    "resize both": lambda a, b, m: ops.resize(m, 100, 20),
    "resize one": lambda a, b, m: ops.resize(a, 1, 1),
    "box blur": lambda a, b, m: ops.box_blur(a, 7),
    "box blur wide": lambda a, b, m: ops.box_blur(m, 101),
    "soft blur": lambda a, b, m: ops.soft_blur(a, 9.0),
    "dilate": lambda a, b, m: ops.dilate(m, 3),
    "dilate box": lambda a, b, m: ops.dilate(a, 2, "box"),
    "erode": lambda a, b, m: ops.erode(m, 4),
    "closing": lambda a, b, m: ops.closing(m, 2, "box"),
    "minimum": lambda a, b, m: levels.minimum(a, b),
    "maximum": lambda a, b, m: levels.maximum(a, b),
    "subtract": lambda a, b, m: levels.subtract(a, b),
    "invert": lambda a, b, m: levels.invert(a),
    "brightest channel": lambda a, b, m: levels.brightest_channel(a),
    "median": lambda a, b, m: levels.median([a, b, a, b, b]),
    "as uint8": lambda a, b, m: levels.as_depth(a, "uint8"),
    "as uint16": lambda a, b, m: levels.as_depth(a, "uint16"),
    "as float32": lambda a, b, m: levels.as_depth(a, "float32"),
    "repeat channel": lambda a, b, m: levels.repeat_channel(m),
    "smoothstep": lambda a, b, m: ops.smoothstep(m, 0.1, 0.6),
    "to float": lambda a, b, m: ops.to_float(a),
    **{
        f"gaussian {sigma}": lambda a, b, m, sigma=sigma: ops.gaussian_blur(a, sigma)
        for sigma in (0.0, 0.4, 1.0, 2.5, 8.0, 30.0)
    },
    **{
        f"translate {dx} {dy} {border} {kind}": (
            lambda a, b, m, move=(dx, dy, border, kind): ops.translate(a, *move)
        )
        for dx, dy in ((3.3, -2.7), (-0.015, 0.5), (7, -4), (-80.25, 200.5))
        for border in ("constant", "replicate", "reflect")
        for kind in ("linear", "cubic", "lanczos")
    },
    **{
        f"warp {name} {border} {kind}": (
            lambda a, b, m, matrix=matrix, border=border, kind=kind: ops.warp(
                a, matrix, size=(80, 40), border=border, interpolation=kind
            )
        )
        for name, matrix in (("turn", TURN), ("shrink", SHRINK))
        for border in ("constant", "replicate", "reflect")
        for kind in ("linear", "cubic", "lanczos")
    },
}


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_halves_agree(name: str, depth: str, device: str) -> None:
    operation = OPERATIONS[name]
    other, mask = in_depth(noise(1), depth), in_depth(noise(2)[..., 0].copy(), depth)
    mask[10:30, 20:50] = 0
    for picture in PICTURES.values():
        arrays = (in_depth(picture, depth), other, mask)
        tensors = tuple(tensor(array).to(device) for array in arrays)
        before = [array.copy() for array in arrays]
        expected, found = operation(*arrays), operation(*tensors)
        assert apart(expected, found) <= 1.001
        for array, held, copy in zip(arrays, tensors, before, strict=True):
            assert np.array_equal(array, copy)
            assert np.array_equal(held.cpu().numpy(), copy)


@pytest.mark.parametrize("depth", DEPTHS)
def test_laplacian_energy_agrees(depth: str, device: str) -> None:
    grey = in_depth(noise()[..., 0].copy(), depth)
    for block in (1, 5, 31):
        expected = ops.laplacian_energy(grey, block)
        found = ops.laplacian_energy(tensor(grey).to(device), block).cpu().numpy()
        assert found.dtype == expected.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=0.1)


@pytest.mark.parametrize("depth", ("uint8", "uint16"))
def test_mask_of_another_depth(depth: str, device: str) -> None:
    below, above = (in_depth(noise(seed), depth) for seed in (0, 1))
    for mask_depth in DEPTHS:
        mask = in_depth(noise(2)[..., 0].copy(), mask_depth)
        expected = ops.lerp(below, above, mask)
        assert apart(expected, ops.lerp(*(tensor(x).to(device) for x in (below, above, mask)))) <= 1


def test_arrays_need_no_torch() -> None:
    code = (
        "import sys, numpy as np; from afterglow import ops\n"
        "ops.screen(*[ops.gaussian_blur(np.ones((9, 9, 3), np.uint8), 2)] * 2)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_only_arrays_and_tensors() -> None:
    with pytest.raises(TypeError, match="not list"):
        ops.luma([[0, 0, 0]])  # type: ignore[type-var]


def test_soft_blur_is_nearly_gaussian() -> None:
    picture = np.kron(noise(3, (12, 16, 3)), np.ones((40, 40, 1), np.uint8))
    for sigma in (6.0, 15.0, 25.0, 40.0):
        inner = slice(round(2 * sigma), -round(2 * sigma))
        soft, true = ops.soft_blur(picture, sigma), ops.gaussian_blur(picture, sigma)
        assert apart(soft[inner, inner], true[inner, inner]) <= 4
        assert apart(soft, true) <= 25


def test_float_tensor_keeps_headroom() -> None:
    light = torch.full((2, 2, 3), 0.8)
    assert torch.allclose(ops.add(light, light), torch.full((2, 2, 3), 1.6))
