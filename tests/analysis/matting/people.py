"""Stand-ins for people and for the networks that find them: people are magenta."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.matting import Opener, Person
from afterglow.frames import Frame, VideoInfo
from tests.scenes import Scene, View, video_of

MAGENTA = np.array([255.0, 0.0, 255.0])

Look = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def magenta(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How magenta each pixel is: a network that is never wrong."""
    share = (picture[..., 0].astype(np.float32) + picture[..., 2]) / 2 - picture[..., 1]
    return np.clip((share / 255 - 0.35) / 0.3, 0, 1)


def opener(network: Look) -> Opener:
    @contextmanager
    def opened() -> Iterator[Look]:
        yield network

    return opened


def person(network: Look = magenta) -> Person:
    return Person(opener(network), opener(network))


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture and the truth about it."""

    rgb: NDArray[Any]
    alpha: NDArray[np.float32]


def painted(views: Sequence[View], *others: NDArray[np.float32]) -> Shot:
    """The subjects of some views, in magenta, on the background of the first; and other mattes."""
    white = np.iinfo(views[0].rgb.dtype).max
    alpha = np.max([*(view.alpha.astype(np.float32) / white for view in views), *others], axis=0)
    clean = views[0].clean.astype(np.float64)
    grey = np.repeat(clean.mean(axis=2, keepdims=True), 3, axis=2)
    mixed = grey + alpha[..., None] * (MAGENTA / 255 * white - grey)
    return Shot(np.rint(mixed).astype(views[0].rgb.dtype), alpha)


def shots_of(*scenes: Scene) -> list[Shot]:
    """Scenes one over another: the background of the first, the subjects of all."""
    return [painted([scene.view(t) for scene in scenes]) for t in range(scenes[0].frames)]


def mattes(
    shots: Sequence[Shot], of: Person | None = None, video: VideoInfo | None = None
) -> list[NDArray[np.float32]]:
    """The mattes of a video."""
    of = of or person()
    height, width = shots[0].rgb.shape[:2]
    video = video or replace(video_of(Scene(width, height)), frames=None)
    found = []
    with of.start(video) as state:
        for t, shot in enumerate(shots):
            cut, state = of.step(Frame(shot.rgb, t), state)
            found.append(cut.alpha)
    return found


def error(found: NDArray[Any], true: NDArray[Any]) -> float:
    """Mean absolute difference of two mattes, or of many."""
    return float(np.abs(np.asarray(found) - np.asarray(true)).mean())


def flicker(found: Sequence[NDArray[Any]], true: Sequence[NDArray[Any]]) -> float:
    """dtSSD: the root mean square of what changes in time and should not, mean over frames."""
    wrong = np.stack(found) - np.stack(true)
    return float(np.sqrt(np.square(np.diff(wrong, axis=0)).mean(axis=(1, 2))).mean())
