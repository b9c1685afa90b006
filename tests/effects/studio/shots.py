"""Made shots, and a studio with a background that is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.effects.studio.effect import Studio
from afterglow.effects.studio.grounds import Made, Scene
from afterglow.frames import Frame, VideoInfo
from tests import scenes
from tests.scenes import Subject, frames_of, video_of, walk

LIGHT = "bt709"
Picture = NDArray[Any]


@dataclass(frozen=True)
class Shot:
    """A made shot that can be looked at again and again."""

    frames: tuple[Frame, ...]
    video: VideoInfo

    def __call__(self, purpose: str) -> Iterator[Frame]:
        yield from self.frames

    def smaller(self, lines: int) -> Shot:
        if lines >= self.video.height:
            return self
        size = round(self.video.width * lines / self.video.height), lines

        def small(picture: Any) -> Any:
            return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)

        frames = tuple(
            replace(f, pixels=small(f.pixels), alpha=None if f.alpha is None else small(f.alpha))
            for f in self.frames
        )
        return Shot(frames, replace(self.video, width=size[0], height=size[1]))


def shot(scene: scenes.Scene) -> Shot:
    return Shot(tuple(frames_of(scene, alpha=True)), video_of(scene, alpha=True))


@dataclass(frozen=True)
class Given:
    """A background that is there already: one colour, or a texture as large as is asked for."""

    colour: tuple[int, int, int] | None = None

    def facts(self) -> Mapping[str, Any]:
        return {"ground": "given"}

    def require(self) -> None:
        """All is here."""

    def made(self, scene: Scene) -> Made:
        width, height = scene.size
        depth = np.zeros((height, width), np.float32)
        if self.colour is not None:
            return Made(np.full((height, width, 3), self.colour, np.uint8), depth)
        chance = np.random.default_rng(5).normal(size=(height, width, 3)).astype(np.float32)
        soft = cv2.GaussianBlur(chance, (0, 0), 2.5)
        return Made(np.clip(soft / soft.std() * 22 + 110, 30, 190).astype(np.uint8), depth)


def made(studio: Studio, of: Shot, said: list[str] | None = None) -> list[Picture]:
    """The pictures of a studio that has looked at the shot."""
    said = [] if said is None else said
    ready = studio.studied(of, said.append, None)
    return [np.asarray(f.pixels) for f in ready.stream(iter(of.frames), of.video)]


PLAIN = Studio(Given(), light_wrap=0.0, match=False)
SCENE = scenes.Scene(
    320, 180, frames=16, subject=Subject(area=0.12, path=walk((0.5, 0.5), (0.0, 0.0)))
)
