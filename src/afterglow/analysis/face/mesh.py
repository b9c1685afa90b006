"""The points of a face: a mesh network's, with eyes of an iris network and lips of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import topology
from afterglow.analysis.face.crop import Crop, cut
from afterglow.analysis.face.lips import with_lips
from afterglow.analysis.face.networks import Asked, Networks

SIDE, EYE_SIDE = 192, 64
"""Pixels of the networks' pictures."""
PRESENCE = 0.5
"""Least certainty that a face is there."""
_MARGIN, _EYE_MARGIN = 1.5, 2.3
"""Side of the square over the longer side of what it shows."""

_LOOKS = ((0.0, 0.0, 1.0, 0.0), (0.013, -0.009, 1.06, 0.05), (-0.011, 0.012, 0.95, -0.05))
"""Squares of one face, from which points are averaged: right, down, larger, turned."""

LID_POINTS = (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173)
RIGHT_LID_POINTS = (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398)
"""Which of the mesh's points the first sixteen of the iris network are."""


class Face(NamedTuple):
    """The points of one face."""

    points: NDArray[np.float64]
    """(478, 3): x, y in pixels of the picture, z in the same measure, nearer is smaller."""
    presence: float
    """How sure it is that this is a face, 0 to 1."""

    @property
    def area(self) -> float:
        """Square pixels of the box that holds the face."""
        width, height = np.ptp(self.points[: topology.MESH, :2], axis=0)
        return float(width * height)

    def crop(self) -> Crop:
        """The square about the face, turned to its eyes."""
        return about(self.points)


def about(points: NDArray[np.float64]) -> Crop:
    """The square about the points of a face, turned to its eyes."""
    left = topology.middle(points, topology.LEFT_EYE_UPPER)
    right = topology.middle(points, topology.RIGHT_EYE_UPPER)
    angle = float(np.arctan2(right[1] - left[1], right[0] - left[0]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upright = points[: topology.MESH, :2] @ turn.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = (low + high) / 2 @ turn
    return Crop(float(x), float(y), float((high - low).max()) * _MARGIN, angle)


def face_in(picture: NDArray[Any], crop: Crop, networks: Networks, looks: int = 1) -> Face | None:
    """The face that a square shows, or None where it shows none.

    picture: (H, W, 3) uint8 or uint16 RGB.
    looks: how many slightly different squares are averaged, 1 to 3; more are more exact.
    """
    seen = [_mesh(picture, crop.moved(*each), networks.mesh) for each in _LOOKS[:looks]]
    presence = float(np.mean([each.presence for each in seen]))
    if presence < PRESENCE:
        return None
    mesh = np.mean([each.points for each in seen], axis=0)
    if not np.isfinite(mesh).all() or about(mesh).side < 4:
        return None
    return Face(with_lips(picture, _with_irises(picture, mesh, networks.iris, looks)), presence)


def _mesh(picture: NDArray[Any], crop: Crop, network: Asked) -> Face:
    numbers, logit = network(cut(picture, crop, SIDE))
    points = numbers.reshape(topology.MESH, 3).astype(np.float64)
    places = crop.to_picture(points[:, :2] - 0.5, SIDE)
    sure = 1 / (1 + np.exp(-np.clip(float(logit[0]), -80, 80)))
    return Face(np.column_stack([places, points[:, 2] * crop.side / SIDE]), float(sure))


def _with_irises(
    picture: NDArray[Any], mesh: NDArray[np.float64], network: Asked, looks: int
) -> NDArray[np.float64]:
    """(478, 3) the points of the mesh with the lids as the iris network sees them, and irises."""
    lids, irises = mesh.copy(), []
    eyes = ((LID_POINTS, False), (RIGHT_LID_POINTS, True))
    for group, mirrored in eyes:
        crop = _eye_crop(mesh, group)
        seen = [_eye(picture, crop.moved(*each), network, mirrored) for each in _LOOKS[:looks]]
        border, iris = (np.mean(each, axis=0) for each in zip(*seen, strict=True))
        lids[list(group), :2] = border
        depth = np.full((len(iris), 1), topology.middle(mesh, group)[2])
        irises.append(np.hstack([iris, depth]))
    return np.concatenate([lids, *irises])


def _eye_crop(mesh: NDArray[np.float64], group: Sequence[int]) -> Crop:
    """The square about the eye whose corners are the group's first and ninth point."""
    one, other = mesh[group[0], :2], mesh[group[8], :2]
    if one[0] > other[0]:
        one, other = other, one
    (x, y), across = (one + other) / 2, other - one
    side = float(np.hypot(*across)) * _EYE_MARGIN
    return Crop(float(x), float(y), max(side, 2.0), float(np.arctan2(across[1], across[0])))


def _eye(
    picture: NDArray[Any], crop: Crop, network: Asked, mirrored: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(16, 2) borders of the lids and (5, 2) the iris; the network knows eyes on the left only."""
    seen = cut(picture, crop, EYE_SIDE)
    numbers = network(np.ascontiguousarray(seen[:, ::-1]) if mirrored else seen)
    border, iris = (each.reshape(-1, 3)[:, :2].astype(np.float64) for each in numbers)
    if mirrored:
        border[:, 0], iris[:, 0] = EYE_SIDE - border[:, 0], EYE_SIDE - iris[:, 0]
    return crop.to_picture(border[:16] - 0.5, EYE_SIDE), crop.to_picture(iris - 0.5, EYE_SIDE)
