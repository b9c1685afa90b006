"""What a backing of one colour says of a picture: its matte, and the subject's own colours.

A large picture is looked at at half its size first. Where that is surely backing or surely subject,
it is; only the rest is looked at pixel by pixel.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.gaps import spread
from afterglow.effects.matte.backing import (
    Backing,
    Light,
    axes,
    disc,
    inside_sector,
    reduced,
    sector_of,
)
from afterglow.effects.matte.fields import Plane, dot, enlarged, places_of
from afterglow.ops.keying import despill

_NOISE = 3.5
"""Standard deviations of the backing's noise that still are backing."""
_CALM = 0.02
"""Share of the way to the subject that is backing however little noise there is."""
_WIDEST_EDGE = 1 / 45
"""Pixels of a soft edge, as a share of the lines: what lies further from the backing is solid."""
_TINGED = 0.3
"""Share of the way to the subject from which such a pixel counts as the subject's, tinged."""
_NEAREST = 0.6
"""How near to the backing, as a share of its own, the subject's colour is taken to come."""
_LEAST = 0.1
"""Share of the backing's hue under which its light is not taken to fall."""
_BESIDE = np.ones((5, 5), np.uint8)
"""Around a pixel of the smaller picture: what is looked at in full where that one is not sure."""


class Way(NamedTuple):
    """From the backing to the subject, for every pixel of a picture: float32 each."""

    own: Plane
    """The backing's light along its hue."""
    tinge: Plane
    """The subject's by itself, as a share of it."""
    low: Plane
    """Share of the way that is backing still."""
    solid: Plane
    """How surely the pixel is the subject's, though tinged, 0 to 1."""


class Backed(NamedTuple):
    """A picture before its backing, and the same at the size at which it is looked at."""

    pixels: NDArray[Any]
    """(H, W, 3) uint8 or uint16 RGB."""
    light: Light
    """(h, w, 3) float32 linear light of it, or of half its size."""
    transfer: str
    """Of the pixels' light."""
    backing: Backing
    """What the light would be without a subject."""


def keyed(of: Backed, tolerance: float | None = None, softness: float | None = None) -> Plane:
    """(H, W) float32 matte of a picture before a backing, 0 to 1.

    tolerance, softness: per cent; None finds them.

    A pixel is a mix of the subject's colour and the backing's, so what it shows of the backing's
    hue, seen along that hue's axis, says how much of each (Smith and Blinn, Blue Screen Matting,
    1996). How much of that hue the subject has by itself is carried to its edge from its inside.
    """
    shown = dot(of.light, axes(of.backing.key)[0])
    way = _way(of, shown, tolerance)
    alpha = _risen(shown, way, softness)
    small = alpha.shape != of.pixels.shape[:2]
    return _in_full(of, alpha, way, softness) if small else alpha


def _risen(shown: Plane, way: Way, softness: float | None) -> Plane:
    """The matte of pixels that show so much of the backing's hue."""
    share = (1 - shown / way.own) / (1 - way.tinge)
    rise = np.maximum(1 - 2 * way.low, 0.01) if softness is None else softness / 100
    alpha: Plane = np.clip((share - way.low) / np.float32(rise), 0, 1)
    alpha += way.solid * (1 - alpha)
    return alpha


def _in_full(of: Backed, alpha: Plane, way: Way, softness: float | None) -> Plane:
    """The matte at full size: the small one, and each pixel by itself where that is not sure."""
    some = cv2.dilate((alpha > 0).view(np.uint8), _BESIDE)
    whole = cv2.erode((alpha >= 1).view(np.uint8), _BESIDE)
    at = places_of(cv2.subtract(some, whole), of.pixels)
    found = enlarged(alpha, of.pixels)
    if not len(at):
        return found
    there = Way(*(enlarged(each, of.pixels).reshape(-1)[at] for each in way))
    light = ops.to_linear(of.pixels.reshape(-1, 3).take(at, 0), of.transfer)
    found.reshape(-1)[at] = _risen(light @ axes(of.backing.key)[0], there, softness)
    return found


def _way(of: Backed, shown: Plane, tolerance: float | None) -> Way:
    """The way of every pixel at the size of the light."""
    along, across = axes(of.backing.key)
    least = _LEAST * float(of.backing.key @ along)
    own = np.maximum(dot(of.backing.field, along), least)
    sector = np.maximum(inside_sector(of.backing.field, of.backing.key), least)
    inside = sector_of(shown, dot(of.light, across))
    rough = 1 - inside / enlarged(sector, inside)
    low = np.full(own.shape, (tolerance or 0) / 100, np.float32)
    if tolerance is None:
        low = _floor(of, own, sector)
    own, low = (enlarged(each, shown) for each in (own, low))
    solid, known = _solid(rough, low)
    tinge = np.minimum(_carried(shown / own, known), _NEAREST)
    return Way(own, tinge, low, solid)


