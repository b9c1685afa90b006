"""From one frame to the next: propose motions, take the one that explains most, refine it.

Places are in pixels of the measuring size. What is remembered of a video is one value, ``Seen``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import cv2
import numpy as np

from afterglow.analysis import cuts, phase
from afterglow.analysis.align import (
    Grey,
    Matrix,
    Reference,
    frame_weight,
    inverse,
    mismatch,
    outvotes,
    reference,
    refine,
    residue,
    textured_sides,
)
from afterglow.analysis.features import followed_similarity
from afterglow.analysis.picture import Look
from afterglow.analysis.propose import Found, distance, explained, halved, propose

Model: TypeAlias = Literal["translation", "similarity", "none"]
"""What a camera may do: shift; shift, turn and zoom; nothing."""
Spectra: TypeAlias = tuple[phase.Spectrum, ...]
"""Of one picture, under one or more weights."""

_LOCK = 0.02
"""Pixels: a camera that seems to move less stands still."""
_NEAR = 0.6
"""Pixels: a camera that seems to move less stands still if most parts of the picture say so."""
_KEEP_ANCHOR = 0.65
"""Share of the anchor that must be in view for the next frame to be measured against it."""
_ALIKE = 0.1
"""Mismatch (0-1) by which an anchor may fit worse than the frame before."""
_STRAY = 2.0
"""Pixels: a refinement that goes further from the motion it began with is not believed."""
_FINE_ERRORS = (0.5, 0.3, 0.2, 0.12, 0.08)
"""Pixels of misplacement forgiven in each round of a refinement."""
_STRIDE, _COARSE_STRIDE = 3, 2
"""Pixels of the fine, and of the coarse picture, from one to the next that is compared."""
_MUCH = 0.6
"""Share of the picture: more than that is not a subject."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is remembered of a video when a frame has been seen."""

    look: Look
    masked: Grey | None
    """(h / 2, w / 2) 0-1: what its spectra leave out, as it moved by itself the frame before."""
    spectra: Spectra | None
    """Of the coarse picture without the subject; None where nobody needed them yet."""
    coarse: Reference
    """The coarse picture; its weight is high at the borders, where the background is."""
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
        look, None, None, _coarse(look), _anchor(look, model), rest, rest, rest,
        found=found, cut=found is not None, shot=shot,
    )  # fmt: skip


def follow(before: Seen, look: Look, model: Model) -> Seen:
    """Return what is remembered after the next frame."""
    if before.over:
        return begin(look, model, shot=before.shot + 1)
    textured = textured_sides(before.coarse)
    found, spectra = _found(before, look, _guesses(before, look, model), textured)
    if spectra and _is_cut(before, look, found):
        return begin(look, model, shot=before.shot + 1, found=found)
    anchor, anchor_place, place = before.anchor, before.anchor_place, before.place
    if textured:
        anchor, anchor_place, place = _refined(before, look, found, model)
    step = place @ inverse(before.place)
    moving = None if look.matted else _moving(before.coarse, look.coarse, step)
    return Seen(
        look, before.moving, spectra, _coarse(look), anchor, anchor_place, place, step, moving,
        found, shot=before.shot,
    )  # fmt: skip


def _found(
    before: Seen, look: Look, guesses: list[Matrix], textured: bool
) -> tuple[Found, Spectra | None]:
    """Return the motion, and the spectra unless a guess explains the picture without them.

    Where there is little to see, anything explains it: then the spectra are always asked.
    """
    if textured and not (look.dim or before.look.dim):
        expected = explained(before.coarse, look.coarse, guesses)
        if expected:
            return expected, None
    then = before.spectra or _spectra(before.look, before.masked)
    spectra = _spectra(look, before.moving)
    pairs = list(zip(then, spectra, strict=False))
    return propose(before.coarse, look.coarse, pairs, guesses), spectra


def _is_cut(before: Seen, look: Look, found: Found) -> bool:
    then, now = cuts.histogram(before.look.grey), cuts.histogram(look.grey)
    change = cuts.histogram_change(then, now)
    dim = look.dim or before.look.dim
    return cuts.is_cut(found.response, found.mismatch, change, pixels=look.coarse.size, dim=dim)


