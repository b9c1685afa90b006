"""Looks by name: strength, and what is no look."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.cli.looks import looks_of
from afterglow.effects.style.looks import LOOKS, look_named
from afterglow.errors import UsageError
from tests.asked import effect_of
from tests.contract import given, same, scene, taken

NAMES = [name for name in LOOKS if name != "none"]


def test_every_look_is_a_named_one_so_that_its_promises_are_checked() -> None:
    """tests/contract.py takes each named look of style cinematic."""
    for name in NAMES:
        assert name in looks_of("style")
        assert type(effect_of("style cinematic", name)) is type(look_named(name))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("name", LOOKS)
def test_no_strength_is_the_source(name: str, depth: int) -> None:
    frames, video = taken(scene(depth), alpha=True)  # type: ignore[arg-type]
    assert same(given(look_named(name, 0.0), frames, video), frames)


@pytest.mark.parametrize("name", NAMES)
def test_strength_is_a_share_of_the_look(name: str) -> None:
    frames, video = taken(scene(frames=6))
    pictures = [
        np.stack([np.asarray(frame.pixels, float) for frame in given(look, frames, video)])
        for look in (look_named(name, share, 4) for share in (0.0, 0.5, 1.0))
    ]
    none, half, whole = pictures
    full = np.abs(whole - none).mean()
    assert full > 3
    assert 0.3 * full < np.abs(half - none).mean() < 0.7 * full


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(UsageError, match=r"no style of that name \(noire\)") as caught:
        look_named("noire")
    assert "noir" in caught.value.hint


@pytest.mark.parametrize("strength", [-0.1, 1.1])
def test_a_strength_out_of_range_is_a_usage_error(strength: float) -> None:
    with pytest.raises(UsageError, match="strength"):
        look_named("noir", strength)
