"""How restless a matte is, told without the truth.

Optical flow says where every pixel of a frame was in the frame before. A matte that keeps to the
subject moves with it; what changes in the matte beyond that, where the picture itself is explained
by the flow, is flicker. The figure has the scale of dtSSD (Erofeev et al., BMVC 2015): the root of
the mean squared change, x 1e2. It has a floor, as flow is never exact at an edge: mattes of the
same video can be compared with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import cv2
import numpy as np

from afterglow.analysis.flow import LEAST_SIDE, fetched, flow
from afterglow.analysis.picture import measuring_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.analysis.flow import Flow

    Floats: TypeAlias = NDArray[np.float32]

_LINES = 270
"""Lines, of 16:9, at which all is measured."""
_ALIKE = 8.0
"""Levels of 255 by which a place may change before the flow is trusted less there."""
_CUT = 0.25
"""Share of the picture that must be explained: less is a cut, and tells nothing of the matte."""


class Sight(NamedTuple):
    """A frame and the mattes that were made of it, small."""

    grey: NDArray[np.uint8]
    """(h, w): levels of the picture."""
    mattes: tuple[Floats, ...]
    """(h, w), 0 to 1 each."""


class Explained(NamedTuple):
    """Where a picture comes from."""

    by: Flow
    """(h, w, 2): where each place was in the frame before, in pixels from where it is."""
    trust: Floats
    """(h, w), 0 to 1: how well the picture is explained by that."""


def sight(pixels: NDArray[Any], mattes: Sequence[NDArray[Any]]) -> Sight:
    """Return what is measured of a frame.

    pixels: (H, W, 3) RGB, uint8 or uint16. mattes: (h, w) of any size, uint8, uint16 or float 0-1.
    """
    size = measuring_size(pixels.shape, _LINES)
    levels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if levels.dtype == np.uint16:
        levels = np.rint(levels / 257).astype(np.uint8)
    grey = np.asarray(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY), np.uint8)
    return Sight(grey, tuple(_shrunk(matte, size) for matte in mattes))


def _shrunk(matte: NDArray[Any], size: tuple[int, int]) -> Floats:
    white = 1.0 if matte.dtype.kind == "f" else float(np.iinfo(matte.dtype).max)
    small = cv2.resize(matte.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(white), np.float32)


def explained(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Explained:
    """Return where every place of a picture was in the one before; (h, w) uint8 both."""
    by = flow(now, before, "fast")
    departure = cv2.absdiff(now, fetched(before, by)).astype(np.float32)
    trust = np.exp(-((cv2.blur(departure, (3, 3)) / _ALIKE) ** 2))
    return Explained(by, np.asarray(trust, np.float32))


def flicker(before: Floats, now: Floats, source: Explained) -> float | None:
    """Return the change of a matte that the picture does not explain, x 1e2; None at a cut.

    before, now: (h, w) float32, 0-1, of the two frames that ``source`` was found in.
    """
    if float(source.trust.mean()) < _CUT:
        return None
    left = now - fetched(before, source.by)
    return float(np.sqrt((source.trust * left**2).sum() / source.trust.sum()) * 100)


def flickers(before: Sight, now: Sight) -> tuple[float | None, ...]:
    """Return the flicker of every matte from one frame to the next; None in too small pictures."""
    if min(now.grey.shape) < LEAST_SIDE:
        return (None,) * len(now.mattes)
    source = explained(before.grey, now.grey)
    pairs = zip(before.mattes, now.mattes, strict=True)
    return tuple(flicker(one, other, source) for one, other in pairs)
