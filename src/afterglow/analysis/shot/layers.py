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
from afterglow.analysis.shot.solving import NOISE, Reals, energy, one_plane, ranked, solved

_FEWEST = 12
"""Points without which no motion is read."""
_LEAST_POINTS = 24
"""Points without which no parallax is read."""
_FRAMES = 20
"""Frames of a segment from which nearness is read."""
_SMOOTH = 0.02
"""Squared pixels that may be left by a single plane without any depth."""
_BOLD = 1.5
"""Factor on each step of nearness: the two are slow to agree by themselves."""
_ROUNDS = 16
"""Times that nearness and motion are solved in turn."""
_PARALLAX = 1.0
"""Pixels that the nearest must move against the farthest for a parallax."""
_MOSTLY = 0.95
"""Quantile of the frames whose travel is looked at."""
_SURE = 6.0
"""That travel over the noise."""
_EXPLAINED = 0.6
"""Share of what the camera's turning leaves that one parallax must explain."""
_TOGETHER = 0.5
"""Correlation of a point's nearness with its neighbours': surfaces hold together."""
_BULK, _SPREAD = (0.15, 0.85), 0.3
"""Quantiles of the points, and by how much their nearness must differ: a few at the subject's edge
are no depth."""
_FAR, _NEAR = 0.05, 0.95
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


def motions(points: Places, seen: Places, found: Flags, width: int, prior: Reals | None) -> Motions:
    """Camera and parallax of some frames.

    points: (n,) in the anchor. seen, found: (frames, n), where and whether each was found again.
    width: of the picture, in pixels. prior: (n,) nearness known before, nan where it is not.
    """
    if len(points) < _FEWEST:
        rest = np.zeros(len(seen), np.complex128)
        return Motions(rest + 1, rest, rest, None)
    weight = found.astype(np.float64)
    seen = np.where(found, seen, 0)
    enough = len(points) >= _LEAST_POINTS
    flat = _flat(points, seen, weight, width)
    if enough and _bulges(points, seen, weight):
        tried = [
            _depths(points, each, weight) for each in ([seen] if flat is seen else [seen, flat])
        ]
        best = min(tried, key=lambda depths: depths.cost)
        if _shows(points, best):
            near = best.near if prior is None else _aligned(best.near, prior)
            return Motions(*_with(points, best.flat, weight, near), near)
    turn, shift, _ = solved(points, flat, weight, None, 5)
    if flat is not seen and enough:
        shift, _ = one_plane(points, seen, weight)
    return Motions(turn, shift, np.zeros(len(seen), np.complex128), None)


def _bulges(points: Places, seen: Places, weight: Reals) -> bool:
    """Whether one plane leaves anything that depth could explain."""
    some = _some(weight)
    _, left = one_plane(points, seen[some], weight[some])
    return energy(left, weight[some]) > _SMOOTH


@dataclass(frozen=True, slots=True, eq=False)
class _Depths:
    """The nearness of points that explains most of some frames."""

    flat: Places
    """(frames, n) where all frames show the points, without perspective."""
    near: Reals
    """(n,) 0 farthest .. 1 nearest, nan where a point does not go with the rest."""
    seen: Places
    """(some frames, n) the same in those frames that were asked."""
    weight: Reals
    left: Places
    """(some frames, n) what the camera's turning leaves unexplained."""
    rest: Places
    """(some frames, n) what is left then."""
    travel: Places
    """(some frames,)"""

    @property
    def cost(self) -> float:
        """What is left, in squared pixels."""
        return energy(self.rest, self.weight)


def _flat(points: Places, seen: Places, weight: Reals, width: int) -> Places:
    """What was seen as it would be without perspective, for the lens that explains most."""
    _, shift, _ = solved(points, seen, weight, None, 3)
    some = _some(weight)
    if np.abs(shift[some]).max(initial=0) < _WIDE * width:
        return seen
    costs = [_cost(points, seen[some], weight[some], shift[some], k / width**2) for k in _LENSES]
    lens = _LENSES[int(np.argmin(costs))] / width**2
    for _ in range(2):
        flat = _unbent(points, seen, shift, lens)
        _, shift, _ = solved(points, flat, weight, None, 3)
    return _unbent(points, seen, shift, lens)


def _cost(points: Places, seen: Places, weight: Reals, shift: Places, lens: float) -> float:
    """What a lens leaves unexplained."""
    flat = _unbent(points, seen, shift, lens)
    turn, shift, _ = solved(points, flat, weight, None, 2)
    left = np.abs(flat - turn[:, None] * points - shift[:, None]) ** 2
    return float((weight * left / (left + 1)).sum())


