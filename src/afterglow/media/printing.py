"""From frames in memory to the pictures that an encoder takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from afterglow.frames import Colour, Frame
from afterglow.media.colour import MATRICES, PRIMARIES, SWSCALE_MATRICES, TRANSFERS
from afterglow.media.planes import (
    Array,
    grey_picture,
    left_chroma,
    plane_of,
    rgb_picture,
    to_depth,
    widened,
    ycbcr_matrix,
)
from afterglow.media.scaling import Scaler
from afterglow.media.seat import press_for
from afterglow.ops import array_of

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

_LIMITED, _FULL = 1, 2
_SEMI_PLANAR = {"p010le": "yuv420p10le"}
"""Formats with interleaved chroma, and the planar ones of the same samples."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a planar YCbCr format stores its samples."""

    bits: int
    """Bits of a sample."""
    across: int
    """Pixels that share a chroma sample, horizontally."""
    down: int
    """And vertically."""
    alpha: bool
    """Has a fourth plane."""


def layout_of(pixel_format: str) -> Layout | None:
    """The layout of a planar YCbCr format; None for RGB, palettes and grey."""
    facts = av.VideoFormat(_SEMI_PLANAR.get(pixel_format, pixel_format))
    if facts.is_rgb or facts.has_palette or len(facts.components) < 3:
        return None
    chroma = facts.chroma_width(1024), facts.chroma_height(1024)
    return Layout(
        facts.components[0].bits, 1024 // chroma[0], 1024 // chroma[1], len(facts.components) == 4
    )


