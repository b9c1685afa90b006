"""The trail painted: layers gathered into one picture of light, and laid behind the subject."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from afterglow import ops
from afterglow.effects.ghost.gates import Layer
from afterglow.effects.ghost.window import Sizes, Window
from afterglow.frames import Frame, VideoInfo
from afterglow.ops import levels
from afterglow.ops.levels import Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.effects.ghost.effect import Ghost
    from afterglow.frames import Pixels

_BLOOM = 0.35
"""Strength of the light that a glow throws around itself."""
_BLOOM_WIDTH = 4.0
"""Its blur, in pixels of the look."""
_SOFTER = 3
"""Side of the block that each older layer is blurred by, in pixels of a soft trail."""
_MARGIN = 14
"""Pixels of the look around the gates that blur and bloom may reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Paint:
    """What of the settings and the video the painting of every frame needs."""

    ghost: Ghost
    sizes: Sizes
    tables: tuple[NDArray[np.uint8] | NDArray[np.uint16], ...]
    """By rank - 1: levels of a picture to levels of its ghost."""
    depth: Literal["uint8", "uint16"]
    """Depth of the pictures that are blended."""
    linear: str | None
    """Transfer that is undone for the blend; None in display light."""
    given: Literal["uint8", "uint16"]
    """Depth of the frames."""


def mix(ghost: Ghost, video: VideoInfo, sizes: Sizes) -> Paint:
    """Return the paint for a video: every table is made once."""
    given: Literal["uint8", "uint16"] = "uint8" if video.depth == 8 else "uint16"
    linear = video.colour.transfer if ghost.space == "linear" else None
    deep = linear is not None or ghost.style == "normal"
    depth: Literal["uint8", "uint16"] = "uint16" if deep else given
    level = np.arange(video.white + 1, dtype=given)
    light = ops.to_float(ops.to_linear(level, linear, "uint16")) if linear else ops.to_float(level)
    tables = tuple(
        ops.from_float(_tinted(ghost, _developed(ghost, light, rank)), depth)
        for rank in range(1, ghost.layers + 1)
    )
    return Paint(ghost, sizes, tables, depth, linear, given)


def _developed(ghost: Ghost, light: NDArray[np.float32], rank: int) -> NDArray[np.float32]:
    """float32 0-1: what a style makes of the light of a layer.

    glow: overexposed by 1 + 0.3 rank, with a shoulder instead of a clipped white.
    shadow: the light that the layer takes away: the whole, less half of its own brightness.
    """
    if ghost.style == "normal":
        return light
    if ghost.style == "shadow":
        return np.subtract(1, light / 2, dtype=np.float32)
    exposure = np.float32(1.2 * min(1 + 0.3 * rank, 4))
    developed: NDArray[np.float32] = np.expm1(-exposure * light) / np.expm1(-exposure)
    return developed


def _tinted(ghost: Ghost, light: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) as it is, or (n, 3) in the colour of the tint."""
    if ghost.tint is None:
        return light
    tint = np.array(ghost.tint, np.float32) / np.float32(255)
    kept = tint if ghost.style != "shadow" else 1 - tint
    tinted: NDArray[np.float32] = light[:, np.newaxis] * kept
    return tinted


def paint(window: Window, trail: list[Layer], presence: Pixels | None, by: Paint) -> Frame:
    """Return the present frame with its trail.

    trail: the farthest layer first. presence: (h, w) uint8 at look size, what the trail lies behind
    where no matte is known; None: the trail lies in front.
    """
    region = _touched(trail, by.sizes)
    if region is None:
        return _bare(window.frame, by)
    gathered = _echoes if by.ghost.style == "normal" else _veil
    light, cover = gathered(window, trail, region, by)
    if presence is not None:
        light, cover = _behind(levels.invert(region.of(presence)), light, cover, by)
    full = _mapped(region, by.sizes.look, by.sizes.full)
    light = ops.resize(light, *full.size)
    cover = None if cover is None else ops.resize(cover, *full.size)
    if by.ghost.hides and window.frame.alpha is not None:
        light, cover = _behind(levels.invert(full.of(window.frame.alpha)), light, cover, by)
    return _laid(window.frame, full, light, cover, by)


def _behind(
    free: Pixels, light: Pixels, cover: Pixels | None, by: Paint
) -> tuple[Pixels, Pixels | None]:
    """Light and cover where the subject leaves the view free; free: (h, w), white where it does."""
    height, width = light.shape[:2]
    mask = levels.as_depth(ops.resize(free, width, height), by.depth)
    return ops.multiply(light, mask), None if cover is None else ops.multiply(cover, mask)


def _touched(trail: list[Layer], sizes: Sizes) -> Region | None:
    """The part of the look that any layer or its bloom may reach."""
    if not trail:
        return None
    union = trail[0].gate
    for layer in trail[1:]:
        union = levels.maximum(union, layer.gate)
    found = levels.extent(union)
    return found and found.grown(_MARGIN, sizes.look)


def _mapped(region: Region, small: tuple[int, int], large: tuple[int, int]) -> Region:
    """The region in a larger picture."""
    x, y = large[0] / small[0], large[1] / small[1]
    return Region(
        round(region.left * x),
        round(region.top * y),
        round(region.right * x),
        round(region.bottom * y),
    )


def _pictures(window: Window, layer: Layer, region: Region, by: Paint) -> tuple[Pixels, Pixels]:
    """A layer's picture and its weight in a region of the look, both at trail size.

    (h, w, 3) in the depth of the frames, and (h, w) uint8.
    """
    seen = window.printed(layer.ago)
    there = _mapped(region, by.sizes.look, by.sizes.trail)
    weight = ops.resize(region.of(layer.gate), *there.size)
    picture, matte = _moved(seen.picture, layer, there), seen.matte
    if matte is not None and not by.ghost.ungated:
        weight = ops.multiply(weight, _moved(matte, layer, there))
    return (_grey(picture) if by.ghost.tint else picture), weight


def _grey(picture: Pixels) -> Pixels:
    return levels.repeat_channel(ops.luma(picture))


def _moved(picture: Pixels, layer: Layer, region: Region) -> Pixels:
    """The region of a picture after the camera's path."""
    if layer.path is None:
        return region.of(picture)
    onto = layer.path[:2].copy()
    onto[:, 2] -= region.left, region.top
    return ops.warp(picture, onto, size=region.size, border="replicate")


