"""A face in a picture, drawn anew in a pose; all that is not near the face stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait import head
from afterglow.effects.style.character.portrait.eyes import Eye, paint_eye
from afterglow.effects.style.character.portrait.field import Field, field_of, region_of
from afterglow.effects.style.character.portrait.frame import FaceFrame, Points, frame_of
from afterglow.effects.style.character.portrait.glasses import behind_glasses, glasses_of
from afterglow.effects.style.character.portrait.mouth import Mouth, paint_mouth
from afterglow.effects.style.character.portrait.palette import Palette, palette_of
from afterglow.effects.style.character.portrait.patch import Source, places_of, seen_at
from afterglow.effects.style.character.portrait.rig import rig_of
from afterglow.effects.style.character.portrait.shape import posed
from afterglow.effects.style.character.portrait.slit import Plane, Slit, slit_of
from afterglow.effects.style.character.pose import Pose
from afterglow.ops.easing import eased, rise
from afterglow.ops.levels import Region

_EYES = (
    (of.LEFT_EYE_UPPER, of.LEFT_EYE_LOWER, of.LEFT_IRIS),
    (of.RIGHT_EYE_UPPER, of.RIGHT_EYE_LOWER, of.RIGHT_IRIS),
)


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """A face in a picture, measured once."""

    picture: Source
    points: Points
    """(478, 3) pixels."""
    frame: FaceFrame
    region: Region
    """The pixels that may change."""
    palette: Palette
    glasses: float
    """How surely it wears glasses, 0 to 1."""


def sitter_of(pixels: NDArray[Any], points: Points, transfer: str) -> Sitter:
    """What a picture (H, W, 3) uint8 or uint16 RGB with a face of 478 points is drawn from."""
    frame = frame_of(points)
    region = region_of(frame, (pixels.shape[1], pixels.shape[0]))
    palette = palette_of(pixels, points, frame, transfer)
    glasses = glasses_of(pixels, points, frame)
    return Sitter(Source(pixels, transfer), points, frame, region, palette, glasses)


def drawn(
    sitter: Sitter, pose: Pose, matte: NDArray[Any] | None = None
) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """The picture with its face in a pose; pixels beyond the reach of the face are the same.

    matte: (H, W) uint8 or uint16, where the picture has one: it goes along.
    """
    pixels, region = sitter.picture.pixels, sitter.region
    if pose == Pose() or min(region.size) < 2:
        return pixels, matte
    pose = behind_glasses(pose, sitter.glasses)
    points, frame = sitter.points, sitter.frame
    behind = head.depths(points, frame)
    targets = head.carried(posed(points, frame, pose), behind, frame, pose)
    made = field_of(rig_of(points, targets, frame, pose), frame, region)
    slits = _slits(targets)
    x, y = _origins(sitter, made, slits)
    canvas = seen_at(pixels, x, y)
    _fill(canvas, sitter, slits, pose, float(behind[13]))
    along = None if matte is None else _with(matte, region, seen_at(matte, x, y))
    return _with(pixels, region, canvas), along


def _with(picture: NDArray[Any], region: Region, part: NDArray[Any]) -> NDArray[Any]:
    """A copy of a picture with a part in the region."""
    out = picture.copy()
    out[region.top : region.bottom, region.left : region.right] = part
    return out


def _slits(points: Points) -> tuple[Slit, Slit, Slit]:
    """The mouth and both eyes."""
    left_eye, right_eye = ((each[0], each[1]) for each in _EYES)
    rows = [
        (of.LIP_INNER_UPPER, of.LIP_INNER_LOWER),
        left_eye,
        (right_eye[0][::-1], right_eye[1][::-1]),
    ]
    mouth, left, right = (
        slit_of(points[list(upper), :2], points[list(lower), :2]) for upper, lower in rows
    )
    return mouth, left, right


def _origins(sitter: Sitter, made: Field, slits: tuple[Slit, Slit, Slit]) -> tuple[Plane, Plane]:
    """x and y that each pixel of the region comes from: near the slits told to the pixel."""
    region = sitter.region
    shares = (_below_mouth, _below_eye, _below_eye)
    nodes = made.places()
    share = [below(slit, *nodes) for below, slit in zip(shares, slits, strict=True)]
    origins = made.whole(np.maximum.reduce(share))
    for slit, below, margin in zip(slits, shares, (1.45, 1.5, 1.5), strict=True):
        box = slit.box(margin, 0.45 * margin, region)
        if min(box.size) > 0:
            x, y = places_of(box)
            near = made.part(x, y, below(slit, x, y))
            for plane, part in zip(origins, near, strict=True):
                box.seen_from(region).of(plane)[...] = part
    return origins


def _below_mouth(slit: Slit, x: Plane, y: Plane) -> Plane:
    """How much places belong to the lower layer for the mouth's sake: all below it."""
    return _below(slit, *slit.local(x, y))


def _below_eye(slit: Slit, x: Plane, y: Plane) -> Plane:
    """The same for an eye's sake: some way below it, both layers are one."""
    along, across = slit.local(x, y)
    _, lower = slit.borders(along)
    fade: Plane = 1 - rise((across - lower) / np.float32(slit.half), 0.7, 1.6)
    near: Plane = 1 - rise(np.abs(along), 1.3, 2.0)
    return _below(slit, along, across) * fade * near


def _below(slit: Slit, along: Plane, across: Plane) -> Plane:
    """1 below the slit, 0 above: sharp between its corners, soft beyond them."""
    upper, lower = slit.borders(along)
    beyond = np.maximum(np.abs(along) - 1, 0)
    soft = np.float32(slit.half) * (np.float32(1.2) * beyond) + np.float32(0.5)
    share = np.clip(((across - (upper + lower) / 2) / soft + 1) / 2, 0, 1)
    return np.asarray(eased(share))


def _fill(
    canvas: NDArray[Any],
    sitter: Sitter,
    slits: tuple[Slit, Slit, Slit],
    pose: Pose,
    behind: float,
) -> None:
    """Paint what lies between the lips and between the lids."""
    points, frame = sitter.points, sitter.frame
    before = _slits(points)
    lips = points[[*of.LIP_OUTER_UPPER, *of.LIP_OUTER_LOWER], :2]
    move = head.affine(frame, pose, lips, behind)
    mouth = Mouth(before[0], slits[0], move)
    paint_mouth(canvas, sitter.region, mouth, sitter.picture, sitter.palette)
    for (upper, lower, iris), source, target in zip(_EYES, before[1:], slits[1:], strict=True):
        lids = points[[*upper, *lower], :2]
        deep = float(points[upper[4], 2]) if points.shape[1] > 2 else 0.0
        move = head.affine(frame, pose, lids, deep)
        middle = points[iris[0], :2]
        radius = float(np.mean(np.hypot(*(points[list(iris[1:]), :2] - middle).T)))
        eye = Eye(source, target, move, middle, radius, pose.gaze)
        paint_eye(canvas, sitter.region, eye, sitter.picture, sitter.palette)
