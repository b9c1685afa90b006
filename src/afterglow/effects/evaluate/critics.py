"""Networks that look at the frames as they pass: a few at a time, whatever the length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.analysis.picture import measuring_size
from afterglow.effects.evaluate.distance import Classes, Moments, frechet_distance
from afterglow.errors import UsageError
from afterglow.ops import levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.frames import Frame

    Picture: TypeAlias = NDArray[np.uint8]
    Scorer: TypeAlias = Callable[[list[Picture]], NDArray[np.floating]]
    """(n,) how well each of n pictures fits a prompt."""
    Knower: TypeAlias = Callable[[NDArray[np.uint8]], NDArray[np.floating]]
    """(400,) what a (frames, H, W, 3) uint8 RGB clip is taken for, from before the softmax."""

CLIP, I3D = "clip-vit-b32", "i3d-torchscript"
"""Entries in models.lock."""
NEEDED = {CLIP: ("config", "preprocessor_config", "vocab", "merges", "*"), I3D: ()}
"""What they need, as ``require_needed`` takes it."""
_BATCH = 8
"""Pictures that are scored together."""
_A_SECOND = 4
"""Pictures a second that are scored."""
WINDOW = 16
"""Frames of a clip that I3D looks at, as in T. Unterthiner et al. (2018)."""
_LINES = 480
"""Lines, of 16:9, at which clips are given to I3D, at most; it looks at 224 x 224 of that."""


@dataclass(slots=True)
class Prompted:
    """How well the pictures of one video fit a prompt."""

    scorer: Scorer
    rate: float
    """Frames a second of the video."""
    seen: int = 0
    total: float = 0.0
    count: int = 0
    waiting: list[Picture] = field(default_factory=list)

    def take(self, picture: Picture) -> None:
        """Take the next picture; (H, W, 3) uint8 RGB."""
        if self.seen % max(1, round(self.rate / _A_SECOND)) == 0:
            self.waiting.append(picture)
        self.seen += 1
        if len(self.waiting) == _BATCH:
            self._score()

    def score(self) -> float | None:
        """Return the mean over the pictures; None where there was none."""
        if self.waiting:
            self._score()
        return self.total / self.count if self.count else None

    def _score(self) -> None:
        scores = self.scorer(self.waiting)
        self.total, self.count = self.total + float(np.sum(scores)), self.count + len(scores)
        self.waiting = []


@dataclass(slots=True)
class Windows:
    """What I3D says of the clips of 16 frames, one after the other, of one set of videos."""

    knower: Knower
    moments: Moments = field(default_factory=Moments)
    classes: Classes = field(default_factory=Classes)
    waiting: list[Picture] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Clips seen."""
        return self.moments.count

    def begin(self) -> None:
        """Begin with another video; what is left of the one before is no clip."""
        self.waiting = []

    def take(self, picture: NDArray[Any]) -> None:
        """Take the next picture; (H, W, 3) uint8 RGB."""
        self.waiting.append(np.asarray(ops.resize(picture, *measuring_size(picture.shape, _LINES))))
        if len(self.waiting) == WINDOW:
            said = self.knower(np.stack(self.waiting))[None]
            self.moments.add(said)
            self.classes.add(said)
            self.waiting = []

    def take_all(self, frames: Iterator[Frame]) -> None:
        """Take all pictures of another video."""
        self.begin()
        for frame in frames:
            self.take(levels.as_depth(ops.array_of(frame.pixels), "uint8"))


def distance_between(made: Windows, real: Windows) -> float:
    """Return the Frechet video distance; raises UsageError where there are too few clips."""
    for windows, what in ((made, "VIDEO"), (real, "--reference")):
        if windows.count < 2:
            raise UsageError(
                f"--fvd needs 2 clips of {WINDOW} frames, and {what} has {windows.count}",
                hint="hundreds tell something; give a folder of videos",
            )
    return frechet_distance(made.moments, real.moments)


def score_of(made: Windows) -> float:
    """Return the Inception score; raises UsageError where there is no clip."""
    if made.count < 1:
        raise UsageError(f"--inception needs a clip of {WINDOW} frames, and VIDEO has none")
    return made.classes.score()
