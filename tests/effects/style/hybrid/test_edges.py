"""Edges are clean of the old background and lit by the new one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from afterglow.analysis.composing.light import Shadow
from afterglow.effects.style.hybrid import Hybrid
from afterglow.frames import Frame, VideoInfo
from tests.effects.style.hybrid.figure import HYBRID, Plain, character, shown


def test_what_lies_beside_the_matte_leaves_no_rim() -> None:
    frame, video = character()
    made = shown(replace(HYBRID, background=Plain(200), size=0.73), frame, video)
    assert made.min() >= 198, "the dark around the bright figure is nowhere"


def test_a_picture_without_a_matte_is_shown_whole_and_fades_at_its_sides() -> None:
    frame, video = character()
    opaque = Frame(np.full_like(frame.pixels, 200), 0)
    made = shown(replace(HYBRID, size=1.0), opaque, replace(video, alpha=False))
    line = made[50, :, 0].astype(int)
    assert (line[60:140] == 200).all() and (line[:50] == 60).all() and 60 < line[51] < 200


def test_light_of_the_background_bleeds_over_the_edge_and_a_shadow_falls() -> None:
    frame, video = character()
    dark = Frame(np.full_like(frame.pixels, 30), 0, frame.alpha)
    bright = replace(HYBRID, background=Plain(220), size=0.8, wrap_width=4.0)
    plain, wrapped = (shown(replace(bright, light_wrap=w), dark, video) for w in (0.0, 0.8))
    lit = (wrapped.astype(int) - plain)[..., 0]
    assert lit[80, 82] > 10 and lit[80, 82] > lit[80, 100] + 5, "most at the edge"
    assert (lit[:, :70] == 0).all()
    shaded = shown(replace(bright, shadow=Shadow(0.8, "wall", (8.0, 0.0))), dark, video)
    assert shaded[90, 124, 0] < plain[90, 124, 0] - 40 and shaded[20, 20, 0] == 220


def test_colours_of_the_old_background_are_taken_off_mixed_edges() -> None:
    y, x = np.mgrid[:120, :120]
    share = np.clip((40 - np.hypot(x - 60, y - 60)) / 8 + 0.5, 0, 1)
    mixed = share[..., None] * (200, 60, 60) + (1 - share[..., None]) * (20, 220, 20)
    frame = Frame(np.rint(mixed).astype(np.uint8), 0, np.rint(255 * share).astype(np.uint8))
    video = VideoInfo(120, 120, Fraction(25), Fraction(1, 25), alpha=True)
    effect = Hybrid(Plain(60), 200, 120, size=1.0, light_wrap=0.0)
    kept = shown(replace(effect, edges="own"), frame, video)
    clean = shown(effect, frame, video)
    assert int(kept[..., 1].max()) > 100 and int(clean[..., 1].max()) < 80, "no rim of green"
