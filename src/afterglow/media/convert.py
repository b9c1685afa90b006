"""Decoded pictures to RGB arrays, by swscale at full accuracy."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from afterglow.media.colour import SWSCALE_MATRICES
from afterglow.media.orientation import UPRIGHT, Orientation, upright

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.plane import VideoPlane
    from numpy.typing import NDArray

    from afterglow.frames import Colour

_ACCURATE = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_THREADS = min(4, os.cpu_count() or 1)


@dataclass(slots=True)
class Converter:
    """Turns decoded pictures of one stream into arrays of one size and type."""

    width: int
    """Pixels before the orientation is applied."""
    height: int
    """Lines before the orientation is applied."""
    colour: Colour
    """How the stored numbers are read."""
    deep: bool
    """uint16 comes out, else uint8."""
    alpha: bool
    """A matte comes out as well."""
    orientation: Orientation = UPRIGHT
    _swscale: VideoReformatter = field(default_factory=VideoReformatter)

    def __call__(self, frame: VideoFrame) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Pixels (H, W, 3) RGB and matte (H, W) or None, as displayed, in memory of their own."""
        planar = "gbrap" if self.alpha else "gbrp"
        full = self.colour.range == "full" or frame.format.is_rgb
        converted = self._swscale.reformat(
            frame,
            width=self.width,
            height=self.height,
            format=planar + ("16le" if self.deep else ""),
            src_colorspace=SWSCALE_MATRICES[self.colour.matrix],
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_ACCURATE,
            threads=_THREADS,
        )
        green, blue, red, *matte = (self._plane(plane) for plane in converted.planes)
        pixels = upright(cv2.merge([red, green, blue]), self.orientation)
        if not matte:
            return pixels, None
        return pixels, np.ascontiguousarray(upright(matte[0], self.orientation)).copy()

    def _plane(self, plane: VideoPlane) -> NDArray[Any]:
        kind = np.dtype(np.uint16 if self.deep else np.uint8)
        stride = abs(plane.line_size) // kind.itemsize
        lines: NDArray[Any] = np.frombuffer(memoryview(plane), kind).reshape(plane.height, stride)
        return lines[:, : plane.width]