def _spectra(look: Look, moving: Grey | None) -> Spectra:
    """Return the spectra; a ring is needed where nobody says what the subject is."""
    middle = phase.hann(*look.coarse.shape)
    if look.matted:
        return (phase.spectrum(look.coarse, middle * _half(look.free)),)
    if moving is not None:
        middle = middle * (1 - moving)
    return phase.spectrum(look.coarse, middle), phase.spectrum(look.coarse, _ring(*middle.shape))


@lru_cache(maxsize=4)
def _ring(height: int, width: int) -> Grey:
    """Return the (H, W) taper that is 1 between border and middle: subjects stand in the middle."""
    middle = phase.hann(height, width)
    return np.asarray(np.sqrt(middle) * (1 - middle) * 2, np.float32)


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
    return reference(look.coarse, weight, similarity=False, stride=_COARSE_STRIDE)


def _anchor(look: Look, model: Model) -> Reference:
    weight = _border(*look.fine.shape)
    if look.matted:
        weight = weight * look.free
    return reference(look.fine, weight, similarity=model == "similarity", stride=_STRIDE)


def _guesses(before: Seen, look: Look, model: Model) -> list[Matrix]:
    """Return motions that correlation may miss: it went on as before; points were followed."""
    if model != "similarity":
        return [before.step]
    turned = followed_similarity(before.look.fine, look.fine, _background(before))
    return [before.step] if turned is None else [before.step, turned]


def _background(seen: Seen) -> Grey:
    """Return (h, w) where points may be followed."""
    weight = frame_weight(*seen.look.fine.shape) * seen.look.free
    if seen.moving is None:
        return weight
    size = seen.look.fine.shape[::-1]
    return weight * (1 - cv2.resize(seen.moving, size, interpolation=cv2.INTER_LINEAR))


def _refined(
    before: Seen, look: Look, found: Found, model: Model
) -> tuple[Reference, Matrix, Matrix]:
    """Return the anchor to go on with, its place, and the refined place of this frame."""
    anchor, anchor_place = before.anchor, before.anchor_place
    fit = _aligned(before, look, found, anchor, anchor_place)
    if fit is None:
        anchor, anchor_place = _anchor(before.look, model), before.place
        fit = _aligned(before, look, found, anchor, anchor_place)
    place = found.step @ before.place if fit is None else fit @ anchor_place
    rest = before.place @ inverse(anchor_place)
    if _at_rest(anchor, look, place @ inverse(anchor_place), rest):
        place = before.place
    return anchor, anchor_place, place


def _aligned(
    before: Seen, look: Look, found: Found, anchor: Reference, anchor_place: Matrix
) -> Matrix | None:
    """Return the motion from an anchor; None where it is hardly in view or no longer alike."""
    start = found.step @ before.place @ inverse(anchor_place)
    if _in_view(start, look.fine.shape) < _KEEP_ANCHOR:
        return None
    fit = refine(anchor, look.fine, start, _FINE_ERRORS)
    if distance(fit, start, look.fine.shape) > _STRAY:
        return None
    return fit if mismatch(anchor, look.fine, fit) < found.mismatch + _ALIKE else None


def _at_rest(anchor: Reference, look: Look, moved: Matrix, rest: Matrix) -> bool:
    """Return whether a camera that seems to have moved a little may as well have stood still."""
    far = distance(moved, rest, look.fine.shape)
    if far < _LOCK or far > _NEAR:
        return far < _LOCK
    return not outvotes(anchor, look.fine, moved, rest, close=True)


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
    excess = residue(before, coarse, halved(step))
    left = cv2.blur(np.minimum(excess, 4), (3, 3))
    mask = cv2.dilate((left > 1).astype(np.float32), np.ones((5, 5), np.uint8))
    if float(mask.mean()) > _MUCH:
        return None
    whole = cv2.resize(mask, coarse.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.blur(whole, (7, 7)), np.float32)
