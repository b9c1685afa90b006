"""Edges unmixed and laid over: known answers, and both halves."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops.foreground import estimate_foreground, laid_over, true_foreground
from tests.ops.pictures import apart, in_depth, noise, tensor

LIGHT = "bt709"
DEPTHS = ("uint8", "uint16", "float32")
Picture = NDArray[Any]


def texture(colour: tuple[float, float, float], seed: int, size: tuple[int, int]) -> Picture:
    """(H, W, 3) float32 linear light around a colour, changing slowly."""
    width, height = size
    coarse = np.random.default_rng(seed).normal(0, 0.05, (4, 6, 3)).astype(np.float32)
    wide = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(wide + np.float32(colour), 0.01, 1).astype(np.float32)


def soft_disc(size: tuple[int, int], edge: float) -> Picture:
    """(H, W) float32 matte whose edge is some pixels wide."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(x - width / 2, y - height / 2) - min(size) / 3.3
    return np.clip(0.5 - distance / edge, 0, 1).astype(np.float32)


class Shot:
    """A subject mixed with its background in linear light, and the truth about both."""

    def __init__(self, depth: Any = "uint8", size: tuple[int, int] = (160, 121)) -> None:
        subject, ground = texture((0.7, 0.4, 0.2), 1, size), texture((0.05, 0.3, 0.5), 2, size)
        matte = np.rint(soft_disc(size, 14) * 64) / np.float32(64)
        share = matte[..., None]
        self.alpha = ops.from_float(matte, depth)
        self.picture = ops.to_display(subject * share + ground * (1 - share), LIGHT, depth)
        self.subject = ops.to_display(subject, LIGHT, depth)
        self.plate = ops.to_display(ground, LIGHT, depth)
        white = {"uint8": 255, "uint16": 65535, "float32": 1}[depth]
        self.soft = (self.alpha > 0) & (self.alpha < white)
        self.scale = 255 / white

    def error(self, found: Picture) -> float:
        """Mean error of the edge's colours, in levels of 255, as far as the matte shows them."""
        share = ops.to_float(self.alpha)[self.soft][:, None]
        gap = np.abs(found[self.soft].astype(float) - self.subject[self.soft])
        return float((gap * share).sum() / (3 * share.sum())) * self.scale


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_known_plate_gives_the_true_colours(depth: str) -> None:
    shot = Shot(depth)
    assert shot.error(shot.picture) > 25
    assert shot.error(true_foreground(shot.picture, shot.alpha, shot.plate, LIGHT)) < 1


@pytest.mark.parametrize("depth", DEPTHS)
def test_without_a_plate_the_colours_come_near(depth: str) -> None:
    shot = Shot(depth)
    found = estimate_foreground(shot.picture, shot.alpha, LIGHT)
    assert shot.error(found) < 5


def test_numbers_may_be_taken_as_they_are() -> None:
    shot = Shot("float32")
    light = [ops.to_linear(each, LIGHT) for each in (shot.picture, shot.plate)]
    with_light = true_foreground(shot.picture, shot.alpha, shot.plate, LIGHT)
    bare = true_foreground(light[0], shot.alpha, light[1])
    assert np.abs(ops.to_display(bare, LIGHT, "float32") - with_light).max() < 1e-3
    assert np.abs(estimate_foreground(light[0], shot.alpha) - light[0]).max() > 0.1


@pytest.mark.parametrize("depth", DEPTHS)
def test_only_the_edge_changes(depth: str) -> None:
    shot = Shot(depth)
    before = shot.picture.copy(), shot.alpha.copy()
    for found in (
        estimate_foreground(shot.picture, shot.alpha, LIGHT),
        true_foreground(shot.picture, shot.alpha, shot.plate, LIGHT),
    ):
        assert found.dtype == shot.picture.dtype
        assert np.array_equal(found[~shot.soft], shot.picture[~shot.soft])
    assert np.array_equal(shot.picture, before[0]) and np.array_equal(shot.alpha, before[1])


