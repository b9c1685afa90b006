"""A painter of filled outlines: anti-aliased, placed to a part of a pixel, in 8 and 16 bits.

Vector art is mixed in display light, as drawing programs do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.puppet.curves import Points
from afterglow.ops.levels import Region

Colour: TypeAlias = tuple[int, int, int]
"""R'G'B', 0-255."""
Canvas: TypeAlias = NDArray[Any]
"""(H, W, 3) RGB or (H, W), uint8 or uint16."""
Mask: TypeAlias = NDArray[np.uint8]
"""(h, w) coverage."""

_BITS = 6
"""Bits of a coordinate behind the point."""
_FINE, _COARSE = 3, 2
"""Samples across a pixel of small and of large outlines."""
_SMALL = 6_000
"""Pixels of an outline that is small."""
_LARGE = 300_000
"""Pixels of an outline that is large."""
_FEW = 1_500
"""Covered pixels that are mixed one by one."""
_SPARSE = 8
"""One of so many pixels of a box is covered, at most, where they are mixed one by one."""
_MANY = 3_000
"""Soft pixels from which a picture is mixed as a whole, not one by one."""
_WHOLE = np.array([255])
"""Level of a mask where a pixel is covered."""
_FAR = 20_000.0
"""Pixels beyond which no outline is followed."""


