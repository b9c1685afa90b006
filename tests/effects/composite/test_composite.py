"""Composites: exact where they can be, and what each setting does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
import torch

from afterglow.analysis.composing.light import Shadow
from afterglow.effects.composite.backdrops import Plain
from afterglow.effects.composite.effect import Composite
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame
from tests.effects.composite.takes import Shots, Take
from tests.scenes import Scene, Subject, frames_of, pan, video_of


@pytest.mark.parametrize("depth", [8, 16])
def test_the_old_plate_recovers_the_edge(depth: Literal[8, 16]) -> None:
    take = Take(depth)
    pasted = take.error(take.over_beach(edges="own"))
    assert pasted > 10
    with_plate = take.over_beach(old_plate=Shots([take.shown(take.backing)]))
    assert take.error(with_plate) <= (2 if depth == 8 else 0.5)
    assert take.error(take.over_beach()) <= 2.5, "estimated colours come near"


def test_a_hard_edged_composite_is_exact() -> None:
    take = Take(edge=1e-6)
    whole = take.over_beach(edges="own")
    inside = take.matte == 1
    assert np.array_equal(whole[inside], take.pixels[inside])
    assert np.array_equal(whole[take.matte == 0], take.shown(take.beach)[take.matte == 0])


def test_own_edges_are_seen_and_left_alone() -> None:
    """A keyer's output holds the subject's own colour at its edge, and black beyond it."""
    take = Take()
    own = np.where(take.matte[..., None] > 0, take.shown(take.subject), 0).astype(np.uint8)
    take.frames = [Frame(own, pts, take.alpha) for pts in range(2)]
    assert take.error(take.over_beach()) <= 0.5
    assert take.error(take.over_beach(edges="mixed")) > 1


def test_backgrounds_move_with_time() -> None:
    take = Take()
    colours = [np.full_like(take.pixels, level) for level in (30, 200)]
    made = list(Composite(Shots(colours)).stream(iter(take.frames), take.video))
    assert [int(np.asarray(frame.pixels)[0, 0, 0]) for frame in made] == [30, 200]


@pytest.mark.parametrize("first", [0, 7, -3])
def test_the_background_begins_with_the_first_frame_that_is_kept(first: int) -> None:
    take = Take()
    colours = [np.full_like(take.pixels, level) for level in (10, 20, 30, 40, 50, 60)]
    frames = [Frame(take.pixels, first + n, take.alpha) for n in range(5)]
    made = list(Composite(Shots(colours)).stream(iter(frames), take.video))
    levels = [int(np.asarray(frame.pixels)[0, 0, 0]) for frame in made]
    assert levels == ([10, 10, 10, 10, 20] if first == -3 else [10, 20, 30, 40, 50])


def test_a_plain_colour_is_that_colour() -> None:
    take = Take()
    for depth in (8, 16):
        take = Take(depth)  # type: ignore[arg-type]
        made = next(Composite(Plain((10, 200, 255))).stream(iter(take.frames), take.video))
        assert (np.asarray(made.pixels)[0, 0].astype(int) * 255 // take.white).tolist() == [
            10,
            200,
            255,
        ]
        assert made.alpha is None


def test_a_transparent_background_gives_a_transparent_composite() -> None:
    take = Take()
    beyond = np.zeros_like(take.alpha)
    beyond[:, :80] = 255
    beyond[:, 80:90] = 128
    effect = Composite(Shots([take.shown(take.beach)], beyond), edges="own")
    assert effect.plan(take.video).alpha
    made = next(effect.stream(iter(take.frames), take.video))
    alpha, pixels = np.asarray(made.alpha), np.asarray(made.pixels)
    assert (alpha[:, :80] == 255).all() and np.array_equal(alpha[:, 90:], take.alpha[:, 90:])
    wanted = 1 - (1 - take.matte[:, 85]) * (1 - 128 / 255)
    assert np.abs(alpha[:, 85] / 255 - wanted).max() < 0.01
    flat = np.asarray(take.over_beach(edges="own"))
    assert np.abs(pixels[:, :80].astype(int) - flat[:, :80]).max() <= 1
    soft = take.soft[:, 90:]
    assert np.array_equal(pixels[:, 90:][soft], take.pixels[:, 90:][soft]), "straight colours"


@pytest.mark.parametrize("key", ["auto", (40, 180, 70)])
def test_spill_is_taken_off(key: Any) -> None:
    take = Take(edge=2)
    take.subject = take.subject * 0.6 + 0.4 * take.backing
    take.pixels = take.mixed(take.backing)
    take.frames = [Frame(take.pixels, pts, take.alpha) for pts in range(2)]
    inside = take.matte == 1
    plain, clean = (take.over_beach(despill=each, key=key)[inside] for each in (0.0, 1.0))
    spilled, left = (each[:, 1].astype(int) - each[:, [0, 2]].max(1) for each in (plain, clean))
    assert spilled.mean() > 15 and left.mean() < 0.3 * spilled.mean()
    assert np.abs(clean[:, 0].astype(int) - plain[:, 0]).mean() < 8


SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "own": {"edges": "own"},
    "despill": {"despill": 1.0},
    "wrap": {"light_wrap": 0.5},
    "exposure": {"match_exposure": True},
    "grain": {"match_grain": True},
    "floor": {"shadow": Shadow()},
    "wall": {"shadow": Shadow(ground="wall")},
}


@pytest.mark.parametrize("transparent", [False, True], ids=["opaque", "transparent"])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("name", SETTINGS)
def test_tensors_give_the_same(name: str, depth: Literal[8, 16], transparent: bool) -> None:
    take = Take(depth, size=(128, 128))
    beyond = np.full_like(take.alpha, take.white // 2) if transparent else None
    effect = Composite(Shots([take.shown(take.beach)], beyond), **SETTINGS[name])
    tensors = [
        Frame(torch.from_numpy(f.pixels), f.pts, torch.from_numpy(f.alpha)) for f in take.frames
    ]
    video = take.video
    pairs = zip(
        effect.stream(iter(take.frames), video), effect.stream(iter(tensors), video), strict=True
    )
    for one, two in pairs:
        assert isinstance(two.pixels, torch.Tensor)
        gap = np.abs(np.asarray(one.pixels).astype(int) - two.pixels.numpy().astype(int))
        assert gap.max() * 255 / take.white <= 3
        assert (one.alpha is None) == (two.alpha is None) == (not transparent)


def test_a_frame_without_a_matte_is_all_subject() -> None:
    take = Take()
    frames = [replace(frame, alpha=None) for frame in take.frames]
    made = next(Composite(Plain((1, 2, 3))).stream(iter(frames), replace(take.video, alpha=False)))
    assert np.array_equal(made.pixels, take.pixels)


def test_moving_scenes_with_their_plate() -> None:
    scene = Scene(width=96, height=72, frames=4, subject=Subject(edge=6), camera=pan(1))
    views, video = list(scene), video_of(scene, alpha=True)
    beach = Shots([np.full((72, 96, 3), 90, np.uint8)])
    plates = Shots([view.clean for view in views])
    frames = frames_of(views, alpha=True)
    made = list(Composite(beach, old_plate=plates).stream(frames, video))
    assert [frame.pts for frame in made] == [0, 1, 2, 3]
    for frame, view in zip(made, views, strict=True):
        assert np.array_equal(
            np.asarray(frame.pixels)[view.alpha == 255], view.rgb[view.alpha == 255]
        )


def test_what_cannot_be_is_refused() -> None:
    video = replace(Take().video, colour=Colour(transfer="log316"))
    with pytest.raises(UsageError, match="no linear light that is known"):
        Composite(Plain((0, 0, 0))).plan(video)
    with pytest.raises(UsageError, match="mixed edges"):
        Composite(Plain((0, 0, 0)), Plain((0, 0, 0)), edges="own").plan(Take().video)
