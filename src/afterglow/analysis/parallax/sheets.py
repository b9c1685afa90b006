"""A picture taken apart by depth, and drawn again as a camera from elsewhere sees it.

Each layer is bent by its own depth, and all are laid over one another, far to near. All that is
slow is done once for a picture: layers, fillings, and pictures enlarged by Lanczos, so that a
linear look-up keeps their sharpness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.analysis.parallax.disocclude import COARSE, Floats, Layer, Mask, layers_of
from afterglow.ops.halves import Array
from afterglow.ops.levels import Region, black
from afterglow.ops.sampling import bent, doubled

Source: TypeAlias = Callable[[Floats, Floats], Floats]
"""Where in the picture lies what is seen at these places of the frame, if it has these depths.

Places are (rows, columns, 2) float32, (x, y) in pixels; depths (rows, columns) float32."""

LAYERS = 8
"""Layers at most; a picture has as many as its jumps in depth ask for."""
_STEP = 8
"""Pixels of the frame between two places that are computed; those between are interpolated."""
_TILE = 8
"""Steps along the side of a tile: what a nearer layer covers is not drawn, tile by tile."""
_ROUNDS = 5
"""Rounds in which the place whose content comes to a pixel is found."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """A layer ready to be drawn."""

    region: Region
    fine: Any
    """Its picture, twice as wide and high."""
    alpha: Any
    """(h, w) where it is; None for everywhere."""
    depth: Floats
    solid: Floats
    """(H / 4, W / 4) 1 where the layer covers all within some pixels."""
    present: Floats
    """(H / 4, W / 4) 1 where there is something of the layer within some pixels."""


class Sheets:
    """The layers of one picture, ready to be drawn."""

    def __init__(self, picture: Any, depth: Floats, reach: int, layers: int = LAYERS) -> None:
        """Take a picture apart.

        picture: (H, W, 3) uint8 or uint16 RGB. depth: (H, W) 0 farthest .. 1 nearest, in steps of
            parallax: one over the distance.
        reach: pixels that the nearest may move against the farthest: what lies behind an edge is
            textured so far.
        """
        self.whole = doubled(picture)
        found = layers_of(ops.array_of(picture), depth, reach, layers)
        size = depth.shape[1], depth.shape[0]
        self._like = picture
        self._sheets = tuple(
            _sheet(layer, picture, size, self.whole if len(found) == 1 else None) for layer in found
        )

    @property
    def layers(self) -> int:
        """Layers that the picture was taken apart into."""
        return len(self._sheets)

    @property
    def memory(self) -> int:
        """Bytes of the enlarged pictures and mattes that are kept."""
        kept = {id(self.whole): self.whole}
        for sheet in self._sheets:
            for part in (sheet.fine, sheet.alpha, sheet.depth, sheet.solid, sheet.present):
                if part is not None:
                    kept[id(part)] = part
        return sum(part.nbytes for part in kept.values())

    def drawn(self, source: Source, width: int, height: int) -> Any:
        """(H, W, 3) what is seen from elsewhere, in the type of the picture and where that lies."""
        like = self._like
        canvas: Any = black(like, (height, width, 3), ops.depth_of(like))
        tile = _TILE if isinstance(like, np.ndarray) else max(width, height)
        meshes = [_mesh(sheet, source, width, height) for sheet in self._sheets]
        plans = _plans(self._sheets, meshes, tile)
        for sheet, mesh, (wanted, solid) in zip(self._sheets, meshes, plans, strict=True):
            for block in _runs(wanted, solid):
                _draw(canvas, sheet, mesh, block, tile)
        return canvas


def _sheet(layer: Layer, picture: Any, size: tuple[int, int], whole: Any) -> _Sheet:
    """A layer with its picture enlarged, where the whole picture lies."""
    width, height = size
    fine = doubled(ops.beside(layer.picture, picture)) if whole is None else whole
    if layer.alpha is None:
        every = np.ones(layer.depth.shape, np.float32)
        return _Sheet(layer.region, fine, None, layer.depth, every, every)
    full: Array = np.zeros((height, width), np.uint8)
    layer.region.of(full)[:] = layer.alpha
    small = layer.depth.shape[1], layer.depth.shape[0]
    share = cv2.resize(full, small, interpolation=cv2.INTER_AREA).astype(np.float32)
    box = np.ones((7, 7), np.uint8)
    solid = (cv2.erode(share, box) >= 255).astype(np.float32)
    present = (cv2.dilate(share, box) > 0).astype(np.float32)
    alpha = ops.beside(layer.alpha, picture)
    return _Sheet(layer.region, fine, alpha, layer.depth, solid, present)


def _mesh(sheet: _Sheet, source: Source, width: int, height: int) -> Floats:
    """(rows, columns, 2) float32: the place in the picture of the middle of every block.

    One ring of blocks lies around the frame. A place depends on the depth that is found there.
    """
    columns, rows = -(-width // _STEP) + 2, -(-height // _STEP) + 2
    frame: Floats = np.empty((rows, columns, 2), np.float32)
    frame[..., 0] = (np.arange(columns) - 0.5) * _STEP - 0.5
    frame[..., 1] = ((np.arange(rows) - 0.5) * _STEP - 0.5)[:, None]
    places = source(frame, np.zeros((rows, columns), np.float32))
    for _ in range(_ROUNDS):
        places = source(frame, _seen(sheet.depth, places))
    return places


def _seen(coarse: Floats, places: Floats) -> Floats:
    """The values of a coarse map at places of the picture."""
    x, y = cv2.split((places + np.float32(0.5)) / np.float32(COARSE) - np.float32(0.5))
    seen = cv2.remap(coarse, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def _plans(sheets: tuple[_Sheet, ...], meshes: list[Floats], tile: int) -> list[tuple[Mask, Mask]]:
    """For each layer: the tiles in which it is drawn, and those that it covers."""
    plans = []
    hidden: Any = False
    for sheet, mesh in zip(reversed(sheets), reversed(meshes), strict=True):
        if sheet.alpha is None:
            every = _whole_tiles(mesh, tile)
            plans.append((every & ~np.asarray(hidden), every))
            continue
        present = _by_tile(_seen(sheet.present, mesh) > 0, tile, np.logical_or)
        solid = _by_tile(_seen(sheet.solid, mesh) >= 1, tile, np.logical_and)
        plans.append((present & ~np.asarray(hidden), solid))
        hidden = hidden | solid
    return plans[::-1]


def _whole_tiles(mesh: Floats, tile: int) -> Mask:
    rows, columns = mesh.shape[0] - 2, mesh.shape[1] - 2
    return np.ones((-(-rows // tile), -(-columns // tile)), np.bool_)


def _by_tile(nodes: Mask, tile: int, joined: Any) -> Mask:
    """(tiles down, tiles across) the nodes of a tile and the ring around it, joined."""
    for axis in (0, 1):
        inner = nodes.shape[axis] - 2
        starts = np.arange(0, inner, tile)
        parts = [
            joined.reduce(nodes.take(range(at, min(at + tile, inner) + 2), axis), axis)
            for at in starts
        ]
        nodes = np.stack(parts, axis)
    return nodes


def _runs(wanted: Mask, solid: Mask) -> Iterator[tuple[int, int, int, bool]]:
    """Rows of neighbouring tiles that are alike: (row, first, after the last, covered)."""
    for row, (needs, covers) in enumerate(zip(wanted, solid, strict=True)):
        kinds = np.where(needs, 1 + covers, 0)
        edges = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]
        for first, after in pairwise(edges):
            if kinds[first]:
                yield row, first, after, bool(covers[first])


def _draw(
    canvas: Any, sheet: _Sheet, mesh: Floats, run: tuple[int, int, int, bool],
    tile: int,
) -> None:  # fmt: skip
    """Lay a run of tiles of a layer over the canvas."""
    row, first, after, covered = run
    rows, columns = mesh.shape[0] - 2, mesh.shape[1] - 2
    top, bottom = row * tile, min((row + 1) * tile, rows)
    left, right = first * tile, min(after * tile, columns)
    nodes = mesh[top : bottom + 2, left : right + 2]
    area = canvas[top * _STEP : bottom * _STEP, left * _STEP : right * _STEP]
    size = area.shape[1], area.shape[0]
    if not covered or sheet.alpha is not None:
        nodes = _held(nodes, sheet.region)
    nodes = nodes - np.array(sheet.region[:2], np.float32)
    colour = bent(sheet.fine, nodes * np.float32(2), _STEP, size)
    if not covered:
        colour = ops.lerp(area, colour, bent(sheet.alpha, nodes, _STEP, size))
    area[:] = colour


def _held(nodes: Floats, region: Region) -> Floats:
    """Places no farther out than the empty edge of the layer: beyond it would be mirrored."""
    least = np.array(region[:2], np.float32)
    most = np.array(region[2:], np.float32) - np.float32(1)
    return np.asarray(np.clip(nodes, least, most), np.float32)
