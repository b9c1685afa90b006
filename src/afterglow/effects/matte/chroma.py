"""A coloured backing keyed out: chroma as a backend of mattes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.analysis.matting.backend import Cut
from afterglow.effects.matte.backing import Key, Light, backing_of, found_key, reduced
from afterglow.effects.matte.fields import looked_at
from afterglow.effects.matte.keyed import Backed, keyed, own_colours
from afterglow.errors import MediaError, UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.standards import is_known

Say: TypeAlias = Callable[[str], None]
"""Takes one clear line for the person."""


def quiet(line: str) -> None:
    """Tell nobody."""


class State(NamedTuple):
    """What is known from one frame to the next."""

    transfer: str
    """Of the video's light."""
    key: Key | None
    """(3,) light of the backing; None until it has been found."""


@dataclass(frozen=True, slots=True)
class Chroma:
    """A backing of one colour, keyed out; how it is lit is found in every frame."""

    key: tuple[int, int, int] | None = None
    """R'G'B' 0-255 of the backing, about; None finds it on the border of the first frame."""
    tolerance: float | None = None
    """Per cent of the way from backing to subject that still are backing; None: by the noise."""
    softness: float | None = None
    """Per cent of that way over which the matte rises; None: all that is left of it."""
    despill: float = 1.0
    """How much of the backing's light is taken off the subject, 0 to 1."""
    colours: bool = True
    """Find the subject's own colours as well as its matte."""
    around: int = 0
    """Pixels outside the matte that get such colours too, for a matte that will be wider."""
    say: Say = quiet
    """Tells which key was found."""

    def reach(self, video: VideoInfo) -> Reach:
        """No neighbours: every frame stands for itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of a frame's light, the backing's, and their planes."""
        return (96 if self.colours else 60) * video.width * video.height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Give the key where it is set; raise UsageError where the light cannot be computed."""
        transfer = video.colour.transfer
        if not is_known(transfer):
            raise UsageError(f"the video's transfer has no linear light that is known ({transfer})")
        key = None
        if self.key is not None:
            levels = np.array([[self.key]], np.uint8)
            key = ops.to_linear(levels, transfer)[0, 0]
        yield State(transfer, key)

    def step(self, frame: Frame, state: Any) -> tuple[Cut, State]:
        """Return the matte of a frame, and the key."""
        pixels = ops.array_of(frame.pixels)
        light = ops.to_linear(looked_at(pixels), state.transfer)
        small = reduced(light)
        key = self._found(small, state.transfer) if state.key is None else state.key
        backed = Backed(pixels, light, state.transfer, backing_of(small, key))
        alpha = keyed(backed, self.tolerance, self.softness)
        foreground = None
        if self.colours:
            own = own_colours(backed, alpha, self.despill, self.around)
            foreground = ops.beside(own, frame.pixels)
        return Cut(alpha, foreground), State(state.transfer, key)

    def _found(self, light: Light, transfer: str) -> Key:
        key = found_key(light)
        if key is None:
            raise MediaError(
                "no backing of one colour lies along the border of the first picture",
                hint="name its colour with --key green, blue or #rrggbb",
            )
        red, green, blue = ops.to_display(key[None, None], transfer, "uint8")[0, 0]
        self.say(f"key: #{red:02x}{green:02x}{blue:02x}, from the border of the first picture")
        return key
