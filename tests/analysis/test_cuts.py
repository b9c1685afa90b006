"""A cut begins a new shot; a flash, a fade, a fast pan, noise and a new exposure do not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from afterglow.analysis import CameraTracker
from afterglow.analysis.cuts import is_cut
from tests.analysis.errors import tracked
from tests.scenes import Scene, Subject, View, drift, joined, pan, path, walk

SIZE = {"width": 640, "height": 360}


def shots(views: list[View], width: int = 640, height: int = 360) -> list[int]:
    return [motion.shot for motion in tracked(views, width, height)]


@pytest.mark.parametrize("seeds", [(1, 2), (3, 4), (5, 6), (7, 8)])
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (128, 96)])
def test_a_cut_begins_a_new_shot(seeds: tuple[int, int], size: tuple[int, int]) -> None:
    first, second = (Scene(*size, frames=4, camera=pan(2.0), noise=2, seed=s) for s in seeds)
    motions = tracked(joined(first, second), *size)
    assert [motion.cut for motion in motions] == [False] * 4 + [True] + [False] * 3
    assert [motion.shot for motion in motions] == [0] * 4 + [1] * 4
    assert np.array_equal(motions[4].cumulative, np.eye(3))
    assert motions[7].cumulative[0, 2] == pytest.approx(6.0, abs=0.1)


def test_a_hard_change_to_black_ends_the_shot() -> None:
    bright, black = Scene(**SIZE, frames=3), Scene(**SIZE, frames=3, exposure=lambda t: 0.0)
    views = joined(bright, black, Scene(**SIZE, frames=3, seed=2))
    assert shots(list(views)) == [0, 0, 0, 1, 1, 1, 1, 1, 1]


def test_a_scene_after_a_fade_to_black_is_a_new_shot() -> None:
    out = Scene(**SIZE, frames=12, exposure=lambda t: max(0.0, 1 - t / 10))
    into = Scene(**SIZE, frames=12, seed=2, exposure=lambda t: min(1.0, t / 10))
    found = shots(list(joined(out, into)))
    assert found[:13] == [0] * 13
    assert found[-1] == 1


def exposure(levels: Callable[[int], float]) -> Scene:
    return Scene(**SIZE, frames=12, noise=2, exposure=levels)


@pytest.mark.parametrize(
    "scene",
    [
        exposure(lambda t: 3.0 if t == 5 else 1.0),
        exposure(lambda t: 100.0 if t in (5, 6) else 1.0),
        exposure(lambda t: 0.4 if t > 5 else 1.0),
        exposure(lambda t: 1.8 if t > 5 else 0.6),
        exposure(lambda t: max(0.0, 1 - t / 10)),
        exposure(lambda t: min(1.0, t / 10)),
        Scene(**SIZE, frames=6, noise=50),
        Scene(**SIZE, frames=6, camera=path([(190, 0)] * 3 + [(-190, 10)] * 3)),
        Scene(**SIZE, frames=6, camera=drift(3, 1, 4.0, 1.05)),
        Scene(**SIZE, frames=6, noise=2, subject=Subject(0.45, walk((0.2, 0.5), (0.11, 0.0)))),
    ],
    ids=[
        "flash", "white out", "darker", "brighter", "fade out", "fade in", "noise", "pan", "spin",
        "subject",
    ],
)  # fmt: skip
def test_what_is_no_cut(scene: Scene) -> None:
    assert set(shots(list(scene))) == {0}


@pytest.mark.parametrize(
    ("response", "mismatch", "change", "dim", "cut"),
    [
        (0.10, 0.35, 0.50, False, True),
        (0.40, 0.35, 0.50, False, False),
        (0.10, 0.10, 0.50, False, False),
        (0.10, 0.10, 0.50, True, True),
        (0.10, 0.35, 0.10, False, False),
    ],
    ids=["cut", "it lines up", "one motion explains it", "in the dark", "same levels"],
)
def test_every_sign_is_needed(
    response: float, mismatch: float, change: float, dim: bool, cut: bool
) -> None:
    assert is_cut(response, mismatch, change, dim=dim) is cut


def test_a_flash_leaves_the_path_as_it_was() -> None:
    scene = Scene(**SIZE, frames=8, camera=pan(3.0), exposure=lambda t: 100.0 if t == 4 else 1.0)
    motions = tracked(scene, 640, 360)
    assert motions[7].cumulative[0, 2] == pytest.approx(21.0, abs=0.1)


def test_the_similarity_model_finds_the_same_cuts() -> None:
    tracker = CameraTracker(640, 360, "similarity")
    views = joined(Scene(**SIZE, frames=3), Scene(**SIZE, frames=3, seed=9))
    assert [tracker.step(view.rgb).shot for view in views] == [0, 0, 0, 1, 1, 1]
