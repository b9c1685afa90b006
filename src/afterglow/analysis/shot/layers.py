"""From the paths of points to camera and parallax: what moved as a whole, and what moved more.

A point p, counted from the middle of the anchor, is seen in frame t at

    q (1 - k Re(conj(d_t) p)) = z_t p + d_t + a w_t

with complex places: z_t is turn and zoom, d_t the shift of the farthest, w_t the parallax of the
nearest, and a, one number for every point, how near it is (0 farthest, 1 nearest). The left side is
the perspective of a camera that turns; k = 1 / f^2 for its focal length f in pixels. For given a
everything is linear in the rest, and the other way round: both are solved in turn, after Tomasi and
Kanade, "Shape and Motion from Image Streams under Orthography" (1992), in which tracks are a
product of motion and shape. Points with a motion of their own lose their say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.shot.points import Flags, Places

Reals = NDArray[np.float64]

_LEAST_POINTS = 24
"""Points without which no parallax is read."""
_FRAMES = 36
"""Frames of a segment from which nearness is read."""
_ROUNDS = 8
"""Times that nearness and motion are solved in turn."""
_QUICK_ROUNDS = 4
"""The same, for the motion of a single frame."""
_NOISE = 0.12
"""Pixels by which a point is followed wrongly in any case."""
_PARALLAX = 1.0
"""Pixels that the nearest must move against the farthest for a parallax."""
_PLANE_ROUNDS = 4
"""The same, for a single plane."""
_STRAY = 20.0
"""Pixels above which it makes no difference how far a point strays."""
_MOSTLY = 0.95
"""Quantile of the frames whose travel is looked at."""
_SURE = 6.0
"""That travel over the noise."""
_EXPLAINED = 0.6
"""Share of what the camera's turning leaves that one parallax must explain."""
_TOGETHER = 0.5
"""Correlation of a point's nearness with its neighbours': surfaces hold together."""
_FAR, _NEAR = 0.03, 0.97
"""Quantiles of the points that are the farthest and the nearest."""
_WIDE = 0.06
"""Share of the width from which a shift shows the perspective."""
_LENSES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 1.5, 2.2, 3.2)
"""Squared width over focal length that is tried."""
_FLAT_WORLD = 2.0
"""What a single plane leaves unexplained over what planes in depth leave, from which there are
planes in depth: a lens and a rolling shutter bend a picture as one plane may."""


@dataclass(frozen=True, slots=True, eq=False)
class Motions:
    """Where the camera went in some frames, against the anchor."""

    turn: Places
    """(frames,) turn and zoom."""
    shift: Places
    """(frames,) of the farthest, in pixels."""
    travel: Places
    """(frames,) of the nearest against the farthest, before turn and zoom."""
    nearness: Reals | None
    """(points,) 0 farthest .. 1 nearest, nan where unknown; None where no parallax shows."""


def fitted(points: Places, seen: Places, weight: Reals) -> tuple[complex, complex]:
    """Turn and shift that most points made.

    points, seen: (n,). weight: (n,).
    """
    say = weight
    for _ in range(_QUICK_ROUNDS):
        share = say / say.sum()
        middle, there = share @ points, share @ seen
        around = points - middle
        turn = (share * np.conj(around)) @ seen / (share @ (np.abs(around) ** 2) + 1e-9)
        shift = there - turn * middle
        left = np.abs(seen - turn * points - shift)
        scale = max(2.0 * float(np.median(left)), _NOISE)
        say = weight / (1 + (left / scale) ** 2) ** 2
    return complex(turn), complex(shift)


def motions(points: Places, seen: Places, found: Flags, width: int, prior: Reals | None) -> Motions:
    """Camera and parallax of some frames.

    points: (n,) in the anchor. seen, found: (frames, n), where and whether each was found again.
    width: of the picture, in pixels. prior: (n,) nearness known before, nan where it is not.
    """
    weight = found.astype(np.float64)
    seen = np.where(found, seen, 0)
    flat = _flat(points, seen, weight, width)
    if len(points) >= _LEAST_POINTS:
        nearness = _nearness(points, flat, weight, prior)
        if nearness is not None:
            turn, shift, travel = _with(points, flat, weight, nearness)
            return Motions(turn, shift, travel, nearness)
    turn, shift, _ = _solved(points, flat, weight, None, 5)
    if flat is not seen and len(points) >= _LEAST_POINTS:
        shift, _ = _plane(points, seen, weight)
    return Motions(turn, shift, np.zeros(len(seen), np.complex128), None)


def _solved(
    points: Places, seen: Places, weight: Reals, near: Reals | None, rounds: int
) -> tuple[Places, Places, Places]:
    """(frames,) turn, shift and parallax: weighted least squares, departures losing their say."""
    columns = [points, np.ones_like(points)] + ([] if near is None else [near + 0j])
    a: Places = np.stack(columns).astype(np.complex128)
    say = weight
    for turn_of in range(rounds):
        found = _least_squares(a, seen, say)
        if turn_of < rounds - 1:
            say = weight * _say(np.abs(seen - found @ a), weight)
    travel = found[:, 2] if near is not None else np.zeros(len(seen), np.complex128)
    return found[:, 0], found[:, 1], travel


