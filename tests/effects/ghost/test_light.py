"""The light, the colour and the matte of ghosts, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.ghost.effect import Ghost
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo
from tests.effects.ghost.playing import STYLES, levels_apart, moving, play, strength
from tests.scenes import Scene, frames_of, video_of


def middle(weight: NDArray[Any]) -> tuple[float, float]:
    y, x = np.mgrid[: weight.shape[0], : weight.shape[1]]
    return float((x * weight).sum() / weight.sum()), float((y * weight).sum() / weight.sum())


def test_layers_do_not_dim_one_another() -> None:
    scene = moving()
    few, many = (play(Ghost(layers=n, spacing=6), scene, alpha=True) for n in (2, 4))
    lighter = many[-1].pixels.astype(int) - few[-1].pixels
    assert lighter.min() >= -1
    assert lighter.max() > 20


def test_glow_brightens_and_shadow_darkens() -> None:
    scene = moving()
    view = list(scene)[-1]
    glow = play(Ghost(style="glow"), scene)[-1].pixels.astype(int) - view.rgb
    shadow = play(Ghost(style="shadow"), scene)[-1].pixels.astype(int) - view.rgb
    assert glow.min() >= 0 < 60 < glow.max()
    assert shadow.max() <= 0 > -40 > shadow.min()


def test_future_ghosts_go_ahead_of_the_subject() -> None:
    scene = moving()
    view = list(scene)[15]
    past, future = (
        play(Ghost(direction=d, layers=3, spacing=4), scene, alpha=True)[15]
        for d in ("past", "future")
    )
    subject = middle(view.alpha)[0]
    behind, ahead = (
        middle(np.abs(f.pixels.astype(float) - view.rgb).sum(axis=2))[0] for f in (past, future)
    )
    assert behind < subject < ahead


def test_every_frame_comes_out_in_order_whatever_the_direction() -> None:
    scene = moving(17)
    for direction in ("past", "future", "both"):
        frames = play(Ghost(direction=direction, layers=4, spacing=3), scene)
        assert [frame.pts for frame in frames] == list(range(17))


def test_a_tint_colours_the_ghosts() -> None:
    scene = moving()
    view = list(scene)[-1]
    red = play(Ghost(tint=(255, 0, 0)), scene)[-1].pixels.astype(int) - view.rgb
    assert red[..., 0].max() > 40
    assert red[..., 1:].max() <= 1


def test_deep_frames_agree_with_shallow_ones() -> None:
    for style in STYLES:
        shallow = play(Ghost(style=style), moving())[-1].pixels
        deep = play(Ghost(style=style), moving(depth=16))[-1].pixels
        assert deep.dtype == np.uint16
        assert levels_apart(np.rint(np.asarray(deep) / 257), shallow) <= 4


@pytest.mark.parametrize("transfer", ["bt470bg", "smpte2084", "arib-std-b67", "iec61966-2-1"])
def test_every_light_can_be_blended(transfer: str) -> None:
    """Copies of a still subject in any transfer are that subject; of a moving one they show."""
    for depth in (8, 16):
        scene = moving(depth=depth)
        video = replace(video_of(scene), colour=Colour(transfer=transfer))
        frames = list(Ghost(style="normal").stream(frames_of(scene), video))
        assert strength(frames[-1], scene.view(39)) > 100_000
        still = [scene.view(0)] * 20
        for frame in Ghost(style="normal", ungated=True).stream(frames_of(still), video):
            assert levels_apart(frame.pixels, still[0].rgb) <= (1 if depth == 8 else 40)


def test_a_transfer_without_known_light_needs_display_blending() -> None:
    video = VideoInfo(8, 8, Fraction(25), Fraction(1, 25), colour=Colour(transfer="log100"))
    with pytest.raises(UsageError, match="log100"):
        Ghost(style="normal").plan(video)
    assert Ghost(style="normal", blend_space="display").plan(video) == video


def test_a_trail_alone_has_its_own_alpha_and_colour() -> None:
    """Laid over the very ground it was cut from, a transparent trail gives the opaque picture."""
    scene = moving()
    ghost = Ghost(style="normal", order="trail-only", transparent=True, blend_space="display")
    alone = play(ghost, scene, alpha=True)[-1]
    assert alone.alpha is not None and alone.alpha.max() > 100
    ground = list(scene)[-1].clean.astype(float)
    share = np.asarray(alone.alpha)[..., None] / 255
    laid = np.asarray(alone.pixels) * share + ground * (1 - share)
    opaque = play(replace(ghost, order="front", transparent=False), scene, alpha=True)[-1].pixels
    outside = np.asarray(list(scene)[-1].alpha) == 0
    assert np.abs(laid - opaque)[outside].max() <= 3


@pytest.mark.parametrize("order", ["behind", "front", "trail-only"])
@pytest.mark.parametrize("hidden", [(0, 200, 0), (250, 250, 250)])
def test_what_a_matte_hides_does_not_colour_a_trail_of_light(order: Any, hidden: Any) -> None:
    """A dark thing before green leaves dark copies, also where the green is still in the frame."""
    video = VideoInfo(96, 48, Fraction(25), Fraction(1, 25), alpha=True)
    frames = []
    for at in range(16):
        pixels, alpha = np.full((48, 96, 3), hidden, np.uint8), np.zeros((48, 96), np.uint8)
        left = 4 + 4 * at
        pixels[12:36, left : left + 16], alpha[12:36, left : left + 16] = (20, 16, 24), 255
        frames.append(Frame(pixels, at, alpha))
    ghost = Ghost(style="normal", layers=3, spacing=4, order=order, transparent=True)
    made = list(ghost.stream(iter(frames), video))[-1]
    alpha = np.asarray(made.alpha)
    trail = (alpha > 30) & (np.asarray(frames[-1].alpha) == 0)
    assert trail.mean() > 0.05
    assert np.abs(np.asarray(made.pixels)[trail].astype(int) - (20, 16, 24)).max() <= 3


def test_a_transparent_trail_joins_the_alpha_of_the_subject() -> None:
    scene = moving()
    frame, view = play(Ghost(transparent=True), scene, alpha=True)[-1], list(scene)[-1]
    assert frame.alpha is not None
    assert (np.asarray(frame.alpha) >= view.alpha).all()
    assert (np.asarray(frame.alpha) > view.alpha).mean() > 0.02
    core = view.alpha == 255
    assert levels_apart(np.asarray(frame.pixels)[core], view.rgb[core]) <= 1


def test_ungated_is_the_classic_stack() -> None:
    """Without gates a bright still picture is screened with itself, as the classic echo does."""
    scene = Scene(64, 48, frames=16)
    frame = play(Ghost(ungated=True, layers=2, spacing=3), scene)[-1]
    assert frame.pixels.astype(int).mean() > list(scene)[-1].rgb.mean() + 20


def test_the_mask_keeps_trails_of_sharp_things_only() -> None:
    scene = moving()
    blurred = [replace(v, rgb=cv2.GaussianBlur(v.rgb, (0, 0), 6)) for v in scene]
    video, ghost = video_of(scene), Ghost(mask=True)
    sharp = list(ghost.stream(frames_of(scene), video))[-1]
    soft = list(ghost.stream(frames_of(blurred), video))[-1]
    assert strength(sharp, list(scene)[-1]) > 5 * strength(soft, blurred[-1])


def test_spacing_in_seconds_follows_the_rate() -> None:
    for rate, frames in ((25, 5), (50, 10), (Fraction(30000, 1001), 6)):
        video = VideoInfo(8, 8, Fraction(rate), 1 / Fraction(rate))
        assert Ghost(spacing=Fraction(1, 5)).frames_apart(video) == frames


def test_memory_counts_what_is_held() -> None:
    """Half-size prints and small looks for soft styles; whole frames for plain copies."""
    video = VideoInfo(1920, 1080, Fraction(25), Fraction(1, 25))
    frame = 1920 * 1080 * 3
    assert 6 * frame < Ghost().memory(video) < 30 * frame
    assert 36 * frame < Ghost(style="normal").memory(video) < 60 * frame
    assert Ghost(layers=64).memory(video) > 4 * Ghost().memory(video)


def test_a_shadow_alone_cannot_be_transparent() -> None:
    video = VideoInfo(8, 8, Fraction(25), Fraction(1, 25))
    with pytest.raises(UsageError, match="shadow"):
        Ghost(style="shadow", order="trail-only", transparent=True).plan(video)


def test_the_state_of_two_videos_is_apart() -> None:
    one, other = moving(seed=1), moving(seed=9)
    ghost = Ghost(layers=2)
    pair: Iterator[Any] = zip(
        ghost.stream(frames_of(one), video_of(one)),
        ghost.stream(frames_of(other), video_of(other)),
        strict=True,
    )
    *_, (mixed, _) = pair
    assert levels_apart(mixed.pixels, play(ghost, one)[-1].pixels) == 0
