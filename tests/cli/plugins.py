"""Commands of somebody else's package, for tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import click

from afterglow import errors
from afterglow.cli import options
from afterglow.cli.run import StreamRun
from afterglow.frames import Frame, Reach, VideoInfo


@dataclass(frozen=True, slots=True)
class Plainly:
    """Gives every frame on, after a while."""

    pause: float = 0.0
    """Seconds for each frame."""
    held: int = 0
    """Bytes that it says it holds."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        return video

    def reach(self, video: VideoInfo) -> Reach:
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        return self.held

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        for frame in frames:
            time.sleep(self.pause)
            yield frame


@click.command(short_help="Give every frame on.")
@options.streaming
@options.looks("plainly")
@options.matte
@options.seed
@click.option("--pause", type=click.FloatRange(0, 10), default=0.0, help="Seconds a frame.")
@click.option("--held", type=click.IntRange(0), default=0, help="Bytes that are said to be held.")
@click.option("--words", multiple=True, help="Anything.")
@click.option("--loud/--soft", help="A switch.")
def plainly(
    run: StreamRun, seed: int, pause: float, held: int, words: tuple[str, ...], loud: bool
) -> None:
    """Give every frame on.

    Example: afterglow plainly in.mp4 out.mp4
    """
    run.through(Plainly(pause, held))


@click.command(short_help="Fail.")
@click.argument("kind")
def failing(kind: str) -> None:
    """Raise an error of this kind.

    Example: afterglow failing MediaError
    """
    if kind == "bug":
        raise ZeroDivisionError("a bug")
    raise getattr(errors, kind)("it went wrong (value)", hint="do this")


not_a_command = "text"
