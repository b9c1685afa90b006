"""The room has the light, grain and shadow of the shot, whatever is worn in it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from afterglow import ops
from afterglow.analysis.composing.light import Shadow
from tests.effects.studio.shots import LIGHT, PLAIN, SCENE, Given, Shot, made, shot
from tests.scenes import pan, still


def test_the_room_takes_on_an_exposure_ramp_within_two_per_cent() -> None:
    exposure = np.linspace(1.0, 0.6, 40)
    of = shot(replace(SCENE, frames=40, exposure=lambda t: float(exposure[t])))
    pictures = made(replace(PLAIN, ground=Given((120, 130, 110)), exposure_smooth=1), of)
    light = [float(ops.to_linear(p, LIGHT)[:10, :10].mean()) for p in pictures]
    found = np.array(light) / light[0]
    truth = [float(ops.to_linear(v.clean, LIGHT).mean()) for v in replace(
        SCENE, frames=40, exposure=lambda t: float(exposure[t]))]  # fmt: skip
    wanted = np.array(truth) / truth[0]
    assert wanted[-1] < 0.75
    assert np.abs(found / wanted - 1).max() < 0.02


def test_the_clothes_do_not_change_the_light() -> None:
    """Another subject, much brighter, in the same shot: the room is as bright as before."""
    of = shot(replace(SCENE, camera=pan(1.0)))
    bright = Shot(
        tuple(
            replace(f, pixels=np.where(np.asarray(f.alpha)[..., None] > 0, np.uint8(255), f.pixels))
            if n >= 8 else f
            for n, f in enumerate(of.frames)
        ),
        of.video,
    )  # fmt: skip
    gray = replace(PLAIN, ground=Given((120, 120, 120)))
    one, two = made(gray, of), made(gray, bright)
    assert np.abs(one[15][:9, :9].astype(int) - two[15][:9, :9]).max() <= 1


def test_the_new_light_wraps_the_edge_and_only_that() -> None:
    of = shot(SCENE)
    dark = made(replace(PLAIN, ground=Given((230, 230, 230))), of)[0].astype(int)
    lit = made(replace(PLAIN, ground=Given((230, 230, 230)), light_wrap=0.5), of)[0].astype(int)
    alpha = np.asarray(of.frames[0].alpha)
    deep = cv2.erode((alpha == 255).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    assert deep.any() and np.array_equal(dark[deep], lit[deep])
    assert np.array_equal(dark[alpha == 0], lit[alpha == 0])
    rim = (alpha > 127) & ~deep
    assert (lit >= dark)[rim].all() and (lit - dark)[rim].mean() > 2


def test_the_background_has_the_grain_and_the_sharpness_of_the_shot() -> None:
    of = shot(replace(SCENE, noise=4.0, camera=still()))
    plain, matched = (made(replace(PLAIN, match=each), of) for each in (False, True))
    corner = (slice(0, 60), slice(0, 80))
    change = [np.std(p[3][corner].astype(float) - p[4][corner]) for p in (plain, matched)]
    assert change[0] == 0
    assert change[1] / np.sqrt(2) == pytest.approx(4.0, rel=0.5)


def test_a_shadow_darkens_the_floor_at_the_feet() -> None:
    of = shot(SCENE)
    alpha = np.asarray(of.frames[0].alpha)
    feet = int(np.flatnonzero(alpha.max(1) > 127)[-1])
    one, two = (
        made(replace(PLAIN, ground=Given((200, 200, 200)), shadow=each), of)[0].astype(int)
        for each in (None, Shadow(0.6))
    )
    free = alpha[feet] == 0
    assert ((one - two)[feet][free].max() > 20) and np.array_equal(one[:20], two[:20])
