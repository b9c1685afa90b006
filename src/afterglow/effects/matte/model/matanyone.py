"""MatAnyone and MatAnyone 2: one subject, followed from its mask in one frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.matting.backend import Backend, Cut
from afterglow.analysis.picture import Look
from afterglow.effects.matte.model.following import LEAST, Following, follow, followed
from afterglow.effects.matte.model.matanyone_package import check_package, cores_of, read_network
from afterglow.effects.matte.model.shots import begins, looked_at
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.models.loading import loaded

_FADE = Fraction(2, 5)
"""Seconds in which the matte goes over from one chunk to the next."""
_LEAST_BLOCKS = 30
"""Blocks of 16 x 16 pixels that upstream compares with each other (its setting top_k)."""
_CLOSED = 5
"""Pixels: holes and notches of a first mask that are narrower than twice this are filled."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What is held, and who is followed."""

    video: VideoInfo
    held: ExitStack
    """Lets go of the model that is held: the one that seeks, or the one that follows."""
    seeking: Any = None
    """State of the backend that seeks the subject, while it does."""
    following: Following | None = None
    """Who is followed."""
    before: Look | None = None
    """The frame before, as far as it tells where a shot begins."""


@dataclass(frozen=True, slots=True, eq=False)
class MatAnyone:
    """One subject, by a network that remembers it (Yang et al., MatAnyone, 2025).

    The subject is the one of a mask of the first frame, or what another backend finds; until that
    one finds something, its matte is given. It is held only while it seeks. Where a new shot
    begins it seeks again; a mask of the first frame says nothing of another shot, so that with a
    mask the network goes on as well as it can.

    Memory does not grow with the length of the video: the network keeps its first frame and a few
    of the last.
    """

    entry: str
    """Name of the weights in models.lock, and of the package that must be installed."""
    device: str
    """cpu, cuda or cuda:N; on CUDA it computes in half precision where that is safe."""
    commercial_only: bool = False
    """Only weights that may be used commercially, which these are not."""
    mask: NDArray[Any] | None = None
    """(H, W) or (H, W, 3), bool, uint8, uint16 or float 0-1: the subject in the first frame, over
    half white."""
    first: Backend | None = None
    """Finds the subject where there is no mask."""
    chunk_seconds: float | None = None
    """Seconds after which the network begins anew from its own matte; None never does."""

    def __post_init__(self) -> None:
        if self.mask is None and self.first is None:
            raise UsageError(
                f"{self.entry} follows a subject from a mask of the first frame, and there is none",
                hint="give one with --mask FILE: white is the subject",
            )
        if self.chunk_seconds is not None and self.chunk_seconds <= 0:
            raise UsageError(
                f"chunks of {self.chunk_seconds} seconds cannot be", hint="--chunk-seconds 25"
            )
        if self.mask is not None and not _white(self.mask).any():
            raise UsageError("the mask of the first frame is empty", hint="white is the subject")

    def reach(self, video: VideoInfo) -> Reach:
        """No other frame: what is read first is the frame of the mask."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Keys and values of six frames, twice while chunks overlap, and the features of one."""
        cores = 1 if self.chunk_seconds is None else 2
        return (200 + 40 * cores) * video.width * video.height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Nobody is followed yet; models are loaded when the frame is there that needs them."""
        check_package(self.entry)
        blocks = -(-video.width // 16) * -(-video.height // 16)
        if blocks < _LEAST_BLOCKS:
            raise UsageError(
                f"{self.entry} cannot follow in pictures of {video.width} x {video.height}",
                hint=f"it needs {_LEAST_BLOCKS} blocks of 16 x 16 pixels, and they have {blocks}",
            )
        with ExitStack() as held:
            yield State(video, held)

    def step(self, frame: Frame, state: State) -> tuple[Cut, State]:
        """Return the matte of a frame, and who is followed after it."""
        state = self._in_shot(frame, state)
        if state.following is not None:
            alpha, following = follow(state.following, frame.pixels)
            return Cut(alpha), replace(state, following=following)
        cut, state = self._sought(frame, state)
        if np.mean(cut.alpha >= 0.5) < LEAST and self.mask is None:
            return cut, state
        return self._begun(frame, cut.alpha, state)

    def _in_shot(self, frame: Frame, state: State) -> State:
        """The state, without whom it followed where a new shot begins."""
        if self.mask is not None:
            return state
        now = looked_at(frame.pixels)
        if not begins(now, state.before):
            return replace(state, before=now)
        state.held.close()
        return replace(state, seeking=None, following=None, before=now)

    def _sought(self, frame: Frame, state: State) -> tuple[Cut, State]:
        """The subject of a frame as the mask says, or the backend that seeks it."""
        if self.mask is not None or self.first is None:
            return Cut(_fitted(self.mask, frame)), state
        seeking = state.seeking
        if seeking is None:
            seeking = state.held.enter_context(self.first.start(state.video))
        cut, seeking = self.first.step(frame, seeking)
        return cut, replace(state, seeking=seeking)

    def _begun(self, frame: Frame, alpha: NDArray[np.float32], state: State) -> tuple[Cut, State]:
        """The matte of the frame in which the subject is found; what sought it is let go."""
        state.held.close()
        network = state.held.enter_context(
            loaded(
                self.entry,
                self.device,
                commercial_only=self.commercial_only,
                reader=read_network,
                hint="--resolution or --device cpu",
            )
        )
        cores = cores_of(self.entry, network, self.device)
        white = np.where(alpha >= 0.5, np.uint8(255), np.uint8(0))
        mask = ops.to_float(ops.closing(white, _CLOSED))
        chunk, fade = self._chunk(state.video)
        found, following = followed(cores, frame.pixels, mask, chunk, fade)
        return Cut(found), replace(state, seeking=None, following=following)

    def _chunk(self, video: VideoInfo) -> tuple[int | None, int]:
        """Frames of a chunk, None for one without end, and frames in which two go over."""
        if self.chunk_seconds is None:
            return None, 0
        chunk = max(2, round(Fraction(self.chunk_seconds) * video.rate))
        return chunk, max(1, min(round(_FADE * video.rate), chunk // 2))


def _white(mask: NDArray[Any]) -> NDArray[np.bool_]:
    """(H, W) where a mask of any type is over half white."""
    white = 1 if mask.dtype.kind in "bf" else np.iinfo(mask.dtype).max
    levels = mask if mask.ndim == 2 else mask.mean(axis=2)
    return np.asarray(levels >= white / 2)


def _fitted(mask: NDArray[Any] | None, frame: Frame) -> NDArray[np.float32]:
    """(H, W) float32 mask at the size of a frame; raises UsageError for one of another shape."""
    assert mask is not None
    height, width = frame.pixels.shape[:2]
    high, wide = mask.shape[:2]
    if abs(high * width - wide * height) > max(high, wide, height, width):
        raise UsageError(
            f"the mask is {wide} x {high}, and the first frame {width} x {height}",
            hint="the mask has the shape of the frame",
        )
    return ops.resize(_white(mask).astype(np.float32), width, height)
