"""What stands out, found in each picture by itself: BiRefNet, and RMBG 2.0 which is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.matting.backend import Cut
from afterglow.analysis.matting.steady import Seen, steadied
from afterglow.analysis.picture import measuring_size
from afterglow.effects.matte.model import places
from afterglow.effects.matte.model.remote import read_remote
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.models.loading import loaded
from afterglow.models.networks import Network
from afterglow.ops import levels

if TYPE_CHECKING:
    from afterglow.frames import Pixels

Look: TypeAlias = "Callable[[Pixels], NDArray[np.float32]]"
"""From ``(H, W, 3)`` uint8 or uint16 RGB to the logits of a matte, (h, w) float32."""

SIDE = 1024
"""Width and height of the picture that these networks were trained on."""
_LINES = 270
"""Size of the picture in which motion is looked for."""
_REMEMBERED = 12
"""Frames after which a steadied matte has forgotten all but a hundredth."""
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the channels of ImageNet, 0-1: what the networks expect to be taken out."""


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w) float32, 0-1, of logits; very large ones do not overflow."""
    half = np.tanh(logits * np.float32(0.5))
    return np.asarray((half + 1) * np.float32(0.5), np.float32)


class State(NamedTuple):
    """The network, and what is remembered of the frame before."""

    look: Look
    seen: Seen | None = None


class _Still:
    """What both kinds of file have in common: a matte that is steadied.

    The matte of the frame before is carried along where the picture goes on as it was.
    """

    def reach(self, video: VideoInfo) -> Reach:
        """The frames before that a steadied matte remembers."""
        return Reach(past=_REMEMBERED)

    def memory(self, video: VideoInfo) -> int:
        """The picture that the network sees, and a few mattes."""
        return 40 * SIDE * SIDE + 32 * video.width * video.height

    def step(self, frame: Frame, state: State) -> tuple[Cut, State]:
        """Return the matte of a frame, and what is remembered of it."""
        height, width = frame.pixels.shape[:2]
        alpha = ops.resize(sigmoid(state.look(frame.pixels)), width, height)
        small = _small(frame.pixels)
        coarse = ops.resize(alpha, small.shape[1], small.shape[0])
        calm = steadied(coarse, small, state.seen)
        change = ops.resize(calm - coarse, width, height)
        return Cut(np.clip(alpha + change, 0, 1)), state._replace(seen=Seen(small, calm))


def _small(pixels: Pixels) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 RGB, for the flow from frame to frame; pixels: ``(H, W, 3)`` RGB."""
    reduced = ops.reduce(pixels, *measuring_size(tuple(pixels.shape), _LINES))
    return np.ascontiguousarray(levels.as_depth(ops.array_of(reduced), "uint8"))


@dataclass(frozen=True, slots=True)
class BiRefNet(_Still):
    """What stands out, by an ONNX file (Zheng et al., Bilateral Reference, 2024).

    The matte is the network's own certainty. It is not stretched so that every picture holds some
    black and some white, as programs for single pictures do: that flickers, and finds a subject in
    every empty picture.
    """

    entry: str
    """Name of the weights in models.lock."""
    device: str
    """cpu, cuda or cuda:N."""
    commercial_only: bool = False
    """Only weights that may be used commercially."""
    say: Callable[[str], None] | None = field(default=None, compare=False)
    """Told that an ONNX file runs on the CPU where CUDA was meant."""

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Load the network."""
        with loaded(self.entry, self.device, commercial_only=self.commercial_only) as network:
            places.say_where(network, self.entry, self.device, self.say)
            yield State(_by_arrays(network))


@dataclass(frozen=True, slots=True)
class Rmbg(_Still):
    """What stands out, by RMBG 2.0 of BRIA: gated, and for non-commercial use only.

    Its repository gives the network as Python code beside the weights: what runs are the very
    bytes whose hashes are locked.
    """

    entry: str
    """Name of the weights in models.lock."""
    device: str
    """cpu, cuda or cuda:N; on CUDA it computes in half precision where that is safe."""
    commercial_only: bool = False
    """Only weights that may be used commercially, which these are not."""

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Run the repository's code to make the network, and load its weights."""
        with loaded(
            self.entry, self.device, commercial_only=self.commercial_only, reader=read_remote
        ) as model:
            yield State(_by_tensors(model, self.device))


def _by_arrays(network: Network) -> Look:
    """A look through an ONNX file, at the size that the file says."""
    ((name, shape),) = network.inputs.items()
    high, wide = (side or SIDE for side in shape[-2:])
    mean, spread = (np.array(each, np.float32).reshape(1, 3, 1, 1) for each in (MEAN, SPREAD))

    def look(pixels: Pixels) -> NDArray[np.float32]:
        picture = places.array_for_network(ops.resize(pixels, wide, high))
        found = network(**{name: (picture - mean) / spread})[network.outputs[0]]
        return np.asarray(found.reshape(found.shape[-2:]), np.float32)

    return look


def _by_tensors(model: Any, device: str) -> Look:
    """A look through a torch module, whose last output is the one that counts."""
    import torch

    mean, spread = (torch.tensor(each, device=device).view(1, 3, 1, 1) for each in (MEAN, SPREAD))
    kind = torch.device(device).type

    def look(pixels: Pixels) -> NDArray[np.float32]:
        small = ops.resize(pixels, SIDE, SIDE)
        with torch.inference_mode(), torch.autocast(kind, torch.float16, enabled=kind == "cuda"):
            picture = places.tensor_for_network(small, device)
            logits = model((picture - mean) / spread)[-1]
        return np.asarray(ops.array_of(logits.float()).reshape(logits.shape[-2:]), np.float32)

    return look
