"""Ghosts on scenes with known truth: where they lie, where they must not, and how they grow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.ghost.effect import Ghost
from tests.effects.ghost.playing import STYLES, levels_apart, moving, play, strength
from tests.scenes import (
    Scene,
    Subject,
    drift,
    frames_of,
    hand_held,
    joined,
    pan,
    still,
    video_of,
    walk,
)


def psnr(one: NDArray[Any], other: NDArray[Any], where: NDArray[Any] | None = None) -> float:
    apart = (one.astype(np.float64) - other) ** 2
    error = apart.mean() if where is None else apart[where].mean()
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_a_static_scene_comes_out_unchanged(style: Any, noise: float) -> None:
    scene = Scene(320, 180, frames=20, noise=noise)
    for view, frame in zip(scene, play(Ghost(style=style, layers=3), scene), strict=True):
        assert levels_apart(frame.pixels, view.rgb) <= 1


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("camera", [pan(2.3, -0.7), hand_held(1.5)], ids=["pan", "hand-held"])
def test_a_static_scene_under_a_moving_camera_comes_out_unchanged(style: Any, camera: Any) -> None:
    scene = Scene(480, 270, frames=30, camera=camera, noise=1.0)
    for view, frame in zip(scene, play(Ghost(style=style, layers=4), scene), strict=True):
        assert psnr(frame.pixels, view.rgb) >= 38


@pytest.mark.parametrize("style", ["glow", "shadow"])
def test_a_change_of_exposure_is_no_motion(style: Any) -> None:
    """A camera that opens its iris by a third in a second lights no fog over a still scene."""
    scene = Scene(480, 270, frames=60, exposure=lambda t: 0.6 + 0.3 * min(max(t - 15, 0) / 25, 1))
    for view, frame in zip(scene, play(Ghost(style=style), scene), strict=True):
        assert psnr(frame.pixels, view.rgb) >= 38


def test_a_flash_leaves_no_trail() -> None:
    scene = Scene(480, 270, frames=30, exposure=lambda t: 1.5 if t == 12 else 0.7)
    for t, (view, frame) in enumerate(zip(scene, play(Ghost(), scene), strict=True)):
        assert t == 12 or psnr(frame.pixels, view.rgb) >= 34


@pytest.mark.parametrize("style", STYLES)
def test_a_camera_that_turns_lights_little(style: Any) -> None:
    """A model that cannot turn is told to; but what it gets wrong must not flare up."""
    scene = Scene(480, 270, frames=24, camera=drift(1.0, 0.3, degrees=0.12, zoom=1.001))
    turned = Ghost(style=style, layers=3, spacing=4, camera="similarity")
    for view, frame in zip(scene, play(turned, scene), strict=True):
        assert psnr(frame.pixels, view.rgb) >= 38
    wrong = replace(turned, camera="translation")
    for view, frame in zip(scene, play(wrong, scene), strict=True):
        assert psnr(frame.pixels, view.rgb) >= 24


@pytest.mark.parametrize("style", STYLES)
def test_the_background_beside_the_trail_stays_under_a_moving_camera(style: Any) -> None:
    """Behind a moving subject and a panning camera only the trail itself may differ."""
    subject = Subject(area=0.06, path=walk((0.25, 0.5), (0.012, 0.0)), edge=4)
    scene = Scene(480, 270, frames=32, camera=pan(1.7, 0.4), subject=subject)
    views = list(scene)
    frames = play(Ghost(style=style, layers=3, spacing=4), scene)
    for t in range(14, len(views)):
        trail = np.zeros(views[t].alpha.shape, bool)
        for back in range(13):
            move = views[t].pose @ np.linalg.inv(views[t - back].pose)
            seen = cv2.warpAffine(views[t - back].alpha, move[:2], trail.shape[::-1])
            trail |= cv2.dilate(seen, np.ones((65, 65), np.uint8)) > 0
        assert (~trail).mean() > 0.1
        assert psnr(frames[t].pixels, views[t].rgb, ~trail) >= 38


def ghost_offset(camera: Any, style: Any) -> tuple[float, float]:
    """Pixels by which a ghost misses the place where the camera now sees its subject of then.

    The change that the ghost makes is matched, by phase correlation, with the change that a perfect
    ghost would make, rendered from the scene's truth.
    """
    subject = Subject(area=0.02, path=walk((0.3, 0.5), (0.012, 0.002)), tall=1.0)
    scene = Scene(640, 360, frames=31, camera=camera, subject=subject)
    ago, last = 14, 30
    view, then = scene.view(last), scene.view(last - ago)
    frame = play(Ghost(style=style, layers=1, spacing=ago, decay=0.9), scene, alpha=True)[-1]
    move = (view.pose @ np.linalg.inv(then.pose))[:2]
    size = view.alpha.shape[::-1]
    matte = cv2.warpAffine(then.alpha, move, size).astype(np.float64) / 255
    seen = cv2.warpAffine(then.rgb, move, size, flags=cv2.INTER_CUBIC).astype(np.float64)
    perfect = {
        "normal": seen,
        "glow": 255 - (255 - seen) * (255 - view.rgb) / 255,
        "shadow": seen * view.rgb / 510,
    }[style]
    ideal = ((perfect - view.rgb) * matte[..., None]).sum(axis=2)
    made = (frame.pixels.astype(np.float64) - view.rgb).sum(axis=2)
    (dx, dy), response = cv2.phaseCorrelate(ideal, made)
    assert response > 0.2
    return dx, dy


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("camera", [still(), pan(1.37, -0.61)], ids=["still", "pan"])
def test_ghosts_lie_where_the_subject_was(style: Any, camera: Any) -> None:
    """In the world, that is: under a pan a ghost is carried along with the wall behind it."""
    assert np.hypot(*ghost_offset(camera, style)) <= 0.5


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("matte", [True, False], ids=["matte", "no matte"])
def test_the_trail_lies_behind_the_subject(style: Any, matte: bool) -> None:
    subject = Subject(area=0.08, path=walk((0.2, 0.5), (0.015, 0.0)))
    scene = Scene(480, 270, frames=40, subject=subject)
    ghost = Ghost(style=style, layers=6, spacing=3)
    views, frames = list(scene), play(ghost, scene, alpha=matte)
    core = cv2.erode(views[-1].alpha, np.ones((15, 15), np.uint8)) == 255
    inside = psnr(frames[-1].pixels, views[-1].rgb, core)
    assert inside >= (60 if matte else 28)
    front = play(replace(ghost, order="front"), scene, alpha=matte)
    assert psnr(front[-1].pixels, views[-1].rgb, core) < inside - 3


def test_the_trail_grows_in_without_a_pop() -> None:
    """From no trail to the whole one no step is larger than a fifth of it."""
    scene = moving()
    frames = play(Ghost(layers=3, spacing=5), scene, alpha=True)
    grown = [strength(*pair) for pair in zip(frames, scene, strict=True)]
    assert grown[0] == 0
    assert max(grown) > 100_000
    assert np.diff(grown[:25]).max() <= max(grown[:25]) / 5


def test_nothing_bleeds_across_a_cut() -> None:
    """The first frames of a shot have no ghosts, and none ever shows the shot before."""
    first, second = moving(seed=1), moving(seed=7)
    video = replace(video_of(first), frames=80)
    views = list(joined(first, second))
    frames = list(Ghost(layers=3, spacing=4).stream(frames_of(views), video))
    assert strength(frames[39], views[39]) > 0
    assert strength(frames[40], views[40]) == 0
    alone = play(Ghost(layers=3, spacing=4), second)
    for t in range(40):
        assert levels_apart(frames[40 + t].pixels, alone[t].pixels) <= 2


@pytest.mark.parametrize("direction", ["past", "future", "both"])
def test_pre_roll_gives_the_first_frame_its_trail(direction: Any) -> None:
    """A run over a part with the reach that ghost asks for equals the same part of the whole."""
    scene = moving(130)
    ghost, video = Ghost(layers=2, spacing=4, direction=direction), video_of(scene)
    reach = ghost.reach(video)
    whole = list(ghost.stream(frames_of(scene), video))
    start = 80
    part = list(scene)[start - reach.past : start + 1 + reach.future]
    again = list(ghost.stream(frames_of(part), video))
    assert strength(again[reach.past], scene.view(start)) > 0
    assert levels_apart(again[reach.past].pixels, whole[start].pixels) <= 1
