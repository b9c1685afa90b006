"""A puppet keeps its plan, sizes, cuts and memory, and gives back what it was given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet import Kind, Puppet, character
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo
from tests.effects.style.puppet.drawings import drawn, video

STUDIO: Any = "studio"


@dataclass(frozen=True)
class Talk:
    """A performance that opens and closes the mouth and looks about."""

    duration: Fraction = Fraction(2)

    def pose_at(self, seconds: float) -> Pose:
        swing = float(np.sin(9 * seconds))
        return Pose(
            jaw=max(0.0, swing), smile=0.3, gaze=(swing, 0.2), roll=3 * swing, turn=4 * swing,
            breath=swing, lids=1 - max(0.0, -swing),
        )  # fmt: skip


def blank(of: VideoInfo, times: range = range(6)) -> list[Frame]:
    kind: Any = np.uint8 if of.depth == 8 else np.uint16
    return [Frame(np.zeros((of.height, of.width, 3), kind), pts) for pts in times]


@pytest.mark.parametrize("background", [STUDIO, (10, 20, 30), None])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_plan_is_kept(kind: Kind, background: Any, depth: Any) -> None:
    of = video(96, 72, depth=depth, frames=3)
    effect = Puppet(kind, Talk(), background)
    plan = effect.plan(of)
    frames = blank(of, range(3))
    made = list(effect.stream(iter(frames), of))
    assert [frame.pts for frame in made] == list(range(3))
    for frame in made:
        assert frame.pixels.shape == (72, 96, 3)
        assert frame.pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
        assert (frame.alpha is not None) == plan.alpha == (background is None)
    assert all(np.asarray(frame.pixels).max() == 0 for frame in frames), "inputs stay"
    assert all(not np.array_equal(one.pixels, other.pixels) for one, other in pairwise(made))


def test_both_depths_are_the_same_picture(kind: Kind) -> None:
    low, high = (drawn(character(kind), Pose(jaw=0.4), video(depth=d)) for d in (8, 16))
    assert np.abs(low.astype(float) - high / 257).max() <= 2.5
    assert len(np.unique(high)) > 4 * len(np.unique(low)), "16 bits are used"


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 40), (17, 1), (48, 36)])
def test_the_smallest_pictures_work(kind: Kind, size: tuple[int, int]) -> None:
    of = video(*size)
    for background in (STUDIO, None):
        made = list(Puppet(kind, Talk(), background).stream(iter(blank(of, range(2))), of))
        assert [frame.pixels.shape for frame in made] == [(size[1], size[0], 3)] * 2
    assert list(Puppet(kind, Talk()).stream(iter(()), of)) == []


def test_a_cut_and_a_second_stream_give_the_same_frames(kind: Kind) -> None:
    effect, of = Puppet(kind, Talk()), video(160, 90)
    assert effect.reach(of).past == effect.reach(of).future == 0
    whole = list(effect.stream(iter(blank(of, range(12))), of))
    part = effect.stream(iter(blank(of, range(7, 12))), of)
    for one, other in zip(whole[7:], part, strict=True):
        assert one.pts == other.pts and np.array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize("kind", ["fantasy", "robot"])
def test_memory_is_stated(kind: Kind) -> None:
    """Of the puppet with most textures, and of one with few."""
    import tracemalloc

    effect, of = Puppet(kind, Talk()), video(96, 72)
    list(effect.stream(iter(blank(of)), of))
    held = []
    for count in (8, 24):
        tracemalloc.start()
        most = 0
        for _ in effect.stream(iter(blank(of, range(count))), of):
            most = max(most, tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        held.append(most - count * 72 * 96 * 3)
    assert held[1] <= held[0] * 1.1 + 65536 and held[1] <= effect.memory(of)
    assert effect.memory(replace(of, width=192, height=144)) > 2 * effect.memory(of)


def test_hdr_is_refused() -> None:
    with pytest.raises(UsageError, match="SDR"):
        Puppet("animal", Talk()).plan(video(colour=Colour(transfer="smpte2084")))


def test_tensors_come_back_as_tensors() -> None:
    torch = pytest.importorskip("torch")
    of = video(64, 36)
    frame = Frame(torch.zeros((36, 64, 3), dtype=torch.uint8), 0)
    (given,) = Puppet("robot", Talk(), None).stream(iter([frame]), of)
    (expected,) = Puppet("robot", Talk(), None).stream(iter(blank(of, range(1))), of)
    assert isinstance(given.pixels, torch.Tensor) and isinstance(given.alpha, torch.Tensor)
    np.testing.assert_array_equal(given.pixels.numpy(), expected.pixels)
