"""Flow between pictures whose motion is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from afterglow.analysis import flow
from tests.scenes import Scene, Subject, pan


def greys(scene: Scene, *moments: int) -> list[np.ndarray]:
    return [cv2.cvtColor(scene.view(t).rgb, cv2.COLOR_RGB2GRAY) for t in moments]


def test_a_pan_is_found_both_ways() -> None:
    one, other = greys(Scene(160, 96, camera=pan(3.0, -1.5)), 0, 1)
    found = flow.motion(one, other)
    inside = found.forward[10:-10, 10:-10]
    assert np.allclose(np.median(inside, axis=(0, 1)), (3, -1.5), atol=0.1)
    assert np.allclose(np.median(found.backward, axis=(0, 1)), (-3, 1.5), atol=0.1)


def test_fetching_by_the_flow_gives_the_first_picture_back() -> None:
    one, other = greys(Scene(160, 96, camera=pan(2.5)), 0, 1)
    made = flow.fetched(other, flow.flow(one, other))
    inside = np.s_[8:-8, 8:-8]
    apart, before = (np.abs(each.astype(float) - one)[inside].mean() for each in (made, other))
    assert apart < 2 < before


def test_what_a_subject_hides_is_not_seen_in_both() -> None:
    scene = Scene(192, 128, subject=Subject(area=0.12, path=lambda t: (0.4 + 0.06 * t, 0.5)))
    one, other = greys(scene, 0, 1)
    found = flow.motion(one, other)
    seen = flow.seen_in_both(found.forward, found.backward)
    covered = (scene.view(1).alpha > 250) & (scene.view(0).alpha == 0)
    far = cv2.dilate(np.maximum(scene.view(0).alpha, scene.view(1).alpha), np.ones((25, 25))) == 0
    assert seen[covered].mean() < 0.4 and seen[far].mean() > 0.95


def test_what_leaves_the_picture_is_not_seen_in_both() -> None:
    by = np.full((40, 60, 2), (10, 0), np.float32)
    seen = flow.seen_in_both(by, -by)
    assert seen[:, :50].all() and not seen[:, 51:].any()


def test_abrupt_motion_is_an_edge() -> None:
    by = np.zeros((40, 60, 2), np.float32)
    by[:, 30:, 0] = 4
    edge = flow.at_edges(by)
    assert edge[:, 29:31].all() and not edge[:, :25].any() and not edge[:, 35:].any()


def test_small_pictures_are_refused() -> None:
    small = np.zeros((31, 64), np.uint8)
    with pytest.raises(ValueError, match="64 x 31"):
        flow.flow(small, small)


def test_likeness_is_near_1_within_a_shot_and_low_across_a_cut() -> None:
    one, other = greys(Scene(160, 96, camera=pan(2.5)), 0, 1)
    (strange,) = greys(Scene(160, 96, seed=12), 0)
    assert flow.likeness(one, flow.fetched(other, flow.flow(one, other))) > 0.97
    assert flow.likeness(one, flow.fetched(strange, flow.flow(one, strange))) < flow.UNLIKE
    black = np.zeros_like(one)
    assert flow.likeness(one, black) == 0 and flow.likeness(black, black + 3) == 1
