"""A bright figure before a plain background."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.hybrid import Hybrid
from afterglow.frames import Frame, VideoInfo


@dataclass(frozen=True)
class Plain:
    """A background of one level that takes down when it was asked."""

    level: int = 60
    asked: list[Fraction] = field(default_factory=list)

    def memory(self, video: VideoInfo) -> int:
        return video.width * video.height * 3 * video.depth // 8

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Callable[[Fraction], Frame]]:
        kind = np.uint8 if video.depth == 8 else np.uint16
        level = self.level * (1 if video.depth == 8 else 257)
        picture = Frame(np.full((video.height, video.width, 3), level, kind), 0)

        def at(seconds: Fraction) -> Frame:
            self.asked.append(seconds)
            return picture

        yield at


def character(width: int = 80, height: int = 80, depth: int = 8) -> tuple[Frame, VideoInfo]:
    """A bright figure in the middle half of a dark picture that ends at its lower edge."""
    kind, unit = (np.uint8, 1) if depth == 8 else (np.uint16, 257)
    alpha = np.zeros((height, width), kind)
    alpha[height // 2 :, width // 4 : 3 * width // 4] = 255 * unit
    pixels = np.full((height, width, 3), 20 * unit, kind)
    pixels[alpha > 0] = 200 * unit
    video = VideoInfo(
        width, height, Fraction(25), Fraction(1, 25), depth=depth, alpha=True, frames=1  # type: ignore[arg-type]
    )  # fmt: skip
    return Frame(pixels, 0, alpha), video


def shown(effect: Hybrid, frame: Frame, video: VideoInfo) -> NDArray[Any]:
    (made,) = effect.stream(iter([frame]), video)
    assert made.alpha is None
    return np.asarray(made.pixels)


HYBRID = Hybrid(Plain(), 200, 100, light_wrap=0.0, edges="own")
