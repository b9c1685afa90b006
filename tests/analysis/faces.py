"""A drawn face whose points are known, and stand-ins for the networks that find faces.

The stand-ins see markers: the left half of a marked face is magenta, its right half is cyan.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import Opener
from afterglow.analysis.face import topology as of
from afterglow.analysis.face.detector import anchors
from afterglow.effects.style.character.portrait import shape

Points = NDArray[np.float64]

SKIN, LIP, SEAM, WHITE, IRIS, BROW, BACK = (
    (224, 178, 150), (190, 90, 90), (90, 30, 35), (238, 236, 230), (60, 40, 25), (70, 50, 35),
    (70, 110, 150),
)  # fmt: skip


@cache
def unit_face() -> Points:
    """(478, 3) the points of an upright face that is 1 high, about its middle."""
    noise = np.random.default_rng(5)
    spread = noise.uniform(-1, 1, (of.POINTS, 2)) * (0.2, 0.3)
    points = np.column_stack([spread, np.zeros(of.POINTS)])
    turn = np.linspace(0, 2 * np.pi, len(of.OVAL), endpoint=False)
    _put(points, of.OVAL, 0.37 * np.sin(turn), -0.5 * np.cos(turn))
    for side, eye in ((-1, 0), (1, 1)):
        _put_eye(points, side, eye)
    _put_mouth(points)
    _put_rest(points)
    radii = (points[:, 0] / 0.4) ** 2 + (points[:, 1] / 0.55) ** 2
    points[:, 2] = -0.3 * np.sqrt(np.clip(1 - radii, 0, 1))
    return points


def _put(points: Points, row: tuple[int, ...], x: Any, y: Any) -> None:
    points[list(row), 0], points[list(row), 1] = x, y


def _put_eye(points: Points, side: int, eye: int) -> None:
    upper, lower = (
        (of.LEFT_EYE_UPPER, of.LEFT_EYE_LOWER),
        (of.RIGHT_EYE_UPPER, of.RIGHT_EYE_LOWER),
    )[eye]
    along = np.linspace(1, -1, 9)
    bow = 1 - along**2
    middle, half = 0.17 * side, 0.08
    _put(points, upper, middle + side * along * half, -0.12 - 0.04 * bow)
    _put(points, lower, middle + side * along * half, -0.12 + 0.03 * bow)
    rows = (
        (shape.LEFT_FOLD, shape.LEFT_SOCKET, shape.LEFT_BAG, of.LEFT_BROW, of.LEFT_IRIS),
        (shape.RIGHT_FOLD, shape.RIGHT_SOCKET, shape.RIGHT_BAG, of.RIGHT_BROW, of.RIGHT_IRIS),
    )[eye]
    for row, y in zip(rows[:3], (-0.19, -0.21, -0.065), strict=True):
        _put(points, row, middle + side * along[1:8] * half * 1.2, y + 0.02 * along[1:8] ** 2)
    brow = np.linspace(1.4, -1.0, 5) * half * side + middle
    _put(points, rows[3][:5], brow, -0.265)
    _put(points, rows[3][5:], brow, -0.235)
    ring = np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]]) * 0.032
    _put(points, rows[4], middle + ring[:, 0], -0.125 + ring[:, 1])


def _put_mouth(points: Points) -> None:
    along = np.linspace(-1, 1, 11)
    bow = 1 - along**2
    _put(points, of.LIP_OUTER_UPPER, 0.17 * along, 0.24 - 0.045 * bow)
    _put(points, of.LIP_OUTER_LOWER, 0.17 * along, 0.24 + 0.055 * bow)
    _put(points, of.LIP_INNER_UPPER, 0.155 * along, 0.24 - 0.001 * bow)
    _put(points, of.LIP_INNER_LOWER, 0.155 * along, 0.24 + 0.001 * bow)


def _put_rest(points: Points) -> None:
    nose = {1: 0.08, 168: -0.12, 6: -0.08, 197: -0.03, 195: 0.01, 5: 0.045, 4: 0.062, 2: 0.12}
    pairs = {
        (98, 327): (0.05, 0.11), (129, 358): (0.08, 0.09), (205, 425): (0.2, 0.12),
        (50, 280): (0.24, 0.04), (187, 411): (0.24, 0.2), (36, 266): (0.15, 0.1),
        (207, 427): (0.21, 0.25), (216, 436): (0.2, 0.21), (206, 426): (0.13, 0.17),
        (83, 313): (0.04, 0.325), (201, 421): (0.05, 0.37), (208, 428): (0.06, 0.41),
        (204, 424): (0.1, 0.335), (211, 431): (0.1, 0.39), (194, 418): (0.07, 0.35),
    }  # fmt: skip
    for index, y in (
        nose | {18: 0.325, 200: 0.37, 199: 0.41, 175: 0.45, 9: -0.23, 8: -0.19}
    ).items():
        points[index, :2] = 0, y
    for (left, right), (x, y) in pairs.items():
        points[left, :2], points[right, :2] = (-x, y), (x, y)
    _put(points, shape.FOREHEAD, np.linspace(-0.25, 0.25, 9), -0.36)


def placed(x: float, y: float, height: float, degrees: float = 0.0) -> Points:
    """(478, 3) the points of the face of a height in pixels, turned clockwise about (x, y)."""
    turn = np.deg2rad(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    unit = unit_face() * height
    return np.column_stack([unit[:, :2] @ matrix.T + (x, y), unit[:, 2]])


def painted(points: Points, size: tuple[int, int], seam: float = 0.0) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB a face painted at its points; the lips meet ``seam`` pixels lower."""
    width, height = size
    scale = 4
    canvas = np.empty((height * scale, width * scale, 3), np.uint8)
    canvas[:] = BACK
    stripes = np.arange(width * scale) // (8 * scale) % 2 == 0
    canvas[:, stripes] = (np.array(BACK) * 0.8).astype(np.uint8)

    def fill(rows: list[int], colour: tuple[int, ...]) -> None:
        corners = np.rint(((points[rows, :2] + 0.5) * scale - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(canvas, [corners], colour, cv2.LINE_AA, 4)

    fill(list(of.OVAL), SKIN)
    for eye in (0, 1):
        upper, lower, brow, iris = (
            (of.LEFT_EYE_UPPER, of.LEFT_EYE_LOWER, of.LEFT_BROW, of.LEFT_IRIS),
            (of.RIGHT_EYE_UPPER, of.RIGHT_EYE_LOWER, of.RIGHT_BROW, of.RIGHT_IRIS),
        )[eye]
        fill([*upper, *lower[::-1]], WHITE)
        middle = np.rint((points[iris[0], :2] + 0.5) * scale).astype(int)
        radius = float(np.hypot(*(points[iris[1], :2] - points[iris[0], :2]))) * scale
        cv2.circle(canvas, tuple(int(v) for v in middle), round(radius), IRIS, -1, cv2.LINE_AA)
        fill([*brow[:5], *brow[:4:-1]], BROW)
    fill([*of.LIP_OUTER_UPPER, *of.LIP_OUTER_LOWER[::-1]], LIP)
    line = np.rint((points[list(of.LIP_INNER_UPPER), :2] + (0.5, 0.5 + seam)) * scale)
    cv2.polylines(canvas, [line.astype(np.int32)], False, SEAM, round(1.6 * scale), cv2.LINE_AA)
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.uint8)


def marked(points: Points, size: tuple[int, int], canvas: Any = None) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB a face as the stand-ins see it."""
    picture = np.full((size[1], size[0], 3), 60, np.uint8) if canvas is None else canvas.copy()
    places = np.rint(points[list(of.OVAL), :2] * 16).astype(np.int32)
    for half, colour in ((places[18:], (255, 0, 255)), (places[:19], (0, 255, 255))):
        middle = np.vstack([half, places[:1] if colour[0] else places[18:19]])
        cv2.fillPoly(picture, [middle], colour, cv2.LINE_AA, 4)
    return picture


@dataclass(frozen=True)
class StandIns:
    """Networks that see marked faces."""

    smallest: float = 9.0
    """Pixels of the smallest face that the detector sees."""
    noise: float = 0.0
    """Pixels of the mesh network's error, another in each picture."""

    def detector(self, picture: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any]]:
        boxes, scores = np.zeros((896, 8, 2), np.float32), np.full(896, -9.0, np.float32)
        for left, right in _halves(picture):
            middle = (left + right) / 2
            wide = float(np.hypot(*(right - left))) / 0.85 * 2 * 0.74
            if wide < self.smallest:
                continue
            near = np.argsort(np.hypot(*(anchors() - middle).T))[:3]
            for rank, index in enumerate(near):
                scores[index] = 3.0 - rank
                boxes[index] = middle + 0.5 - anchors()[index]
                boxes[index, 1] = wide
                boxes[index, 2:4] = np.array([left, right]) + 0.5 - anchors()[index]
        return boxes.reshape(-1), scores

    def mesh(self, picture: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any]]:
        found = _halves(picture)
        if not found:
            return np.zeros(468 * 3, np.float32), np.array([-9.0], np.float32)
        left, right = max(found, key=lambda pair: float(np.hypot(*(pair[1] - pair[0]))))
        across = right - left
        height = float(np.hypot(*across)) / (2 * 0.37 * 4 / (3 * np.pi))
        angle = float(np.rad2deg(np.arctan2(across[1], across[0])))
        x, y = (left + right) / 2 + 0.5
        points = placed(float(x), float(y), height, angle)[:468]
        seed = int(picture.astype(np.uint64).sum()) % (1 << 32)
        error = np.random.default_rng(seed).normal(0, self.noise, points.shape)
        return (points + error).astype(np.float32).reshape(-1), np.array([9.0], np.float32)

    def iris(self, picture: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The eye on the left of the unit face, as its crop shows it."""
        unit = unit_face()
        row = [*of.LEFT_EYE_LOWER, *of.LEFT_EYE_UPPER[1:-1]]
        corners = unit[[of.LEFT_EYE_UPPER[0], of.LEFT_EYE_UPPER[-1]], :2]
        scale = 64 / (2.3 * float(np.ptp(corners[:, 0])))
        middle = corners.mean(axis=0)
        border, iris = np.zeros((71, 3)), np.zeros((5, 3))
        border[:16, :2] = (unit[row, :2] - middle) * scale + 32
        iris[:, :2] = (unit[list(of.LEFT_IRIS), :2] - middle) * scale + 32
        return border.astype(np.float32).reshape(-1), iris.astype(np.float32).reshape(-1)


def _halves(picture: NDArray[np.uint8]) -> list[tuple[Points, Points]]:
    """Middles of the magenta and of the cyan half of each marked face."""
    r, g, b = (picture[..., k].astype(np.float32) for k in range(3))
    magenta = np.clip((r - g) / 195, 0, 1) * (b > 90)
    cyan = np.clip((g - r) / 195, 0, 1) * (b > 90)
    both = ((magenta + cyan) > 0.3).astype(np.uint8)
    count, labels = cv2.connectedComponents(cv2.dilate(both, np.ones((3, 3), np.uint8)))
    found = []
    for label in range(1, count):
        middles = [_middle(np.where(labels == label, half, 0)) for half in (magenta, cyan)]
        if all(each is not None for each in middles):
            found.append((middles[0], middles[1]))
    return found  # type: ignore[return-value]


def _middle(weights: NDArray[Any]) -> Points | None:
    total = float(weights.sum())
    if total < 2:
        return None
    y, x = np.mgrid[: weights.shape[0], : weights.shape[1]]
    return np.array([(x * weights).sum() / total, (y * weights).sum() / total])


def opener(networks: StandIns | None = None) -> Opener:
    """Opens stand-ins."""

    @contextmanager
    def opened() -> Iterator[StandIns]:
        yield networks or StandIns()

    return opened
