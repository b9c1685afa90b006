"""A long take of a model whose colours drift: no seam is seen, and the still's colours stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.animate.effect import Animate
from afterglow.effects.animate.model.family import FAMILIES, Family
from afterglow.effects.animate.motion import Motion
from afterglow.frames import Frame, VideoInfo
from tests.scenes import Scene, drift

WINDOW, OVERLAP, WINDOWS, SIDE = 14, 4, 5, 128
SCENE = Scene(SIDE, SIDE, 80, camera=drift(zoom=1.002), seed=1)
DRIFT = np.array([0.004, 0.0008, -0.0032])
"""By how much of itself each channel grows, frame by frame."""


class _Drifting:
    """Goes on with a slow zoom, from the colours that it is given; they drift, and begin anew."""

    at = 0

    def window(
        self, still: NDArray[np.uint8], motion: Motion, seed: int, tell: Any
    ) -> Iterator[NDArray[np.uint8]]:
        first = self.at
        self.at += motion.frames - OVERLAP
        gain = still.mean(axis=(0, 1)) / SCENE.view(first).rgb.mean(axis=(0, 1))
        for t in range(motion.frames):
            levels = SCENE.view(first + t).rgb * gain * (1 + DRIFT * t)
            yield np.rint(np.clip(levels, 0, 255)).astype(np.uint8)


class _Models:
    """The one model that is here."""

    def choose(self, *asked: object, **more: object) -> Family:
        return FAMILIES["svd"]

    def see(self, control: str) -> Any:
        raise AssertionError(f"nothing steers it, and {control!r} is looked for")

    @contextmanager
    def hold(self, *asked: object) -> Iterator[_Drifting]:
        yield _Drifting()


def take(anchor: float) -> tuple[NDArray[np.float64], list[str]]:
    """(count, 3) how far the mean colour of each frame is from the true one, and what was said."""
    said: list[str] = []
    count = WINDOWS * WINDOW - (WINDOWS - 1) * OVERLAP
    effect = Animate(
        _Models(),
        typed={"num_frames": count, "anchor": anchor},
        size_at=(SIDE, SIDE),
        say=said.append,
    )
    video = VideoInfo(SIDE, SIDE, Fraction(1), Fraction(1), frames=1)
    frames = list(effect.stream(iter([Frame(SCENE.view(0).rgb, 0)]), video))
    assert len(frames) == count
    made = np.array([np.asarray(frame.pixels).mean(axis=(0, 1)) for frame in frames])
    return made - [SCENE.view(t).rgb.mean(axis=(0, 1)) for t in range(count)], said


def restlessness(off: NDArray[np.float64]) -> float:
    return float(np.abs(np.diff(off, 2, axis=0)).mean())


def test_a_long_take_keeps_the_colours_of_the_still() -> None:
    loose, _ = take(0.0)
    held, said = take(1.0)
    assert np.abs(loose[-1]).max() > 20, "the drift is there"
    assert np.abs(held).max() <= 0.05 * np.abs(loose).max(), "in every frame"
    assert np.abs(np.diff(held, axis=0)).max() <= 0.5, "no seam"
    assert restlessness(held) <= restlessness(loose) + 0.06, "in levels"
    assert said[-1].startswith("colour drift: ")


@pytest.mark.parametrize("anchor", [0.0, 0.2])
def test_colours_that_are_not_held_have_no_seam_either(anchor: float) -> None:
    off, _ = take(anchor)
    assert np.abs(np.diff(off, axis=0)).max() <= 1.0
