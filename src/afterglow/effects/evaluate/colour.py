"""Colours as they are seen: CIELAB, and how far two of them are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from afterglow.ops.standards import is_known, light_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]

_TO_XYZ = np.array(
    [
        [0.4123907993, 0.3575843394, 0.1804807884],
        [0.2126390059, 0.7151686788, 0.0721923154],
        [0.0193308187, 0.1191947798, 0.9505321522],
    ]
)
"""From linear RGB of BT.709 primaries and D65 (ITU-R BT.709-6, table 1)."""
_WHITE = _TO_XYZ.sum(axis=1)
_FAR = 25.0**7
_TONES = 3


def tones(pixels: NDArray[np.uint8], transfer: str) -> Numbers:
    """Return (3, 3): the mean colours of the darkest, middle and brightest third, in CIELAB.

    pixels: (h, w, 3) uint8 RGB. transfer: of the video; an unknown one is taken for BT.709.
    """
    light = light_of(pixels.reshape(-1, 3) / 255, transfer if is_known(transfer) else "bt709", np)
    order = np.argsort(light @ _TO_XYZ[1], kind="stable")
    thirds = np.array_split(light[order], _TONES) if len(order) >= _TONES else [light] * _TONES
    return lab(np.array([third.mean(axis=0) for third in thirds]))


def lab(light: Numbers) -> Numbers:
    """Return (..., 3) L*, a*, b* of linear RGB, 0-1, of BT.709 primaries.

    CIE 15:2004, equations 8.3 to 8.7, with the white of D65.
    """
    ratio = light @ _TO_XYZ.T / _WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def delta_e(one: Numbers, other: Numbers) -> Numbers:
    """Return (...) how far colours are apart: Delta E 2000; about 1 is just seen.

    one, other: (..., 3) CIELAB. CIE 142-2001, as written down by G. Sharma, W. Wu and E. Dalal,
    The CIEDE2000 color-difference formula (Color Research and Application, 2005), equations 2-22.
    """
    chroma, hue = _polar(one, other)
    lightness = (one[..., 0] + other[..., 0]) / 2
    mean_chroma = chroma.mean(axis=0)
    grey = chroma.prod(axis=0) == 0
    turn = hue[1] - hue[0]
    turn = np.where(grey, 0.0, turn - 360 * (turn > 180) + 360 * (turn < -180))
    d_hue = 2 * np.sqrt(chroma.prod(axis=0)) * np.sin(np.radians(turn) / 2)
    h = np.where(grey, hue.sum(axis=0), hue[0] + turn / 2) % 360
    t = _cosines(h)
    weight_l = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    weight_c, weight_h = 1 + 0.045 * mean_chroma, 1 + 0.015 * mean_chroma * t
    rotation = 2 * np.sqrt(mean_chroma**7 / (mean_chroma**7 + _FAR))
    rotation = -rotation * np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2))))
    parts = (
        (other[..., 0] - one[..., 0]) / weight_l,
        (chroma[1] - chroma[0]) / weight_c,
        d_hue / weight_h,
    )
    squared = parts[0] ** 2 + parts[1] ** 2 + parts[2] ** 2 + rotation * parts[1] * parts[2]
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def _polar(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """(2, ...) chroma C' and hue h' in degrees of two colours: equations 2 to 7."""
    a, b = (np.stack([one[..., axis], other[..., axis]]) for axis in (1, 2))
    mean = np.hypot(a, b).mean(axis=0)
    a = a * (1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + _FAR))))
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _cosines(h: Numbers) -> Numbers:
    """T of a mean hue in degrees: equation 15."""
    terms = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return np.asarray(1 + sum(f * np.cos(np.radians(n * h + away)) for f, n, away in terms))
