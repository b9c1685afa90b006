"""What a model is asked for in one window: numbers and words alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.models.denoising import Tell

if TYPE_CHECKING:
    from afterglow.effects.animate.model.family import Family


@dataclass(frozen=True, slots=True)
class Motion:
    """What shall happen in a picture, and how it is worked out."""

    prompt: str
    """What shall be seen; families without text do not read it."""
    negative_prompt: str
    """What shall not be seen."""
    motion_strength: float
    """How much moves, 0 to 1; families that learn it from words alone do not read it."""
    guidance: float
    """How closely the model follows what it is given."""
    frames: int
    """Frames of the window."""
    fps: Fraction
    """Frames per second that are exported, and told to models that want to know."""
    steps: int
    """Steps from noise to a window."""
    noise: float
    """Noise on the picture before it is looked at, 0 to 1: more of it frees the motion."""
    decode_chunk: int
    """Frames that are decoded at once."""
    size: tuple[int, int]
    """Width and height in pixels that the model works at."""
    control: str = ""
    """What of a video steers it: depth or pose; nothing if empty."""


Say: TypeAlias = Callable[[str], None]
"""Is told what is done, in a line."""
Seer: TypeAlias = Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.uint8]]
"""Takes frames (H, W, 3) uint8 RGB, gives what it sees in them as (F, H, W, 3) uint8 RGB."""


class Animator(Protocol):
    """A model that is held, and makes windows of frames."""

    def window(
        self,
        still: NDArray[np.uint8],
        motion: Motion,
        seed: int,
        tell: Tell,
        **guide: NDArray[np.uint8],
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield (H, W, 3) uint8 RGB, decoded in chunks as they are taken.

        still: (H, W, 3) uint8 RGB of the size that the motion names; the window begins with it.
        seed: where the noise begins. tell: told of every step. guide: for families that a video
        steers, if it shall, ``guide``: (F, H, W, 3) uint8 RGB, depths or poses of every frame.
        """


class Models(Protocol):
    """The models of this machine."""

    def choose(
        self, name: str | None, wanted: tuple[str, ...], *, text: bool, control: str = ""
    ) -> Family:
        """Return the family of a name, or the best one that is here; ModelError if none is."""

    def see(self, control: str) -> AbstractContextManager[Seer]:
        """Hold what sees in frames of a video what shall steer a family."""

    def hold(
        self, family: Family, motion: Motion, lora: str, say: Say
    ) -> AbstractContextManager[Animator]:
        """Hold what animates a picture; leaving frees it."""


def words_of(motion: Motion) -> dict[str, Any]:
    """Return the words as pipelines take them."""
    return {"prompt": motion.prompt, "negative_prompt": motion.negative_prompt or None}
