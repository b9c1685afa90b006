"""A pipeline of diffusers called with a seed, its steps counted, its frames given one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import ModelError

Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many of how many steps are done; may raise to stop them."""


class _Counter:
    """Stands where a pipeline would draw its bar, and tells its steps."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def __enter__(self) -> _Counter:
        return self

    def __exit__(self, *raised: object) -> None:
        return None

    def update(self, count: int = 1) -> None:
        """Take note of steps."""
        self._done += count
        self._tell(self._done, max(self._total, self._done))


def image_of(still: NDArray[np.uint8]) -> dict[str, Any]:
    """Return a picture and its size as pipelines take them; (H, W, 3) uint8 RGB."""
    from PIL import Image

    height, width = still.shape[:2]
    return {"image": Image.fromarray(still), "width": width, "height": height}


def denoised(made: Any, seed: int, tell: Tell, **arguments: Any) -> Any:
    """Return what a pipeline calls frames: latents, or an array, as its arguments ask.

    Noise that a pipeline draws without being given where from begins at the seed as well, and
    what else of the program draws is left as it was.
    """
    import torch

    made.progress_bar = lambda iterable=None, total=0: _Counter(total, tell)
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(seed)
        return made(generator=torch.Generator("cpu").manual_seed(seed), **arguments).frames


def decoded(vae: Any, latents: Any, chunk: int, **more: Any) -> Iterator[NDArray[np.uint8]]:
    """Yield (H, W, 3) uint8 RGB of latents (F, C, h, w), so many of them decoded at once.

    more: arguments of the decoder; ``num_frames`` is told it where it is among them.
    """
    import torch

    scaled = latents / vae.config.scaling_factor
    for start in range(0, len(scaled), chunk):
        part = scaled[start : start + chunk]
        told = {**more, "num_frames": len(part)} if "num_frames" in more else more
        with torch.no_grad():
            pictures = vae.decode(part.to(vae.dtype), **told).sample
        yield from levels(((pictures.float() / 2 + 0.5).permute(0, 2, 3, 1)).cpu().numpy())


def levels(pictures: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    """Yield (H, W, 3) uint8 RGB of (F, H, W, 3) float32, 0 to 1.

    Raises:
        ModelError: they are no numbers.
    """
    for picture in pictures:
        yield picture_of(picture)


def picture_of(numbers: NDArray[np.float32], model: str = "the model") -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB of (H, W, 3) float32, 0 to 1, rounded to nearest.

    model: its name, for people.

    Raises:
        ModelError: they are no numbers.
    """
    if not np.isfinite(numbers).all():
        raise ModelError(
            f"{model} gives no picture: its numbers are not finite",
            hint="half precision may be too coarse for these weights; try --device cpu",
        )
    return np.rint(np.clip(numbers, 0, 1) * 255).astype(np.uint8)
