"""Dense motion between two pictures, and where it can be believed.

Flow by DIS (T. Kroeger et al., Fast optical flow using dense inverse search, ECCV 2016). What is
hidden in one of the pictures is told by checking forward against backward flow: N. Sundaram et al.,
Dense point trajectories by GPU-accelerated large displacement optical flow (ECCV 2010), section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flow: TypeAlias = NDArray[np.float32]
    """(h, w, 2): where each pixel is in the other picture, as (x, y) in pixels from where it is."""

LEAST_SIDE = 32
"""Pixels: OpenCV's DIS reads beyond some pictures whose short side is below."""
UNLIKE = 0.75
"""Likeness, along the flow, below which a cut lies between two pictures.

Measured: 0.98 and more within real shots, 0.63 and less between different ones.
"""
_AS_BRIGHT = 8.0
"""Levels between flat pictures that are taken for the same."""
Quality: TypeAlias = Literal["swift", "fast", "fine"]
"""How hard it is looked for."""

_PRESETS = {
    "swift": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
    "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
    "fine": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
}


class Motion(NamedTuple):
    """How two pictures lie on one another."""

    forward: Flow
    """From the first to the second, at the places of the first."""
    backward: Flow
    """From the second to the first, at the places of the second."""


def flow(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    quality: Quality = "fine",
    start: Flow | None = None,
) -> Flow:
    """Return (h, w, 2) float32: where each pixel of ``one`` is in ``other``, from where it is.

    one, other: (h, w) uint8 grey. start: where the search begins, if something is known.

    Raises:
        ValueError: a side is below ``LEAST_SIDE``.
    """
    if min(one.shape) < LEAST_SIDE:
        raise ValueError(f"no flow is found in {one.shape[1]} x {one.shape[0]} pixels")
    search = cv2.DISOpticalFlow.create(_PRESETS[quality])
    known = np.zeros((*one.shape, 2), np.float32) if start is None else start.copy()
    found = search.calc(one, other, known)
    return np.asarray(found, np.float32)


def motion(one: NDArray[np.uint8], other: NDArray[np.uint8], quality: Quality = "fine") -> Motion:
    """Return the flow from one picture to another and back; as ``flow``."""
    return Motion(flow(one, other, quality), flow(other, one, quality))


def fetched(picture: NDArray[Any], by: Flow, *, cubic: bool = False) -> NDArray[Any]:
    """Return the picture whose every pixel is taken from where ``by`` points to.

    picture: (h, w) or (h, w, n), uint8, uint16 or float32; beyond its edge it goes on as there.
    """
    height, width = by.shape[:2]
    x = by[..., 0] + np.arange(width, dtype=np.float32)
    y = by[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    way = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    return np.asarray(cv2.remap(picture, x, y, way, borderMode=cv2.BORDER_REPLICATE))


def enlarged(by: Flow, width: int, height: int, still: float = 0.0) -> Flow:
    """Return (height, width, 2): a flow at another size, in pixels of that.

    still: pixels up to which motion is taken for none, so that what rests is not sampled anew.
    """
    scaled = by * np.array([width / by.shape[1], height / by.shape[0]], np.float32)
    scaled[cv2.magnitude(scaled[..., 0], scaled[..., 1]) < still] = 0
    return np.asarray(cv2.resize(scaled, (width, height)), np.float32)


def seen_in_both(by: Flow, back: Flow) -> NDArray[np.bool_]:
    """Return (h, w): the places whose flow leads to a place whose flow leads back.

    by: at the places asked for. back: at the places of the other picture. Hidden is what does not
    satisfy |w + w'|^2 < 0.01 (|w|^2 + |w'|^2) + 0.5, and what leads out of the picture.
    """
    height, width = by.shape[:2]
    returned = fetched(back, by)
    apart = np.square(by + returned).sum(axis=2)
    length = np.square(by).sum(axis=2) + np.square(returned).sum(axis=2)
    x = by[..., 0] + np.arange(width, dtype=np.float32)
    y = by[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    within = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return np.asarray((apart < 0.01 * length + 0.5) & within)


def at_edges(by: Flow) -> NDArray[np.bool_]:
    """Return (h, w): where the motion changes abruptly, and is not to be believed.

    |grad u|^2 + |grad v|^2 > 0.01 |w|^2 + 0.002, as above.
    """
    slope = sum(
        np.square(cv2.Sobel(by[..., part], cv2.CV_32F, *way, ksize=3, scale=1 / 8))
        for part in (0, 1)
        for way in ((1, 0), (0, 1))
    )
    return np.asarray(slope > 0.01 * np.square(by).sum(axis=2) + 0.002)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the correlation of two grey pictures, -1 to 1; of flat ones, 1 if they are as bright.

    Of a picture and the next one, fetched by the flow, it is near 1 within a shot.
    """
    first, second = (each.astype(np.float64).ravel() for each in (one, other))
    away = float(np.abs(first - second).mean())
    first, second = first - first.mean(), second - second.mean()
    both = float(np.sqrt((first @ first) * (second @ second)))
    if both < one.size:  # one of them is flat within a level
        return float(away < _AS_BRIGHT)
    return float(first @ second) / both
