"""The interface behind which every way of making a matte stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from afterglow.frames import Frame, Reach, VideoInfo

if TYPE_CHECKING:
    from afterglow.frames import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What a backend finds in one frame."""

    alpha: NDArray[np.float32]
    """(H, W) float32, 0 background to 1 subject, at the size of the frame, in main memory."""
    foreground: Pixels | None = None
    """(H, W, 3) RGB of the subject without its background, in the type and place of the frame's
    pixels, where the backend knows it."""


class Backend(Protocol):
    """A frozen dataclass of settings that finds the subject in frame after frame."""

    def reach(self, video: VideoInfo) -> Reach:
        """Say how many frames a good matte needs before and after."""

    def memory(self, video: VideoInfo) -> int:
        """Bytes that its state holds at most, whatever the length."""

    def start(self, video: VideoInfo) -> AbstractContextManager[Any]:
        """Load what is needed and give the state of the first step; leaving frees it."""

    def step(self, frame: Frame, state: Any) -> tuple[Cut, Any]:
        """Return what is found in a frame, and the state of the next step."""


def cuts(
    backend: Backend, frames: Iterator[Frame], video: VideoInfo
) -> Iterator[tuple[Frame, Cut]]:
    """Each frame with what the backend finds in it; nothing is loaded for an empty video."""
    first = next(frames, None)
    if first is None:
        return
    with backend.start(video) as state:
        cut, state = backend.step(first, state)
        yield first, cut
        for frame in frames:
            cut, state = backend.step(frame, state)
            yield frame, cut