def _least_squares(a: Places, seen: Places, say: Reals) -> Places:
    """(frames, columns) that bring the rows of ``a`` closest to what was seen."""
    outer = (np.conj(a)[:, None] * a[None]).reshape(len(a) ** 2, -1)
    normal = np.asarray(say @ outer.T, np.complex128).reshape(-1, len(a), len(a))
    scale = np.trace(normal, axis1=1, axis2=2).real
    normal += np.eye(len(a)) * (1e-9 * scale + 1e-9)[:, None, None]
    right = (say * seen) @ np.conj(a).T
    return np.asarray(np.linalg.solve(normal, right[..., None])[..., 0], np.complex128)


def _say(left: Reals, weight: Reals) -> Reals:
    """How much each point has to say: less the more it departs, in units of the usual."""
    usual = _median(left, weight > 0)[:, None]
    scale = np.maximum(2.0 * usual, _NOISE)
    return np.asarray(1 / (1 + (left / scale) ** 2) ** 2)


def _median(values: Reals, counts: Flags) -> Reals:
    """(rows,) median of those that count; 0 where none does."""
    ordered = np.sort(np.where(counts, values, np.inf), axis=1)
    place = np.maximum(counts.sum(axis=1) - 1, 0) // 2
    found = ordered[np.arange(len(values)), place]
    return np.where(np.isfinite(found), found, 0.0)


def _flat(points: Places, seen: Places, weight: Reals, width: int) -> Places:
    """What was seen as it would be without perspective, for the lens that explains most."""
    _, shift, _ = _solved(points, seen, weight, None, 3)
    some = _some(np.abs(shift), weight)
    if np.abs(shift[some]).max(initial=0) < _WIDE * width:
        return seen
    costs = [_cost(points, seen[some], weight[some], shift[some], k / width**2) for k in _LENSES]
    lens = _LENSES[int(np.argmin(costs))] / width**2
    for _ in range(2):
        flat = _unbent(points, seen, shift, lens)
        _, shift, _ = _solved(points, flat, weight, None, 3)
    return _unbent(points, seen, shift, lens)


def _cost(points: Places, seen: Places, weight: Reals, shift: Places, lens: float) -> float:
    """What a lens leaves unexplained."""
    flat = _unbent(points, seen, shift, lens)
    turn, shift, _ = _solved(points, flat, weight, None, 2)
    left = np.abs(flat - turn[:, None] * points - shift[:, None]) ** 2
    return float((weight * left / (left + 1)).sum())


def _unbent(points: Places, seen: Places, shift: Places, lens: float) -> Places:
    along = (np.conj(shift)[:, None] * points).real
    return np.asarray(seen * (1 - lens * along))


def _some(far: Reals, weight: Reals) -> NDArray[np.intp]:
    """Some frames, spread over the segment, in which enough points were found."""
    full = np.flatnonzero(weight.sum(axis=1) >= 0.5 * weight.shape[1])
    if not full.size:
        full = np.arange(len(far))
    return full[np.unique(np.linspace(0, full.size - 1, min(_FRAMES, full.size)).astype(np.intp))]


def _nearness(points: Places, seen: Places, weight: Reals, prior: Reals | None) -> Reals | None:
    """(points,) 0 farthest .. 1 nearest, of one sign or the other; None where no parallax shows."""
    some = _some(np.zeros(len(seen)), weight)
    seen, weight = seen[some], weight[some]
    turn, shift, _ = _solved(points, seen, weight, None, 5)
    left = (seen - turn[:, None] * points - shift[:, None]) * (weight > 0)
    kept = _steady(left, weight)
    near = _first(left * kept)
    for n in range(_ROUNDS):
        turn, shift, travel = _solved(points, seen, weight * kept, near, 2)
        near = _near(points, seen, weight, turn, shift, travel)
        rest = seen - turn[:, None] * points - shift[:, None] - near * travel[:, None]
        if n >= _ROUNDS // 2:
            kept = _steady(left, weight) & _fits(rest, weight)
        near = _scaled(near, kept)
    turn, shift, travel = _solved(points, seen, weight * kept, near, 4)
    rest = seen - turn[:, None] * points - shift[:, None] - near * travel[:, None]
    weight = np.asarray(weight * kept)
    if not _shows(points, left, rest, near, travel, weight):
        return None
    if _energy(_plane(points, seen, weight)[1], weight) < _FLAT_WORLD * _energy(rest, weight):
        return None
    known = np.where(kept, near, np.nan)
    return known if prior is None else _aligned(known, prior)


def _steady(left: Reals | Places, weight: Reals) -> Flags:
    """(points,) those found in half of the frames or more."""
    return np.asarray((weight > 0).mean(axis=0) >= 0.5)


def _first(left: Places) -> Reals:
    """(points,) the pattern in which departures from the camera's motion agree most."""
    rows = np.concatenate((left.real, left.imag))
    cap = 4 * np.median(np.abs(rows)) + 4 * _NOISE + 0.25 * np.abs(rows).max()
    _, vectors = np.linalg.eigh(np.clip(rows, -cap, cap) @ np.clip(rows, -cap, cap).T)
    return np.asarray(vectors[:, -1] @ rows)


