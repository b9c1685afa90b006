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
_NOISE = 0.12
"""Pixels by which a point is followed wrongly in any case."""
_PARALLAX = 1.0
"""Pixels that the nearest must move against the farthest for a parallax."""
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
_LENSES = (0.0, 0.3, 0.6, 1.0, 1.5, 2.2, 3.2)
"""Squared width over focal length that is tried."""


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
    turn, shift, _ = _solved(points, seen[None], weight[None], None, 4)
    return complex(turn[0]), complex(shift[0])


def motions(points: Places, seen: Places, found: Flags, width: int, prior: Reals | None) -> Motions:
    """Camera and parallax of some frames.

    points: (n,) in the anchor. seen, found: (frames, n), where and whether each was found again.
    width: of the picture, in pixels. prior: (n,) nearness known before, nan where it is not.
    """
    weight = found.astype(np.float64)
    seen = np.where(found, seen, 0)
    seen = _flat(points, seen, weight, width)
    turn, shift, _ = _solved(points, seen, weight, None, 5)
    if len(points) >= _LEAST_POINTS:
        nearness = _nearness(points, seen, weight, prior)
        if nearness is not None:
            turn, shift, travel = _with(points, seen, weight, nearness)
            return Motions(turn, shift, travel, nearness)
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
    normal: Places = (say @ outer.T).reshape(-1, len(a), len(a)).astype(np.complex128)
    scale = np.trace(normal, axis1=1, axis2=2).real
    normal += np.eye(len(a)) * (1e-9 * scale + 1e-9)[:, None, None]
    right = (say * seen) @ np.conj(a).T
    found: Places = np.linalg.solve(normal, right[..., None])[..., 0]
    return found


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
    if not _shows(points, left, rest, near, travel, np.asarray(weight * kept)):
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
    reach = float(np.quantile(np.abs(travel), 0.95))
    noise = float(np.median(np.abs(rest)[counts])) / 1.18
    before, after = (float(np.minimum(np.abs(x[counts]) ** 2, 400).mean()) for x in (left, rest))
    if reach < max(_PARALLAX, _SURE * noise) or after > (1 - _EXPLAINED) * before:
        return False
    return _together(points, near, np.asarray(counts.any(axis=0))) > _TOGETHER


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
