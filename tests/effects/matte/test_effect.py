"""The matte as an effect: grey or in the alpha channel, at any depth, in memory or on a device."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from afterglow.analysis.matting.backend import Cut
from afterglow.effects.matte.effect import Matte
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, Reach, VideoInfo
from afterglow.ops.foreground import laid_over

VIDEO = VideoInfo(48, 36, Fraction(25), Fraction(1, 25), frames=2)
DEEP = replace(VIDEO, depth=16, bits=10)


def soft_disc() -> Any:
    y, x = np.mgrid[:36, :48]
    return np.clip((12 - np.hypot(x - 24, y - 18)) / 4, 0, 1).astype(np.float32)


@dataclass(frozen=True)
class Known:
    """A backend that is told the truth."""

    alpha: Any
    foreground: Any = None

    def reach(self, video: VideoInfo) -> Reach:
        return Reach(3, 2)

    def memory(self, video: VideoInfo) -> int:
        return 1000

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[int]:
        yield 0

    def step(self, frame: Frame, state: Any) -> tuple[Cut, Any]:
        return Cut(self.alpha, self.foreground), state + 1


def frames(video: VideoInfo, *, device: str | None = None) -> list[Frame]:
    kind = np.uint8 if video.depth == 8 else np.uint16
    pictures = np.random.default_rng(1).integers(0, video.white + 1, (2, 36, 48, 3)).astype(kind)
    held = [torch.from_numpy(each).to(device) if device else each for each in pictures]
    return [Frame(pixels, pts) for pts, pixels in enumerate(held)]


@pytest.mark.parametrize("video", [VIDEO, DEEP], ids=["8", "16"])
def test_a_grey_matte_is_the_alpha_three_times(video: VideoInfo) -> None:
    effect = Matte(Known(soft_disc()), gray=True)
    plan = effect.plan(replace(video, alpha=True))
    assert plan.gray and not plan.alpha and plan.colour == Colour(range="full")
    assert (plan.depth, plan.bits) == (video.depth, video.depth)
    for frame in effect.stream(iter(frames(video)), video):
        assert frame.alpha is None
        for channel in range(3):
            assert np.array_equal(frame.pixels[..., channel], np.rint(soft_disc() * video.white))


@pytest.mark.parametrize("video", [VIDEO, DEEP], ids=["8", "16"])
def test_a_matte_beside_the_pixels_leaves_them_alone(video: VideoInfo) -> None:
    effect, given = Matte(Known(soft_disc())), frames(video)
    plan = effect.plan(video)
    assert plan == replace(video, alpha=True)
    for frame, before in zip(effect.stream(iter(given), video), given, strict=True):
        assert frame.pixels is before.pixels and frame.pts == before.pts
        assert np.array_equal(frame.alpha, np.rint(soft_disc() * video.white))


@pytest.mark.parametrize("settings", [{}, {"gray": True}, {"decontaminate": True, "grow": 1.5}])
def test_tensors_give_what_arrays_give(settings: Any, device: str) -> None:
    effect = Matte(Known(soft_disc()), **settings)
    arrays = effect.stream(iter(frames(VIDEO)), VIDEO)
    tensors = effect.stream(iter(frames(VIDEO, device=device)), VIDEO)
    for one, other in zip(arrays, tensors, strict=True):
        assert isinstance(other.pixels, torch.Tensor) and other.pixels.device.type == device[
            :4
        ].strip(":")
        assert np.abs(np.asarray(one.pixels, int) - other.pixels.cpu().numpy()).max() <= 2
        if one.alpha is not None:
            assert np.abs(np.asarray(one.alpha, int) - other.alpha.cpu().numpy()).max() <= 1


def test_a_backends_own_colours_are_taken_inside_the_matte() -> None:
    own = np.full((36, 48, 3), 77, np.uint8)
    (before, _), alpha = frames(VIDEO), soft_disc()
    frame = next(Matte(Known(alpha, own)).stream(iter([before]), VIDEO))
    inside = np.asarray(frame.alpha) > 0
    assert (frame.pixels[inside] == 77).all()
    assert np.array_equal(frame.pixels[~inside], before.pixels[~inside])


def test_decontaminated_edges_keep_no_background() -> None:
    subject = np.full((36, 48, 3), (180, 60, 40), np.uint8)
    backdrop = np.full((36, 48, 3), (30, 200, 90), np.uint8)
    alpha = np.rint(soft_disc() * 255).astype(np.uint8)
    mixed = laid_over(backdrop, subject, alpha, "bt709")

    def error(**settings: bool) -> float:
        (frame,) = Matte(Known(soft_disc()), **settings).stream(iter([Frame(mixed, 0)]), VIDEO)
        edge = (alpha > 30) & (alpha < 225)
        return float(np.abs(frame.pixels[edge].astype(int) - subject[edge]).mean())

    assert error(decontaminate=True) < 0.25 * error()


def test_despill_with_a_named_backing() -> None:
    pixels = np.full((36, 48, 3), (120, 160, 100), np.uint8)
    effect = Matte(Known(soft_disc()), despill=1.0, spill=(0, 255, 0))
    (frame,) = effect.stream(iter([Frame(pixels, 0)]), VIDEO)
    inside = np.asarray(frame.alpha) > 0
    assert np.abs(frame.pixels[inside].astype(int) - (120, 120, 100)).max() <= 1
    assert (frame.pixels[~inside] == (120, 160, 100)).all()
    strange = replace(VIDEO, colour=Colour(transfer="log100"))
    with pytest.raises(UsageError, match="log100"):
        effect.plan(strange)
    assert Matte(Known(soft_disc())).plan(strange).alpha


def test_reach_and_memory_count_the_backend() -> None:
    assert Matte(Known(soft_disc())).reach(VIDEO) == Reach(3, 2)
    assert Matte(Known(soft_disc())).memory(VIDEO) > 1000 + 36 * 48 * 4
