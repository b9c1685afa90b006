"""Exposure, white balance and grain of the new background."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

from afterglow import ops
from afterglow.analysis.composing.matching import Grain, grain_of
from afterglow.analysis.composing.sharpness import blur_between, softness_of
from afterglow.effects.studio.relight import noise_of, relit
from afterglow.frames import VideoInfo
from tests.scenes import Scene, frames_of

LIGHT = "bt709"


def ramp(kind: str) -> np.ndarray:
    levels = np.linspace(0, 1, 256, dtype=np.float32)
    picture = np.repeat(np.repeat(levels[None, :, None], 4, 0), 3, 2)
    return ops.from_float(np.ascontiguousarray(picture), kind)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("gain", [0.25, 0.5, 0.9, 1.1, 1.6])
def test_light_is_multiplied_within_two_per_cent(kind: str, gain: float) -> None:
    picture = ramp(kind)
    before = ops.to_linear(picture, LIGHT)
    after = ops.to_linear(relit(picture, (gain, 1.0, gain), LIGHT), LIGHT)
    wanted = before[..., 0] * gain
    middle = (wanted > 0.05) & (wanted < 0.75)
    assert middle.any()
    # A level of 8 bits is itself up to 1% of the light here.
    assert np.abs(after[..., 0][middle] / wanted[middle] - 1).max() < 0.02
    assert np.array_equal(after[..., 1], before[..., 1])


@pytest.mark.parametrize("gain", [1.05, 2.0, 6.0])
def test_what_would_be_beyond_white_is_drawn_together(gain: float) -> None:
    after = relit(ramp("uint16"), (gain, gain, gain), LIGHT)[0, :, 0].astype(int)
    assert (np.diff(after) >= 0).all() and after[-1] == 65535
    assert (np.diff(after) > 0).mean() > 0.95, "nothing is clipped to one white"


def test_light_that_stays_is_the_same_picture() -> None:
    picture = ramp("uint8")
    assert relit(picture, (1.0, 1.0, 1.0), LIGHT) is picture


def test_tensors_give_what_arrays_give() -> None:
    picture = ramp("uint8")
    gains = (0.7, 1.3, 1.0)
    tensor = relit(torch.from_numpy(picture), gains, LIGHT)
    assert np.array_equal(tensor.numpy(), relit(picture, gains, LIGHT))  # type: ignore[union-attr]


@pytest.mark.parametrize("depth", [8, 16])
def test_grain_is_as_strong_as_asked_and_new_in_every_frame(depth: int) -> None:
    video = VideoInfo(320, 180, Fraction(25), Fraction(1, 25), depth=depth)  # type: ignore[arg-type]
    noise = noise_of(Grain(0.012, 0.004), video, 3)
    assert noise is not None
    flat = np.full((180, 320, 3), video.white // 2, np.uint8 if depth == 8 else np.uint16)
    one, two = (np.asarray(noise.onto(flat, number)) for number in (0, 1))
    found = grain_of(one)
    assert found is not None
    assert found.fine == pytest.approx(0.0127, rel=0.2)
    assert np.abs(one.astype(float).mean() - flat.mean()) < 0.002 * video.white
    assert np.corrcoef(one[..., 0].ravel(), two[..., 0].ravel())[0, 1] < 0.1
    assert np.array_equal(one, noise.onto(flat, 0))
    tensor = noise.onto(torch.from_numpy(flat), 0)
    assert np.array_equal(tensor.numpy(), one)  # type: ignore[union-attr]


def test_grain_that_nobody_would_see_is_none() -> None:
    assert noise_of(Grain(0.0, 0.0), VideoInfo(8, 8, Fraction(1), Fraction(1)), 0) is None


@pytest.mark.parametrize("blur", [1.0, 1.6, 2.2])
def test_softness_is_measured_and_met(blur: float) -> None:
    picture = np.asarray(next(iter(frames_of(Scene(400, 300, frames=1)))).pixels)
    sharp = softness_of(picture)
    soft_picture = np.asarray(ops.gaussian_blur(picture, blur))
    soft = softness_of(soft_picture)
    assert sharp is not None and soft is not None
    assert soft == pytest.approx(np.hypot(sharp, blur), rel=0.15)
    again = ops.gaussian_blur(picture, blur_between(soft, sharp))
    assert softness_of(np.asarray(again)) == pytest.approx(soft, rel=0.1)


def test_a_background_that_is_softer_than_the_shot_stays() -> None:
    assert blur_between(0.6, 1.2) == blur_between(None, 1.0) == blur_between(1.0, None) == 0


def test_a_plain_picture_has_no_softness() -> None:
    assert softness_of(np.full((90, 120, 3), 128, np.uint8)) is None
