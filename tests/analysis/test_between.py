"""The picture between two pictures, against the one that was left out."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.analysis.between import morph_of, passage_of, picture_between
from tests.scenes import Scene, Subject, pan, walk

SCENE = Scene(
    160, 96, 3, camera=pan(1.6, 0.4), subject=Subject(area=0.1, path=walk(step=(0.02, 0.01)))
)


@pytest.mark.parametrize("depth", [8, 16])
def test_the_middle_is_near_the_true_one(depth: int) -> None:
    scene = Scene(160, 96, 3, camera=SCENE.camera, subject=SCENE.subject, depth=depth)  # type: ignore[arg-type]
    one, true, other = (view.rgb for view in scene)
    passage = passage_of(one, other)
    assert passage is not None
    made = picture_between(one, other, passage, 0.5, "bt709")
    assert made.dtype == one.dtype
    apart = np.abs(made[8:-8, 8:-8].astype(float) - true[8:-8, 8:-8]).mean() / ((1 << depth) - 1)
    faded = np.abs((one.astype(float) + other)[8:-8, 8:-8] / 2 - true[8:-8, 8:-8]).mean()
    assert apart < 0.01 and apart < 0.3 * faded / ((1 << depth) - 1)


def test_a_matte_goes_the_way_of_the_picture() -> None:
    first, middle, last = SCENE
    passage = passage_of(first.rgb, last.rgb)
    assert passage is not None
    made = picture_between(first.alpha, last.alpha, passage, 0.5, "linear")
    assert made.shape == first.alpha.shape
    assert np.abs(made.astype(float) - middle.alpha).mean() < 2


def test_other_things_are_a_cut_and_still_have_a_morph() -> None:
    one, other = SCENE.view(0).rgb, Scene(160, 96, seed=9).view(0).rgb
    assert passage_of(one, other) is None
    made = picture_between(one, other, morph_of(one, other), 0.5, "bt709").astype(float)
    assert np.abs(made - one).mean() > 5 and np.abs(made - other).mean() > 5


def test_the_share_can_run_ahead_of_the_moment() -> None:
    one, other = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 255, np.uint8)
    way = morph_of(one, other)
    dim, bright = (picture_between(one, other, way, 0.5, "bt709", s).mean() for s in (0.1, 0.9))
    assert dim < 100 < 200 < bright
