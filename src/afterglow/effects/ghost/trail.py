"""The trail painted: layers gathered into one picture of light, and laid behind the subject."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from afterglow import ops
from afterglow.effects.ghost.gates import Layer
from afterglow.effects.ghost.window import Sizes, Window
from afterglow.frames import Frame, VideoInfo
from afterglow.ops import levels
from afterglow.ops.foreground import true_foreground
from afterglow.ops.halves import Array, Depth
from afterglow.ops.levels import Region
from afterglow.ops.standards import fits_uint16

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.effects.ghost.effect import Ghost
    from afterglow.frames import Pixels

_BLOOM = 0.35
"""Strength of the light that a glow throws around itself."""
_BLOOM_WIDTH = 2.5
"""Its blur, in pixels of the look."""
_SOFTER = 3
"""Side of the block that each older layer is blurred by, in pixels of a soft trail."""
_MARGIN = 9
"""Pixels of the look around the gates that blur and bloom may reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Paint:
    """What of the settings and the video the painting of every frame needs."""

    ghost: Ghost
    sizes: Sizes
    tables: tuple[Array, ...]
    """By rank - 1: levels of a picture to levels of its ghost."""
    depth: Depth
    """Depth of the pictures that are blended."""
    linear: str | None
    """Transfer that is undone for the blend; None in display light."""
    given: Depth
    """Depth of the frames."""


def mix(ghost: Ghost, video: VideoInfo, sizes: Sizes) -> Paint:
    """Return the paint for a video: every table is made once."""
    given: Depth = "uint8" if video.depth == 8 else "uint16"
    linear = video.colour.transfer if ghost.space == "linear" else None
    depth = _blend_depth(ghost, given, linear)
    light = ops.to_float(np.arange(video.white + 1, dtype=given))
    if linear:
        light = ops.to_linear(light, linear)
    tables = tuple(
        ops.from_float(_tinted(ghost, _developed(ghost, light, rank)), depth)
        for rank in range(1, ghost.layers + 1)
    )
    return Paint(ghost, sizes, tables, depth, linear, given)


def _blend_depth(ghost: Ghost, given: Depth, linear: str | None) -> Depth:
    """16 bits where weights of copies or linear light need them, floats where those do not do."""
    if linear:
        return "uint16" if fits_uint16(linear) else "float32"
    return given if ghost.soft else "uint16"


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
    if not trail:
        return _bare(window.frame, by)
    region = reduce(Region.joined, (layer.region for layer in trail))
    region = region.grown(_MARGIN if by.ghost.soft else 0, by.sizes.look)
    light, cover = (_veil if by.ghost.soft else _echoes)(window, trail, region, by)
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


def _mapped(region: Region, small: tuple[int, int], large: tuple[int, int]) -> Region:
    """The region in a larger picture."""
    x, y = large[0] / small[0], large[1] / small[1]
    return Region(
        round(region.left * x),
        round(region.top * y),
        round(region.right * x),
        round(region.bottom * y),
    )


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
    light, cover = _nothing(window, region, by)
    for layer in trail:
        light = ops.box_blur(light, _SOFTER)
        spot = _spot(layer, region, by)
        shown, weight = _shown(window, layer, by)
        left = levels.invert(spot.of(light))
        levels.add_into(light, spot, ops.multiply(left, shown))
        if by.ghost.transparent:
            levels.add_into(cover, spot, ops.multiply(levels.invert(spot.of(cover)), weight))
    light = ops.box_blur(light, _SOFTER)
    if by.ghost.style == "glow":
        light = ops.screen(light, _bloom(light, region))
    return light, cover if by.ghost.transparent else None


def _nothing(window: Window, region: Region, by: Paint) -> tuple[Pixels, Pixels]:
    """No light and no cover in a region of the look, at trail size: (h, w, 3) and (h, w)."""
    width, height = _mapped(region, by.sizes.look, by.sizes.trail).size
    like = window.frame.pixels
    return (
        levels.black(like, (height, width, 3), by.depth),
        levels.black(like, (height, width), by.depth),
    )


def _spot(layer: Layer, region: Region, by: Paint) -> Region:
    """Where a layer lies in a picture of the region at trail size."""
    there, whole = (_mapped(r, by.sizes.look, by.sizes.trail) for r in (layer.region, region))
    return there.seen_from(whole)


