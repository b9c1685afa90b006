"""Where the camera stands above the floor: told from the subject, and from lines of the room."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.shot.glance import Grey

Reals = NDArray[np.float64]

_FEWEST = 12
"""Frames in which the subject must stand in full."""
_NEARER = 1.25
"""Height of the subject near over far, from which its feet tell the horizon."""
_LINEAR = 0.95
"""Correlation of its feet with its height."""
_GROWTH = 0.7, 1.4
"""Growth of the root of its area over that of its height: 1 for a subject that comes nearer."""
_HEIGHTS = 0.03, 3.0
"""Statures between which a camera's height is believed."""
_USUAL = 0.35, 2.0
"""The same where only lines tell, and some may not be of the room."""
_HORIZONS = -0.3, 1.1
"""Shares of the picture's height between which a horizon is believed."""
_IN_VIEW = 0.05, 0.95
"""The same, of one that lines tell."""
_LONG = 0.045
"""Share of the picture's diagonal from which a line counts."""
_UPRIGHT = 20.0
"""Degrees from the vertical up to which a line is upright and tells no horizon."""
_LEVEL = 4.0
"""Degrees from the horizontal up to which a line lies across the view, and meets all others at
its own height."""
_APART = 5.0
"""Degrees between two lines, from which their meeting place is sharp."""
_BANDS = 70
"""Bands of the believed heights, in which meeting places are counted."""
_PEAK, _CLEAR = 0.25, 2.0
"""Share of the meetings that a horizon needs, and its count over the next best."""
_MEETINGS = 40
"""Meetings, fewer of which tell nothing."""


def from_walk(feet: Reals, stature: Reals, area: Reals) -> tuple[float, float] | None:
    """(horizon, height) told by a subject that comes nearer: its feet sink as it grows.

    feet, stature: (n,) where it stands and how tall it is, in shares of the picture's height, as
    the first frame's camera would see it. area: (n,) that it covers. A subject of no height would
    stand on the horizon. One that stretches does not grow in width, and tells nothing.
    """
    if len(feet) < _FEWEST or min(stature.min(), area.min()) <= 0:
        return None
    low, high = np.quantile(stature, (0.05, 0.95))
    if high < _NEARER * low or np.ptp(feet) == 0:
        return None
    if np.corrcoef(stature, feet)[0, 1] < _LINEAR:
        return None
    height, horizon = np.polyfit(stature, feet, 1)
    growth = np.polyfit(np.log(stature), np.log(area) / 2, 1)[0]
    if not _GROWTH[0] < growth < _GROWTH[1]:
        return None
    if not (_HEIGHTS[0] < height < _HEIGHTS[1] and _HORIZONS[0] < horizon < _HORIZONS[1]):
        return None
    return float(horizon), float(height)


def height_above(feet: Reals, stature: Reals, horizon: float) -> float | None:
    """Height of the camera above the feet in statures, for a horizon that is known."""
    if not len(feet):
        return None
    height = float(np.median((feet - horizon) / stature))
    return height if _USUAL[0] < height < _USUAL[1] else None


def from_lines(grey: Grey, matte: Grey | None) -> float | None:
    """Share of the height at which the level lines of a room meet; None where they do not.

    The camera is taken to be held level. grey, matte: (h, w) uint8; the subject tells no lines.
    Lines after von Gioi et al., "LSD: a Line Segment Detector" (2012).
    """
    ends = _lines(grey, matte)
    if len(ends) < 4:
        return None
    height, weight = _meetings(ends, grey.shape)
    return _peak(height / grey.shape[0], weight)


def _lines(grey: Grey, matte: Grey | None) -> NDArray[np.complex128]:
    """(n, 2) both ends of the lines that are long and slanted."""
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if found is None:
        return np.zeros((0, 2), np.complex128)
    ends = np.asarray(found, np.float64).reshape(-1, 2, 2) @ np.array([1, 1j])
    along = ends[:, 1] - ends[:, 0]
    lean = np.abs(np.degrees(np.angle(along)) % 180 - 90)
    slanted = (lean > _UPRIGHT) & (lean < 90 - _LEVEL)
    kept = (np.abs(along) > _LONG * np.hypot(*grey.shape)) & slanted
    if matte is not None:
        at = ends.mean(axis=1)
        rows, columns = (
            np.clip(part.astype(np.intp), 0, side - 1)
            for part, side in ((at.imag, matte.shape[0]), (at.real, matte.shape[1]))
        )
        kept &= cv2.dilate(matte, np.ones((15, 15), np.uint8))[rows, columns] < 8
    ends, long = ends[kept], np.abs(along[kept])
    return np.asarray(ends[np.argsort(-long)[:120]])


def _meetings(ends: NDArray[np.complex128], shape: tuple[int, ...]) -> tuple[Reals, Reals]:
    """(n,) lines of the picture at which two lines meet, and (n,) what each meeting is worth."""
    one, other = np.triu_indices(len(ends), 1)
    start, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    p, u, q, v = start[one], along[one], start[other], along[other]
    cross = (np.conj(u) * v).imag
    sharp = np.abs(cross) > np.sin(np.radians(_APART)) * np.abs(u) * np.abs(v)
    p, u, q, v, cross = (each[sharp] for each in (p, u, q, v, cross))
    t = (np.conj(q - p) * v).imag / cross
    s = (np.conj(q - p) * u).imag / cross
    beyond = (np.abs(t - 0.5) > 1.0) & (np.abs(s - 0.5) > 1.0)
    place = p + t * u
    near = np.abs(place.real - shape[1] / 2) < 3 * shape[1]
    kept = beyond & near
    worth = np.sqrt(np.abs(u) * np.abs(v)) * np.abs(cross) / (np.abs(u) * np.abs(v))
    return place.imag[kept], worth[kept]


def _peak(height: Reals, weight: Reals) -> float | None:
    """The height at which most meets, if that stands out."""
    inside = (height > _HORIZONS[0]) & (height < _HORIZONS[1])
    if np.count_nonzero(inside) < _MEETINGS:
        return None
    counts, edges = np.histogram(height[inside], _BANDS, _HORIZONS, weights=weight[inside])
    soft = np.convolve(counts, (0.5, 1, 0.5), "same") / 2
    best = int(soft.argmax())
    away = np.abs(np.arange(_BANDS) - best) > 4
    near = np.abs(np.arange(_BANDS) - best) <= 1
    if counts[near].sum() < _PEAK * counts.sum() or soft[best] < _CLEAR * soft[away].max():
        return None
    middles = (edges[1:] + edges[:-1]) / 2
    place = float(np.average(middles[near], weights=counts[near]))
    return place if _IN_VIEW[0] < place < _IN_VIEW[1] else None
