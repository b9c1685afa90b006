"""Robust Video Matting: people, by a network that remembers what it has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from afterglow.analysis.matting.backend import Cut
from afterglow.analysis.picture import Look
from afterglow.effects.matte.model import places
from afterglow.effects.matte.model.shots import begins, looked_at
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.models.loading import loaded
from afterglow.models.networks import Network

if TYPE_CHECKING:
    from afterglow.frames import Pixels

Memory: TypeAlias = tuple[Any, ...]
"""Four recurrent states as the network gave them; empty before the first frame."""
Pass: TypeAlias = "Callable[[Pixels, Memory, float], tuple[Cut, Memory]]"

_LONG_SIDE = 768
"""Pixels of the long side that the network first looks at: enough for a whole person."""
_SMALL = 512
"""Pixels of the long side up to which a picture is looked at as it is."""
_SETTLED = 12
"""Frames after which the memory no longer tells where it began."""


def downsample_ratio(width: int, height: int) -> float:
    """The share of its size at which the network first looks at a picture.

    The table in documentation/inference.md of PeterL1n/RobustVideoMatting for a full body, as a
    rule: pictures up to 512 pixels as they are, larger ones with a long side of 768 pixels (0.6 at
    1280, 0.4 at 1920, 0.2 at 3840). For a portrait it has less: 0.375, 0.25, 0.125.
    """
    long_side = max(width, height)
    return 1.0 if long_side <= _SMALL else min(1.0, _LONG_SIDE / long_side)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The network of a run, and what it remembers."""

    run: Pass
    """Looks at a picture with a memory, at a ratio."""
    ratio: float
    """Share of its size at which the network first looks at a picture."""
    memory: Memory = ()
    """Of the frames before."""
    before: Look | None = None
    """The frame before, as far as it tells where a shot begins."""


@dataclass(frozen=True, slots=True)
class Rvm:
    """People, by a recurrent network (Lin et al., Robust High-Resolution Video Matting, 2021).

    It gives the foreground's colours too. Its memory is dropped where a new shot begins: it would
    look for the person of the shot before.
    """

    entry: str
    """Name of the weights in models.lock: an ONNX or a TorchScript file."""
    device: str
    """cpu, cuda or cuda:N; on CUDA a TorchScript file computes in half precision."""
    commercial_only: bool = False
    """Only weights that may be used commercially."""
    downsample: float | None = None
    """Share of its size at which the network first looks at a picture, over 0 and up to 1; None
    takes what its authors recommend for a full body of the size."""
    say: Callable[[str], None] | None = field(default=None, compare=False)
    """Told that an ONNX file runs on the CPU where CUDA was meant."""

    def __post_init__(self) -> None:
        if self.downsample is not None and not 0 < self.downsample <= 1:
            raise UsageError(
                f"a downsample ratio of {self.downsample} cannot be",
                hint="it is over 0 and up to 1: 0.25 for a portrait in HD, 0.4 for a full body",
            )

    def reach(self, video: VideoInfo) -> Reach:
        """Frames before, until the memory has settled."""
        return Reach(past=_SETTLED)

    def memory(self, video: VideoInfo) -> int:
        """The picture, matte and foreground as floats, and the recurrent states."""
        return 28 * video.width * video.height + 64 * self._looked_at(video)

    def _looked_at(self, video: VideoInfo) -> int:
        """Pixels of the picture that the network first looks at."""
        return round(video.width * video.height * self._ratio(video) ** 2)

    def _ratio(self, video: VideoInfo) -> float:
        return self.downsample or downsample_ratio(video.width, video.height)

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Load the network; it remembers nothing."""
        with loaded(
            self.entry,
            self.device,
            commercial_only=self.commercial_only,
            dtype="float16",
            hint="--downsample, --resolution or --device cpu",
        ) as model:
            ratio = self._ratio(video)
            if isinstance(model, Network):
                places.say_where(model, self.entry, self.device, self.say)
                yield State(_by_arrays(model), ratio)
            else:
                yield State(_by_tensors(model, self.device), ratio)

    def step(self, frame: Frame, state: State) -> tuple[Cut, State]:
        """Return the matte and colours of a frame, and what is remembered after it."""
        now = looked_at(frame.pixels)
        memory = () if begins(now, state.before) else state.memory
        cut, memory = state.run(frame.pixels, memory, state.ratio)
        return cut, replace(state, memory=memory, before=now)


def _by_arrays(network: Network) -> Pass:
    """A pass of the ONNX file: zeros of one element stand for no memory."""

    def run(pixels: Pixels, memory: Memory, ratio: float) -> tuple[Cut, Memory]:
        before = memory or (np.zeros((1, 1, 1, 1), np.float32),) * 4
        found = network(
            src=places.array_for_network(pixels),
            r1i=before[0],
            r2i=before[1],
            r3i=before[2],
            r4i=before[3],
            downsample_ratio=np.array([ratio], np.float32),
        )
        cut = Cut(places.alpha_of(found["pha"]), places.foreground_of(found["fgr"], pixels))
        return cut, tuple(found[name] for name in ("r1o", "r2o", "r3o", "r4o"))

    return run


def _by_tensors(script: Any, device: str) -> Pass:
    """A pass of the TorchScript file: None stands for no memory."""
    import torch

    halves = torch.device(device).type == "cuda"

    def run(pixels: Pixels, memory: Memory, ratio: float) -> tuple[Cut, Memory]:
        with torch.inference_mode():
            source = places.tensor_for_network(pixels, device)
            source = source.half() if halves else source
            colours, matte, *after = script(source, *(memory or (None,) * 4), ratio)
        cut = Cut(places.alpha_of(matte), places.foreground_of(colours, pixels))
        return cut, tuple(after)

    return run