def _floor(of: Backed, own: Plane, sector: Plane) -> Plane:
    """(h, w) share of the way to the subject that the backing's noise reaches.

    own, sector: (h, w) of the backing's light, at the size at which that is known.
    Of the same noise in display values, less light lets more be seen: by about its square root.
    """
    seen = of.backing.seen > 0
    if not seen.any():
        return np.full(own.shape, _CALM, np.float32)
    rows, columns = (
        (np.arange(small) * large + large // 2) // small
        for small, large in zip(own.shape, of.pixels.shape, strict=False)
    )
    light = ops.to_linear(of.pixels[rows[:, None], columns], of.transfer)
    rough = 1 - inside_sector(light, of.backing.key) / sector
    noise = 1.4826 * np.median(np.abs(rough[seen]))
    usual = np.median(own[seen])
    low: Plane = np.clip(_NOISE * noise * np.sqrt(usual / own), _CALM, 0.3).astype(np.float32)
    return low


def _solid(rough: Plane, low: Plane) -> tuple[Plane, Plane]:
    """(H, W) how surely a pixel is solid though tinged, and how surely it shows the subject alone.

    Pale and shiny parts show the backing's hue; but so far from the backing no edge is soft.
    """
    near = (rough < np.maximum(low, 0.1)).view(np.uint8)
    clear = cv2.morphologyEx(near, cv2.MORPH_OPEN, disc(1))
    far = cv2.distanceTransform(1 - clear, cv2.DIST_L2, 3)
    edge = max(3.0, _WIDEST_EDGE * rough.shape[0])
    solid = ops.smoothstep(far / np.float32(edge), 1, 2)
    solid *= np.clip((rough - _TINGED) / 0.2, 0, 1)
    pure = cv2.erode((rough > 0.97).view(np.uint8), disc(1))
    return solid, np.maximum(solid, pure)


def _carried(shown: Plane, inside: Plane) -> Plane:
    """(H, W) what the subject shows of the backing's hue by itself, carried from its inside."""
    known, values = reduced(inside), reduced(shown * inside)
    values /= np.maximum(known, 1e-6)
    return enlarged(spread(values, np.minimum(known, 1)), shown)


def own_colours(of: Backed, alpha: Plane, strength: float, around: int = 0) -> NDArray[Any]:
    """(H, W, 3) RGB of the subject alone where there is some of it; else the picture.

    alpha: (H, W) float32 matte. strength: how much of the backing's light is taken off, 0 to 1.
    around: pixels outside the matte where that is taken off as well.

    F = (I - (1 - a) B) / a (Smith and Blinn, equation 1), and the backing's light on it taken off.
    """
    at = places_of(_widened((alpha > 0).view(np.uint8), around), of.pixels)
    if not len(at):
        return of.pixels
    share = alpha.reshape(-1)[at]
    light = ops.to_linear(of.pixels.reshape(-1, 3).take(at, 0), of.transfer)[:, None]
    mixed = np.flatnonzero((share > 0) & (share < 1))
    light[mixed, 0] = _unmixed(of, light[mixed, 0], share[mixed, None], at[mixed])
    changed = inside_sector(light, of.backing.key)[:, 0] > 0
    changed[mixed] = True
    if not changed.any():
        return of.pixels
    clean = despill(light[changed], of.backing.key.tolist(), strength)
    depth = ops.depth_of(of.pixels)
    own = of.pixels.copy()
    own.reshape(-1, 3)[at[changed]] = ops.to_display(clean, of.transfer, depth)[:, 0]
    return own


def _widened(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """The mask and what is at most so many pixels outside, upright and across."""
    side = 2 * pixels + 1
    for box in ((side, 1), (1, side)):
        mask = cv2.dilate(mask, np.ones(box, np.uint8)).astype(np.uint8, copy=False)
    return mask


def _unmixed(of: Backed, light: Plane, share: Plane, at: NDArray[np.intp]) -> Plane:
    """(N, 3) light without the backing's share of it, at places of the picture."""
    height, width = of.pixels.shape[:2]
    rows, columns = np.divmod(at, width)
    field = ops.resize(of.backing.field, -(-width // 2), -(-height // 2))
    behind = field[rows // 2, columns // 2]
    own: Plane = np.maximum(light - (1 - share) * behind, 0) / share
    return own
