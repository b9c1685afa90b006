"""People in a video: a small network's matte, followed, kept clean, steadied and sharpened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.matting import crop, eyes, refine, shots, steady, stray
from afterglow.analysis.matting.backend import Cut
from afterglow.analysis.matting.crop import Box
from afterglow.analysis.matting.eyes import Network
from afterglow.analysis.picture import Look, look, measuring_size
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels

Opener: TypeAlias = Callable[[], AbstractContextManager[Network]]
"""Opens a network, and frees it afterwards."""

_PIXELS = 480 * 270
"""Of the picture that mattes are found on."""
_COARSE = 256
"""Longer side of the picture that parts are told on."""
_SEARCH, _PAUSE = Fraction(1, 10), Fraction(1, 12)
"""Seconds between two looks at the whole picture; that a new part waits, and then fades in."""
_SETTLED = Fraction(1, 2)
"""Seconds after which crops and matte no longer tell where a run began."""
_RADIUS = 4
"""Pixels of that picture that an edge is sought in."""
_FIRST_LOOKS = 2
"""How often the crops of a shot's first frame are found anew."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that is known of a video so far."""

    landscape: Network
    square: Network
    video: VideoInfo
    boxes: tuple[Box, ...] = ()
    """Where people are."""
    kept: stray.Kept | None = None
    """The parts of the last matte; None where a shot begins."""
    last: steady.Seen | None = None
    """The last picture and its matte."""
    look: Look | None = None
    """The last picture, for telling cuts."""
    since: int = 0
    """Frames since newcomers were looked for."""
    searches: int = 0
    """How often in this shot."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sizes:
    """(width, height) of the pictures that are worked on."""

    work: tuple[int, int]
    coarse: tuple[int, int]


def _sizes(video: VideoInfo) -> _Sizes:
    width, height = video.width, video.height
    work = min(1.0, (_PIXELS / (width * height)) ** 0.5)
    coarse = min(work, _COARSE / max(width, height))
    return _Sizes(*(_scaled(width, height, each) for each in (work, coarse)))


def _scaled(width: int, height: int, by: float) -> tuple[int, int]:
    return max(1, round(width * by)), max(1, round(height * by))


@dataclass(frozen=True, slots=True)
class Person:
    """People, found by two small networks and followed from frame to frame."""

    landscape: Opener
    """Opens the network that is given whole wide pictures, at 256 x 144."""
    square: Opener
    """Opens the network that is given parts that hold people, and tall pictures, at 256 x 256."""

    def reach(self, video: VideoInfo) -> Reach:
        """Frames until crops and matte have settled, and who comes in has been found and shown."""
        found = _frames(video, _SEARCH) + 2 * _frames(video, _PAUSE)
        return Reach(past=found + _frames(video, _SETTLED))

    def memory(self, video: VideoInfo) -> int:
        """The last picture, small, with its matte and its parts."""
        width, height = _sizes(video).work
        return 28 * width * height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Open the networks; nothing is known yet."""
        with ExitStack() as open_ones:
            networks = [open_ones.enter_context(each()) for each in (self.landscape, self.square)]
            yield State(networks[0], networks[1], video)

    def step(self, frame: Frame, state: Any) -> tuple[Cut, State]:
        """Return the matte of a frame, and what is known after it."""
        picture = ops.array_of(frame.pixels)
        return _step(picture, state)


def _frames(video: VideoInfo, seconds: Fraction) -> int:
    """Frames in so many seconds, at most 60."""
    return min(60, max(1, round(video.rate * seconds)))


def _step(picture: NDArray[Any], state: State) -> tuple[Cut, State]:
    sizes = _sizes(state.video)
    work = levels.as_depth(ops.reduce(picture, *sizes.work), "uint8")
    state = _shot(work, state)
    whole = levels.as_depth(picture, "uint8")
    sure, boxes, state = _looked(whole, sizes, state)
    parts = stray.parts_of(ops.resize(sure, *sizes.coarse))
    kept = stray.judged(parts, state.kept, _frames(state.video, _PAUSE))
    gain = cv2.resize(kept.gain, sizes.work, interpolation=cv2.INTER_LINEAR)
    matte = steady.steadied(sure * gain, work, state.last)
    now = tuple(crop.followed(boxes, _boxes(parts)))
    state = replace(state, boxes=now, kept=kept, last=steady.Seen(work, matte))
    return Cut(refine.sharpened(picture, work, matte, _RADIUS)), state


def _shot(work: NDArray[np.uint8], state: State) -> State:
    """What is known of the shot that a frame belongs to: nothing, if it begins one."""
    now = look(work, None, measuring_size(work.shape, 90))
    if state.look is not None and shots.is_cut(state.look, now):
        return State(state.landscape, state.square, state.video, look=now)
    return replace(state, look=now)


def _looked(
    picture: NDArray[np.uint8], sizes: _Sizes, state: State
) -> tuple[NDArray[np.float32], tuple[Box, ...], State]:
    """What the networks find in a picture, the crops it was found in, and the state."""
    shape = sizes.work[1], sizes.work[0]
    boxes, fresh = state.boxes, state.kept is None
    state = replace(state, since=state.since + 1)
    if fresh or state.since >= _frames(state.video, _SEARCH if boxes else _PAUSE):
        boxes = tuple(crop.apart([*boxes, *_newcomers(picture, sizes, state)]))
        state = replace(state, since=0, searches=state.searches + 1)
    both = partial(eyes.agreed, state.landscape, state.square)
    for _ in range(_FIRST_LOOKS if fresh else 0):
        sure = crop.seen(both, picture, _shown(boxes), shape)
        boxes = tuple(_boxes(stray.parts_of(ops.resize(sure, *sizes.coarse))))
    one = partial(eyes.found, state.square, size=eyes.SQUARE)
    return crop.seen(one, picture, _shown(boxes), shape), boxes, state


def _shown(boxes: Sequence[Box]) -> list[Box]:
    return [box.grown(crop.MARGIN) for box in boxes]


def _newcomers(picture: NDArray[np.uint8], sizes: _Sizes, state: State) -> list[Box]:
    """Who is in the picture and in none of the crops."""
    fresh = state.kept is None
    new: list[Box] = []
    for tile in _tiles(sizes, state):
        new += _strangers(picture, tile, sizes, state, [*state.boxes, *new])
        if new and not fresh:
            break
    return new


def _tiles(sizes: _Sizes, state: State) -> list[Box]:
    """Where to look: everywhere if nobody is known, else at the whole and at parts in turn."""
    whole, *parts = crop.tiles(*sizes.coarse)
    if not state.boxes:
        return [whole, *parts]
    turn, rest = divmod(state.searches, 2)
    return [parts[turn % len(parts)] if rest else whole]


def _strangers(
    picture: NDArray[np.uint8], tile: Box, sizes: _Sizes, state: State, known: list[Box]
) -> list[Box]:
    """Who is in a part of the picture and in none of the crops: one network says, both agree."""
    width, height = sizes.coarse
    found: list[Box] = []
    for eye in (eyes.quick, eyes.agreed):
        look_at = partial(eye, state.landscape, state.square)
        sure = crop.seen(look_at, picture, [tile], (height, width))
        for box in _shown(known):
            sure[box.within(width, height)] = 0
        found = _boxes(stray.parts_of(sure))
        if not found:
            break
    return found


def _boxes(parts: stray.Parts) -> list[Box]:
    wanted = [int(n) for n in np.flatnonzero(parts.real())]
    return crop.boxes_of(parts.labels, parts.stats, wanted)
