"""The colours of a face's light, taken from its picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.composing.sharpness import softness_of
from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait.frame import FaceFrame, Points
from afterglow.effects.style.character.portrait.shape import CHEEKS

Light = NDArray[np.float32]
"""(3,) linear light, white at 1."""

_SHARP, _SOFTEST = 0.6, 2.5
"""Sigmas in pixels: of a picture that shows no edges, and of the softest that is matched."""
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """What the inside of a mouth and the edge of a lid look like in this picture."""

    teeth: Light
    tongue: Light
    cavity: Light
    lash: Light
    seam: Light
    lip: Light
    soft: float
    """Sigma in pixels of the blur that the picture has at its eyes and mouth."""


def palette_of(pixels: NDArray[Any], points: Points, frame: FaceFrame, transfer: str) -> Palette:
    """The colours for a face of 478 points in a picture (H, W, 3) uint8 or uint16 RGB."""
    size = max(1, round(frame.width * 0.015))
    skin = _mean(pixels, points[list(CHEEKS[:4]), :2], size, transfer)
    below = (
        points[list(of.LIP_OUTER_LOWER[3:-3]), :2] + points[list(of.LIP_INNER_LOWER[3:-3]), :2]
    ) / 2
    lip = _mean(pixels, below, size, transfer)
    white = _mean(pixels, _whites(points), 0, transfer, brightest=True)
    bright = float(skin @ _WEIGHTS)
    hues = [each / max(float(each @ _WEIGHTS), 1e-3) for each in (white, skin)]
    hue = 0.45 * hues[0] + 0.25 * hues[1] + 0.3 * np.array([1.04, 1.0, 0.88])
    level = np.clip(max(0.95 * float(white @ _WEIGHTS), 1.25 * bright), 0.02, 0.8)
    red = lip / max(float(lip @ _WEIGHTS), 1e-3) * np.array([1.15, 0.9, 0.9])
    near = _near(pixels, points)
    dark = _darkest(near, transfer)
    return Palette(
        teeth=(hue * level).astype(np.float32),
        tongue=(red * bright * 0.34).astype(np.float32),
        cavity=np.maximum(red * bright * 0.035, dark).astype(np.float32),
        lash=np.maximum(skin * 0.10, dark).astype(np.float32),
        seam=np.maximum(red * float(lip @ _WEIGHTS) * 0.2, dark).astype(np.float32),
        lip=np.asarray(lip, np.float32),
        soft=min(softness_of(near) or _SHARP, _SOFTEST),
    )


def _near(pixels: NDArray[Any], points: Points) -> NDArray[Any]:
    """The part of a picture that shows eyes and mouth, at least a pixel."""
    row = [*of.LEFT_BROW, *of.RIGHT_BROW, *of.LIP_OUTER_LOWER, *of.LEFT_EYE_UPPER]
    height, width = pixels.shape[:2]
    low, high = points[row, :2].min(axis=0), points[row, :2].max(axis=0)
    left, top = (int(np.clip(v, 0, n - 1)) for v, n in zip(low, (width, height), strict=True))
    right, bottom = (int(np.clip(v, 0, n)) for v, n in zip(high, (width, height), strict=True))
    return np.ascontiguousarray(pixels[top : max(bottom, top + 1), left : max(right, left + 1)])


def _darkest(near: NDArray[Any], transfer: str) -> Light:
    """Linear light of the darkest hundredth of a part of a picture."""
    step = max(1, round((near.shape[0] * near.shape[1] / 4096) ** 0.5))
    light = ops.to_linear(np.ascontiguousarray(near[::step, ::step]), transfer).reshape(-1, 3)
    level = light @ _WEIGHTS
    return np.asarray(light[level <= np.quantile(level, 0.01)].mean(axis=0), np.float32)


def _whites(points: Points) -> Points:
    """(8, 2) places in the whites of the eyes, to both sides of the irises."""
    found = []
    for iris, upper in ((of.LEFT_IRIS, of.LEFT_EYE_UPPER), (of.RIGHT_IRIS, of.RIGHT_EYE_UPPER)):
        middle = points[iris[0], :2]
        for corner in (points[upper[0], :2], points[upper[-1], :2]):
            found += [middle + share * (corner - middle) for share in (0.55, 0.7)]
    return np.array(found)


def _mean(
    pixels: NDArray[Any], places: Points, reach: int, transfer: str, brightest: bool = False
) -> Light:
    """Mean linear light of small squares about places, or of the brighter half of them."""
    height, width = pixels.shape[:2]
    seen = []
    for x, y in places:
        left, top = (int(np.clip(round(v), 0, n - 1)) for v, n in ((x, width), (y, height)))
        part = pixels[
            max(0, top - reach) : top + reach + 1, max(0, left - reach) : left + reach + 1
        ]
        light = ops.to_linear(np.ascontiguousarray(part), transfer)
        seen.append(light.reshape(-1, 3).mean(axis=0))
    lights = np.array(sorted(seen, key=lambda light: float(light @ _WEIGHTS)))
    return np.asarray(lights[len(lights) // 2 if brightest else 0 :].mean(axis=0), np.float32)
