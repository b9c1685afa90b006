"""The effects that command lines ask for: of every installed command, with each of its looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from afterglow.cli.looks import looks_of
from afterglow.cli.main import exit_code
from afterglow.cli.run import StreamRun
from afterglow.engine import reach_of, result_of
from afterglow.frames import Effect, Frame, Reach, VideoInfo
from tests.program import effects

NAMES = effects()
COMMANDS = [*NAMES, "doctor"]
LINES = {
    "composite": ["in.mkv", "-", "out.mkv", "--bg=teal"],
    "generate": ["in.mkv", "-", "out.png", "--prompt=a beach"],
    "matte": ["in.mkv", "out.mkv", "--model=chroma", "--key=green"],
    "plate": ["in.mkv", "-", "out.png"],
    "studio": ["in.mkv", "-", "out.mkv", "--bg=room", "--seed=1"],
    "style cinematic": ["in.mkv", "out.mkv", "--seed=1"],
    "style character": ["in.mkv", "out.mkv", "--text=Hello", "--seed=1"],
    "style hybrid": ["in.mkv", "in.mkv", "out.mkv", "--seed=1"],
    "train": ["in.mkv", "out.safetensors"],
}
"""Arguments that a command needs, where SOURCE and TARGET are not all."""
PICTURES = {
    *("animate", "evaluate", "generate", "plate", "style character", "style hybrid", "train"),
}
"""Commands that make one picture of a video, a video of one or as long as a speech, that need a
second video, or only look at videos: no effect of frame after frame."""
LOOKS = {"style cinematic": "style"}
"""Whose looks a command wears, where its name does not say so; a part of a group has none."""
SETTINGS = [
    (name, look)
    for name in NAMES
    if name not in PICTURES
    for look in (None, *looks_of(LOOKS.get(name, name)))
]


@dataclass(frozen=True)
class Chain:
    """Effects one after the other, as one."""

    effects: tuple[Effect, ...]

    def plan(self, video: VideoInfo) -> VideoInfo:
        return result_of(self.effects, video)

    def reach(self, video: VideoInfo) -> Reach:
        return reach_of(self.effects, video)

    def memory(self, video: VideoInfo) -> int:
        held = 0
        for each in self.effects:
            held += each.memory(video)
            video = each.plan(video)
        return held

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        for each in self.effects:
            frames, video = each.stream(frames, video), each.plan(video)
        return frames


def line_of(name: str) -> list[str]:
    """A command line that asks for nothing but what the command needs."""
    return [*name.split(), *LINES.get(name, ["in.mkv", "out.mkv"])]


def effect_of(name: str, look: str | None) -> Effect:
    """The effect that a command line asks for, or all of them as one."""
    asked: list[Effect] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StreamRun, "through", lambda run, *effects: asked.extend(effects))
        line = [*line_of(name), *(["--effect", look] if look else [])]
        assert exit_code(line) == 0
    return asked[0] if len(asked) == 1 else Chain(tuple(asked))
