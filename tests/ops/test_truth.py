"""What the operations promise, against numbers found another way: standards, formulas, float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from afterglow import ops
from tests.ops.pictures import apart, edges, in_depth, noise, tensor

Array = NDArray[Any]
HALVES = {"opencv": lambda array: array, "torch": tensor}
WHITE = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0}
half = pytest.mark.parametrize("into", HALVES.values(), ids=HALVES)
each_depth = pytest.mark.parametrize("depth", WHITE)


def as_array(picture: Any) -> Array:
    return picture.cpu().numpy() if isinstance(picture, torch.Tensor) else picture


def true(picture: Array) -> NDArray[np.float64]:
    """The picture as float64 with white at 1."""
    return picture.astype(np.float64) / WHITE[picture.dtype.name]


def assert_nearest(found: Any, expected: NDArray[np.float64], depth: str) -> None:
    """``found`` is the expected light 0..1, rounded to nearest in its depth."""
    array = as_array(found)
    assert array.dtype == depth
    slack = 1e-6 if depth == "float32" else (0.5 + 2e-3 if depth == "uint8" else 0.52)
    away = np.abs(array.astype(np.float64) - expected * WHITE[depth]).max()
    assert away <= slack


CURVE_POINTS = [
    # ITU-R BT.709-6 1.2 at the end of its toe and at 18% grey.
    ("bt709", 0.081, 0.018),
    ("bt709", 1.099 * 0.18**0.45 - 0.099, 0.18),
    ("bt2020-10", 1.0993 * 0.5**0.45 - 0.0993, 0.5),
    ("smpte170m", 0.0405, 0.009),
    # IEC 61966-2-1: the usual mid grey.
    ("iec61966-2-1", 188 / 255, 0.50289),
    ("iec61966-2-1", 0.04045, 0.0031308),
    ("gamma22", 0.5, 0.5**2.2),
    ("linear", 0.3, 0.3),
    # ITU-R BT.2408-7 table 1: HDR reference white is 58% PQ (203 cd/m2), 75% HLG.
    ("smpte2084", 0.5806, 0.0203),
    ("smpte2084", 0.5081, 0.01),
    ("arib-std-b67", 0.75, 0.26496),
    ("arib-std-b67", 0.5, 1 / 12),
]


@half
@pytest.mark.parametrize(("transfer", "signal", "light"), CURVE_POINTS)
def test_curves_pass_through_their_points(
    transfer: str, signal: float, light: float, into: Any
) -> None:
    at = into(np.full((1, 1, 3), signal, np.float32))
    assert float(ops.to_linear(at, transfer)[0, 0, 0]) == pytest.approx(light, rel=4e-3)
    back = into(np.full((1, 1, 3), light, np.float32))
    assert float(ops.to_display(back, transfer, "float32")[0, 0, 0]) == pytest.approx(
        signal, abs=1e-3
    )


TRANSFERS = sorted({transfer for transfer, _, _ in CURVE_POINTS})


@half
@pytest.mark.parametrize("transfer", TRANSFERS)
def test_every_level_comes_back(transfer: str, into: Any) -> None:
    small = np.arange(256, dtype=np.uint8).reshape(16, 16)
    deep = np.arange(0, 65536, dtype=np.uint16).reshape(256, 256)
    for picture in (small, deep):
        name = picture.dtype.name
        light = ops.to_linear(into(picture), transfer)
        back = as_array(ops.to_display(light, transfer, name)).astype(int)
        dark = 3000 if name == "uint16" and transfer in ("smpte2084", "gamma22") else 0
        away = np.abs(back - picture.astype(int))[picture >= dark]
        assert away.max() <= (0 if name == "uint8" else 2)
    if transfer in ("bt709", "iec61966-2-1", "smpte170m"):
        light = ops.to_linear(into(small), transfer, "uint16")
        assert as_array(light).dtype == np.uint16
        assert np.array_equal(as_array(ops.to_display(light, transfer, "uint8")), small)


@half
def test_transfers_that_cannot_be(into: Any) -> None:
    grey = into(noise()[..., 0].copy())
    with pytest.raises(ValueError, match="unknown transfer 'rec709'"):
        ops.to_linear(grey, "rec709")
    for steep in ("smpte2084", "arib-std-b67", "gamma22"):
        with pytest.raises(ValueError, match="needs float32"):
            ops.to_linear(grey, steep, "uint16")


@half
def test_halves_of_the_curves_agree(into: Any) -> None:
    light = np.linspace(-0.1, 1.2, 4096, dtype=np.float32).reshape(64, 64)
    for transfer in TRANSFERS:
        expected = ops.to_display(light, transfer, "uint8")
        assert apart(expected, as_array(ops.to_display(into(light), transfer, "uint8"))) <= 1


@half
@each_depth
def test_blends(depth: str, into: Any) -> None:
    below, above = (in_depth(noise(seed), depth) for seed in (0, 1))
    mask = in_depth(noise(2)[..., 0].copy(), depth)
    a, b, m = true(below), true(above), true(mask)[..., None]
    x, y, z = into(below), into(above), into(mask)
    assert_nearest(ops.multiply(x, y), a * b, depth)
    assert_nearest(ops.screen(x, y), 1 - (1 - a) * (1 - b), depth)
    assert_nearest(ops.lerp(x, y, z), a + (b - a) * m, depth)
    assert_nearest(ops.lerp(x, y, 0.3), a + (b - a) * 0.3, depth)
    assert_nearest(ops.over(x, y, z), b * m + a * (1 - m), depth)
    top = np.inf if depth == "float32" else 1.0
    assert_nearest(ops.add(x, y, 0.7), np.minimum(a + 0.7 * b, top), depth)
    assert_nearest(ops.gain(x, 1.6), np.minimum(1.6 * a, top), depth)
    assert_nearest(ops.difference(x, y), np.abs(a - b).max(-1), depth)
    assert_nearest(ops.difference(x, y, "mean"), np.abs(a - b).mean(-1), depth)
    luma = a @ [0.2126, 0.7152, 0.0722]
    assert_nearest(ops.luma(x), luma, depth)


@half
@each_depth
def test_lerp_leaves_what_is_equal(depth: str, into: Any) -> None:
    picture, mask = in_depth(noise(), depth), in_depth(noise(2)[..., 0].copy(), depth)
    same = ops.lerp(into(picture), into(picture), into(mask))
    assert np.array_equal(as_array(same), picture)
    other = ops.lerp(into(picture), into(in_depth(noise(1), depth)), into(mask * 0))
    assert np.array_equal(as_array(other), picture)
    for amount in (0.0, 0.123, 1.0):
        assert apart(as_array(ops.lerp(into(picture), into(picture), amount)), picture) < 1e-3


@half
@pytest.mark.parametrize("depth", ("uint8", "uint16"))
def test_nothing_overflows(depth: str, into: Any) -> None:
    white = np.full((9, 9, 3), WHITE[depth], depth)
    x = into(white)
    for found in (
        ops.screen(x, x),
        ops.add(x, x, 5.0),
        ops.gain(x, 9.0),
        ops.multiply(x, x),
        ops.lerp(x, x, 2.0),
        ops.gaussian_blur(x, 2.0),
        ops.resize(x, 4, 20),
        ops.translate(x, 0.4, 0.3, "replicate", "lanczos"),
    ):
        assert as_array(found).min() == WHITE[depth]
    sharp = ops.translate(into(in_depth(edges(), depth)), 0.5, 0.5, "replicate", "cubic")
    assert as_array(sharp)[30:, 26:33].max() == 0  # a cubic undershoots beside an edge


@half
def test_floats_to_integers(into: Any) -> None:
    light = into(np.array([[-1.0, 0.0, 0.49 / 255, 0.51 / 255, 254.6 / 255, 1.0, 7.0]], np.float32))
    assert as_array(ops.from_float(light, "uint8")).tolist() == [[0, 0, 0, 1, 255, 255, 255]]
    assert as_array(ops.from_float(light, "uint16")).tolist()[0][:2] == [0, 0]
    assert as_array(ops.from_float(light, "uint16")).tolist()[0][-2:] == [65535, 65535]
    for depth in ("uint8", "uint16"):
        whole = np.arange(WHITE[depth] + 1).astype(depth).reshape(16, -1)
        back = ops.from_float(ops.to_float(into(whole)), depth)
        assert np.array_equal(as_array(back), whole)


@half
@each_depth
def test_content_moves_right_and_down(depth: str, into: Any) -> None:
    dot = np.zeros((20, 30), np.uint8)
    dot[8, 10] = 255
    moved = as_array(ops.translate(into(in_depth(dot, depth)), 3.25, 2.0)).astype(float)
    assert np.unravel_index(moved.argmax(), moved.shape) == (10, 13)
    centre = (moved * np.arange(30)).sum() / moved.sum()
    assert centre == pytest.approx(13.25, abs=2e-2)
    matrix = [[2.0, 0.0, 1.0], [0.0, 2.0, -3.0]]
    doubled = as_array(ops.warp(into(in_depth(dot, depth)), matrix, size=(60, 40)))
    assert np.unravel_index(doubled.argmax(), doubled.shape) == (13, 21)
    cover = as_array(ops.coverage(into(in_depth(dot, depth)), matrix, size=(60, 40)))
    assert cover[20, 20] == WHITE[depth]
    assert cover[0, 0] == WHITE[depth] * 0 + cover[20, 0]
    assert cover[39, 59] == 0


@half
@pytest.mark.parametrize("kind", ["linear", "cubic", "lanczos"])
def test_shift_follows_a_wave(kind: str, into: Any) -> None:
    x = np.arange(96)[None, :] + np.zeros((64, 1))
    y = np.arange(64)[:, None] + np.zeros((1, 96))

    def wave(dx: float, dy: float) -> NDArray[np.float64]:
        return 0.5 + 0.2 * np.sin((x - dx) / 9) + 0.2 * np.cos((y - dy) / 11)

    picture = np.rint(wave(0, 0) * 65535).astype(np.uint16)
    moved = true(as_array(ops.translate(into(picture), 2.37, -4.81, "reflect", kind)))
    limit = {"linear": 1e-3, "cubic": 2e-3, "lanczos": 6e-4}[kind]
    assert np.abs(moved - wave(2.37, -4.81))[10:-10, 10:-10].max() < limit


@half
def test_borders(into: Any) -> None:
    row = into(np.array([[10, 20, 30, 40]] * 3, np.uint8))
    for border, expected in (
        ("constant", [0, 0, 10, 20]),
        ("replicate", [10, 10, 10, 20]),
        ("reflect", [30, 20, 10, 20]),
    ):
        assert as_array(ops.translate(row, 2, 0, border))[1].tolist() == expected
    assert as_array(ops.translate(row, 99, 0, "constant")).max() == 0
    assert as_array(ops.translate(row, -99, 0, "replicate")).min() == 40


@half
def test_shapes_under_morphology(into: Any) -> None:
    dot = np.zeros((11, 11), np.uint8)
    dot[5, 5] = 200
    disc = as_array(ops.dilate(into(dot), 2))
    assert (disc > 0).sum() == 1 + 5 + 5 + 5 + 1
    assert (as_array(ops.dilate(into(dot), 2, "box")) == 200).sum() == 25
    hole = 255 - dot
    assert as_array(ops.closing(into(hole), 1)).min() == 255
    assert np.array_equal(as_array(ops.erode(into(hole), 2)), 255 - as_array(disc))


@half
@each_depth
def test_gate(depth: str, into: Any) -> None:
    ramp = in_depth(np.tile(np.arange(256, dtype=np.uint8), (2, 1)), depth)
    gate = as_array(ops.smoothstep(into(ramp), 0.2, 0.6))
    t = np.clip((true(ramp) - 0.2) / 0.4, 0, 1)
    assert_nearest(gate, t * t * (3 - 2 * t), depth)


@half
def test_sharpness_sees_detail(into: Any) -> None:
    grey = np.full((60, 90), 100, np.uint8)
    grey[:, 45:] += np.indices((60, 45)).sum(0).astype(np.uint8) % 2 * 10
    energy = as_array(ops.laplacian_energy(into(grey), 9))
    assert energy[30, 20] == 0
    assert energy[30, 70] == pytest.approx(40.0**2)


def test_blocks_are_odd() -> None:
    for call in (ops.box_blur, ops.laplacian_energy):
        with pytest.raises(ValueError, match="odd"):
            call(noise()[..., 0], 4)
    with pytest.raises(ValueError, match="low < high"):
        ops.smoothstep(noise(), 0.5, 0.5)
    with pytest.raises(ValueError, match="0 x 5"):
        ops.resize(noise(), 0, 5)
    with pytest.raises(ValueError, match="inverted"):
        ops.warp(noise(), [[1, 1, 0], [1, 1, 0]])
