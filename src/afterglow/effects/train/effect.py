"""A LoRA learnt step by step, kept whole from time to time so that it can go on after a stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.train.course import Course, Footage, part_of, require_same, seed_of
from afterglow.errors import UsageError
from afterglow.ops.chart import Panel, chart

Picture: TypeAlias = NDArray[np.uint8]
Say: TypeAlias = Callable[[str], None]
Tell: TypeAlias = Callable[[str, int, int], None]
"""Is told what is done, and how many of how many steps of it are; may raise to stop it."""

_MEAN = 25
"""Steps over which the smooth curve of the loss is a mean, at most."""
_CURVE = 420
"""Pixels of the height of the curve."""


class Learner(Protocol):
    """A model with a LoRA over it that learns."""

    def learn(self, parts: NDArray[np.uint8], seed: int) -> float:
        """Take one step and return the loss; (B, F, H, W, 3) uint8 RGB."""

    def lora(self) -> bytes:
        """Return what was learnt, as a file of safetensors."""

    def state(self, losses: Sequence[float]) -> bytes:
        """Return all that is needed to go on, as a file of safetensors."""

    def go_on(self, state: bytes) -> list[float]:
        """Become what a state says, and return the loss of every step before it."""

    def sample(self, still: Picture, tell: Callable[[int, int], None]) -> Iterator[Picture]:
        """Yield (H, W, 3) uint8 RGB of a window that begins with a still."""


class Shelf(Protocol):
    """Where files go; each appears whole or not at all."""

    def put_lora(self, content: bytes, step: int | None = None) -> None:
        """Keep what was learnt until a step; None at the end."""

    def put_state(self, content: bytes) -> None:
        """Keep all that is needed to go on."""

    def put_curve(self, picture: Picture) -> None:
        """Keep the curve of the loss, (H, W, 3) uint8 RGB."""

    def put_sample(self, frames: Iterator[Picture], fps: Fraction, step: int) -> None:
        """Keep a video."""


@dataclass(frozen=True, slots=True)
class Training:
    """Everything about one training."""

    course: Course
    """How it is learnt."""
    footage: Footage
    """From what."""
    shelf: Shelf
    """Where files go."""
    hold: Callable[[dict[str, str]], AbstractContextManager[Learner]]
    """Gives what learns; called with what files shall say of it."""
    steps: int
    """After how many it ends."""
    save_every: int
    """Steps from one checkpoint to the next."""
    samples: bool
    """Make a short video at each checkpoint."""
    tell: Tell
    """Told of every step."""
    say: Say
    """Told what is done, in a line."""

    def run(self, before: tuple[dict[str, str], bytes] | None = None) -> list[float]:
        """Learn, keep what was learnt, and return the loss of every step.

        before: what the state of a training that was stopped says of it, and that state.

        Raises:
            UsageError: it went otherwise before, or further than it shall go now.
        """
        facts = self.course.facts(self.footage.clips)
        if before is not None:
            require_same(facts, before[0])
        with self.hold(facts) as learner:
            losses = [] if before is None else self._gone_on(learner, before[1])
            for step in range(len(losses), self.steps):
                losses.append(learner.learn(self._parts(step), seed_of(self.course.seed, step)))
                self.tell("steps", step + 1, self.steps)
                if (step + 1) % self.save_every == 0 or step + 1 == self.steps:
                    self._keep(learner, losses)
            self.shelf.put_lora(learner.lora())
        return losses

    def _gone_on(self, learner: Learner, state: bytes) -> list[float]:
        losses = learner.go_on(state)
        if len(losses) > self.steps:
            raise UsageError(
                f"--steps {self.steps}, and {len(losses)} are done already",
                hint="ask for more, or take the LoRA of an earlier step",
            )
        self.say(f"goes on after step {len(losses)}")
        return losses

    def _parts(self, step: int) -> NDArray[np.uint8]:
        """(B, F, H, W, 3) uint8 RGB that a step sees."""
        course = self.course
        numbers = range(step * course.batch, (step + 1) * course.batch)
        return np.stack([self._shown(number, course.frames) for number in numbers])

    def _shown(self, number: int, frames: int) -> NDArray[np.uint8]:
        course = self.course
        part = part_of(course.seed, number, self.footage.clips, course.length)
        return self.footage.shown(part, frames, course.fps, course.size)

    def _keep(self, learner: Learner, losses: list[float]) -> None:
        """Keep a checkpoint: what goes on from it comes last of all that is needed."""
        step = len(losses)
        if step < self.steps:
            self.shelf.put_lora(learner.lora(), step)
        self.shelf.put_curve(curve(losses))
        self.shelf.put_state(learner.state(losses))
        recent = losses[-self.save_every :]
        self.say(f"step {step}: loss {sum(recent) / len(recent):.4g}, kept")
        if self.samples:
            still = self._shown(0, 1)[0]
            frames = learner.sample(still, lambda done, total: self.tell("sample", done, total))
            self.shelf.put_sample(frames, self.course.fps, step)


def curve(losses: Sequence[float]) -> Picture:
    """Return an (H, 1280, 3) uint8 RGB picture of the loss of every step, and of its mean."""
    raw = [(float(step), loss) for step, loss in enumerate(losses, 1)]
    count = max(1, min(_MEAN, len(losses) // 4))
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    steps = np.arange(count, len(losses) + 1)
    means = (sums[steps] - sums[steps - count]) / count
    smooth = list(zip(steps.tolist(), means.tolist(), strict=True))
    names = ["loss of a step", f"mean of {count} steps"]
    return chart(names, [Panel("loss", [raw, smooth], height=_CURVE)], "")
