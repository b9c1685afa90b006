"""Flicker without truth: nothing for a matte that keeps to the picture, more for restless ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.matting.flicker import Sight, flickers, sight
from tests.scenes import Scene, Subject, View, joined, pan, walk

Spoil = Callable[[int, NDArray[Any]], NDArray[Any]]

SCENE = Scene(320, 180, frames=6, subject=Subject(0.12, walk((0.4, 0.5), (0.01, 0.004))), noise=1)
MOVING = Scene(320, 180, frames=6, camera=pan(2.5, 1.0), subject=SCENE.subject, noise=1)


def restless(views: Any, *spoils: Spoil) -> list[float]:
    """Mean flicker of the truth under each of these."""
    seen = list(_sights(views, spoils))
    steps = [flickers(*pair) for pair in pairwise(seen)]
    known = np.array([step for step in steps if None not in step], float)
    assert len(known) == len(steps)
    return [float(mean) for mean in known.mean(0)]


def _sights(views: Any, spoils: tuple[Spoil, ...]) -> Iterator[Sight]:
    for t, view in enumerate(views):
        yield sight(view.rgb, [spoil(t, view.alpha / 255) for spoil in spoils])


def truth(t: int, alpha: NDArray[Any]) -> NDArray[Any]:
    return alpha


def beating(t: int, alpha: NDArray[Any]) -> NDArray[Any]:
    return alpha * (0.9 if t % 2 else 1.0)


def shaking(t: int, alpha: NDArray[Any]) -> NDArray[Any]:
    return np.roll(alpha, 3 if t % 2 else -3, 1)


@pytest.mark.parametrize("scene", [SCENE, MOVING], ids=["still", "moving"])
def test_a_matte_that_keeps_to_the_subject_is_steadiest(scene: Scene) -> None:
    calm, beats, shakes = restless(scene, truth, beating, shaking)
    assert calm < 0.6 * beats
    assert calm < 0.4 * shakes


def test_a_constant_error_is_no_flicker() -> None:
    calm, offset = restless(SCENE, truth, lambda t, alpha: 0.9 * alpha + 0.05)
    assert offset == pytest.approx(0.9 * calm, rel=0.01)


def test_a_jump_over_a_still_picture_is_what_it_is() -> None:
    picture = SCENE.view(0).rgb
    dark, light = (np.full((180, 320), level, np.uint8) for level in (51, 102))
    assert flickers(sight(picture, [dark]), sight(picture, [dark])) == (0,)
    assert flickers(sight(picture, [dark]), sight(picture, [light])) == (pytest.approx(20),)


def test_a_cut_tells_nothing_of_the_matte() -> None:
    other = Scene(320, 180, frames=1, seed=9)
    one, two = joined([SCENE.view(0)], other)
    seen = [sight(view.rgb, [view.alpha]) for view in (one, two)]
    assert flickers(*seen) == (None,)


def test_depth_and_size_of_a_matte_do_not_matter() -> None:
    def found(pick: Callable[[View], tuple[Any, Any]]) -> float | None:
        one, two = (pick(SCENE.view(t)) for t in (0, 1))
        return flickers(sight(one[0], [one[1]]), sight(two[0], [two[1]]))[0]

    plain = found(lambda view: (view.rgb, view.alpha))
    deep = found(lambda view: (view.rgb.astype(np.uint16) * 257, view.alpha / 255))
    doubled = found(lambda view: (view.rgb, view.alpha.repeat(2, 0).repeat(2, 1)))
    assert plain == pytest.approx(deep, rel=1e-3)
    assert plain == pytest.approx(doubled, rel=1e-3)