def even_size(pixel_format: str, width: int, height: int) -> tuple[int, int]:
    """The size, rounded up to what the format's chroma needs."""
    layout = layout_of(pixel_format) or Layout(8, 1, 1, False)
    return -(-width // layout.across) * layout.across, -(-height // layout.down) * layout.down


def is_grey(pixel_format: str) -> bool:
    """True for the formats of one channel."""
    return pixel_format.startswith("gray")


def written_colour(colour: Colour, pixel_format: str, encoder: str) -> Colour:
    """What the tags say: the video's own colour, as far as this format and encoder can hold it."""
    if is_grey(pixel_format):
        return Colour("bt709", colour.primaries, colour.transfer, "full")
    if layout_of(pixel_format) is None:
        return Colour("rgb", colour.primaries, colour.transfer, "full")
    if encoder == "mjpeg":
        return Colour("bt470bg", colour.primaries, colour.transfer, "full")
    known = colour.matrix if colour.matrix in SWSCALE_MATRICES else "bt709"
    limited = encoder == "prores_ks" or colour.matrix == "rgb"
    return Colour(known, colour.primaries, colour.transfer, "limited" if limited else colour.range)


def tag(context: VideoCodecContext, colour: Colour) -> None:
    """Write all four colour tags on an encoder."""
    context.colorspace = _matrix_number(colour)
    context.color_primaries = _number(PRIMARIES, colour.primaries)
    context.color_trc = _number(TRANSFERS, colour.transfer)
    context.color_range = _FULL if colour.range == "full" else _LIMITED


def chroma_place(pixel_format: str) -> dict[str, str]:
    """The encoder's option that says where our chroma lies; none where every pixel has its own.

    H.264 and HEVC mean the left without it; VP9 and AV1, and Matroska for both, must be told.
    """
    layout = layout_of(pixel_format)
    return {"chroma_sample_location": "left"} if layout and layout.across > 1 else {}


def _matrix_number(colour: Colour) -> int:
    return 0 if colour.matrix == "rgb" else _number(MATRICES, colour.matrix)


def _number(names: dict[int, str], name: str) -> int:
    """FFmpeg's number of a name; 2 is its "unspecified"."""
    return next((number for number, known in names.items() if known == name), 2)


class Printer:
    """Turns frames into pictures of one pixel format, size and colour."""

    def __init__(
        self,
        pixel_format: str,
        width: int,
        height: int,
        colour: Colour,
        shared: bool = False,
        device: str = "cpu",
    ) -> None:
        """``shared`` pictures may use the frames' own memory: for encoders without threads only.

        ``device`` is where the encoder takes pictures from: "cpu", or "cuda:0" for NVENC.
        """
        self._device = device
        self._shared = shared
        self._format = pixel_format
        self._planar = _SEMI_PLANAR.get(pixel_format, pixel_format)
        self._width, self._height = width, height
        self._colour = colour
        self._layout = layout_of(pixel_format)
        facts = av.VideoFormat(self._planar)
        self._deep = facts.components[0].bits > 8
        self._alpha = len(facts.components) == 4
        self._scaler = Scaler(pixel_format, colour) if self._layout is not None else None
        self._reformatter = VideoReformatter()
        self._press: Callable[[Any], av.VideoFrame] | None = None

    def print(self, frame: Frame) -> av.VideoFrame:
        """A picture of the encoder's pixel format and size, with its pts and colour tags."""
        picture = self._pressed(frame.pixels) or self._from_memory(frame)
        picture.pts = frame.pts
        picture.colorspace = _matrix_number(self._colour)
        picture.color_primaries = _number(PRIMARIES, self._colour.primaries)
        picture.color_trc = _number(TRANSFERS, self._colour.transfer)
        picture.color_range = _FULL if self._colour.range == "full" else _LIMITED
        return picture

    def _pressed(self, pixels: Any) -> av.VideoFrame | None:
        """The picture, made where the tensor lies; None where it must be made in main memory."""
        if self._alpha or is_grey(self._format):
            return None
        if self._device == "cpu" and isinstance(pixels, np.ndarray):
            return None
        if self._press is None:
            place = self._width, self._height, self._colour, self._device
            self._press = press_for(self._format, *place)
        return self._press(pixels) if self._press is not None else None

    def _from_memory(self, frame: Frame) -> av.VideoFrame:
        if is_grey(self._format):
            return grey_picture(self._fitted(array_of(frame.pixels[..., 0])), self._format)
        rgb = self._fitted(array_of(frame.pixels))
        return self._picture(rgb, self._matte(frame, rgb) if self._alpha else None)

    def _matte(self, frame: Frame, rgb: Array) -> Array:
        """The frame's matte at the picture's size; opaque where it has none."""
        if frame.alpha is None:
            return np.full(rgb.shape[:2], np.iinfo(rgb.dtype).max, rgb.dtype)
        return self._fitted(array_of(frame.alpha))

    def _picture(self, rgb: Array, alpha: Array | None) -> av.VideoFrame:
        if self._layout is not None and self._scaler is not None and self._swscale_is_exact(rgb):
            return self._scaled(self._scaler, to_depth(rgb, False), alpha, self._layout)
        rgb, alpha = to_depth(rgb, self._deep), self._of_depth(alpha)
        if self._layout is None:
            return rgb_picture(rgb, alpha, self._format, self._shared)
        return self._computed(rgb, alpha, self._layout)

    def _of_depth(self, alpha: Array | None) -> Array | None:
        return None if alpha is None else to_depth(alpha, self._deep)

    def _swscale_is_exact(self, rgb: Array) -> bool:
        """True where swscale rounds to nearest: from 8 bits, to limited range."""
        return self._colour.range == "limited" and not (self._deep and rgb.dtype == np.uint16)

    def _fitted(self, plane: Array) -> Array:
        """The plane at the encoder's size: its last row and column repeated."""
        down, across = self._height - plane.shape[0], self._width - plane.shape[1]
        if not down and not across:
            return plane
        return cv2.copyMakeBorder(plane, 0, down, 0, across, cv2.BORDER_REPLICATE)

    def _scaled(
        self, scaler: Scaler, rgb: Array, alpha: Array | None, layout: Layout
    ) -> av.VideoFrame:
        alpha = None if alpha is None else to_depth(alpha, False)
        picture = scaler(rgb_picture(rgb, alpha, "rgb24" if alpha is None else "rgba", shared=True))
        if alpha is not None and self._deep:
            plane_of(picture, 3)[:] = widened(alpha, (1 << layout.bits) - 1)
        return picture

    def _computed(self, rgb: Array, alpha: Array | None, layout: Layout) -> av.VideoFrame:
        """The picture by our own matrix, rounded to nearest, where swscale is not exact."""
        picture = av.VideoFrame(self._width, self._height, self._planar)
        top = (1 << layout.bits) - 1
        white = int(np.iinfo(rgb.dtype).max)
        matrix = ycbcr_matrix(self._colour, layout.bits, white)
        chroma = cv2.transform(rgb, matrix)
        cv2.extractChannel(chroma, 0, dst=plane_of(picture, 0))
        if layout.across > 1:
            chroma = cv2.transform(left_chroma(rgb, layout.down), matrix)
        np.minimum(chroma, top, out=chroma)
        for index in (1, 2):
            cv2.extractChannel(chroma, index, dst=plane_of(picture, index))
        if alpha is not None:
            cv2.transform(alpha, np.array([[top / white, 0.0]]), dst=plane_of(picture, 3))
        if self._planar == self._format:
            return picture
        return self._reformatter.reformat(picture, format=self._format, threads=1)
