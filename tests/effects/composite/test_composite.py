"""Composites: exact where they can be, and what each setting does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.composing import matching
from afterglow.analysis.composing.light import Shadow
from afterglow.effects.composite.backdrops import Plain
from afterglow.effects.composite.effect import Composite
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo
from tests.scenes import Scene, Subject, frames_of, pan, video_of

LIGHT = "bt709"
Picture = NDArray[Any]


@dataclass(frozen=True)
class Shots:
    """A backdrop of given pictures, one for each frame, the last one held."""

    pictures: Sequence[Picture]
    alpha: Picture | None = None

    @property
    def transparent(self) -> bool:
        return self.alpha is not None

    def memory(self, video: VideoInfo) -> int:
        return 0

    def opened(self, video: VideoInfo) -> AbstractContextManager[Callable[[Fraction], Frame]]:
        @contextmanager
        def opening() -> Iterator[Callable[[Fraction], Frame]]:
            frames = [Frame(each, 0, self.alpha) for each in self.pictures]
            yield lambda seconds: frames[min(int(seconds * video.rate), len(frames) - 1)]

        return opening()


def slow_texture(seed: int, size: tuple[int, int], colour: Any, spread: float = 0.06) -> Picture:
    """(H, W, 3) float32 linear light around a colour."""
    coarse = np.random.default_rng(seed).normal(0, spread, (5, 7, 3)).astype(np.float32)
    wide = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return np.clip(wide + np.asarray(colour, np.float32), 0.01, 0.99).astype(np.float32)


class Take:
    """Two frames of a soft subject before a backing, mixed by a lens: in linear light."""

    def __init__(self, depth: Literal[8, 16] = 8, edge: float = 12, size: Any = (160, 120)) -> None:
        self.size = width, height = size
        self.depth: Any = f"uint{depth}"
        self.white = (1 << depth) - 1
        self.video = VideoInfo(
            width,
            height,
            Fraction(25),
            Fraction(1, 25),
            depth=depth,
            bits=depth,
            alpha=True,
            frames=2,
        )
        self.subject = slow_texture(1, size, (0.6, 0.35, 0.25))
        self.backing = slow_texture(2, size, (0.03, 0.6, 0.08))
        self.beach = slow_texture(3, size, (0.5, 0.45, 0.7), 0.1)
        y, x = np.mgrid[:height, :width]
        gap = np.hypot((x - width / 2) / 1.0, (y - height / 2) / 1.3) - height / 4
        self.matte = (np.rint(np.clip(0.5 - gap / edge, 0, 1) * 255) / 255).astype(np.float32)
        self.alpha = ops.from_float(self.matte, self.depth)
        self.pixels = self.mixed(self.backing)
        self.frames = [Frame(self.pixels, pts, self.alpha) for pts in range(2)]
        self.soft = (self.matte > 0) & (self.matte < 1)

    def mixed(self, ground: Picture) -> Picture:
        """The subject before a ground, as a camera sees it."""
        share = self.matte[..., None]
        return ops.to_display(self.subject * share + ground * (1 - share), LIGHT, self.depth)

    def shown(self, light: Picture) -> Picture:
        return ops.to_display(light, LIGHT, self.depth)

    def over_beach(self, **settings: Any) -> Picture:
        """The pixels of the second frame over the beach."""
        effect = Composite(Shots([self.shown(self.beach)]), **settings)
        return np.asarray(list(effect.stream(iter(self.frames), self.video))[-1].pixels)

    def error(self, found: Picture) -> float:
        """Mean error at the edge, in levels of 255."""
        gap = np.abs(found.astype(float) - self.mixed(self.beach))[self.soft]
        return float(gap.mean() * 255 / self.white)


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
