"""Light, shadow, exposure and grain that join a subject to another background."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import torch

from afterglow import ops
from afterglow.analysis.composing import matching
from afterglow.analysis.composing.light import Shadow
from afterglow.effects.composite.effect import Composite
from afterglow.frames import Frame
from tests.effects.composite.takes import LIGHT, Picture, Shots, Take, slow_texture


def test_light_wraps_around_the_edge_only() -> None:
    take = Take()
    plain, wrapped = take.over_beach(), take.over_beach(light_wrap=0.8)
    gain = wrapped.astype(int) - plain
    assert gain.min() >= -1
    assert gain[take.soft].mean() > 4
    assert gain[60, 80].max() <= 1 and not gain[take.matte == 0].any()
    wide = take.over_beach(light_wrap=0.8, wrap_width=4).astype(int) - plain
    inner = (take.matte == 1) & (np.abs(gain).max(2) <= 1)
    assert wide[inner].mean() > 1


@pytest.mark.parametrize("ground", ["floor", "wall"])
def test_a_shadow_darkens_the_background_only(ground: Any) -> None:
    take = Take(edge=2)
    plain = take.over_beach(edges="own").astype(int)
    found = take.over_beach(edges="own", shadow=Shadow(0.5, ground, (8.0, 4.0))).astype(int)
    assert (found <= plain + 1).all()
    assert np.array_equal(found[take.matte == 1], plain[take.matte == 1])
    dark = (plain - found).max(2) > 10
    assert dark.any() and not dark[:20].any()
    rows = np.flatnonzero(dark.any(1))
    assert (rows.mean() > 85) == (ground == "floor")
    light = ops.to_linear(np.stack((plain, found)).astype(np.uint8), LIGHT)
    kept = (light[1] / light[0])[take.matte == 0]
    assert 0.48 < kept.min() < 0.7, "no more than the darkness that was asked for"


def test_a_shadow_shows_on_a_transparent_background() -> None:
    take = Take(edge=2)
    nothing = np.zeros_like(take.alpha)
    effect = Composite(
        Shots([take.shown(take.beach)], nothing), shadow=Shadow(0.5, "wall", (8.0, 0.0), 1.0)
    )
    made = next(effect.stream(iter(take.frames), take.video))
    shade = (np.asarray(made.alpha) > 60) & (take.matte == 0)
    assert shade.any() and (np.asarray(made.alpha)[shade] <= 129).all()
    assert not np.asarray(made.pixels)[shade].any(), "a shadow is black"


def test_exposure_goes_some_of_the_way() -> None:
    take = Take(edge=2)
    take.beach = slow_texture(4, take.size, (0.06, 0.05, 0.03), 0.01)
    plain, matched = (take.over_beach(match_exposure=each) for each in (False, True))
    inside = take.matte == 1
    light = [ops.to_linear(each, LIGHT)[inside].mean(0) for each in (plain, matched)]
    stops = np.log2(light[1] / light[0])
    assert -1 < stops.mean() < -0.4, "darker, by three quarters of a stop at most"
    assert np.array_equal(plain[take.matte == 0], matched[take.matte == 0])


def test_exposure_does_not_jump() -> None:
    take = Take(edge=2)
    grounds = [take.shown(take.beach)] * 10 + [take.shown(take.beach * 0.05)] * 10
    frames = [Frame(take.pixels, pts, take.alpha) for pts in range(20)]
    video = replace(take.video, rate=Fraction(10), time_base=Fraction(1, 10))
    made = list(Composite(Shots(grounds), match_exposure=True).stream(iter(frames), video))
    level = [float(np.asarray(frame.pixels)[60, 80].mean()) for frame in made]
    steps = np.abs(np.diff(level))
    assert level[0] - level[19] > 15 and steps.max() < 0.3 * (level[0] - level[19])


def noisy_take(subject: float, ground: float) -> tuple[Take, Picture]:
    take = Take(edge=2, size=(320, 240))
    rng = np.random.default_rng(5)
    grain = rng.normal(0, subject, take.pixels.shape[:2])[..., None]
    pixels = np.clip(np.rint(take.pixels + grain), 0, 255).astype(np.uint8)
    take.frames = [Frame(pixels, pts, take.alpha) for pts in range(2)]
    beach = take.shown(take.beach) + rng.normal(0, ground, take.pixels.shape[:2])[..., None]
    return take, np.clip(np.rint(beach), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("subject", "ground"), [(4.0, 0.5), (0.5, 4.0)])
def test_the_cleaner_one_gets_the_grain_of_the_other(subject: float, ground: float) -> None:
    take, beach = noisy_take(subject, ground)
    effect = Composite(Shots([beach]), match_grain=True, seed=3, edges="own")
    made = [np.asarray(f.pixels) for f in effect.stream(iter(take.frames), take.video)]

    def grain(picture: Picture, where: Picture) -> float:
        smooth = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 4)
        inner = cv2.erode(where.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
        return float((picture - smooth)[inner].std())

    inside, outside = (grain(made[1], where) for where in (take.matte == 1, take.matte == 0))
    assert 0.75 < inside / outside < 1.35
    assert abs(float(made[1].astype(int).mean() - made[0].astype(int).mean())) < 0.1
    assert not np.array_equal(made[0], made[1]), "grain moves"
    again = [np.asarray(f.pixels) for f in effect.stream(iter(take.frames), take.video)]
    assert np.array_equal(made, again), "and is the same for the same seed"
    other = next(replace(effect, seed=4).stream(iter(take.frames), take.video))
    assert not np.array_equal(made[0], np.asarray(other.pixels))


@pytest.mark.parametrize("depth", [8, 16])
def test_grain_is_the_same_on_arrays_and_tensors(depth: Literal[8, 16]) -> None:
    take = Take(depth)
    field = matching.field_of_grain(*take.size, 3)
    given = matching.Grain(0.02, 0.01), field, (1, 2), take.depth
    found = np.asarray(matching.grainy(take.pixels, *given)).astype(int)
    wanted = matching.grainy(torch.from_numpy(take.pixels), *given).numpy().astype(int)
    assert np.abs(found - wanted).max() <= 1
    assert 3 < np.std(found - take.pixels) * 255 / take.white < 8
    assert matching.grainy(take.pixels, matching.Grain(0, 0), *given[1:]) is take.pixels


def test_equal_grain_is_left_as_it_is() -> None:
    take, beach = noisy_take(3.0, 3.0)
    made = []
    for match in (False, True):
        effect = Composite(Shots([beach]), match_grain=match, edges="own")
        made.append(np.asarray(next(effect.stream(iter(take.frames), take.video)).pixels))
    assert np.abs(made[0].astype(int) - made[1]).mean() < 1


def test_clean_pictures_get_no_grain() -> None:
    take = Take(edge=2)
    assert np.abs(take.over_beach(match_grain=True).astype(int) - take.over_beach()).max() <= 2
