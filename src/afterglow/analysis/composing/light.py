"""Light that passes between subject and background: the wrap around an edge, and the shadow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from afterglow import ops
from afterglow.ops import levels
from afterglow.ops.foreground import laid_over
from afterglow.ops.standards import fits_uint16

if TYPE_CHECKING:
    from afterglow.frames import Pixels
    from afterglow.ops.halves import Array, Depth

Ground: TypeAlias = Literal["floor", "wall"]
"""What a shadow falls on: flat behind the feet, or upright behind the whole subject."""

_LINES = 270
"""Lines at which soft light is computed."""
_FLAT = 0.14
"""Height of a shadow on the floor, over that of the subject."""
_STANDS = 0.5
"""Matte from which a row holds the subject's feet."""
_WIDER = 2.0
"""Blur of the background's light in a wrap, over the width of the wrap."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A soft shadow of the subject."""

    darkness: float = 0.5
    """Share of the background's light that it takes away, 0 to 1."""
    ground: Ground = "floor"
    """What it falls on."""
    offset: tuple[float, float] = (2.0, 1.0)
    """To the right and down, in per cent of the picture's height."""
    blur: float = 1.5
    """Sigma of its softness, in per cent of the picture's height."""


def wrapped(
    own: Pixels, ground: Pixels, alpha: Pixels, transfer: str, amount: float, width: float
) -> Pixels:
    """The subject with light of the background around its edge, screened in linear light.

    own, ground: (H, W, 3) R'G'B'; alpha: (H, W). amount: 0 to 1, the share of the background's
    light that reaches the very edge. width: sigma of its way inwards, in pixels.
    """
    region = levels.extent(alpha)
    if region is None or amount == 0:
        return own
    depth = _depth(transfer)
    light = levels.as_depth(rim_of(ground, alpha, transfer, amount, width), depth)
    rim = region.of(ops.resize(light, alpha.shape[1], alpha.shape[0]))
    lit = ops.screen(ops.to_linear(region.of(own), transfer, depth), rim)
    return levels.patched(own, region, ops.to_display(lit, transfer, _name(own)))


def rim_of(ground: Pixels, alpha: Pixels, transfer: str, amount: float, width: float) -> Pixels:
    """(h, w, 3) float32 linear light of the background around a subject's edge, of a few lines.

    The rest is as for ``wrapped``.
    """
    return within_edge(alpha, soft_light(ground, transfer, amount, width), width)


def soft_light(ground: Pixels, transfer: str, amount: float, width: float) -> Pixels:
    """(h, w, 3) float32 linear light of the background, softened, of a few lines."""
    columns, rows = _small(ground)
    sigma = width * rows / ground.shape[0]
    light = ops.to_linear(ops.reduce(ground, columns, rows), transfer)
    return ops.gain(ops.gaussian_blur(light, _WIDER * sigma), amount)


def within_edge(alpha: Pixels, light: Pixels, width: float) -> Pixels:
    """So much of the softened light as reaches a subject's edge."""
    columns, rows = _small(alpha)
    sigma = width * rows / alpha.shape[0]
    beyond = ops.gaussian_blur(levels.invert(ops.to_float(ops.reduce(alpha, columns, rows))), sigma)
    return ops.multiply(light, beyond)


def shadow_of(alpha: Pixels, shadow: Shadow) -> Pixels:
    """(H, W) how much light the shadow takes, in the type of the matte.

    alpha: (H, W) uint8 or uint16.
    """
    columns, rows = _small(alpha)
    matte = ops.to_float(ops.array_of(ops.reduce(alpha, columns, rows)))
    moved = ops.warp(matte, _onto(matte, shadow), size=(columns, rows))
    soft = ops.gaussian_blur(moved, shadow.blur / 100 * rows)
    mask = ops.from_float(soft * np.float32(shadow.darkness), _name(alpha))
    here: Pixels = ops.beside(mask, alpha)
    return ops.resize(here, alpha.shape[1], alpha.shape[0])


def shaded(ground: Pixels, mask: Pixels, transfer: str) -> Pixels:
    """The background with so much of its linear light taken away as the mask says.

    ground: (H, W, 3) R'G'B'; mask: (H, W) of the same type.
    """
    region = levels.extent(mask)
    if region is None:
        return ground
    depth = _depth(transfer)
    left = levels.invert(levels.as_depth(region.of(mask), depth))
    light = ops.multiply(ops.to_linear(region.of(ground), transfer, depth), left)
    return levels.patched(ground, region, ops.to_display(light, transfer, _name(ground)))


def joined(
    below: tuple[Pixels, Pixels | None], above: Pixels, alpha: Pixels, transfer: str
) -> tuple[Pixels, Pixels | None]:
    """Straight colours and matte of ``above`` over ``below``, which may have a matte itself.

    Porter and Duff's over in linear light: o = 1 - (1 - a)(1 - b), and ``above`` has the share
    a / o of the colour.
    """
    ground, matte = below
    if matte is None:
        return laid_over(ground, above, alpha, transfer), None
    both = ops.screen(matte, alpha)
    whole: Any = ops.to_float(both)
    share = ops.to_float(alpha) / (whole + (whole == 0))
    return laid_over(ground, above, ops.from_float(share, _name(alpha)), transfer), both


def _onto(matte: Array, shadow: Shadow) -> list[list[float]]:
    """2 x 3: where the shadow of each pixel falls."""
    rows = matte.shape[0]
    right, down = (each / 100 * rows for each in shadow.offset)
    if shadow.ground == "wall":
        return [[1, 0, right], [0, 1, down]]
    standing = np.flatnonzero(matte.max(axis=1) >= _STANDS)
    feet = float(standing[-1]) if len(standing) else rows - 1.0
    return [[1, 0, right], [0, _FLAT, feet * (1 - _FLAT) + down]]


def _small(alpha: Pixels) -> tuple[int, int]:
    """(width, height) of a picture of at most so many lines."""
    height, width = alpha.shape[:2]
    rows = min(height, _LINES)
    return max(1, round(width * rows / height)), rows


def _depth(transfer: str) -> Depth:
    return "uint16" if fits_uint16(transfer) else "float32"


def _name(pixels: Pixels) -> Depth:
    name: Depth = "uint8" if str(pixels.dtype).endswith("uint8") else "uint16"
    return name
