"""Networks that compute on arrays by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import ModelError

Shape = tuple[int | None, ...]
"""Lengths of an array's sides, None where any will do; () where nothing is told of them."""

Run = Callable[[Mapping[str, NDArray[Any]]], Sequence[NDArray[Any]]]
"""Gives every output for all inputs."""


class Network:
    """A network that takes arrays by name and gives arrays by name; one thread at a time."""

    inputs: Mapping[str, Shape]
    """Shape of each input; of pictures (N, C, H, W)."""
    outputs: Sequence[str]
    """Names of what it gives, in its own order."""
    device: str
    """Where it really runs: cpu, or cuda:0."""

    def __init__(
        self, inputs: Mapping[str, Shape], outputs: Sequence[str], run: Run, device: str = "cpu"
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.device = device
        self._run: Run | None = run

    def __call__(self, **arrays: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return every output by its name, for one array per input."""
        if self._run is None:
            raise AssertionError("the network is used after it was left")
        shapes = {name: array.shape for name, array in arrays.items()}
        if shapes.keys() != self.inputs.keys() or not all(
            fits(shape, self.inputs[name]) for name, shape in shapes.items()
        ):
            raise ValueError(f"the network takes {dict(self.inputs)}, not {shapes}")
        return dict(zip(self.outputs, self._run(arrays), strict=True))

    def close(self) -> None:
        """Let go of the weights."""
        self._run = None


def fits(shape: Shape, wanted: Shape) -> bool:
    """Whether a shape is the one wanted; None on either side is any length, () any shape."""
    if not wanted or len(shape) != len(wanted):
        return not wanted
    return all(None in (has, must) or has == must for has, must in zip(shape, wanted, strict=True))


def require_picture(name: str, network: Network, width: int, height: int) -> None:
    """Raise ModelError unless a network takes one RGB picture of a size, and nothing else."""
    wanted = (1, 3, height, width)
    shapes = list(network.inputs.values())
    if len(shapes) != 1 or not fits(shapes[0], wanted):
        told = ", ".join(str(shape).replace("None", "any") for shape in shapes)
        raise ModelError(f"the model {name} takes {told}, and not a picture of shape {wanted}")


def planes_of(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.float32]:
    """Return a picture (H, W, 3) uint8 RGB of that size as (1, 3, H, W) float32, 0 to 1."""
    if picture.shape != (height, width, 3) or picture.dtype != np.uint8:
        raise ValueError(f"the network takes {width}x{height} uint8 RGB, not {picture.shape}")
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32) / np.float32(255)


def out_of_memory(error: Exception) -> bool:
    """Whether an error says that the memory is not enough; each library says it its own way."""
    words = str(error).lower()
    told = ("out of memory", "can't allocate memory", "failed to allocate memory", "bad allocation")
    return isinstance(error, MemoryError) or any(each in words for each in told)
