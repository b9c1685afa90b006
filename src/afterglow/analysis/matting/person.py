"""People in a video: a small network's matte, followed, sharpened and steadied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.matting.backend import Cut
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels

Network: TypeAlias = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""From an (h, w, 3) uint8 RGB picture of the network's own size to (h, w) float32, 0-1: how sure it
is that a pixel belongs to a person."""
Opener: TypeAlias = Callable[[], AbstractContextManager[Network]]
"""Opens a network, and frees it afterwards."""

LANDSCAPE, SQUARE = (256, 144), (256, 256)
"""(width, height) of the pictures that the two networks are given."""


class State(NamedTuple):
    """All that is known of a video so far."""

    landscape: Network
    square: Network


@dataclass(frozen=True, slots=True)
class Person:
    """People, found by two small networks: one for whole pictures, one for parts of them."""

    landscape: Opener
    """Opens the network that is given whole pictures, at 256 x 144."""
    square: Opener
    """Opens the network that is given the parts that hold people, at 256 x 256."""

    def reach(self, video: VideoInfo) -> Reach:
        """Frames until the matte has settled."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """A few pictures of the frame's size."""
        return 16 * video.width * video.height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Open the networks; nothing is known yet."""
        with ExitStack() as open_ones:
            networks = (open_ones.enter_context(each()) for each in (self.landscape, self.square))
            yield State(*networks)

    def step(self, frame: Frame, state: Any) -> tuple[Cut, State]:
        """Return the matte of a frame, and what is known after it."""
        picture = levels.as_depth(ops.resize(ops.array_of(frame.pixels), *LANDSCAPE), "uint8")
        sure = state.landscape(np.ascontiguousarray(picture))
        height, width = frame.pixels.shape[:2]
        return Cut(ops.resize(sure, width, height)), state
