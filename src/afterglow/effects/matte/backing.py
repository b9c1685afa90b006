"""The backing of a keyed picture: which colour it has, and how it is lit."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.gaps import spread
from afterglow.effects.matte.fields import dot, strongest
from afterglow.ops.keying import key_axis

Light = NDArray[np.float32]
"""(H, W, 3) linear light of red, green and blue, white at 1.0."""
Key = NDArray[np.float32]
"""(3,) linear light of a backing."""
Plane = NDArray[Any]
"""(H, W) float32 numbers of the pixels."""

_BORDER = 0.05
"""Share of the picture's sides that is its border."""
_SATURATED = 0.45
"""Share by which the weakest channel of a backing lies below its strongest, at least."""
_DARKEST = 0.02
"""Light of its strongest channel, at least."""
_COMMON = 0.2
"""Share of the border's pixels that must have the backing's hue."""
_HUES = 36
"""Bins of the hue's circle."""
_NEAR_HUE = 35.0
"""Degrees around a given hue in which the real backing is looked for."""
_SIDE = 288
"""Pixels of the shorter side at which the backing's light is estimated: it changes slowly."""
_ALIKE = 0.75
"""Share of the backing's saturation that its pixels have."""
_SHADOW = 0.2
"""Share of the backing's light that is left in shadows on it."""


class Backing(NamedTuple):
    """What the picture would be without a subject."""

    key: Key
    """(3,) linear light of the backing, the median over it."""
    field: Light
    """The backing's light at every pixel, also behind the subject."""
    seen: Plane
    """(H, W) 1 where the backing is surely seen, and no edge is near."""


def found_key(light: Light) -> Key | None:
    """(3,) light of the commonest saturated hue on a picture's border; None where there is none."""
    height, width = light.shape[:2]
    rim = max(1, round(_BORDER * min(height, width)))
    inside = np.zeros((height, width), bool)
    inside[rim : height - rim, rim : width - rim] = True
    border = light[~inside]
    hues = _hues(border[_is_saturated(border)])
    counts = np.bincount((hues / 360 * _HUES).astype(int) % _HUES, minlength=_HUES)
    around = counts + np.roll(counts, 1) + np.roll(counts, -1)
    best = int(around.argmax())
    if around[best] < _COMMON * len(border):
        return None
    return _median_near(border, (best + 0.5) * 360 / _HUES, 1.5 * 360 / _HUES)


def refined_key(light: Light, key: Key) -> Key:
    """(3,) light of what has about the key's hue in the picture; the key where nothing has."""
    hue = float(_hues(key[None])[0])
    found = _median_near(light[::2, ::2].reshape(-1, 3), hue, _NEAR_HUE)
    return key if found is None else found


def reduced(light: Light) -> Light:
    """The picture at the size at which the backing is estimated."""
    height, width = light.shape[:2]
    scale = min(1.0, _SIDE / min(height, width))
    return ops.reduce(light, max(1, round(width * scale)), max(1, round(height * scale)))


def backing_of(light: Light, about: Key) -> Backing:
    """The backing of a picture, small: at the size that ``reduced`` gives.

    light: a picture of that size. Its key is looked for near the given one. Pixels as saturated as
    it, bright or in shadow, are backing; the edges of the subject are left out by a margin, and the
    light goes on smoothly behind it.
    """
    key = refined_key(light, about)
    high = strongest(light)
    saturation: Plane = inside_sector(light, key) / np.maximum(high, 1e-6)
    own = key_axis(key.tolist())[1] / float(key.max())
    alike = (saturation > _ALIKE * own) & (high > _SHADOW * key.max())
    margin = max(1, round(min(light.shape[:2]) / 60))
    whole = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_CLOSE, disc(1))
    seen = cv2.erode(whole, disc(margin)).astype(np.float32)
    if not seen.any():
        return Backing(key, np.broadcast_to(key, light.shape).astype(np.float32), seen)
    return Backing(key, ops.gaussian_blur(spread(light, seen), margin), seen)


def inside_sector(light: Light, key: Key) -> Plane:
    """(H, W) how far a colour lies inside the sector of 120 degrees around the key's hue."""
    along, across = axes(key)
    return sector_of(dot(light, along), dot(light, across))


def sector_of(along: Plane, across: Plane) -> Plane:
    """(H, W) how far inside the sector a colour lies that has so much along a hue, and across."""
    return cv2.scaleAdd(np.abs(across), -(3**-0.5), along)


def axes(key: Key) -> tuple[Key, Key]:
    """Unit vectors of colour along the key's hue and across it, both at right angles to grey."""
    along = key_axis(key.tolist())[0].astype(np.float32)
    across = np.cross(along, np.full(3, 3**-0.5, np.float32))
    return along, across.astype(np.float32)


def disc(radius: int) -> NDArray[np.uint8]:
    """The element of morphology that reaches ``radius`` pixels."""
    size = (2 * radius + 1, 2 * radius + 1)
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size).astype(np.uint8)


def _is_saturated(colours: NDArray[np.float32]) -> NDArray[np.bool_]:
    red, green, blue = (colours[..., channel] for channel in range(3))
    high = strongest(colours)
    low = np.minimum(np.minimum(red, green), blue)
    found: NDArray[np.bool_] = (high > _DARKEST) & (high - low > _SATURATED * high)
    return found


def _hues(colours: NDArray[np.float32]) -> NDArray[np.float64]:
    """Hues in degrees, 0 to 360, of (N, 3) colours."""
    red, green, blue = (colours[:, channel].astype(np.float64) for channel in range(3))
    return np.degrees(np.arctan2(3**0.5 * (green - blue), 2 * red - green - blue)) % 360


def _median_near(colours: NDArray[np.float32], hue: float, degrees: float) -> Key | None:
    """The median of the saturated colours within so many degrees of a hue; None without any."""
    saturated = colours[_is_saturated(colours)]
    apart = np.abs((_hues(saturated) - hue + 180) % 360 - 180)
    near = saturated[apart <= degrees]
    return np.median(near, axis=0).astype(np.float32) if len(near) else None
