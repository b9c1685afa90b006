"""A smooth field of moves through the points of a face, fading to nothing about it.

Thin-plate splines (Bookstein 1989) in two layers: the upper one knows upper lids and upper lip, the
lower one lower lids and lower lip, so that a mouth can open between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.portrait.frame import FaceFrame, Points
from afterglow.effects.style.character.portrait.patch import places_of
from afterglow.effects.style.character.portrait.rig import Rig
from afterglow.effects.style.character.portrait.slit import Plane
from afterglow.ops.easing import eased
from afterglow.ops.levels import Region

INNER, OUTER = 1.55, 2.05
"""The field fades to nothing between these multiples of the oval's radii."""
_GRID = 50
"""Nodes of the field along the longer side of its region."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Two layers on a grid over the region: where the picture that is seen there comes from."""

    region: Region
    """The pixels that may change."""
    x: Points
    """Places of the grid's columns in pixels."""
    y: Points
    """Places of its rows."""
    upper: NDArray[np.float32]
    """(rows, columns, 2) x, y that is added to a place to find its source."""
    lower: NDArray[np.float32]
    """The same for what lies below the slit of an eye or of the mouth."""

    def places(self) -> tuple[Plane, Plane]:
        """x and y of the grid's nodes."""
        x, y = np.meshgrid(self.x.astype(np.float32), self.y.astype(np.float32))
        return x, y

    def whole(self, share: Plane) -> tuple[Plane, Plane]:
        """x and y that the region's pixels come from, for a share of the lower layer at nodes."""
        move = self.upper + share[..., None] * (self.lower - self.upper)
        size, places = self.region.size, places_of(self.region)
        found = [cv2.resize(part, size, interpolation=cv2.INTER_CUBIC) for part in cv2.split(move)]
        for part, place in zip(found, places, strict=True):
            np.add(part, place, out=part)
        return np.asarray(found[0], np.float32), np.asarray(found[1], np.float32)

    def part(self, x: Plane, y: Plane, share: Plane) -> tuple[Plane, Plane]:
        """x and y that places come from, for a share of the lower layer at each of them."""
        across = (x - np.float32(self.x[0])) / np.float32(_step(self.x))
        down = (y - np.float32(self.y[0])) / np.float32(_step(self.y))
        upper, lower = (
            cv2.remap(each, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
            for each in (self.upper, self.lower)
        )
        move = upper + share[..., None] * (lower - upper)
        return x + move[..., 0], y + move[..., 1]


def _step(places: Points) -> float:
    return float(places[1] - places[0]) if len(places) > 1 else 1.0


def region_of(frame: FaceFrame, size: tuple[int, int]) -> Region:
    """The pixels within reach of the face, of a picture of (width, height)."""
    radii = np.array([frame.width, frame.height]) / 2 * OUTER
    reach = np.hypot(*(frame.axes * radii[:, None]))
    low, high = (
        np.floor(frame.middle - reach).astype(int),
        np.ceil(frame.middle + reach).astype(int),
    )
    width, height = size
    left, right = (int(np.clip(x, 0, width)) for x in (low[0], high[0] + 1))
    top, bottom = (int(np.clip(y, 0, height)) for y in (low[1], high[1] + 1))
    return Region(left, top, right, bottom)


def window(frame: FaceFrame, x: Points, y: Points) -> Points:
    """How much of the field is left at places: 1 at the face, 0 beyond its reach."""
    offset = np.stack([x, y], axis=-1) - frame.middle
    inside = offset @ frame.axes.T / (frame.width / 2, frame.height / 2)
    share = np.clip((OUTER - np.hypot(inside[..., 0], inside[..., 1])) / (OUTER - INNER), 0, 1)
    return np.asarray(eased(share))


def field_of(rig: Rig, frame: FaceFrame, region: Region) -> Field:
    """The field that brings every pixel of the region its source."""
    x, y = _nodes(region)
    places = np.stack(np.meshgrid(x, y), axis=-1)
    left = window(frame, places[..., 0], places[..., 1])[..., None]
    anchors = _anchors(frame)
    made = []
    for sources, targets in (rig.upper, rig.lower):
        here = np.concatenate([targets, anchors])
        move = np.concatenate([sources - targets, np.zeros_like(anchors)])
        made.append((_spline(here, move, places, frame) * left).astype(np.float32))
    return Field(region, x, y, *made)


def _nodes(region: Region) -> tuple[Points, Points]:
    """x and y of the grid's nodes: middles of equal cells that cover the region."""
    width, height = region.size
    cell = max(1.0, max(width, height) / _GRID)
    across, down = max(1, round(width / cell)), max(1, round(height / cell))
    x = region.left - 0.5 + (np.arange(across) + 0.5) * width / across
    y = region.top - 0.5 + (np.arange(down) + 0.5) * height / down
    return x, y


def _anchors(frame: FaceFrame) -> Points:
    """(24, 2) places about the face that stay where they are."""
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * (frame.width / 2, frame.height / 2)
    return frame.outside(ring * OUTER)


def _spline(here: Points, move: Points, places: Points, frame: FaceFrame) -> Points:
    """(h, w, 2) moves at places, of the thin plate through the moves at some of them."""
    unit = frame.height
    nodes = (here - frame.middle) / unit
    count = len(nodes)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _bending(nodes, nodes)
    system[np.arange(count), np.arange(count)] += 1e-6
    system[:count, count:] = np.column_stack([np.ones(count), nodes])
    system[count:, :count] = system[:count, count:].T
    weights = np.linalg.solve(system, np.concatenate([move, np.zeros((3, 2))]))
    at = ((places - frame.middle) / unit).reshape(-1, 2).astype(np.float32)
    bent = _bending(at, nodes.astype(np.float32)) @ weights[:count].astype(np.float32)
    plane = np.column_stack([np.ones(len(at)), at]) @ weights[count:]
    found: Points = (bent + plane).reshape(places.shape)
    return found


def _bending(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """(N, M) r^2 log r^2 of the distances of all pairs."""
    squared = -2 * one @ other.T
    squared += (one * one).sum(axis=1)[:, None]
    squared += (other * other).sum(axis=1)
    np.maximum(squared, 1e-12, out=squared)
    found: NDArray[Any] = cv2.multiply(cv2.log(squared), squared)
    return found
