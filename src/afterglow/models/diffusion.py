"""Pictures painted from words over a picture: Stable Diffusion 1.5 and XL, made for inpainting.

Rombach et al., High-resolution image synthesis with latent diffusion models (CVPR 2022); Podell et
al., SDXL (2023); depth steers by a ControlNet, Zhang et al., Adding conditional control to
text-to-image diffusion models (ICCV 2023).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.models.denoising import picture_of
from afterglow.models.painting import (
    Painting,
    Tell,
    Tile,
    ramps,
    tiles,
    trained_size,
    whole_size,
)
from afterglow.models.pipelines import INPAINT, pipeline

_GROWN = 1.1
"""Factor of growth from which tiles have anything to add."""
_SHORT = {"sd15": 512, "sdxl": 1024}
"""Pixels of the short side that a model is expected to paint at, before it is loaded."""

Say = Callable[[str], None]


def paint(
    painting: Painting, device: str = "cpu", tell: Tell | None = None, say: Say | None = None
) -> NDArray[np.uint8]:
    """Return the picture painted over: (H, W, 3) uint8 RGB, of the size of what was given.

    It is painted at the size that the model was trained at. Where it has to grow, that is done by
    resampling, and then tiles of that size are painted over again. Outside of a mask the result
    is near what was given, and not the same. The model is held only here. The same seed gives the
    same bytes on the same machine.

    tell: told of every step; what it raises stops the work. say: told what is used, in a line.

    Raises:
        ModelError: a model is not here, cannot be read, may not be used, or gives no picture.
        DeviceError: the memory is not enough.
    """
    height, width = painting.picture.shape[:2]
    wide, high = trained_size(width * painting.aspect, height, _SHORT[painting.model])
    with pipeline(
        painting.model,
        device,
        geometry=painting.depth is not None,
        pixels=wide * high,
        commercial_only=painting.commercial_only,
    ) as made:
        easel = Easel(made, painting, tell or _untold, say or _unsaid)
        return easel.whole()


def _untold(name: str, done: int, total: int) -> None:
    """Take note of a step."""


def _unsaid(line: str) -> None:
    """Take a line."""


@dataclass(frozen=True, slots=True, eq=False)
class Easel:
    """A pipeline, and what it is to paint."""

    made: Any
    """A pipeline of diffusers that inpaints."""
    painting: Painting
    """What it is to paint."""
    tell: Tell
    """Told of every step."""
    say: Say
    """Told what is done, in a line."""

    @property
    def side(self) -> int:
        """Pixels of the short side that the model was trained at."""
        return int(self.made.unet.config.sample_size) * int(self.made.vae_scale_factor)

    def whole(self) -> NDArray[np.uint8]:
        """Return the whole picture, at the size of what was given."""
        height, width = self.painting.picture.shape[:2]
        size = trained_size(width * self.painting.aspect, height, self.side)
        name = f"{INPAINT[self.painting.model]}, {type(self.made).__name__}"
        self.say(f"painting at {size[0]}x{size[1]} ({name})")
        self._say_what_is_left_out()
        small = self._painted(size, self.painting.strength, self.painting.seed, "painting")
        growth = max(width * self.painting.aspect / size[0], height / size[1])
        if self.painting.refine == "resample" or growth <= _GROWN:
            return resampled(small, width, height)
        square = whole_size(round(width * self.painting.aspect), height)
        return resampled(self._refined(resampled(small, *square)), width, height)

    def _painted(
        self, size: tuple[int, int], strength: float, seed: int, name: str
    ) -> NDArray[np.uint8]:
        """The picture given, painted over at a size."""
        given = self.painting
        return self._over(
            resampled(given.picture, *size),
            None if given.mask is None else resampled(given.mask, *size),
            None if given.depth is None else resampled(given.depth, *size),
            strength,
            seed,
            lambda done, total: self.tell(name, done, total),
        )

    def _refined(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture with every tile painted over again, those beside it blended in."""
        given, (height, width) = self.painting, picture.shape[:2]
        mask, depth = (
            None if each is None else resampled(each, width, height)
            for each in (given.mask, given.depth)
        )
        every = list(tiles(width, height, self.side))
        todo = [tile for tile in every if mask is None or (tile.of(mask) > 127).any()]
        self.say(f"refining {len(todo)} tiles of {self.side} pixels at {width}x{height}")
        total = np.zeros((height, width, 3), np.float32)
        weight = np.zeros((height, width, 1), np.float32)
        for number, tile in enumerate(every):
            part = tile.of(picture)
            if tile in todo:
                seed = (given.seed + 1 + number) % (1 << 32)
                part = self._tile(tile, picture, mask, depth, seed, (todo.index(tile), len(todo)))
            share = ramps(tile, width, height, self.side)[..., None]
            tile.of(total)[:] += share * part
            tile.of(weight)[:] += share
        return np.asarray(np.clip(np.rint(total / weight), 0, 255), np.uint8)

    def _tile(
        self,
        tile: Tile,
        picture: NDArray[np.uint8],
        mask: NDArray[np.uint8] | None,
        depth: NDArray[np.float32] | None,
        seed: int,
        place: tuple[int, int],
    ) -> NDArray[np.uint8]:
        number, count = place
        return self._over(
            tile.of(picture),
            None if mask is None else tile.of(mask),
            None if depth is None else tile.of(depth),
            self.painting.detail,
            seed,
            lambda done, total: self.tell("refining", number * total + done, count * total),
        )

    def _over(
        self,
        picture: NDArray[np.uint8],
        mask: NDArray[np.uint8] | None,
        depth: NDArray[np.float32] | None,
        strength: float,
        seed: int,
        tell: Callable[[int, int], None],
    ) -> NDArray[np.uint8]:
        """A picture whose sides are multiples of 8, painted over by the pipeline."""
        import torch
        from PIL import Image

        height, width = picture.shape[:2]
        given = self.painting

        def stepped(made: Any, step: int, time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            tell(step + 1, max(int(made.num_timesteps), step + 1))
            return tensors

        made = self.made(
            prompt=given.prompt,
            negative_prompt=given.negative or None,
            image=Image.fromarray(picture),
            mask_image=Image.fromarray(_open(picture) if mask is None else mask),
            width=width,
            height=height,
            strength=_at_least_a_step(strength, given.steps),
            num_inference_steps=given.steps,
            guidance_scale=given.guidance,
            generator=torch.Generator("cpu").manual_seed(seed),
            callback_on_step_end=stepped,
            output_type="np",
            **({} if depth is None else self._steered(depth)),
        ).images[0]
        return picture_of(made, INPAINT[self.painting.model])

    def _steered(self, depth: NDArray[np.float32]) -> dict[str, Any]:
        """What a pipeline with a ControlNet is told besides: the depth that steers it."""
        from PIL import Image

        levels = np.rint(np.clip(depth, 0, 1) * 255).astype(np.uint8)
        return {
            "control_image": Image.fromarray(np.repeat(levels[..., None], 3, axis=2)),
            "controlnet_conditioning_scale": float(self.painting.hold),
        }

    def _say_what_is_left_out(self) -> None:
        """Say which words the model does not read: it reads a number of them only."""
        words = self.made.tokenizer
        read = int(words.model_max_length)
        tokens = words(self.painting.prompt).input_ids
        if len(tokens) > read:
            lost = words.decode(tokens[read - 1 : -1], skip_special_tokens=True).strip()
            self.say(f"the prompt is too long, the model does not read its end: {lost!r}")


def _open(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A mask that is open everywhere."""
    return np.full(picture.shape[:2], 255, np.uint8)


def _at_least_a_step(strength: float, steps: int) -> float:
    """A strength by which one step is made at least."""
    return min(1.0, max(strength, (1 + 1e-6) / steps))


def resampled(picture: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Return a picture at another size: areas are averaged, or Lanczos puts pixels between.

    picture: (H, W) or (H, W, C), uint8 or float32.
    """
    rows, columns = picture.shape[:2]
    if (columns, rows) == (width, height):
        return picture
    smaller = width <= columns and height <= rows
    way = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
    if picture.ndim == 2 and not smaller:
        way = cv2.INTER_LINEAR  # masks and depths must not ring
    return np.asarray(cv2.resize(picture, (width, height), interpolation=way), picture.dtype)
