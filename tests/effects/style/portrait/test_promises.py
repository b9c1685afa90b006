"""A portrait keeps what every effect promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from afterglow.effects.style.character.portrait import Portrait
from afterglow.effects.style.character.pose import Pose
from tests import contract
from tests.analysis.faces import opener, placed
from tests.effects.style.portrait.sitting import effect, moving
from tests.scenes import Scene, video_of

PROMISES: list[Callable[[Portrait], None]] = [
    contract.test_frames_that_were_taken_stay_as_they_are,
    contract.test_frames_that_were_given_stay_as_they_are,
    contract.test_an_empty_video_stays_empty,
    contract.test_two_videos_at_once_do_not_meet,
    contract.test_memory_is_stated_and_kept,
    contract.test_the_same_twice,
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda each: each.__name__[5:])
def test_the_promises_of_every_effect(promise: Callable[[Portrait], None]) -> None:
    promise(effect(moving, landmarks=placed(24, 18, 22)))


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_plan_is_kept(depth: Literal[8, 16], alpha: bool) -> None:
    contract.test_the_plan_is_kept(effect(moving, landmarks=placed(24, 18, 22)), depth, alpha)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 40), (17, 1), (48, 36)])
def test_small_pictures_work(size: tuple[int, int]) -> None:
    """With a face in their middle, and with one that is nearly beyond their corner."""
    for points in (placed(size[0] / 2, size[1] / 2, 12), placed(size[0] + 15, size[1] + 15, 50)):
        contract.test_small_and_short_videos_work(effect(moving, landmarks=points), size, True)


def test_a_cut_is_like_the_whole() -> None:
    scene = Scene(64, 48, frames=12)
    frames, info = contract.taken(scene)
    acted = effect(moving, landmarks=placed(32, 24, 30))
    whole = contract.given(acted, frames, info)
    assert acted.reach(video_of(scene)).past == 0
    assert contract.same(contract.given(acted, frames[5:9], info), whole[5:9])
    assert effect(Pose(), landmarks=None, networks=opener()).reach(info).past == 25
