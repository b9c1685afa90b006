"""Pictures of one kind of light shown beside those of another."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from afterglow.ops.colour import to_display, to_linear
from afterglow.ops.halves import Array, Depth

_D65 = (0.3127, 0.3290)
_PRIMARIES = {
    "bt709": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    "smpte432": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
"""CIE x, y of red, green and blue (ITU-R BT.709-6, BT.2020-2, SMPTE EG 432-1), white D65."""

_HDR = ("smpte2084", "arib-std-b67")
_WHITE = {"smpte2084": 203 / 10000, "arib-std-b67": 0.265}
"""Light of SDR's white in HDR: 203 cd/m2, and the scene light of 75% (ITU-R BT.2408, table 1)."""


def gamut_of(primaries: str) -> str:
    """bt2020, smpte432 (P3) or bt709, which stands for all others: they differ little.

    The primaries of SD video and photos are mostly a guess from their matrix; what is guessed is
    not worth changing every colour for.
    """
    return primaries if primaries in _PRIMARIES else "bt709"


def can_be_shown(transfer: str, within: str) -> bool:
    """True where a picture can be brought beside ones of another transfer; not PQ beside HLG."""
    return transfer == within or transfer not in _HDR


def shown_within(
    pixels: Array, was: tuple[str, str], becomes: tuple[str, str], depth: Depth
) -> Array:
    """The picture as it looks beside others, whose primaries and transfer are ``becomes``.

    pixels: (H, W, 3) RGB, uint8 or uint16, in main memory. was, becomes: FFmpeg's names of
        primaries and transfer.
    Signals of all SDR transfers (BT.709, sRGB, ...) count as the same, as they do on a screen;
    SDR beside HDR has its white at the reference white of BT.2408.
    """
    here, there = gamut_of(was[0]), gamut_of(becomes[0])
    lifted = becomes[1] in _HDR and was[1] not in _HDR
    if here == there and not lifted:
        return pixels
    curve = was[1] if was[1] in _HDR else "gamma24" if becomes[1] == "smpte2084" else "bt709"
    light = _light(pixels, curve)
    if here != there:
        light = light @ primaries_matrix(here, there).T.astype(np.float32)
    if lifted:
        light = light * _WHITE[becomes[1]]
    return to_display(light, becomes[1] if lifted else curve, depth)


def _light(pixels: Array, curve: str) -> Array:
    """float32 light; gamma24 is that of a display (ITU-R BT.1886)."""
    if curve == "gamma24":
        return np.power(to_linear(pixels, "linear"), np.float32(2.4))
    return to_linear(pixels, curve)


@lru_cache
def primaries_matrix(one: str, other: str) -> NDArray[np.float64]:
    """(3, 3) from linear RGB of one gamut to that of another, both with white D65.

    SMPTE RP 177, section 3.
    """
    matrix: NDArray[np.float64] = np.linalg.inv(_to_xyz(other)) @ _to_xyz(one)
    return matrix


def _to_xyz(gamut: str) -> NDArray[np.float64]:
    columns = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in _PRIMARIES[gamut]]).T
    white = np.array([_D65[0] / _D65[1], 1.0, (1 - sum(_D65)) / _D65[1]])
    scaled: NDArray[np.float64] = columns * np.linalg.solve(columns, white)
    return scaled
