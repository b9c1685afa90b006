"""The subject stays the source's, clean at its edge, in arrays and tensors alike."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from afterglow import ops
from afterglow.analysis.composing.light import Shadow
from afterglow.analysis.shot import Survey, View
from afterglow.effects.studio.effect import Studio
from afterglow.effects.studio.footing import Footing
from afterglow.effects.studio.grounds import MadeRoom
from afterglow.effects.studio.phases import Seen, Texture, at_rest
from afterglow.frames import Frame, VideoInfo
from tests.effects.studio.shots import LIGHT, PLAIN, SCENE, Given, Picture, Shot, made, shot
from tests.scenes import pan


def mixed() -> tuple[Shot, Picture, Picture]:
    """A soft subject mixed with a bright backing in linear light; its own colours, its matte."""
    width, height = 320, 180
    y, x = np.mgrid[:height, :width].astype(np.float32)
    away = np.hypot((x - 160) / 50, (y - 95) / 70) - 1
    matte = np.clip(0.5 - away * 50 / 10, 0, 1)
    own = np.full((height, width, 3), (0.12, 0.07, 0.2), np.float32)
    own += 0.02 * np.sin(x / 9)[..., None]
    behind = np.full((height, width, 3), (0.7, 0.75, 0.2), np.float32)
    light = matte[..., None] * own + (1 - matte[..., None]) * behind
    alpha = ops.from_float(matte, "uint8")
    frame = Frame(ops.to_display(light.astype(np.float32), LIGHT, "uint8"), 0, alpha)
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25), alpha=True, frames=3)
    return Shot(tuple(replace(frame, pts=t) for t in range(3)), video), own, matte


def test_nothing_of_the_old_background_is_left_at_the_edge() -> None:
    of, own, matte = mixed()
    colour = (40, 60, 90)
    picture = made(replace(PLAIN, ground=Given(colour)), of)[0]
    new = ops.to_linear(np.full_like(picture, colour), LIGHT)
    truth = ops.to_display(
        (matte[..., None] * own + (1 - matte[..., None]) * new).astype(np.float32), LIGHT, "uint8"
    )
    pasted = ops.over(
        new, ops.to_linear(np.asarray(of.frames[0].pixels), LIGHT), matte.astype(np.float32)
    )
    soft = (matte > 0.02) & (matte < 0.98)
    error = np.abs(picture.astype(int) - truth)[soft].mean()
    halo = np.abs(ops.to_display(pasted, LIGHT, "uint8").astype(int) - truth)[soft].mean()
    assert halo > 15
    assert error < 3 and error < halo / 8


def test_the_subject_itself_is_the_sources_bit_by_bit() -> None:
    of = shot(replace(SCENE, camera=pan(1.0, 0.5), noise=2.0))
    for picture, frame in zip(made(replace(PLAIN, match=True), of), of.frames, strict=True):
        whole = np.asarray(frame.alpha) == 255
        assert whole.any() and np.array_equal(picture[whole], np.asarray(frame.pixels)[whole])


@pytest.mark.parametrize("depth", [8, 16])
def test_tensors_give_what_arrays_give(depth: Any) -> None:
    scene = replace(SCENE, frames=3, depth=depth, camera=pan(1.5), noise=1.0)
    of = shot(scene)
    ready = Studio(Given(), shadow=Shadow(0.4)).studied(of, lambda line: None, None)
    arrays = [np.asarray(f.pixels) for f in ready.stream(iter(of.frames), of.video)]
    tensors = [
        replace(f, pixels=torch.from_numpy(f.pixels), alpha=torch.from_numpy(f.alpha))
        for f in of.frames
    ]
    seen = [f.pixels.numpy() for f in ready.stream(iter(tensors), of.video)]  # type: ignore[union-attr]
    for one, two in zip(arrays, seen, strict=True):
        apart = np.abs(one.astype(int) - two.astype(int)) / (1 if depth == 8 else 257)
        assert np.quantile(apart, 0.99) <= 1.01 and apart.mean() < 0.3


def test_what_was_seen_is_told_and_read_again() -> None:
    seen = Seen(Survey((View(dx=1.5),), (0.1, -0.2), 0.9, 0.4, 0), Texture(), Footing(0.9, 0.6))
    assert Seen.from_dict(seen.as_dict()) == seen


def test_frames_without_a_matte_stay_as_they_are() -> None:
    of = shot(SCENE)
    bare = [replace(f, alpha=None) for f in of.frames]
    result = list(PLAIN.stream(iter(bare), of.video))
    assert all(one.pixels is two.pixels for one, two in zip(bare, result, strict=True))


def test_the_same_seed_is_the_same_room_and_another_is_another() -> None:
    video = VideoInfo(160, 90, Fraction(25), Fraction(1, 25))
    rooms = [at_rest(Studio(MadeRoom(), seed=seed), video).backdrop.picture for seed in (1, 1, 2)]
    assert np.array_equal(rooms[0], rooms[1])  # type: ignore[arg-type]
    assert not np.array_equal(rooms[0], rooms[2])  # type: ignore[arg-type]


def test_pixels_that_are_not_square_show_a_room_that_is_not_stretched() -> None:
    video = VideoInfo(160, 120, Fraction(25), Fraction(1, 25), sample_aspect=Fraction(2))
    wide = replace(video, width=320, sample_aspect=Fraction(1))
    narrow, full = (
        np.asarray(at_rest(Studio(MadeRoom(), seed=2), each).backdrop.picture)
        for each in (video, wide)
    )
    shrunk = cv2.resize(full, (160, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(narrow.astype(int) - shrunk).mean() < 4