def _bloom(light: Pixels, region: Region) -> Pixels:
    """The light once more, wide and faint."""
    height, width = light.shape[:2]
    small = ops.gaussian_blur(ops.resize(light, *region.size), _BLOOM_WIDTH)
    return ops.resize(ops.gain(small, _BLOOM), width, height)


def _echoes(
    window: Window, trail: list[Layer], region: Region, by: Paint
) -> tuple[Pixels, Pixels | None]:
    """The trail of plain copies: each through what nearer ones leave, and how much they cover.

    (h, w, 3) light, multiplied by the cover, and (h, w) cover, in the blend's depth (Porter and
    Duff's over, from the nearest backwards).
    """
    light, cover = _nothing(window, region, by)
    for layer in reversed(trail):
        spot = _spot(layer, region, by)
        shown, share = _shown(window, layer, by, spot.of(cover))
        levels.add_into(light, spot, shown)
        levels.add_into(cover, spot, share)
    return light, cover


def _shown(
    window: Window, layer: Layer, by: Paint, covered: Pixels | None = None
) -> tuple[Pixels, Pixels]:
    """A layer's light times its weight, and the weight, in its region and the blend's depth.

    (h, w, 3) and (h, w) at trail size. covered: (h, w) what nearer layers cover; None: nothing.
    """
    seen = window.printed(layer.ago)
    there = _mapped(layer.region, by.sizes.look, by.sizes.trail)
    weight = ops.resize(layer.region.of(layer.gate), *there.size)
    if seen.matte is not None and not by.ghost.ungated:
        weight = ops.multiply(weight, _moved(seen.matte, layer, there))
    weight = levels.as_depth(weight, by.depth)
    if covered is not None:
        weight = ops.multiply(weight, levels.invert(covered))
    picture = _moved(seen.picture, layer, there)
    picture = _grey(picture) if by.ghost.tint else picture
    return ops.multiply(levels.lookup(picture, by.tables[layer.rank - 1]), weight), weight


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
    if by.ghost.soft and by.depth == by.given and cover is None:
        return replace(bare, pixels=_touched(bare.pixels, full, light, by))
    lit = _light(ground, by)
    part = _blended(lit, light, cover, by)
    if by.ghost.transparent and bare.alpha is not None and cover is not None:
        below = levels.as_depth(full.of(bare.alpha), by.depth)
        joined = ops.add if by.ghost.order == "behind" else ops.screen
        both = joined(below, cover)
        # In the light of the blend: what a matte hides would colour the trail in any other.
        part = true_foreground(part, both, lit)
        alpha = levels.patched(bare.alpha, full, levels.as_depth(both, by.given))
        return replace(
            bare, pixels=levels.patched(bare.pixels, full, _given(part, by)), alpha=alpha
        )
    return replace(bare, pixels=levels.patched(bare.pixels, full, _given(part, by)))


def _touched(pixels: Pixels, full: Region, light: Pixels, by: Paint) -> Pixels:
    """The picture with a soft trail's light in a region: as blended, with one copy less."""
    change, made = _change(full.of(pixels), light, by), levels.copied(pixels)
    lay = levels.subtract_from if by.ghost.style == "shadow" else levels.add_into
    lay(made, full, change)
    return made


def _change(ground: Pixels, light: Pixels, by: Paint) -> Pixels:
    """What a soft trail adds to the ground, or takes from it as a shadow."""
    return ops.multiply(ground if by.ghost.style == "shadow" else levels.invert(ground), light)


def _blended(ground: Pixels, light: Pixels, cover: Pixels | None, by: Paint) -> Pixels:
    """The ground and the trail in the light of the blend."""
    if cover is not None and by.ghost.style == "normal":
        return ops.add(ops.multiply(ground, levels.invert(cover)), light)
    lay = levels.subtract if by.ghost.style == "shadow" else ops.add
    return lay(ground, _change(ground, light, by))


def _light(ground: Pixels, by: Paint) -> Pixels:
    """Frame levels in the light of the blend."""
    if by.linear:
        return ops.to_linear(ground, by.linear, by.depth)
    return levels.as_depth(ground, by.depth)


def _given(part: Pixels, by: Paint) -> Pixels:
    """The blend back in the light and depth of the frames."""
    if by.linear:
        return ops.to_display(part, by.linear, by.given)
    return levels.as_depth(part, by.given)
