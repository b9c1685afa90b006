"""From one frame to the next: propose motions, take the one that explains most, refine it.

All places are in pixels of the measuring size. What is remembered of a video is one value, ``Seen``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis import cuts, phase
from afterglow.analysis.align import (
    Grey,
    Matrix,
    Reference,
    frame_weight,
    mismatch,
    reference,
    refine,
    residue,
    seen_through,
)
from afterglow.analysis.features import followed_similarity
from afterglow.analysis.picture import Look

Model: TypeAlias = Literal["translation", "similarity", "none"]
"""What a camera may do: shift; shift, turn and zoom; nothing."""

_PEAKS = 3
_PREFER_REST = 0.01
"""Mismatch (0-1) that a motion must save before it is preferred to none."""
_LOCK = 0.02
"""Pixels: a camera that seems to move less stands still."""
_KEEP_ANCHOR = 0.65
"""Share of the anchor that must be in view for the next frame to be measured against it."""
_STRAY = 2.0
"""Pixels: a refinement that goes further from the motion it began with is not believed."""
_ROUNDS = 4
_STRIDE = 3
"""Pixels of the fine picture from one to the next that is compared."""
_WEAK = 0.25
"""Height of a peak over the highest below which it is not tried."""
_MUCH = 0.6
"""Share of the picture: more than that is not a subject."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The motion between two frames, before it is refined."""

    step: Matrix
    mismatch: float
    response: float
    second_ratio: float


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is remembered of a video when a frame has been seen."""

    look: Look
    spectrum: phase.Spectrum
    """Of the coarse picture, subject and borders tapered away."""
    coarse: Reference
    """The coarse picture; its weight is high at the borders, where the background is."""
    levels: NDArray[np.float64]
    """Histogram, block by block."""
    anchor: Reference
    """An earlier frame of the shot that is still largely in view."""
    anchor_place: Matrix
    """(3, 3) from the shot's first frame to the anchor."""
    place: Matrix
    """(3, 3) from the shot's first frame to this one."""
    step: Matrix
    """(3, 3) from the frame before."""
    moving: Grey | None = None
    """(h / 2, w / 2) 0-1: what moved by itself; None where a matte tells."""
    found: Found | None = None
    cut: bool = False
    shot: int = 0
    over: bool = False
    """A hard change to black ended the shot."""


def begin(look: Look, model: Model, *, shot: int = 0, found: Found | None = None) -> Seen:
    """Return what is remembered after the first frame of a shot; found: of a cut."""
    rest = np.eye(3)
    return Seen(
        look, _spectrum(look, None), _coarse(look), cuts.histogram(look.grey), _anchor(look, model),
        rest, rest, rest, found=found, cut=found is not None, shot=shot,
    )  # fmt: skip


def follow(before: Seen, look: Look, model: Model) -> Seen:
    """Return what is remembered after the next frame."""
    if before.over:
        return begin(look, model, shot=before.shot + 1)
    spectrum, levels = _spectrum(look, before.moving), cuts.histogram(look.grey)
    found = _propose(before, look, spectrum, model)
    change = cuts.histogram_change(before.levels, levels)
    if cuts.is_cut(found.response, found.mismatch, change, look.coarse.size):
        return begin(look, model, shot=before.shot + 1, found=found)
    anchor, anchor_place, place = _refined(before, look, found.step @ before.place, model)
    step = place @ np.linalg.inv(before.place)
    moving = None if look.matted else _moving(before.coarse, look.coarse, step)
    return Seen(
        look, spectrum, _coarse(look), levels, anchor, anchor_place, place, step, moving, found,
        shot=before.shot,
    )  # fmt: skip


def _spectrum(look: Look, moving: Grey | None) -> phase.Spectrum:
    weight = phase.hann(*look.coarse.shape)
    if look.matted:
        weight = weight * _half(look.free)
    elif moving is not None:
        weight = weight * (1 - moving)
    return phase.spectrum(look.coarse, weight)


def _half(picture: Grey) -> Grey:
    height, width = picture.shape
    return np.asarray(
        cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.float32
    )


@lru_cache(maxsize=4)
def _border(height: int, width: int) -> Grey:
    """Return (H, W) weights that are highest near the borders, where background is likelier."""
    return frame_weight(height, width) * (1 - np.float32(0.6) * phase.hann(height, width))


def _coarse(look: Look) -> Reference:
    weight = _border(*look.coarse.shape)
    if look.matted:
        weight = weight * _half(look.free)
    return reference(look.coarse, weight, similarity=False)


