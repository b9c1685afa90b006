"""What is learnt, from which clips, and in which order: numbers and names alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import UsageError

_FINE = 1000
"""A part of a clip begins at a whole number of so many parts of a second."""


class Clip(NamedTuple):
    """A clip that can be learnt from."""

    name: str
    """Of its file."""
    seconds: Fraction
    """How long it is."""


class Part(NamedTuple):
    """What is seen of a clip in one step."""

    clip: int
    """Its place among the clips."""
    start: Fraction
    """Seconds."""


class Footage(Protocol):
    """Clips that are decoded as they are needed."""

    @property
    def clips(self) -> Sequence[Clip]:
        """The clips, in an order that stays."""

    def shown(
        self, part: Part, count: int, rate: Fraction, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Return (count, H, W, 3) uint8 RGB of a part, at a rate and a (width, height)."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a LoRA is learnt."""

    model: str
    """What it is for, as models.lock names it."""
    rank: int
    """Of its matrices."""
    lr: float
    """How far a step goes."""
    batch: int
    """Parts of clips that are seen in a step."""
    size: tuple[int, int]
    """Width and height in pixels at which they are seen."""
    frames: int
    """Frames of a part."""
    fps: Fraction
    """Frames per second at which they are taken, which the model is told."""
    bucket: int
    """How much moves in them, which the model is told: 1 to 255."""
    seed: int
    """Where everything that is drawn begins."""

    @property
    def length(self) -> Fraction:
        """Seconds from the first frame of a part to the last."""
        return (self.frames - 1) / self.fps

    def facts(self, clips: Sequence[Clip]) -> dict[str, str]:
        """Return, in words, all that decides what is learnt."""
        width, height = self.size
        return {
            "model": self.model,
            "rank": str(self.rank),
            "lr": repr(self.lr),
            "batch": str(self.batch),
            "resolution": f"{width}x{height}",
            "frames": str(self.frames),
            "fps": str(self.fps),
            "motion bucket": str(self.bucket),
            "seed": str(self.seed),
            "clips": json.dumps([[clip.name, str(clip.seconds)] for clip in clips]),
        }


def require_same(facts: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Raise UsageError where a training would go on otherwise than it began."""
    for name, value in facts.items():
        if before.get(name) != value:
            if name == "clips":
                raise UsageError(
                    "--resume: the clips of the folder are not those that the training began with",
                    hint="put those back that it began with, or begin anew with --overwrite",
                )
            raise UsageError(
                f"--resume: {name} was {before.get(name)}, and is {value} now",
                hint="go on with what it began with, or begin anew with --overwrite",
            )


def part_of(seed: int, number: int, clips: Sequence[Clip], length: Fraction) -> Part:
    """Return what is seen as the part of a number, from 0.

    Every clip comes once before one comes again. length: seconds of a part; no clip is shorter.
    """
    turn, place = divmod(number, len(clips))
    order = np.random.default_rng((seed, turn)).permutation(len(clips))
    clip = int(order[place])
    latest = int((clips[clip].seconds - length) * _FINE)
    start = int(np.random.default_rng((seed, number, 1)).integers(0, max(1, latest)))
    return Part(clip, Fraction(start, _FINE))


def seed_of(seed: int, number: int) -> int:
    """Return where the noise of a step begins: another place for every seed and every step."""
    (state,) = np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)
    return int(state >> 1)
