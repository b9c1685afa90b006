"""One face of a video, followed from frame to frame, steady and without lag."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import detector, mesh
from afterglow.analysis.face.crop import Crop
from afterglow.analysis.face.mesh import Face
from afterglow.analysis.face.networks import Networks
from afterglow.analysis.face.topology import MESH

_SLOWEST, _QUICKER, _SPEED_CUTOFF = 1.2, 14.0, 2.0
"""Hz at which points at rest are smoothed; Hz more for a face width a second; Hz of the speed."""
_MARGIN = 1.5
"""Side of the square about a face over the face's own."""
_TINY, _SURE = 32.0, 0.9
"""Pixels of the square about a face below which it must be this certain: test cards show others."""
_JUMP = 0.35
"""Face widths that no face moves between two frames: another shot."""


def faces(picture: NDArray[Any], networks: Networks, last: Crop | None = None) -> list[Face]:
    """All faces of a picture (H, W, 3) uint8 or uint16 RGB, from left to right.

    Parts of the picture are looked at only where larger ones show no face: thus faces far away are
    found when there is none nearer.

    last: where a face was before; then there, and not in the smallest parts.
    """
    height, width = picture.shape[:2]
    shares = detector.SHARES[: 1 if last else None]
    around = [[Crop(last.x, last.y, 1.5 * last.side)]] if last else []
    for crops in chain(detector.searches(width, height, shares), around):
        seen: list[Face] = []
        for each in detector.found(picture, crops, networks.detector):
            face = _settled(picture, each.crop(), networks)
            if face and not any(_same(face, other) for other in seen):
                seen.append(face)
        if seen:
            return sorted(seen, key=lambda face: face.crop().x)
    return []


def chosen(seen: list[Face], number: int | None, near: Crop | None = None) -> Face | None:
    """The face asked for.

    number: 1 is the leftmost; None is the largest, or the one nearest to ``near``.
    """
    if not seen or (number is not None and near is None and number > len(seen)):
        return None
    if near is not None:
        return min(seen, key=lambda face: np.hypot(face.crop().x - near.x, face.crop().y - near.y))
    return seen[number - 1] if number else max(seen, key=lambda face: face.area)


def _settled(picture: NDArray[Any], crop: Crop, networks: Networks) -> Face | None:
    """The face in a square that is fitted to the face itself, twice."""
    for looks in (1, 3):
        face = mesh.face_in(picture, crop, networks, looks)
        if face is None:
            return None
        crop = face.crop()
    assert face is not None
    return None if crop.side < _TINY and face.presence < _SURE else face


def _same(one: Face, other: Face) -> bool:
    a, b = one.crop(), other.crop()
    return bool(np.hypot(a.x - b.x, a.y - b.y) < 0.25 * min(a.side, b.side))


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What is known of the face so far."""

    number: int | None = None
    """Which face, from the left, is followed; None: the largest."""
    picture: NDArray[Any] | None = field(default=None, repr=False)
    """The last picture."""
    face: Face | None = None
    """The last face, smoothed."""
    raw: NDArray[np.float64] | None = None
    """Its points before they were smoothed."""
    speed: NDArray[np.float64] | None = None
    """(478, 2) pixels a second, smoothed."""
    last: Crop | None = None
    """Where a face was last seen."""
    waited: float = 0.0
    """Seconds since the picture was searched for a face that is not there."""


def step(picture: NDArray[Any], seconds: float, track: Track, networks: Networks) -> Track:
    """What is known after a picture that comes so many seconds after the last one.

    The same picture again has the same face, to the last bit. A face that is lost is searched at
    once, and then five times a second.
    """
    if track.picture is not None and np.array_equal(picture, track.picture):
        return track
    if track.face is not None:
        seen = mesh.face_in(picture, track.face.crop(), networks, 1)
        if seen is not None and not _jumped(seen, track.face):
            return _smoothed(seen, seconds, replace(track, picture=picture))
    elif track.picture is not None and track.waited + seconds < 0.2:
        return replace(track, picture=picture, waited=track.waited + seconds)
    found = chosen(faces(picture, networks, track.last), track.number, track.last)
    last = found.crop() if found else track.last
    raw = found.points if found else None
    return Track(track.number, picture, found, raw, None, last)


def _jumped(one: Face, other: Face) -> bool:
    a, b = one.crop(), other.crop()
    return bool(np.hypot(a.x - b.x, a.y - b.y) > _JUMP * b.side / _MARGIN)


def _smoothed(seen: Face, seconds: float, track: Track) -> Track:
    """The track with a face whose points are steadied the more, the slower they move.

    The one-euro filter (Casiez, Roussel, Vogel, CHI 2012), with its speeds in face widths, of what
    is left when the face as a whole has been shifted, turned and scaled: that has no lag at all.
    """
    assert track.face is not None and track.raw is not None
    seconds = max(seconds, 1e-4)
    wide = seen.crop().side / _MARGIN
    before, raw = (
        _carried(each, track.raw, seen.points) for each in (track.face.points, track.raw)
    )
    speed = (seen.points[:, :2] - raw[:, :2]) / seconds
    if track.speed is not None:
        speed = track.speed + _share(_SPEED_CUTOFF, seconds) * (speed - track.speed)
    cutoff = _SLOWEST + _QUICKER * np.hypot(speed[:, 0], speed[:, 1]) / wide
    points = before + _share(cutoff, seconds)[:, None] * (seen.points - before)
    face = Face(points, seen.presence)
    return replace(track, face=face, raw=seen.points, speed=speed, last=face.crop(), waited=0.0)


def _carried(
    points: NDArray[np.float64], before: NDArray[np.float64], now: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points shifted, turned and scaled as a face was from ``before`` to ``now``.

    The least squares of the distances of all points of the mesh.
    """
    was, is_, moved = (each[:, 0] + 1j * each[:, 1] for each in (before, now, points))
    middle, new_middle = was[:MESH].mean(), is_[:MESH].mean()
    off = was[:MESH] - middle
    turn = np.vdot(off, is_[:MESH] - new_middle) / max(float(np.vdot(off, off).real), 1e-6)
    there = (moved - middle) * turn + new_middle
    return np.column_stack([there.real, there.imag, points[:, 2] * abs(turn)])


def _share(cutoff: Any, seconds: float) -> Any:
    """How much of the news a low-pass of a cutoff (Hz) takes in after so many seconds."""
    turn = 2 * np.pi * cutoff * seconds
    return turn / (1 + turn)
