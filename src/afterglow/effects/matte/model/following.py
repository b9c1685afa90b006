"""A subject followed frame by frame, in one go or in chunks that go over into each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.matte.model import places

if TYPE_CHECKING:
    import torch

    from afterglow.frames import Pixels

LEAST = 0.002
"""Share of the picture that a subject covers at least when it is learnt."""
_LOOKS = 11
"""Times that the first frame is looked at with what was learnt of it, before the second is."""
_SUBJECT = [1]
"""Number that the network is told for the one subject."""


@dataclass(frozen=True, slots=True, eq=False)
class Cores:
    """What follows with a network whose weights are held once, however many follow."""

    new: Callable[[], Any]
    """Gives an ``InferenceCore`` of the network that remembers nothing."""
    device: str
    """Where it computes."""


@dataclass(frozen=True, slots=True, eq=False)
class Following:
    """Who follows the subject."""

    cores: Cores
    chunk: int | None
    """Frames after which it begins anew."""
    fade: int
    """Frames in which one chunk goes over into the next."""
    core: Any
    """The ``InferenceCore`` of this chunk; it changes as it follows."""
    before: Any = None
    """That of the chunk before, while they go over."""
    count: int = 1
    """Frames that this chunk has seen."""


Found: TypeAlias = "tuple[NDArray[np.float32], Following]"


def followed(
    cores: Cores,
    pixels: Pixels,
    mask: NDArray[np.float32],
    chunk: int | None = None,
    fade: int = 0,
) -> Found:
    """The matte of the frame in which a subject is found, and who follows it from there.

    pixels: ``(H, W, 3)`` uint8 or uint16 RGB. mask: (H, W) float32, 0-1.
    """
    core = cores.new()
    alpha = _begin(cores, core, _picture(cores, pixels), mask)
    return alpha, Following(cores, chunk, fade, core)


def follow(now: Following, pixels: Pixels) -> Found:
    """The (H, W) float32 matte of the next frame, 0-1, and who follows from there.

    The first frame of a chunk is seen by both chunks: the new one begins from the matte of the old
    one as it is, soft edges and all. From there the old one's matte fades out.
    """
    picture = _picture(now.cores, pixels)
    if now.chunk is not None and now.count >= now.chunk:
        return _handed_over(now, picture)
    alpha = _next(now.cores, now.core, picture)
    if now.before is not None:
        share = np.float32(now.count / now.fade)
        alpha = alpha * share + _next(now.cores, now.before, picture) * (1 - share)
    done = now.count + 1 >= now.fade
    return alpha, replace(now, count=now.count + 1, before=None if done else now.before)


def _handed_over(now: Following, picture: torch.Tensor) -> Found:
    """The old chunk's matte of a frame, from which the new chunk has begun.

    While the subject is away there is nothing to begin from, and the old chunk goes on.
    """
    alpha = _next(now.cores, now.core, picture)
    if alpha.mean() < LEAST:
        return alpha, replace(now, count=now.count + 1)
    core = now.cores.new()
    _begin(now.cores, core, picture, alpha)
    before = now.core if now.fade > 1 else None
    return alpha, replace(now, core=core, before=before, count=1)


def _picture(cores: Cores, pixels: Pixels) -> torch.Tensor:
    """(3, H, W) float32, 0-1, where the network computes."""
    return places.tensor_for_network(pixels, cores.device)[0]


def _begin(
    cores: Cores, core: Any, picture: torch.Tensor, mask: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The matte of a frame, by a core that has learnt the subject from a mask of it.

    As upstream does: the mask is encoded with 255 for white, and the frame looked at again and
    again as if it were the first.
    """
    import torch

    white = torch.from_numpy(np.ascontiguousarray(mask, np.float32)).to(cores.device) * 255
    with _computing(cores):
        core.step(picture, white, objects=_SUBJECT)
        for _ in range(_LOOKS):
            told = core.step(picture, first_frame_pred=True)
        return places.alpha_of(core.output_prob_to_mask(told))


def _next(cores: Cores, core: Any, picture: torch.Tensor) -> NDArray[np.float32]:
    """The matte of the frame after the one that a core saw last."""
    with _computing(cores):
        return places.alpha_of(core.output_prob_to_mask(core.step(picture)))


@contextmanager
def _computing(cores: Cores) -> Iterator[None]:
    """Nothing is recorded for training; half precision is used where a GPU is safe with it."""
    import torch

    kind = torch.device(cores.device).type
    with torch.inference_mode(), torch.autocast(kind, torch.float16, enabled=kind == "cuda"):
        yield
