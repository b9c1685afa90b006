"""Dust, hairs and scratches of a print: drawn from seed and time alone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops import levels
from afterglow.ops.halves import Array

_SLOT = 0.9
"""Seconds that a scratch is there."""
_ROOM = 3.0
"""Side of the patch that a speck is drawn in, in its own sizes."""


@dataclass(frozen=True, slots=True)
class Wear:
    """How worn a print is."""

    seed: int = 0
    """Which dust."""
    specks: float = 1.6
    """Specks and hairs in a frame, in the mean."""
    scratches: float = 0.45
    """Share of the time that a scratch runs along."""


def worn(pixels: Array, wear: Wear, pts: int, seconds: float) -> Array:
    """Return the picture with the dust of its frame and the scratch of its time.

    pixels: (H, W, 3) RGB, uint8 or uint16.
    """
    rng = np.random.default_rng([wear.seed, 11, 0 if pts >= 0 else 1, abs(pts)])
    made = levels.copied(pixels)
    for _ in range(rng.poisson(wear.specks)):
        _speck(made, rng)
    _scratch(made, wear, seconds)
    return made


def _speck(pixels: Array, rng: np.random.Generator) -> None:
    """Lay a speck of dust or a hair on a picture that is being made."""
    height, width = pixels.shape[:2]
    size = max(1.5, height * rng.uniform(0.002, 0.006))
    hair = rng.random() < 0.25
    reach = int(np.ceil(size * (3 * _ROOM if hair else _ROOM)))
    x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
    mask = _hair(reach, size, rng) if hair else _dust(reach, size, rng)
    dark = rng.random() < 0.6
    top, left = max(0, y - reach), max(0, x - reach)
    part = pixels[top : y + reach + 1, left : x + reach + 1]
    cut = mask[top - y + reach :, left - x + reach :][: part.shape[0], : part.shape[1]]
    ink = levels.filled(part, 0.06 if dark else 0.86)
    part[:] = ops.lerp(np.ascontiguousarray(part), ink, np.ascontiguousarray(cut))


def _dust(reach: int, size: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(2 reach + 1, the same) an uneven blot."""
    turn = np.linspace(0, 2 * np.pi, 11)[:-1]
    far = size * rng.uniform(0.45, 1.0, 10)
    outline = np.stack([np.cos(turn) * far, np.sin(turn) * far], axis=-1) + reach
    return _drawn(reach, outline, closed=True, opacity=rng.uniform(0.45, 0.8))


def _hair(reach: int, size: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(2 reach + 1, the same) a bent line."""
    along = np.linspace(-1, 1, 12)
    turn, bend = rng.uniform(0, np.pi), rng.uniform(-0.8, 0.8, 2)
    x, y = along, bend[0] * along**2 + bend[1] * along**3 * 0.5
    line = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], -1)
    return _drawn(reach, line * size * 4 + reach, closed=False, opacity=0.55)


def _drawn(
    reach: int, points: NDArray[np.float64], *, closed: bool, opacity: float
) -> NDArray[np.uint8]:
    mask = np.zeros((2 * reach + 1, 2 * reach + 1), np.uint8)
    fine = np.rint(points * 16).astype(np.int32)
    level = round(255 * opacity)
    if closed:
        cv2.fillPoly(mask, [fine], (level,), cv2.LINE_AA, 4)
    else:
        cv2.polylines(mask, [fine], False, (level,), 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (3, 3), 0), np.uint8)


def _scratch(pixels: Array, wear: Wear, seconds: float) -> None:
    """Lay the scratch of a time on a picture that is being made; it comes and goes softly."""
    slot = int(np.floor(seconds / _SLOT))
    rng = np.random.default_rng([wear.seed, 13, 0 if slot >= 0 else 1, abs(slot)])
    if rng.random() >= wear.scratches:
        return
    height, width = pixels.shape[:2]
    age = seconds / _SLOT - slot
    place = (rng.uniform(0.06, 0.94) + 0.002 * np.sin(2 * np.pi * (age + rng.random()))) * width
    thick = max(0.6, 0.0006 * height)
    left = max(0, int(place - 4 * thick))
    part = pixels[:, left : int(place + 4 * thick) + 2]
    across = np.exp(-0.5 * ((np.arange(part.shape[1]) + left - place) / thick) ** 2)
    y = np.arange(height) / height
    along = 0.65 + 0.35 * np.sin(2 * np.pi * (y * rng.uniform(2, 5) + rng.random() + age))
    mask = 255 * 0.30 * np.sin(np.pi * age) * along[:, None] * across
    ink = levels.filled(part, 0.85)
    part[:] = ops.lerp(np.ascontiguousarray(part), ink, np.rint(mask).astype(np.uint8))