def _anchor(look: Look, model: Model) -> Reference:
    weight = _border(*look.fine.shape)
    if look.matted:
        weight = weight * look.free
    return reference(look.fine, weight, similarity=model == "similarity", stride=_STRIDE)


def _shift(dx: float, dy: float) -> Matrix:
    matrix = np.eye(3)
    matrix[:2, 2] = dx, dy
    return matrix


def _halved(matrix: Matrix) -> Matrix:
    """Return a matrix between fine pictures as one between coarse ones."""
    shrink = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
    return shrink @ matrix @ np.linalg.inv(shrink)


def _propose(before: Seen, look: Look, spectrum: phase.Spectrum, model: Model) -> Found:
    """Return the motion from the frame before that explains most of the picture."""
    found = phase.peaks(phase.correlate(before.spectrum, spectrum, look.coarse.shape[1]), _PEAKS)
    tried = [peak for peak in found if peak.response >= _WEAK * found[0].response]
    motions = [before.step, *(_shift(2 * peak.dx, 2 * peak.dy) for peak in tried)]
    if model == "similarity":
        turned = followed_similarity(before.look.fine, look.fine, _background(before))
        motions += [] if turned is None else [turned]
    misses = [mismatch(before.coarse, look.coarse, _halved(m)) for m in motions]
    rest = mismatch(before.coarse, look.coarse, np.eye(3))
    best = int(np.argmin(misses))
    step, miss = motions[best], misses[best]
    if rest <= miss + _PREFER_REST:
        step, miss = np.eye(3), rest
    response = found[0].response if found else 0.0
    ratio = found[1].response / response if len(found) > 1 else 1.0
    return Found(step, miss, response, ratio)


def _background(seen: Seen) -> Grey:
    """Return (h, w) where points may be followed."""
    weight = frame_weight(*seen.look.fine.shape) * seen.look.free
    if seen.moving is None:
        return weight
    size = seen.look.fine.shape[::-1]
    return weight * (1 - cv2.resize(seen.moving, size, interpolation=cv2.INTER_LINEAR))


def _refined(
    before: Seen, look: Look, place: Matrix, model: Model
) -> tuple[Reference, Matrix, Matrix]:
    """Return the anchor to go on with, its place, and the refined place of this frame."""
    anchor, anchor_place = before.anchor, before.anchor_place
    start = place @ np.linalg.inv(anchor_place)
    if _in_view(start, look.fine.shape) < _KEEP_ANCHOR:
        anchor, anchor_place = _anchor(before.look, model), before.place
        start = place @ np.linalg.inv(anchor_place)
    fit = refine(_without(anchor, look, start), look.fine, start, _ROUNDS)
    if _distance(fit, start, look.fine.shape) < _STRAY:
        place = fit @ anchor_place
    if _distance(place, before.place, look.fine.shape) < _LOCK:
        place = before.place
    return anchor, anchor_place, place


def _without(anchor: Reference, look: Look, matrix: Matrix) -> Reference:
    """Return the anchor without what this frame's matte covers."""
    if not look.matted:
        return anchor
    free = np.clip(1 - seen_through(1 - look.free, matrix, anchor), 0, 1)
    return replace(anchor, weight=anchor.weight * free)


def _distance(one: Matrix, other: Matrix, shape: tuple[int, ...]) -> float:
    """Return by how many pixels two motions differ in the corner where they differ most."""
    height, width = shape
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    return float(np.linalg.norm(((one - other) @ corners)[:2], axis=0).max())


def _in_view(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """Return about how much of a picture is still in view after a motion, 0 to 1."""
    height, width = shape
    middle = np.array([(width - 1) / 2, (height - 1) / 2, 1.0])
    dx, dy = np.abs((matrix @ middle - middle)[:2])
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    turned = abs(float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))))
    if not 0.8 < scale < 1.25 or turned > 10:
        return 0.0
    return float(max(0, 1 - dx / width) * max(0, 1 - dy / height))


def _moving(before: Reference, coarse: Grey, step: Matrix) -> Grey | None:
    """Return (h / 2, w / 2) 0-1: what the camera's motion does not explain, grown and softened."""
    excess = residue(before, coarse, _halved(step))
    left = cv2.blur(np.minimum(excess, 4), (5, 5))
    mask = cv2.dilate((left > 1).astype(np.float32), np.ones((9, 9), np.uint8))
    if float(mask.mean()) > _MUCH:
        return None
    return np.asarray(cv2.blur(mask, (7, 7)), np.float32)
