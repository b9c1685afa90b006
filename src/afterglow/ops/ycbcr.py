"""Planes of YCbCr and RGB: what a video stores and what effects see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from afterglow.ops.halves import Picture, half
from afterglow.ops.standards import luma_weights

Subsampling: TypeAlias = Literal["420", "422", "444"]
Siting: TypeAlias = Literal["left", "center", "topleft"]
"""Where a chroma sample lies: left is MPEG-2 and H.264, center is JPEG and MPEG-1."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a YCbCr picture is stored."""

    matrix: str = "bt709"
    """bt709, smpte170m, bt470bg, fcc, smpte240m or bt2020nc."""
    range: Literal["limited", "full"] = "limited"
    """limited: luma 16-235 and chroma 16-240 at 8 bits; full: 0-255."""
    bits: int = 8
    """Bits of a sample, 8 to 16; more than 8 lie in the low bits of ``uint16``."""
    subsampling: Subsampling = "420"
    """420: half the chroma columns and rows; 422: half the columns; 444: all."""
    siting: Siting = "left"
    """Where a chroma sample lies beside the luma it belongs to."""

    def __post_init__(self) -> None:
        luma_weights(self.matrix)
        if self.matrix == "rgb" or not 8 <= self.bits <= 16:
            raise ValueError(f"no YCbCr with the matrix {self.matrix!r} and {self.bits} bits")

    @property
    def halved(self) -> tuple[bool, bool]:
        """Whether chroma has half the rows, and half the columns."""
        return self.subsampling == "420", self.subsampling != "444"

    @property
    def between(self) -> tuple[bool, bool]:
        """Whether a chroma sample lies between two luma rows, and between two columns."""
        return self.siting != "topleft", self.siting == "center"


def ycbcr_to_rgb(planes: tuple[Picture, Picture, Picture], layout: Layout) -> Picture:
    """(H, W, 3) RGB, ``uint8`` for 8 bits, else ``uint16`` over its whole range.

    planes: Y' ``(H, W)``, Cb and Cr ``(ceil(H/2), ceil(W/2))`` for 4:2:0, ``uint8`` or ``uint16``.

    Chroma is interpolated linearly at its true position. Matrix and quantisation: ITU-R BT.709-6
    3.2 to 3.5, BT.601-7 2.5, BT.2020-2 table 5 (full range: BT.2100-2 table 9).
    """
    return half(planes[0], "ycbcr.ycbcr_to_rgb")(planes, layout)


def rgb_to_ycbcr(pixels: Picture, layout: Layout) -> tuple[Picture, Picture, Picture]:
    """Planes Y', Cb and Cr of an RGB picture: ``uint8`` for 8 bits, else ``uint16``.

    pixels: ``(H, W, 3)`` RGB of any of the three types.

    Chroma is averaged by a triangle two samples wide, centred where the layout puts the sample;
    rows and columns are repeated beyond the edge, also where a size is odd.
    """
    found = half(pixels, "ycbcr.rgb_to_ycbcr")(pixels, layout)
    return cast("tuple[Picture, Picture, Picture]", found)


def split_semiplanar(
    luma: Picture, chroma: Picture, bits: int = 8
) -> tuple[Picture, Picture, Picture]:
    """Planes Y', Cb and Cr of NV12 (8 bits), P010, P012 or P016, values in the low bits.

    luma: ``(H, W)``. chroma: ``(H/2, W/2, 2)``, Cb and Cr by turns. ``uint8``, or ``uint16`` with
    the values in the high bits.
    """
    found = half(luma, "ycbcr.split_semiplanar")(luma, chroma, bits)
    return cast("tuple[Picture, Picture, Picture]", found)


def join_semiplanar(
    planes: tuple[Picture, Picture, Picture], bits: int = 8
) -> tuple[Picture, Picture]:
    """Luma ``(H, W)`` and chroma ``(H/2, W/2, 2)`` of planes: undoes ``split_semiplanar``."""
    found = half(planes[0], "ycbcr.join_semiplanar")(planes, bits)
    return cast("tuple[Picture, Picture]", found)


def to_rgb_matrix(layout: Layout) -> NDArray[np.float64]:
    """3 x 4: RGB in 0..1 of (Y', Cb, Cr, 1) in levels."""
    return np.linalg.inv(_to_ycbcr(layout))[:3].astype(np.float64)


def to_ycbcr_matrix(layout: Layout) -> NDArray[np.float64]:
    """3 x 4: (Y', Cb, Cr) in levels of (R, G, B, 1) in 0..1."""
    return _to_ycbcr(layout)[:3]


def _to_ycbcr(layout: Layout) -> NDArray[np.float64]:
    red, green, blue = luma_weights(layout.matrix)
    luma = np.array([red, green, blue])
    cb = (np.array([0, 0, 1]) - luma) / (2 * (1 - blue))
    cr = (np.array([1, 0, 0]) - luma) / (2 * (1 - red))
    step = 1 << (layout.bits - 8)
    top = (1 << layout.bits) - 1
    limited = layout.range == "limited"
    spans = (219 * step, 224 * step) if limited else (top, top)
    zeros = (16 * step if limited else 0, 128 * step)
    whole = np.eye(4)
    for row, (weights, kind) in enumerate(((luma, 0), (cb, 1), (cr, 1))):
        whole[row] = (*(weights * spans[kind]), zeros[kind])
    return whole
