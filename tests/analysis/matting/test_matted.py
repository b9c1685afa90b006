"""Matted gives each frame its matte, in the depth and the place of its pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pytest

from afterglow.analysis.matting import Cut, Matted
from afterglow.frames import Frame, Reach, VideoInfo
from tests.scenes import Scene, frames_of, video_of


@dataclass(frozen=True)
class Ramp:
    """A backend whose matte is a ramp across the picture, 1 frame later a little lower."""

    def reach(self, video: VideoInfo) -> Reach:
        return Reach(past=3)

    def memory(self, video: VideoInfo) -> int:
        return 100

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[float]:
        yield 1.0

    def step(self, frame: Frame, state: Any) -> tuple[Cut, Any]:
        height, width = frame.pixels.shape[:2]
        ramp = np.linspace(0, state, width, dtype=np.float32)
        return Cut(np.tile(ramp, (height, 1))), state * 0.5


@pytest.mark.parametrize("depth", [8, 16])
def test_the_matte_is_rounded_to_the_depth(depth: Literal[8, 16]) -> None:
    scene = Scene(40, 30, frames=3, depth=depth)
    video, white = video_of(scene), (1 << depth) - 1
    for t, frame in enumerate(Matted(Ramp()).stream(frames_of(scene), video)):
        expected = np.rint(np.linspace(0, 0.5**t, 40, dtype=np.float32) * white)
        assert frame.alpha is not None and frame.alpha.dtype == frame.pixels.dtype
        assert np.abs(np.asarray(frame.alpha, float) - expected).max() <= 1
        assert np.array_equal(frame.pixels, scene.view(t).rgb) and frame.pts == t


def test_the_plan_tells_of_the_matte_and_the_reach_is_the_backends() -> None:
    video = video_of(Scene(40, 30))
    matted = Matted(Ramp())
    assert matted.plan(video) == replace(video, alpha=True)
    assert matted.reach(video) == Reach(past=3)
    assert matted.memory(video) > 100 + 40 * 30


def test_tensors_stay_tensors() -> None:
    torch = pytest.importorskip("torch")
    scene = Scene(40, 30, frames=2)
    frames = (replace(each, pixels=torch.from_numpy(each.pixels)) for each in frames_of(scene))
    for frame in Matted(Ramp()).stream(frames, video_of(scene)):
        assert isinstance(frame.alpha, torch.Tensor) and frame.alpha.dtype == torch.uint8
        assert tuple(frame.alpha.shape) == (30, 40)


def test_an_empty_video_stays_empty() -> None:
    assert list(Matted(Ramp()).stream(iter([]), video_of(Scene(40, 30)))) == []