@pytest.mark.parametrize("level", [0, 255])
def test_a_hard_matte_changes_nothing(level: int) -> None:
    picture, alpha = noise(), np.full(noise().shape[:2], level, np.uint8)
    alpha[:10] = 255 - level
    assert np.array_equal(estimate_foreground(picture, alpha, LIGHT), picture)
    laid = laid_over(np.zeros_like(picture), picture, alpha, LIGHT)
    assert np.array_equal(laid, np.where(alpha[..., None] == 255, picture, 0))


@pytest.mark.parametrize("depth", DEPTHS)
def test_laid_over_is_a_mean_of_light(depth: str) -> None:
    below, above = (np.full((2, 2, 3), level, np.float32) for level in (0.2, 0.8))
    alpha = np.full((2, 2), 0.25, np.float32)
    pictures = [ops.from_float(each, depth) for each in (below, above, alpha)]  # type: ignore[call-overload]
    light = 0.75 * ops.to_linear(below, LIGHT) + 0.25 * ops.to_linear(above, LIGHT)
    wanted = ops.to_display(light, LIGHT, depth)  # type: ignore[call-overload]
    assert apart(laid_over(*pictures, LIGHT), wanted) <= 1


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("part", [np.s_[:, :], np.s_[20:30, 5:9], np.s_[50:, :]])
def test_laid_over_is_the_formula_at_every_pixel(depth: Any, part: Any) -> None:
    below, above = (in_depth(noise(seed, (64, 48, 3)), depth) for seed in (1, 2))
    white = {"uint8": 255, "uint16": 65535}[depth]
    alpha = np.zeros((64, 48), depth)
    alpha[part] = in_depth(noise(3, (64, 48)), depth)[part]
    alpha[25:28, 6:8], alpha[28:, 6] = white, 1
    found = laid_over(below, above, alpha, LIGHT)
    share = alpha[..., None] / np.float64(white)
    ground, subject = (ops.to_linear(each, LIGHT) for each in (below, above))
    mean = (ground * (1 - share) + subject * share).astype(np.float32)
    assert apart(found, ops.to_display(mean, LIGHT, depth)) <= 1
    assert np.array_equal(found[alpha == 0], below[alpha == 0])
    assert np.array_equal(found[alpha == white], above[alpha == white])


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_halves_agree(depth: str, device: str) -> None:
    shot = Shot(depth)
    below = in_depth(noise(3, shot.picture.shape), depth)
    cases = {
        estimate_foreground: (shot.picture, shot.alpha),
        true_foreground: (shot.picture, shot.alpha, shot.plate),
        laid_over: (below, shot.picture, shot.alpha),
    }
    for operation, arrays in cases.items():
        tensors = [tensor(array).to(device) for array in arrays]
        found = operation(*tensors, LIGHT)
        assert apart(operation(*arrays, LIGHT), found) <= 1.001, operation.__name__


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (2, 3), (33, 5)])
def test_small_pictures(size: tuple[int, int], device: str) -> None:
    width, height = size
    picture, alpha = noise(1, (height, width, 3)), noise(2, (height, width))
    found = estimate_foreground(picture, alpha, LIGHT)
    assert found.shape == picture.shape
    assert (
        apart(found, estimate_foreground(*(tensor(x).to(device) for x in (picture, alpha)), LIGHT))
        <= 1.001
    )


def test_only_what_lies_near_an_edge_is_solved(device: str) -> None:
    """Arrays are cropped to their edges and tensors are not: the same but for far light."""
    shot = Shot(size=(192, 128))
    beside = ((0, 0), (0, 320))
    picture = np.pad(shot.picture, (*beside, (0, 0)))
    alpha = np.pad(shot.alpha, beside)
    found = estimate_foreground(picture, alpha, LIGHT)
    assert np.array_equal(found[:, :192], estimate_foreground(shot.picture, shot.alpha, LIGHT))
    whole = estimate_foreground(*(tensor(each).to(device) for each in (picture, alpha)), LIGHT)
    assert shot.error(whole.cpu().numpy()[:, :192]) < shot.error(found[:, :192]) + 0.5
