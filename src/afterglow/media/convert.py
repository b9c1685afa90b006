"""Decoded pictures to RGB arrays, by swscale at full accuracy."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from afterglow.media.colour import SWSCALE_MATRICES, has_chroma
from afterglow.media.orientation import UPRIGHT, Orientation, upright

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.plane import VideoPlane
    from numpy.typing import NDArray

    from afterglow.frames import Colour

_ACCURATE = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_THREADS = min(4, os.cpu_count() or 1)
_STRIP = 32
"""Lines computed at once, so that they stay in the processor's cache."""
_PLANAR = ("gray", "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p")
"""Formats whose first plane is grey, of 8 bits."""
_COLOURLESS = 127, 129
"""Chroma that is none: rounding may have moved it."""
_PACKED = {"rgb24": np.uint8, "rgba": np.uint8, "rgb48le": np.uint16, "rgba64le": np.uint16}
"""Formats that are in memory what we want already: those of our own pipes."""


_STRETCHED = np.rint((np.arange(256) - 16.0).clip(0, 219) * (255 / 219)).astype(np.uint8)
"""(256,) limited levels at full range."""


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
    bits: int = 0
    """Bits of a channel as decoded, where a filter has widened it since; 0: as in the format."""
    plain: bool = False
    """A picture without colour comes out as one channel."""
    _swscale: VideoReformatter = field(default_factory=VideoReformatter)

    def __call__(self, frame: VideoFrame) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Pixels (H, W, 3) RGB and matte (H, W) or None, as displayed, in memory of their own."""
        matte: NDArray[Any] | None
        if self.plain and self._is_plain(frame):
            pixels, matte = self._grey(frame), None
        elif self._is_ready(frame):
            pixels, matte = _unpacked(frame)
        elif self._is_grey(frame):
            grey = _plane(frame.planes[0], np.uint8)
            pixels, matte = cv2.merge([grey, grey, grey]), None
        else:
            pixels, matte = self._converted(frame)
        if matte is not None:
            matte = upright(matte, self.orientation)
        return upright(pixels, self.orientation), matte

    def _is_ready(self, frame: VideoFrame) -> bool:
        kind = _PACKED.get(frame.format.name)
        return (
            kind == self._kind
            and (frame.width, frame.height) == (self.width, self.height)
            and self.alpha == (len(frame.format.components) == 4)
        )

    def _is_grey(self, frame: VideoFrame) -> bool:
        """True for a picture whose one channel, of full range, is each of ours."""
        same = (frame.width, frame.height) == (self.width, self.height)
        return same and frame.format.name == "gray" and not self.deep and not self.alpha

    def _is_plain(self, frame: VideoFrame) -> bool:
        """True for a picture of 8 bits that has no colour, and is not to be enlarged."""
        if frame.format.name not in _PLANAR or self.deep or self.alpha:
            return False
        least, most = _COLOURLESS
        chroma = [_plane(plane, np.uint8) for plane in frame.planes[1:]]
        fits = frame.width >= self.width and frame.height >= self.height
        return fits and all(least <= part.min() and part.max() <= most for part in chroma)

    def _grey(self, frame: VideoFrame) -> NDArray[Any]:
        """(H, W) the grey of a picture without colour."""
        grey = _plane(frame.planes[0], np.uint8)
        if has_chroma(frame.format) and self.colour.range == "limited":
            grey = cv2.LUT(grey, _STRETCHED)
        if (frame.width, frame.height) == (self.width, self.height):
            return np.array(grey)
        return cv2.resize(grey, (self.width, self.height), interpolation=cv2.INTER_AREA)

    @property
    def _kind(self) -> type[np.uint8] | type[np.uint16]:
        return np.uint16 if self.deep else np.uint8

    def _converted(self, frame: VideoFrame) -> tuple[NDArray[Any], NDArray[Any] | None]:
        coloured = has_chroma(frame.format)
        limited = coloured and self.colour.range == "limited"
        out = self._swscale.reformat(
            frame,
            width=self.width,
            height=self.height,
            format=("gbrap" if self.alpha else "gbrp") + ("16le" if self.deep else ""),
            src_colorspace=SWSCALE_MATRICES[self.colour.matrix],
            src_color_range=ColorRange.MPEG if limited else ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_ACCURATE,
            threads=_THREADS,
        )
        green, blue, red, *matte = (_plane(plane, self._kind) for plane in out.planes)
        pixels = cv2.merge([red, green, blue])
        alpha = matte[0].copy() if matte else None
        if self.deep:
            bits = self.bits or max(component.bits for component in frame.format.components)
            stretch(pixels, 8 if limited else bits)
            if alpha is not None:
                stretch(alpha, bits)
        return pixels, alpha


def is_opaque(frame: VideoFrame) -> bool:
    """True where no pixel of an 8-bit picture with alpha or a palette is transparent."""
    _, alpha = _unpacked(frame.reformat(format="rgba"))
    return alpha is None or bool(np.all(alpha == 255))


def stretch(picture: NDArray[Any], bits: int) -> None:
    """Bring the white of a uint16 picture, in place, to 65535.

    swscale puts the white of limited YCbCr at 255 * 256, and that of an n-bit full-range channel
    at (2^n - 1) * 2^(16 - n). Repeating the upper ``bits`` below them fills the range; whiter than
    white is clipped.
    """
    if bits >= 16:
        return
    for top in range(0, picture.shape[0], _STRIP):
        lines = picture[top : top + _STRIP]
        cv2.add(lines, np.right_shift(lines, bits), dst=lines)


def _plane(plane: VideoPlane, kind: type[np.uint8] | type[np.uint16]) -> NDArray[Any]:
    stride = abs(plane.line_size) // np.dtype(kind).itemsize
    lines: NDArray[Any] = np.frombuffer(memoryview(plane), kind).reshape(plane.height, stride)
    return lines[:, : plane.width]


def _unpacked(frame: VideoFrame) -> tuple[NDArray[Any], NDArray[Any] | None]:
    kind = _PACKED[frame.format.name]
    plane, channels = frame.planes[0], len(frame.format.components)
    stride = plane.line_size // np.dtype(kind).itemsize
    lines = np.frombuffer(memoryview(plane), kind).reshape(frame.height, stride)
    packed = lines[:, : frame.width * channels].reshape(frame.height, frame.width, channels)
    if channels == 3:
        return packed.copy(), None
    return cv2.cvtColor(packed, cv2.COLOR_RGBA2RGB), cv2.extractChannel(packed, 3)
