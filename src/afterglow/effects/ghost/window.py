"""The frames around the present one: what ghost remembers of each, and how they line up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from afterglow import ops
from afterglow.analysis.align import Matrix, inverse
from afterglow.analysis.camera import CameraTracker, Motion
from afterglow.analysis.follow import Model
from afterglow.analysis.motion import brightening
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.frames import Pixels

Held = TypeVar("Held")

_LINES = 360
"""The short side of a soft trail is 360 to 719 pixels, that of a look is half of it."""
_STILL = 0.05
"""Pixels of the look: a camera that moved less did not move."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """(width, height) of the three pictures that ghost works with."""

    full: tuple[int, int]
    """The frame."""
    trail: tuple[int, int]
    """Pictures that become ghosts: the frame's own size, or reduced where ghosts are soft."""
    look: tuple[int, int]
    """Pictures that are only compared."""


def sizes(video: VideoInfo, *, soft: bool) -> Sizes:
    """Return the sizes for a video; soft trails are blurred anyway, and need fewer pixels."""
    full = video.width, video.height
    factor = max(1, min(full) // _LINES)
    reduced = _reduced(full, factor)
    return Sizes(full, reduced if soft else full, _reduced(reduced, 2))


def _reduced(size: tuple[int, int], factor: int) -> tuple[int, int]:
    """A whole size divided by a factor, rounded up."""
    return -(-size[0] // factor), -(-size[1] // factor)


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What is remembered of a frame."""

    look: Pixels
    """(h, w, 3) uint8, softened by 3 x 3 pixels."""
    luma: NDArray[np.uint8]
    """(h, w) uint8, in main memory."""
    place: Matrix
    """(3, 3) where the shot's first frame lies in this one, in full-size pixels."""
    mismatch: float
    """Share of the picture, 0-1, that the camera's motion does not explain."""
    exposure: float
    """Brightness of the picture as a whole, by the shot's first frame."""
    shot: int
    """Number of the shot."""
    age: int
    """Frames since the first one of the shot."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """How the content moved from a moment to the present."""

    step: Matrix
    """(3, 3) from then to now, in full-size pixels."""
    drift: float
    """How far the corners moved, in pixels of the look."""
    full: tuple[int, int]
    """(width, height) of the frame."""

    def at(self, size: tuple[int, int]) -> Matrix | None:
        """Return (3, 3) from then to now in pixels of ``size``; None where nothing moved."""
        if self.drift < _STILL:
            return None
        ratio = np.array(size) / self.full
        # Pixel centres: a small pixel's centre lies at (n + 1/2) / ratio - 1/2 of the large ones.
        shrink = np.diag([*ratio, 1.0])
        shrink[:2, 2] = (ratio - 1) / 2
        return np.asarray(shrink @ self.step @ inverse(shrink))


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A picture that may become a ghost."""

    picture: Pixels
    """(h, w, 3) at trail size."""
    matte: Pixels | None
    """(h, w) uint8 at trail size."""


class Ring(Generic[Held]):
    """The newest things of a stream, found by the number of their frame."""

    def __init__(self, length: int) -> None:
        """Keep ``length`` things."""
        self._kept: deque[Held] = deque(maxlen=length)
        self._next = 0

    def put(self, thing: Held) -> None:
        """Add the next frame's."""
        self._kept.append(thing)
        self._next += 1

    def get(self, number: int) -> Held | None:
        """Return a frame's, or None where it is not kept."""
        index = number - self._next + len(self._kept)
        return self._kept[index] if 0 <= index < len(self._kept) else None


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The present frame and what is remembered around it."""

    frame: Frame
    number: int
    moments: Ring[Moment]
    prints: Ring[Print]
    sizes: Sizes

    @property
    def present(self) -> Moment:
        """The moment of the present frame."""
        moment = self.moments.get(self.number)
        assert moment is not None, "the present is always kept"
        return moment

    def moment(self, ago: int) -> Moment | None:
        """Return the moment ``ago`` frames before, or after if negative; None in another shot."""
        found = self.moments.get(self.number - ago)
        return found if found and found.shot == self.present.shot else None

    def printed(self, ago: int) -> Print:
        """Return the picture of a moment of this shot."""
        found = self.prints.get(self.number - ago)
        assert found is not None, "prints are kept as far as layers reach"
        return found

    def gain(self, moment: Moment) -> float:
        """Return the factor that brings a moment to the exposure of the present."""
        return self.present.exposure / moment.exposure

    def way(self, moment: Moment) -> Way:
        """Return how the content moved from a moment to the present."""
        step = self.present.place @ inverse(moment.place)
        width, height = self.sizes.full
        corners = np.array([[0, width], [0, height], [1, 1]], np.float64)
        moved = float(np.abs((step @ corners - corners)[:2]).max())
        return Way(step, moved * self.sizes.look[0] / width, self.sizes.full)


def windows(
    frames: Iterator[Frame],
    video: VideoInfo,
    sizes: Sizes,
    reach: Reach,
    layers: Reach,
    camera: Model,
) -> Iterator[Window]:
    """Give a window for every frame, ``reach.future`` frames late.

    reach: how far moments are kept. layers: how far pictures are kept as well.
    """
    moments: Ring[Moment] = Ring(reach.past + reach.future + 1)
    prints: Ring[Print] = Ring(max(layers.past + reach.future, reach.future) + 1)
    waiting: deque[tuple[int, Frame]] = deque()
    tracker = CameraTracker(video.width, video.height, camera)
    before: Moment | None = None
    for number, frame in enumerate(frames):
        seen = _print(frame, sizes)
        look = _look(seen.picture, sizes)
        motion = tracker.step(ops.array_of(look), _subject(seen, sizes))
        before = _moment(look, motion, before)
        moments.put(before)
        prints.put(seen)
        waiting.append((number, frame))
        if len(waiting) > reach.future:
            present, shown = waiting.popleft()
            yield Window(shown, present, moments, prints, sizes)
    for present, shown in waiting:
        yield Window(shown, present, moments, prints, sizes)


def _moment(look: Pixels, motion: Motion, before: Moment | None) -> Moment:
    """What is remembered of a frame; age and exposure begin anew with a shot."""
    luma = ops.array_of(ops.luma(look))
    if before is None or motion.shot != before.shot:
        return Moment(look, luma, motion.cumulative, 0.0, 1.0, motion.shot, 0)
    exposure = before.exposure * brightening(before.luma, luma)
    place, mismatch = motion.cumulative, motion.mismatch
    return Moment(look, luma, place, mismatch, exposure, motion.shot, before.age + 1)


def _print(frame: Frame, sizes: Sizes) -> Print:
    """The frame as a ghost will need it."""
    matte = frame.alpha
    if matte is not None:
        matte = levels.as_depth(ops.reduce(matte, *sizes.trail), "uint8")
    return Print(ops.reduce(frame.pixels, *sizes.trail), matte)


def _look(picture: Pixels, sizes: Sizes) -> Pixels:
    """A picture small and softened, so that noise and grain do not count as motion."""
    small = levels.as_depth(ops.reduce(picture, *sizes.look), "uint8")
    return ops.box_blur(small, 3)


def _subject(seen: Print, sizes: Sizes) -> NDArray[Any] | None:
    """The matte small and in main memory, for the camera to look past."""
    return None if seen.matte is None else ops.array_of(ops.reduce(seen.matte, *sizes.look))
