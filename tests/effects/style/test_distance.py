"""What is near in a picture, told to effects, and moved along with what they see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from afterglow.effects.style.air import Fog
from afterglow.effects.style.camera import Moved
from afterglow.effects.style.distance import Behind, FileDepth, InDepth, StillDepth
from afterglow.frames import Frame, VideoInfo
from tests.scenes import Scene

VIDEO = VideoInfo(96, 64, Fraction(10), Fraction(1, 10), frames=10, duration=Fraction(1))
(VIEW,) = Scene(96, 64, frames=1, seed=3)
GREY = np.repeat(VIEW.rgb[..., 1:2], 3, axis=2)
NEAR = GREY[..., 0].astype(np.float32) / 255


def frames(count: int = 10) -> list[Frame]:
    return [Frame(GREY, pts) for pts in range(count)]


@dataclass(frozen=True)
class Playing:
    """A file whose picture has the second as its level, in tenths."""

    asked: list[tuple[int, int]]

    def memory(self, video: VideoInfo) -> int:
        return 7

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Callable[[Fraction], Frame]]:
        self.asked.append((video.width, video.height))
        size = video.height, video.width, 3
        yield lambda seconds: Frame(np.full(size, round(seconds * 10), np.uint8), 0)


@pytest.mark.parametrize("move", ["slow-zoom-in", "pan-left", "tilt-up", "orbit", "crane"])
def test_distances_move_with_the_picture(move: Any) -> None:
    """A picture that is its own depth stays that behind every move."""
    moved = Moved(move)
    shown = list(moved.stream(iter(frames()), VIDEO))
    with Behind(StillDepth(NEAR), moved).opened(VIDEO) as distances:
        apart = [
            np.abs(distances(frame) - np.asarray(frame.pixels)[..., 0] / 255).max()
            for frame in shown
        ]
    assert max(apart) < 3 / 255
    assert np.abs(NEAR - np.asarray(shown[-1].pixels)[..., 0] / 255).max() > 0.1


def test_distances_move_with_parallax_as_well() -> None:
    depth = StillDepth(NEAR)
    moved = InDepth(lambda distances: Moved("orbit", distances=distances), depth)
    shown = list(moved.stream(iter(frames(4)), VIDEO))
    with Behind(depth, moved).opened(VIDEO) as distances:
        apart = [
            np.abs(distances(frame) - np.asarray(frame.pixels)[..., 0] / 255).mean()
            for frame in shown
        ]
    assert max(apart) < 3 / 255


def test_a_depth_file_plays_along_from_where_the_cut_begins() -> None:
    asked: list[tuple[int, int]] = []
    own = replace(VIDEO, width=10, height=10)
    depth = FileDepth(Playing(asked), own, Fraction(5))
    with depth.opened(VIDEO) as distances:
        levels = [round(float(distances(Frame(GREY, pts)).mean()) * 255) for pts in (-3, 0, 4)]
    assert levels == [47, 50, 54] and asked == [(96, 64)], "it is brought into the frame"


def test_a_picture_that_is_held_has_its_distances_at_once() -> None:
    shown = Frame(GREY, 0)

    @dataclass(frozen=True)
    class Held(Playing):
        @contextmanager
        def opened(self, video: VideoInfo) -> Iterator[Callable[[Fraction], Frame]]:
            yield lambda seconds: shown

    with FileDepth(Held([]), VIDEO).opened(VIDEO) as distances:
        first, second = (distances(frame) for frame in frames(2))
    assert first is second and np.abs(first - NEAR).max() < 2 / 255


def test_a_still_depth_is_cropped_as_its_picture_is() -> None:
    wide = np.zeros((64, 192), np.float32)
    wide[:, 48:144] = NEAR
    with StillDepth(wide).opened(VIDEO) as distances:
        assert np.abs(distances(frames()[0]) - NEAR).max() < 1e-6


def test_an_effect_in_depth_keeps_its_promises() -> None:
    fog = InDepth(lambda distances: Fog(0.5, distances=distances), StillDepth(NEAR))
    assert fog.plan(VIDEO) == VIDEO and fog.reach(VIDEO).past == 0
    assert fog.memory(VIDEO) > Fog(0.5).memory(VIDEO)
    (made,) = fog.stream(iter(frames(1)), VIDEO)
    veiled = np.abs(np.asarray(made.pixels).astype(int) - GREY)[..., 0]
    assert veiled[NEAR < 0.35].mean() > 1.5 * veiled[NEAR > 0.65].mean()
