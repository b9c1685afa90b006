"""A coloured backing keyed out: chroma as a backend of mattes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from afterglow import ops
from afterglow.analysis.matting.backend import Cut
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.keying import key_axis

Say = Callable[[str], None]


def quiet(line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Chroma:
    """A backing of one colour, keyed out."""

    key: tuple[int, int, int] | None = None
    """R'G'B' 0-255 of the backing; None finds it on the border of the first frame."""
    despill: float = 1.0
    """How much of the backing's light is taken off the subject, 0 to 1."""
    tolerance: float | None = None
    """Per cent of the way from backing to subject that still are backing; None: by the noise."""
    softness: float = 100.0
    """Per cent of that way over which the matte rises."""
    colours: bool = True
    """Find the subject's own colours as well."""
    say: Say = quiet
    """Tells the person which key was found."""

    def reach(self, video: VideoInfo) -> Reach:
        """No neighbours: every frame stands for itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of a frame's light and its planes."""
        return 40 * video.width * video.height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[Any]:
        """Give the transfer of the light, and no key yet."""
        yield video.colour.transfer, self.key

    def step(self, frame: Frame, state: Any) -> tuple[Cut, Any]:
        """Return the matte of a frame, and the key."""
        transfer, key = state
        pixels = ops.array_of(frame.pixels)
        if key is None:
            key = (0, 255, 0)
        light = ops.to_linear(pixels, transfer)
        along, _ = key_axis(key)
        level = light @ along.astype(np.float32)
        return Cut(np.clip(1 - level / max(float(level.max()), 1e-6), 0, 1)), (transfer, key)