def _veil(
    window: Window, trail: list[Layer], region: Region, by: Paint
) -> tuple[Pixels, Pixels | None]:
    """The trail of glow or shadow as light that is added or taken, and how much it covers.

    (h, w, 3), and (h, w) if a transparent trail needs it, in the blend's depth. Layers join as
    1 - product (1 - layer): their order does not matter, but each is blurred again with every
    nearer one.
    """
    farthest, *others = trail
    light, weight = _shown(window, farthest, region, by)
    left, bare = levels.invert(light), levels.invert(weight)
    for layer in others:
        light, weight = _shown(window, layer, region, by)
        left = ops.box_blur(left, _SOFTER)
        left = levels.subtract(left, ops.multiply(left, light))
        bare = ops.multiply(bare, levels.invert(weight))
    light = levels.invert(ops.box_blur(left, _SOFTER))
    if by.ghost.style == "glow":
        light = ops.screen(light, _bloom(light, region))
    return light, levels.invert(bare) if by.ghost.transparent else None


def _bloom(light: Pixels, region: Region) -> Pixels:
    """The light once more, wide and faint."""
    height, width = light.shape[:2]
    small = ops.gaussian_blur(ops.resize(light, *region.size), _BLOOM_WIDTH)
    return ops.resize(ops.gain(small, _BLOOM), width, height)


def _echoes(window: Window, trail: list[Layer], region: Region, by: Paint) -> tuple[Pixels, Pixels]:
    """The trail of plain copies: each through what nearer ones leave, and how much they cover.

    (h, w, 3) light, multiplied by the cover, and (h, w) cover, in the blend's depth (Porter and
    Duff's over, from the nearest backwards).
    """
    *others, nearest = trail
    light, cover = _shown(window, nearest, region, by)
    left = levels.invert(cover)
    for layer in reversed(others):
        farther, share = _shown(window, layer, region, by, left)
        light, left = ops.add(light, farther), levels.subtract(left, share)
    return light, levels.invert(left)


def _shown(
    window: Window, layer: Layer, region: Region, by: Paint, left: Pixels | None = None
) -> tuple[Pixels, Pixels]:
    """A layer's light times its weight, and the weight, in the blend's depth.

    left: (h, w) the part that nearer layers do not cover; None: all of it.
    """
    picture, weight = _pictures(window, layer, region, by)
    weight = levels.as_depth(weight, by.depth)
    weight = weight if left is None else ops.multiply(weight, left)
    light = levels.lookup(picture, by.tables[layer.rank - 1])
    return ops.multiply(light, weight), weight


def _bare(frame: Frame, by: Paint) -> Frame:
    """The frame where there is no trail."""
    if by.ghost.order != "trail-only":
        return frame
    ground = levels.filled(frame.pixels, by.ghost.ground)
    return replace(frame, pixels=ground, alpha=levels.filled(ground[..., 0], 0.0))


def _laid(frame: Frame, full: Region, light: Pixels, cover: Pixels | None, by: Paint) -> Frame:
    """The frame with the trail's light in a region."""
    bare = _bare(frame, by)
    ground = full.of(bare.pixels)
    part = _given(_blended(_light(ground, by), light, cover, by), by)
    if by.ghost.transparent and bare.alpha is not None and cover is not None:
        below = full.of(bare.alpha)
        cover = levels.as_depth(cover, by.given)
        joined = ops.add if by.ghost.order == "behind" else ops.screen
        alpha = joined(below, cover)
        part = levels.unmixed(part, ground, alpha)
        return replace(
            bare,
            pixels=levels.patched(bare.pixels, full, part),
            alpha=levels.patched(bare.alpha, full, alpha),
        )
    return replace(bare, pixels=levels.patched(bare.pixels, full, part))


def _blended(ground: Pixels, light: Pixels, cover: Pixels | None, by: Paint) -> Pixels:
    """The ground and the trail in the light of the blend."""
    if cover is not None and by.ghost.style == "normal":
        return ops.add(ops.multiply(ground, levels.invert(cover)), light)
    if by.ghost.style == "shadow":
        return levels.subtract(ground, ops.multiply(ground, light))
    return ops.add(ground, ops.multiply(levels.invert(ground), light))


def _light(ground: Pixels, by: Paint) -> Pixels:
    """Frame levels in the light of the blend."""
    if by.linear:
        return ops.to_linear(ground, by.linear, "uint16")
    return levels.as_depth(ground, by.depth)


def _given(part: Pixels, by: Paint) -> Pixels:
    """The blend back in the light and depth of the frames."""
    if by.linear:
        return ops.to_display(part, by.linear, by.given)
    return levels.as_depth(part, by.given)