def _near(
    points: Places, seen: Places, weight: Reals, turn: Places, shift: Places, travel: Places
) -> Reals:
    """(points,) how near each is, for given motions."""
    left = seen - turn[:, None] * points - shift[:, None]
    pull = (weight * (np.conj(travel)[:, None] * left).real).sum(axis=0)
    total = (weight * np.abs(travel)[:, None] ** 2).sum(axis=0)
    return np.asarray(pull / (total + 1e-6 + 0.02 * total.max(initial=0)))


def _scaled(near: Reals, kept: Flags) -> Reals:
    """The same from 0, the farthest, to 1, the nearest; what lies beyond is kept close."""
    far, close = np.quantile(near[kept], (_FAR, _NEAR)) if kept.any() else (0.0, 1.0)
    return np.clip((near - far) / max(float(close - far), 1e-9), -0.5, 1.5)


def _shows(
    points: Places, left: Places, rest: Places, near: Reals, travel: Places, weight: Reals
) -> bool:
    """Whether a parallax is there: large, clear of the noise, explaining, and of surfaces."""
    counts = weight > 0
    if np.count_nonzero(counts.any(axis=0)) < _LEAST_POINTS:
        return False
    reach = float(np.quantile(np.abs(travel), _MOSTLY))
    noise = float(np.median(np.abs(rest)[counts])) / 1.18
    if reach < max(_PARALLAX, _SURE * noise):
        return False
    if _energy(rest, weight) > (1 - _EXPLAINED) * _energy(left, weight):
        return False
    return _together(points, near, np.asarray(counts.any(axis=0))) > _TOGETHER


def _energy(left: Places, weight: Reals) -> float:
    """Mean square of what is left unexplained, in pixels; strays count little."""
    square = np.minimum(np.abs(left[weight > 0]) ** 2, _STRAY**2)
    return float(square.mean()) + 1e-4


def _plane(points: Places, seen: Places, weight: Reals) -> tuple[Places, Places]:
    """(frames,) shift of the middle, and (frames, n) what is left, if all lies in one plane.

    The columns are those of a homography, and of what resembles one in a lens.
    """
    flat = np.broadcast_to(
        np.stack((points, np.ones_like(points), np.conj(points))), (len(seen), 3, len(points))
    )
    a = np.concatenate((flat, (seen * points)[:, None], (seen * np.conj(points))[:, None]), axis=1)
    scale = np.abs(a).max(axis=2, keepdims=True) + 1e-9
    a = a / scale
    say = weight
    for _ in range(_PLANE_ROUNDS):
        said = np.conj(a) * say[:, None]
        normal = said @ a.transpose(0, 2, 1) + 1e-9 * np.eye(a.shape[1])
        found = np.linalg.solve(normal, said @ seen[..., None])
        left = seen - (found.transpose(0, 2, 1) @ a)[:, 0]
        say = weight * _say(np.abs(left), weight)
    return np.asarray(found[:, 1, 0] / scale[:, 1, 0]), np.asarray(left)


def _together(points: Places, near: Reals, kept: Flags) -> float:
    """Correlation of nearness with the mean of the four neighbours'."""
    points, near = points[kept], near[kept]
    far = np.abs(points[:, None] - points)
    np.fill_diagonal(far, np.inf)
    beside = near[np.argsort(far, axis=1)[:, :4]].mean(axis=1)
    if near.std() < 1e-9 or beside.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(near, beside)[0, 1])


def _fits(rest: Places, weight: Reals) -> Flags:
    """(points,) those that go with the model."""
    left = _median(np.abs(rest).T, (weight > 0).T)
    return np.asarray(left < max(4 * float(np.median(left)), 1.0))


def _aligned(near: Reals, prior: Reals) -> Reals:
    """Nearness in the measure of what was known of some points before."""
    both = np.isfinite(near) & np.isfinite(prior)
    if np.count_nonzero(both) < 8 or np.ptp(prior[both]) < 0.2:
        return near
    slope, offset = np.polyfit(near[both], prior[both], 1)
    if abs(np.corrcoef(near[both], prior[both])[0, 1]) < 0.6:
        return near
    return np.asarray(slope * near + offset)


def _with(
    points: Places, seen: Places, weight: Reals, near: Reals
) -> tuple[Places, Places, Places]:
    """(frames,) turn, shift and travel, for a nearness that is known."""
    known = np.isfinite(near)
    weight = weight * known
    turn, shift, moved = _solved(points, seen, weight, np.where(known, near, 0), 5)
    return turn, shift, moved / turn


def lowness(points: Places, near: Reals) -> float:
    """-1 to 1: how much lower in the picture the nearest lie, as floors and tables do."""
    known = np.isfinite(near)
    low = points.imag[known]
    if np.ptp(near[known]) < 1e-9 or np.ptp(low) < 1e-9:
        return 0.0
    return float(np.corrcoef(near[known], low)[0, 1])