def _unbent(points: Places, seen: Places, shift: Places, lens: float) -> Places:
    along = (np.conj(shift)[:, None] * points).real
    return np.asarray(seen * (1 - lens * along))


def _some(weight: Reals) -> NDArray[np.intp]:
    """Some frames, spread over the segment, in which enough points were found."""
    full = np.flatnonzero(weight.sum(axis=1) >= 0.5 * weight.shape[1])
    if not full.size:
        full = np.arange(len(weight))
    return full[np.unique(np.linspace(0, full.size - 1, min(_FRAMES, full.size)).astype(np.intp))]


def _depths(points: Places, flat: Places, weight: Reals) -> _Depths:
    """The nearness of all points, of one sign or the other, whether parallax shows or not."""
    some = _some(weight)
    seen, weight = flat[some], weight[some]
    turn, shift, _ = solved(points, seen, weight, None, 5)
    left = (seen - turn[:, None] * points - shift[:, None]) * (weight > 0)
    kept = _steady(weight)
    near = _first(left * kept)
    for n in range(_ROUNDS):
        turn, shift, travel = solved(points, seen, weight * kept, near, 2)
        near = near + _BOLD * (_near(points, seen, weight, turn, shift, travel) - near)
        rest = seen - turn[:, None] * points - shift[:, None] - near * travel[:, None]
        if n >= _ROUNDS // 2:
            kept = _steady(weight) & _fits(rest, weight)
        near = _scaled(near, kept)
    turn, shift, travel = solved(points, seen, weight * kept, near, 4)
    rest = seen - turn[:, None] * points - shift[:, None] - near * travel[:, None]
    return _Depths(
        flat, np.where(kept, near, np.nan), seen, np.asarray(weight * kept), left, rest, travel
    )


def _steady(weight: Reals) -> Flags:
    """(points,) those found in half of the frames or more."""
    return np.asarray((weight > 0).mean(axis=0) >= 0.5)


def _first(left: Places) -> Reals:
    """(points,) the pattern in which departures from the camera's motion agree most."""
    rows = np.concatenate((left.real, left.imag))
    cap = 4 * np.median(np.abs(rows)) + 4 * NOISE + 0.25 * np.abs(rows).max()
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


def _shows(points: Places, found: _Depths) -> bool:
    """Whether a parallax is there: large, clear of the noise, explaining, and of surfaces."""
    counts = found.weight > 0
    if np.count_nonzero(counts.any(axis=0)) < _LEAST_POINTS:
        return False
    low, high = np.nanquantile(found.near, _BULK)
    if high - low < _SPREAD:
        return False
    reach = float(np.quantile(np.abs(found.travel), _MOSTLY))
    noise = float(np.median(np.abs(found.rest)[counts])) / 1.18
    if reach < max(_PARALLAX, _SURE * noise):
        return False
    if found.cost > (1 - _EXPLAINED) * energy(found.left, found.weight):
        return False
    _, left = one_plane(points, found.seen, found.weight)
    if energy(left, found.weight) < _FLAT_WORLD * found.cost:
        return False
    return _together(points, found.near) > _TOGETHER


def _together(points: Places, near: Reals) -> float:
    """Correlation of nearness with the mean of the four neighbours'."""
    kept = np.isfinite(near)
    points, near = points[kept], near[kept]
    far = np.abs(points[:, None] - points)
    np.fill_diagonal(far, np.inf)
    beside = near[np.argsort(far, axis=1)[:, :4]].mean(axis=1)
    if near.std() < 1e-9 or beside.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(near, beside)[0, 1])


def _fits(rest: Places, weight: Reals) -> Flags:
    """(points,) those that go with the model."""
    left = ranked(np.abs(rest).T, (weight > 0).T, 0.5)
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
    turn, shift, moved = solved(points, seen, weight, np.where(known, near, 0), 5)
    return turn, shift, moved / turn


def lowness(points: Places, near: Reals) -> float:
    """-1 to 1: how much lower in the picture the nearest lie, as floors and tables do."""
    known = np.isfinite(near)
    low = points.imag[known]
    if np.ptp(near[known]) < 1e-9 or np.ptp(low) < 1e-9:
        return 0.0
    return float(np.corrcoef(near[known], low)[0, 1])
