"""A video may be longer than a window, without jumps where windows meet, and slower."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli.main import exit_code
from afterglow.effects.animate.anchor import anchored
from afterglow.effects.animate.chain import chained
from afterglow.effects.animate.model import Here, Setting
from afterglow.effects.animate.model.family import FAMILIES
from afterglow.effects.animate.motion import Motion
from tests.effects.animate.running import LINE, run, video


def test_no_window_is_longer_than_a_family_knows_places_for(
    there: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there("animatediff")
    asked = [*LINE, "--model=animatediff", "--frames=40", "--steps=1"]
    assert exit_code([*asked, "--window=33"]) == 2
    said = capsys.readouterr().err
    assert (
        "animatediff makes no window of 33 frames" in said
        and "--window 32 is its longest; it" in said
    )
    assert exit_code([*asked, "--window=32", "--dry-run"]) == 0


def test_longer_than_a_window_is_a_chain(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    line = [each for each in LINE if not each.startswith("--frames")]
    run("--model=svd", "--window=4", "--frames=8", line=line)
    said = capsys.readouterr().err
    assert "colour drift: " in said and "after anchoring" in said
    assert len(video()[0]) == 8
    run("--model=svd", "--window=4", "--duration=1", line=line)
    assert len(video()[0]) == 7


def test_where_windows_meet_the_colours_jump_no_more_than_the_model_lets_them(there: Any) -> None:
    """Random weights flicker within a window, so a seam is what comes on top of that."""
    there("svd")
    asked = Motion("", "", 0.5, 3.0, 4, Fraction(7), 2, 0.02, 8, (64, 64))
    still = np.tile(np.linspace(40, 200, 64, dtype=np.uint8)[None, :, None], (64, 1, 3))
    windows: list[list[NDArray[np.uint8]]] = []
    with Here(Setting()).hold(FAMILIES["svd"], asked, "", print) as held:

        def window(begin: NDArray[np.uint8], number: int) -> Iterator[NDArray[np.uint8]]:
            made = held.window(begin, asked, number, lambda done, total: None)
            windows.append(list(anchored(made, still)))
            return iter(windows[-1])

        take = list(chained(window, still, 3, overlap=2))
    assert len(take) == 8
    change = np.diff([frame.mean(axis=(0, 1)) for frame in take], axis=0)
    own = [np.diff([frame.mean(axis=(0, 1)) for frame in each], axis=0) for each in windows]
    for number in (1, 2):
        assert np.abs(change[2 * number - 1] - own[number - 1][1]).max() <= 1.0, "into it"
        assert np.abs(change[2 * number + 1] - own[number][1]).max() <= 1.0, "out of it"


def test_slow_motion(there: Any) -> None:
    there("svd")
    run("--model=svd", "--interpolate=3")
    assert len(video()[0]) == 7
