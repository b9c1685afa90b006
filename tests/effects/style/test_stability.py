"""No flicker: of noise that stands still, of real footage along its motion, and over cuts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.flow import at_edges, fetched, motion, seen_in_both
from afterglow.effects.style.looks import LOOKS, look_named
from afterglow.frames import Frame, VideoInfo
from tests.scenes import Scene, Subject, frames_of, joined, still, video_of

Pictures = list[NDArray[Any]]
NAMES = [name for name in LOOKS if name != "none"]
COUNT = 5
LINES = 288
"""Lines at which the warp error is measured, as evaluate does."""


def styled(name: str, pictures: Pictures) -> Pictures:
    height, width = pictures[0].shape[:2]
    video = VideoInfo(width, height, Fraction(24), Fraction(1, 24), frames=len(pictures))
    frames = (Frame(picture, pts) for pts, picture in enumerate(pictures))
    return [np.asarray(frame.pixels) for frame in look_named(name, seed=3).stream(frames, video)]


def luma(picture: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(picture.astype(np.float64) @ [0.2126, 0.7152, 0.0722])


def flicker_of(pictures: Pictures, rows: slice, columns: slice) -> float:
    """Levels between the darkest and the brightest mean of a region."""
    means = [luma(picture)[rows, columns].mean() for picture in pictures]
    return max(means) - min(means)


def noisy(frames: int = 16, **more: Any) -> Scene:
    size = {"width": 320, "height": 180, "frames": frames, "noise": 3.0, **more}
    return Scene(**size, camera=still())


@pytest.mark.parametrize("name", NAMES)
def test_noise_that_stands_still_does_not_flicker(name: str) -> None:
    """A quarter in which nothing moves, while a subject crosses the rest of the picture."""
    clip = noisy(subject=Subject(area=0.05, path=lambda t: (0.25 + 0.02 * t, 0.3)))
    made = styled(name, [view.rgb for view in clip])
    assert np.abs(made[0].astype(float) - next(iter(clip)).rgb).mean() > 3
    assert flicker_of(made, slice(110, 170), slice(190, 310)) <= 0.5


def dim(pictures: Pictures) -> Pictures:
    """The same in a sixth of the light, and its noise as strong as it is there."""
    rng = np.random.default_rng(8)
    return [
        np.clip(np.rint(each / 6 + rng.normal(0, 1.5, each.shape)), 0, 255).astype(np.uint8)
        for each in pictures
    ]


def flat(pictures: Pictures) -> Pictures:
    """The same between two greys."""
    return [np.rint(110 + each * 0.2).astype(np.uint8) for each in pictures]


@pytest.mark.parametrize("few", [dim, flat])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_dark_or_flat_is_seen_and_does_not_flicker(
    name: str, few: Callable[[Pictures], Pictures]
) -> None:
    """More contrast than the source has, and the same light while a subject crosses."""
    clip = noisy(subject=Subject(area=0.05, path=lambda t: (0.25 + 0.02 * t, 0.3)))
    pictures = few([view.rgb for view in clip])
    made = styled(name, pictures)
    assert luma(made[-1]).std() > 1.3 * luma(pictures[-1]).std()
    assert flicker_of(made, slice(110, 170), slice(190, 310)) <= 0.5


def clip_of(path: str, start: int, count: int) -> Iterator[NDArray[np.uint8]]:
    with av.open(str(Path(os.environ["AFTERGLOW_FOOTAGE"]) / path)) as box:
        for number, frame in enumerate(box.decode(video=0)):
            if start <= number < start + count:
                yield frame.to_ndarray(format="rgb24")
            elif number >= start + count:
                return


@cache
def footage(path: str, start: int) -> Pictures:
    return list(clip_of(path, start, COUNT))


def warp_error(pictures: Pictures, source: Pictures) -> float:
    """Levels of 255 between frames and the next ones, fetched along the motion of the source.

    As W.-S. Lai et al., Learning blind video temporal consistency (ECCV 2018), equation 9, where
    the motion is to be believed; the picture's own contrast is left as it is.
    """
    source, pictures = ([small(each) for each in every] for every in (source, pictures))
    squares = []
    for step in range(len(source) - 1):
        grey = [cv2.cvtColor(source[step + way], cv2.COLOR_RGB2GRAY) for way in (0, 1)]
        by = motion(grey[0], grey[1])
        sure = seen_in_both(by.forward, by.backward) & ~at_edges(by.forward)
        after = fetched(pictures[step + 1], by.forward, cubic=True)
        apart = after.astype(np.float64) - pictures[step]
        squares.append(np.mean(np.square(apart[sure])))
    return float(np.sqrt(np.mean(squares)))


def small(picture: NDArray[Any]) -> NDArray[Any]:
    height, width = picture.shape[:2]
    size = round(width * LINES / height), LINES
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


CLIPS = [
    *[("static/juggle.mp4", 40, name) for name in NAMES],
    *[("person_matte/davis_tennis.mp4", 20, name) for name in NAMES],
]


@pytest.mark.footage
@pytest.mark.parametrize(("path", "start", "name"), CLIPS)
def test_real_footage_stays_as_steady(path: str, start: int, name: str) -> None:
    if "AFTERGLOW_FOOTAGE" not in os.environ:
        pytest.skip("AFTERGLOW_FOOTAGE names no folder of real clips")
    source = footage(path, start)
    before, after = warp_error(source, source), warp_error(styled(name, source), source)
    assert after <= 1.3 * before, f"{after / before:.2f} times the source's"


def test_what_flickers_is_seen_to_flicker() -> None:
    pictures = [view.rgb for view in noisy(8)]
    worse = [picture + np.uint8(2 * (t % 2)) for t, picture in enumerate(pictures)]
    region = slice(110, 170), slice(190, 310)
    assert flicker_of(pictures, *region) < 0.2
    assert flicker_of(worse, *region) > 1.5


@pytest.mark.parametrize("name", NAMES)
def test_a_shot_does_not_remember_the_one_before(name: str) -> None:
    """After a cut the frames are those of the shot alone, at the same times."""
    dark = noisy(6, seed=5, exposure=lambda t: 0.4)
    bright = noisy(6, seed=9)
    video = video_of(dark)
    both = list(frames_of(joined(dark, bright)))
    alone = [Frame(frame.pixels, frame.pts) for frame in both[6:]]
    look = look_named(name, seed=3)
    after_cut = [np.asarray(frame.pixels) for frame in look.stream(iter(both), video)][6:]
    by_itself = [np.asarray(frame.pixels) for frame in look.stream(iter(alone), video)]
    for one, other in zip(after_cut, by_itself, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1
