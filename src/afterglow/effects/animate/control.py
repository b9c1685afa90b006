"""A video that steers what is made: what of it is seen, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.fit import Fit, fitted
from afterglow.effects.animate.motion import Seer
from afterglow.effects.animate.shot import Shot
from afterglow.errors import UsageError

KINDS = ("depth", "pose")
"""What of a video can steer."""

Guided: TypeAlias = Callable[[int], dict[str, NDArray[np.uint8]]]
"""Gives, for the window of a number, what steers it, as ``Animator.window`` takes it."""


class Film(Protocol):
    """A video of which parts are looked at."""

    def shown(self, start: Fraction, count: int, rate: Fraction) -> Iterator[NDArray[np.uint8]]:
        """Yield so many (H, W, 3) uint8 RGB at a rate from a time on; the last one goes on."""


class Control(NamedTuple):
    """What steers."""

    kind: str
    """depth or pose."""
    file: str
    """A video."""


def control_of(told: str) -> Control | None:
    """Return what KIND:FILE says; None where it says nothing.

    Raises:
        UsageError: there is no such kind, or no file.
    """
    if not told:
        return None
    kind, _, file = told.partition(":")
    if kind not in KINDS or not file:
        raise UsageError(
            f"nothing can be steered by {told!r}", hint=f"write {' or '.join(KINDS)}, and a video"
        )
    return Control(kind, file)


@contextmanager
def steering(
    film: Film | None, shot: Shot, see: Callable[[str], AbstractContextManager[Seer]], fit: Fit
) -> Iterator[Guided]:
    """Give what steers each window: the time of the video is that of the frames."""
    if film is None:
        yield lambda number: {}
        return
    motion = shot.motion
    with see(motion.control) as seen:

        def guided(number: int) -> dict[str, NDArray[np.uint8]]:
            start = number * (motion.frames - shot.overlap) / motion.fps
            frames = film.shown(start, motion.frames, motion.fps)
            return {"guide": seen([fitted(each, motion.size, fit).picture for each in frames])}

        yield guided
