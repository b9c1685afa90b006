"""Takes with a known composite: a subject over one background, and over another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.composite.effect import Composite
from afterglow.frames import Frame, VideoInfo

LIGHT = "bt709"
Picture = NDArray[Any]


@dataclass(frozen=True)
class Shots:
    """A backdrop of given pictures, one for each frame, the last one held."""

    pictures: Sequence[Picture]
    alpha: Picture | None = None

    @property
    def transparent(self) -> bool:
        return self.alpha is not None

    def memory(self, video: VideoInfo) -> int:
        return 0

    def opened(self, video: VideoInfo) -> AbstractContextManager[Callable[[Fraction], Frame]]:
        @contextmanager
        def opening() -> Iterator[Callable[[Fraction], Frame]]:
            frames = [Frame(each, 0, self.alpha) for each in self.pictures]
            yield lambda seconds: frames[min(int(seconds * video.rate), len(frames) - 1)]

        return opening()


def slow_texture(seed: int, size: tuple[int, int], colour: Any, spread: float = 0.06) -> Picture:
    """(H, W, 3) float32 linear light around a colour."""
    coarse = np.random.default_rng(seed).normal(0, spread, (5, 7, 3)).astype(np.float32)
    wide = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return np.clip(wide + np.asarray(colour, np.float32), 0.01, 0.99).astype(np.float32)


class Take:
    """Two frames of a soft subject before a backing, mixed by a lens: in linear light."""

    def __init__(self, depth: Literal[8, 16] = 8, edge: float = 12, size: Any = (160, 120)) -> None:
        self.size = width, height = size
        self.depth: Any = f"uint{depth}"
        self.white = (1 << depth) - 1
        self.video = VideoInfo(
            width,
            height,
            Fraction(25),
            Fraction(1, 25),
            depth=depth,
            bits=depth,
            alpha=True,
            frames=2,
        )
        self.subject = slow_texture(1, size, (0.6, 0.35, 0.25))
        self.backing = slow_texture(2, size, (0.03, 0.6, 0.08))
        self.beach = slow_texture(3, size, (0.5, 0.45, 0.7), 0.1)
        y, x = np.mgrid[:height, :width]
        gap = np.hypot((x - width / 2) / 1.0, (y - height / 2) / 1.3) - height / 4
        self.matte = (np.rint(np.clip(0.5 - gap / edge, 0, 1) * 255) / 255).astype(np.float32)
        self.alpha = ops.from_float(self.matte, self.depth)
        self.pixels = self.mixed(self.backing)
        self.frames = [Frame(self.pixels, pts, self.alpha) for pts in range(2)]
        self.soft = (self.matte > 0) & (self.matte < 1)

    def mixed(self, ground: Picture) -> Picture:
        """The subject before a ground, as a camera sees it."""
        share = self.matte[..., None]
        return ops.to_display(self.subject * share + ground * (1 - share), LIGHT, self.depth)

    def shown(self, light: Picture) -> Picture:
        return ops.to_display(light, LIGHT, self.depth)

    def over_beach(self, **settings: Any) -> Picture:
        """The pixels of the second frame over the beach."""
        effect = Composite(Shots([self.shown(self.beach)]), **settings)
        return np.asarray(list(effect.stream(iter(self.frames), self.video))[-1].pixels)

    def error(self, found: Picture) -> float:
        """Mean error at the edge, in levels of 255."""
        gap = np.abs(found.astype(float) - self.mixed(self.beach))[self.soft]
        return float(gap.mean() * 255 / self.white)
