"""A made source, a made target and a plain effect, for tests of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from types import TracebackType
from typing import Any

import numpy as np

from afterglow import engine
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.media import ReadOptions, WriteOptions

VIDEO = VideoInfo(4, 2, Fraction(25), Fraction(1, 25), frames=10)
QUIET = engine.Watch(say=lambda text: None)


def pictures(count: int, first: int = 0) -> Iterator[Frame]:
    for pts in range(first, first + count):
        yield Frame(np.full((2, 4, 3), pts % 256, np.uint8), pts)


@dataclass
class FakeSource:
    """Gives the frames of a function, and remembers being closed."""

    make: Callable[[], Iterator[Frame]] = lambda: pictures(10)
    video: VideoInfo = VIDEO
    kept: tuple[int | None, int | None] = (None, None)
    closed: bool = False

    def frames(self) -> Iterator[Frame]:
        return self.make()

    def __enter__(self) -> FakeSource:
        return self

    def __exit__(self, *how: object) -> None:
        self.closed = True


@dataclass
class FakeTarget:
    """Keeps what is written, and how it was left."""

    encoder: str = "fake"
    written: list[int] = field(default_factory=list)
    left_by: type[BaseException] | None = None
    finished: bool = False
    write_hook: Callable[[Frame], None] = lambda frame: None

    def write(self, frame: Frame) -> None:
        self.write_hook(frame)
        self.written.append(frame.pts)

    def __enter__(self) -> FakeTarget:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.left_by = kind
        self.finished = kind is None


@dataclass(frozen=True)
class Same:
    """Gives every frame on, and says what it is told to say."""

    held: int = 0
    past: int = 0
    future: int = 0
    hook: Callable[[Frame], None] = lambda frame: None

    def plan(self, video: VideoInfo) -> VideoInfo:
        return video

    def reach(self, video: VideoInfo) -> Reach:
        return Reach(self.past, self.future)

    def memory(self, video: VideoInfo) -> int:
        return self.held * video.width * video.height * 3

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        for frame in frames:
            self.hook(frame)
            yield frame


def job(name: str = "in.mp4", **reading: Any) -> engine.Job:
    return engine.Job(name, "out.mp4", ReadOptions(**reading), WriteOptions())
