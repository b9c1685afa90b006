"""Hybrid plays by the time of the frames and keeps what every effect promises."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from afterglow.effects.style.hybrid import Hybrid
from afterglow.errors import UsageError
from afterglow.frames import Colour
from tests import contract
from tests.effects.style.hybrid.figure import HYBRID, Plain, character
from tests.effects.style.hybrid.running import hybrid, seen
from tests.promises import Promises


def test_the_background_plays_by_the_time_of_the_frames() -> None:
    frame, video = character()
    background = Plain()
    frames = [replace(frame, pts=pts) for pts in (4, 5, 6, 9)]
    plays = replace(HYBRID, background=background)
    list(plays.stream(iter(frames), replace(video, begin=5)))
    assert background.asked == [Fraction(n, 25) for n in (0, 0, 1, 4)], "pre-roll sees the first"
    background.asked.clear()
    list(plays.stream(iter(frames[2:]), replace(video, begin=-5)))
    assert background.asked == [Fraction(n, 25) for n in (11, 14)]


def test_what_has_no_known_light_is_refused() -> None:
    video = replace(character()[1], colour=Colour(transfer="log100"))
    with pytest.raises(UsageError, match="log100"):
        HYBRID.plan(video)


class TestContract(Promises):
    """The promises of every effect, at a size of its own."""

    @pytest.fixture
    def effect(self) -> Hybrid:
        return Hybrid(Plain(), 60, 44, "right", 0.8)

    test_the_reach = staticmethod(contract.test_the_reach_is_honest)


def test_a_frame_is_the_same_in_a_cut(person: Path, room: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.mkv", tmp_path / "part.mkv"
    assert hybrid(person, room, whole, "--codec=ffv1") == 0
    assert hybrid(person, room, part, "--codec=ffv1", "--duration=0.4") == 0
    assert all(
        np.array_equal(one, other)
        for one, other in zip(seen(part)[0], seen(whole)[0][:8], strict=True)
    )