class Texture(NamedTuple):
    """Colours that fill an outline, and how they lie."""

    pixels: Canvas
    """(h, w, 3) RGB in the depth of the canvas."""
    matrix: NDArray[np.float64]
    """(2, 3) from pixels of the canvas to pixels of the texture."""

    def seen(self, box: Region) -> Canvas:
        """(h, w, 3) the texture as it lies in a box of the canvas.

        It is soft: a large part is found at half or a third of the size.
        """
        (width, height), step = box.size, 1
        if width * height > _SMALL:
            step = 3 if width * height > _LARGE else 2
        matrix = self.matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ (box.left + step / 2, box.top + step / 2) - 0.5
        matrix[:, :2] *= step
        size = ceil(width / step), ceil(height / step)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(
            self.pixels, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        if step > 1:
            whole = (size[0] * step, size[1] * step)
            seen = cv2.resize(seen, whole, interpolation=cv2.INTER_LINEAR)
        return np.asarray(seen)[:height, :width]


Paint: TypeAlias = Colour | Texture


class Painter:
    """Paints outlines over a picture, one after another."""

    def __init__(self, pixels: Canvas, alpha: Canvas | None) -> None:
        """Paint on ``pixels``, (H, W, 3); ``alpha``, (H, W), takes down where solid paint is."""
        self.pixels, self.alpha = pixels, alpha
        height, width = pixels.shape[:2]
        self._bounds = Region(0, 0, width, height)
        self._step = 1 if pixels.dtype == np.uint8 else 257
        self._stencil: tuple[Region, Mask] | None = None

    @contextmanager
    def inside(self, *outlines: Points) -> Iterator[None]:
        """Let nothing that is painted leave the outlines."""
        covered = self._coverage(outlines)
        if covered is None:
            nothing = Region(0, 0, 1, 1)
            covered = nothing, np.zeros((1, 1), np.uint8)
        self._stencil, before = covered, self._stencil
        yield
        self._stencil = before

    def fill(
        self, *outlines: Points, paint: Paint, opacity: float = 1.0, solid: bool = False
    ) -> None:
        """Fill outlines. solid: what is painted belongs to the matte."""
        covered = self._coverage(outlines)
        if covered is not None:
            self._put(*covered, paint, opacity, solid)

    def line(
        self, outline: Points, paint: Paint, width: float, *, closed: bool, solid: bool = False
    ) -> None:
        """Draw a line of an even width, in pixels, with round ends."""
        covered = self._coverage([outline], width, closed)
        if covered is not None:
            self._put(*covered, paint, 1.0, solid)

    def soft(self, *outlines: Points, paint: Paint, opacity: float, blur: float) -> None:
        """Fill outlines with a soft edge of ``blur`` pixels (sigma)."""
        room = 3 * blur
        box = self._room(outlines, room)
        if box is None:
            return
        shrink = max(1.0, blur / 2.5)
        size = max(1, ceil(box.size[0] / shrink)), max(1, ceil(box.size[1] / shrink))
        mask = np.zeros(size[::-1], np.uint8)
        scale = np.array([size[0] / box.size[0], size[1] / box.size[1]])
        cv2.fillPoly(mask, _placed(outlines, box, scale), 255, cv2.LINE_AA, _BITS)
        soft = cv2.GaussianBlur(mask, (0, 0), blur * scale[0], borderType=cv2.BORDER_REPLICATE)
        soft = cv2.resize(soft, box.size, interpolation=cv2.INTER_LINEAR)
        self._put(box, self._held(box, np.asarray(soft, np.uint8)), paint, opacity, False)

    def _coverage(
        self, outlines: Sequence[Points], width: float = 0.0, closed: bool = True
    ) -> tuple[Region, Mask] | None:
        """The share of each pixel that outlines, or lines of a width, cover."""
        box = self._room(outlines, width / 2)
        if box is None:
            return None
        (across, down), fine = box.size, _FINE
        if across * down > _SMALL:
            fine = _COARSE
        mask: Mask = np.zeros((down * fine, across * fine), np.uint8)
        placed = _placed(outlines, box, np.array([fine, fine]))
        if width:
            thick = max(1, round(width * fine))
            cv2.polylines(mask, placed, closed, 255, thick, cv2.LINE_AA, _BITS)
        else:
            cv2.fillPoly(mask, placed, 255, cv2.LINE_AA, _BITS)
        size = across, down
        mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)
        return box, self._held(box, mask)

    def _room(self, outlines: Sequence[Points], margin: float) -> Region | None:
        """The pixels that outlines with a margin touch, where something may be painted."""
        everything = outlines[0] if len(outlines) == 1 else np.vstack(outlines)
        left, top, width, height = cv2.boundingRect(everything)
        room = ceil(margin) + 1
        box = Region(left - room, top - room, left + width + room, top + height + room)
        return box.common(self._stencil[0] if self._stencil else self._bounds)

    def _held(self, box: Region, mask: Mask) -> Mask:
        """The mask as far as the stencil lets it."""
        if self._stencil is None:
            return mask
        place, stencil = self._stencil
        part = box.seen_from(place).of(stencil)
        return np.asarray(cv2.multiply(mask, part, scale=1 / 255), np.uint8)

    def _put(self, box: Region, mask: Mask, paint: Paint, opacity: float, solid: bool) -> None:
        if self.alpha is not None and not solid:
            mask = self._on_solid(box, mask)
        count = cv2.countNonZero(mask)
        if not count:
            return
        if count < max(_FEW, mask.size // _SPARSE) and not isinstance(paint, Texture):
            colour = np.array(paint, np.float32) * self._step
            _dabbed(self.pixels, box, colour, mask, opacity)
        else:
            source = paint.seen(box) if isinstance(paint, Texture) else self._flat(box, paint)
            _laid(self.pixels, box, source, mask, opacity)
        if solid and self.alpha is not None:
            white = np.full((*mask.shape, 1), 255 * self._step, self.alpha.dtype)
            _laid(self.alpha, box, white, mask, opacity)

    def _on_solid(self, box: Region, mask: Mask) -> Mask:
        """The mask as far as something solid is below: elsewhere there is nothing to shade."""
        assert self.alpha is not None
        below = np.asarray(box.of(self.alpha) // self._step, np.uint8)
        return np.asarray(cv2.multiply(mask, below, scale=1 / 255), np.uint8)

    def _flat(self, box: Region, colour: Colour) -> Canvas:
        flat = np.empty((*box.size[::-1], 3), self.pixels.dtype)
        flat[:] = np.tile(np.array(colour) * self._step, (box.size[0], 1))
        return flat


def _placed(
    outlines: Sequence[Points], box: Region, scale: NDArray[Any]
) -> list[NDArray[np.int32]]:
    """Outlines in the fixed-point pixels of a mask of a box."""
    grown = scale * (1 << _BITS)
    offset = np.array([box.left, box.top]) * grown + (1 << _BITS) / 2 - 0.5
    most = _FAR * (1 << _BITS)
    return [
        np.minimum(np.maximum(each * grown - offset, -most), most).astype(np.int32)
        for each in outlines
    ]


def _dabbed(canvas: Canvas, box: Region, source: NDArray[Any], mask: Mask, opacity: float) -> None:
    """Mix the pixels of a box that a mask covers with a source, one by one.

    source: (h, w, C) of the box, or one colour of C channels as float32.
    """
    x, y = cv2.findNonZero(mask)[:, 0].T.astype(np.intp)
    here, there = y * mask.shape[1] + x, (y + box.top) * canvas.shape[1] + (x + box.left)
    flat = canvas.reshape(canvas.shape[0] * canvas.shape[1], -1)
    weight = mask.ravel().take(here)[:, None] * np.float32(opacity / 255)
    below = flat.take(there, 0)
    above = source if source.ndim == 1 else source.reshape(-1, source.shape[2]).take(here, 0)
    mixed = below + (above - below.astype(np.float32)) * weight + np.float32(0.5)
    flat[there] = mixed.astype(canvas.dtype)


def _laid(canvas: Canvas, box: Region, source: Canvas, mask: Mask, opacity: float) -> None:
    """Lay a source over a box, whole where the mask is 255 and nothing is transparent."""
    if opacity >= 1:
        whole = cv2.inRange(mask, _WHOLE, _WHOLE)
        cv2.copyTo(source, whole, box.of(canvas))
        partly = np.asarray(cv2.subtract(mask, whole), np.uint8)
        if cv2.countNonZero(partly):
            _dabbed(canvas, box, source, partly, 1.0)
    elif cv2.countNonZero(mask) > _MANY:
        _mixed(box.of(canvas), source, mask, opacity)
    else:
        _dabbed(canvas, box, source, mask, opacity)


def _mixed(ground: Canvas, source: Canvas, mask: Mask, opacity: float) -> None:
    """Lay a source over all of the ground by a soft mask."""
    white = 255 if ground.dtype == np.uint8 else 65535
    weight = np.rint(mask * np.float32(opacity * white / 255)).astype(ground.dtype)
    if ground.ndim == 3:
        weight = cv2.merge([weight] * 3)
    above = cv2.multiply(source, weight, scale=1 / white)
    ground[:] = cv2.add(cv2.multiply(ground, white - weight, scale=1 / white), above)
