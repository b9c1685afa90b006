"""Numbers and curves of the standards, the same for both halves of ops.

Sources: ITU-R BT.601-7, BT.709-6, BT.2020-2, BT.2100-2, IEC 61966-2-1, SMPTE ST 2084, SMPTE 240M;
the names are FFmpeg's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

LUMA: dict[str, tuple[float, float]] = {
    "bt709": (0.2126, 0.0722),
    "rgb": (0.2126, 0.0722),
    "smpte170m": (0.299, 0.114),
    "bt470bg": (0.299, 0.114),
    "fcc": (0.30, 0.11),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
}
"""Weights of red and blue in luma; green has the rest."""


@dataclass(frozen=True, slots=True)
class PowerCurve:
    """A camera curve with a toe: slope L below cut, (1 + offset) L^power - offset above."""

    slope: float
    """Gain of the toe."""
    cut: float
    """Linear light where the toe ends."""
    offset: float
    """alpha - 1 in BT.709."""
    power: float
    """Exponent from light to signal."""


_BT709 = PowerCurve(4.5, 0.018053968510807, 0.09929682680944, 0.45)
POWER_CURVES: dict[str, PowerCurve] = {
    "bt709": _BT709,
    "smpte170m": _BT709,
    "bt2020-10": _BT709,
    "bt2020-12": _BT709,
    "iec61966-2-4": _BT709,
    "smpte240m": PowerCurve(4.0, 0.0228, 0.1115, 0.45),
    "iec61966-2-1": PowerCurve(12.92, 0.0031308, 0.055, 1 / 2.4),
    "linear": PowerCurve(1.0, 1.0, 0.0, 1.0),
    "gamma22": PowerCurve(1.0, 0.0, 0.0, 1 / 2.2),
    "bt470m": PowerCurve(1.0, 0.0, 0.0, 1 / 2.2),
    "gamma28": PowerCurve(1.0, 0.0, 0.0, 1 / 2.8),
    "bt470bg": PowerCurve(1.0, 0.0, 0.0, 1 / 2.8),
}
_PQ, _HLG = "smpte2084", "arib-std-b67"

# SMPTE ST 2084, equations 4 to 8, and ITU-R BT.2100-2, table 5.
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A = 0.17883277
_B, _C = 1 - 4 * _A, 0.5 - _A * math.log(4 * _A)


def luma_weights(matrix: str) -> tuple[float, float, float]:
    """Weights of red, green and blue in luma.

    Raises:
        ValueError: the matrix is unknown.
    """
    if matrix not in LUMA:
        raise ValueError(f"no luma weights for the matrix {matrix!r}; known: {', '.join(LUMA)}")
    red, blue = LUMA[matrix]
    return red, 1 - red - blue, blue


def fits_uint16(transfer: str) -> bool:
    """True where linear light in 65536 steps keeps every 8-bit level apart."""
    curve = POWER_CURVES.get(transfer)
    return curve is not None and curve.cut > 0


def is_known(transfer: str) -> bool:
    """True where light can be computed from the signal and back."""
    return transfer in (*POWER_CURVES, _PQ, _HLG)


def check_transfer(transfer: str, *, uint16_light: bool) -> None:
    """Raise ValueError for a transfer that is unknown, or whose light ``uint16`` cannot hold."""
    if not is_known(transfer):
        known = ", ".join((*POWER_CURVES, _PQ, _HLG))
        raise ValueError(f"unknown transfer {transfer!r}; known: {known}")
    if uint16_light and not fits_uint16(transfer):
        raise ValueError(f"linear light of {transfer} needs float32: uint16 merges its dark levels")


def light_of(signal: Any, transfer: str, xp: Any) -> Any:
    """Linear light 0..1 of a signal 0..1; xp is numpy or torch, whichever made the signal."""
    if transfer == _PQ:
        root = signal ** (1 / _M2)
        return (xp.clip(root - _C1, 0, None) / (_C2 - _C3 * root)) ** (1 / _M1)
    if transfer == _HLG:
        return xp.where(signal <= 0.5, signal**2 / 3, (xp.exp((signal - _C) / _A) + _B) / 12)
    curve = POWER_CURVES[transfer]
    lifted = (signal + curve.offset) / (1 + curve.offset)
    toe = signal / curve.slope
    return xp.where(toe < curve.cut, toe, lifted ** (1 / curve.power))


def signal_of(light: Any, transfer: str, xp: Any) -> Any:
    """Signal 0..1 of linear light 0..1; the inverse of ``light_of``."""
    if transfer == _PQ:
        power = light**_M1
        return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    if transfer == _HLG:
        log = _A * xp.log(xp.clip(12 * light - _B, 1e-6, None)) + _C
        return xp.where(light <= 1 / 12, (3 * light) ** 0.5, log)
    curve = POWER_CURVES[transfer]
    body = (1 + curve.offset) * light**curve.power - curve.offset
    return xp.where(light < curve.cut, curve.slope * light, body)
