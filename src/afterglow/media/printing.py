"""From frames in memory to the pictures that an encoder takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from afterglow.frames import Colour, Frame
from afterglow.media.colour import MATRICES, PRIMARIES, SWSCALE_MATRICES, TRANSFERS
from afterglow.ops.standards import luma_weights

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

Array = NDArray[Any]

_ACCURATE = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
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


def written_colour(colour: Colour, pixel_format: str, encoder: str) -> Colour:
    """What the tags say: the video's own colour, as far as this format and encoder can hold it."""
    if layout_of(pixel_format) is None:
        return Colour("rgb", colour.primaries, colour.transfer, "full")
    if encoder == "mjpeg":
        return Colour("bt470bg", colour.primaries, colour.transfer, "full")
    known = colour.matrix if colour.matrix in SWSCALE_MATRICES else "bt709"
    limited = encoder == "prores_ks" or colour.matrix == "rgb"
    return Colour(known, colour.primaries, colour.transfer, "limited" if limited else colour.range)


def tag(context: VideoCodecContext, colour: Colour) -> None:
    """Write all four colour tags on an encoder."""
    context.colorspace = 0 if colour.matrix == "rgb" else _number(MATRICES, colour.matrix)
    context.color_primaries = _number(PRIMARIES, colour.primaries)
    context.color_trc = _number(TRANSFERS, colour.transfer)
    context.color_range = _FULL if colour.range == "full" else _LIMITED


def _number(names: dict[int, str], name: str) -> int:
    """FFmpeg's number of a name; 2 is its "unspecified"."""
    return next((number for number, known in names.items() if known == name), 2)


class Printer:
    """Turns frames into pictures of one pixel format, size and colour."""

    def __init__(self, pixel_format: str, width: int, height: int, colour: Colour) -> None:
        self._format = pixel_format
        self._width, self._height = width, height
        self._colour = colour
        self._layout = layout_of(pixel_format)
        self._reformatter = VideoReformatter()

    def print(self, frame: Frame) -> av.VideoFrame:
        """A picture of the encoder's pixel format and size, with its pts and colour tags."""
        alpha = None if frame.alpha is None else on_cpu(frame.alpha)
        picture = self._picture(on_cpu(frame.pixels), alpha)
        picture.pts = frame.pts
        picture.colorspace = 0 if self._layout is None else MATRIX_NUMBERS[self._colour.matrix]
        picture.color_primaries = _number(PRIMARIES, self._colour.primaries)
        picture.color_trc = _number(TRANSFERS, self._colour.transfer)
        picture.color_range = _FULL if self._colour.range == "full" else _LIMITED
        return picture

    def _picture(self, rgb: Array, alpha: Array | None) -> av.VideoFrame:
        if self._layout is None:
            return rgb_picture(rgb, alpha, self._format)
        rgb, alpha = self._grown(rgb), None if alpha is None else self._grown(alpha)
        if not self._layout.alpha:
            alpha = None
        elif alpha is None:
            alpha = np.full(rgb.shape[:2], np.iinfo(rgb.dtype).max, rgb.dtype)
        if self._layout.bits == 8 and rgb.dtype == np.uint16:
            rgb, alpha = to_8_bits(rgb), None if alpha is None else to_8_bits(alpha)
        if self._swscale_is_exact(rgb, alpha):
            return self._scaled(rgb_picture(rgb, alpha, "rgb24" if alpha is None else "rgba"))
        return self._computed(rgb, alpha, self._layout)

    def _swscale_is_exact(self, rgb: Array, alpha: Array | None) -> bool:
        """True where swscale rounds to nearest: 8 bits, limited range, no deeper matte."""
        deeper = self._layout is not None and self._layout.bits > 8
        return (
            rgb.dtype == np.uint8
            and self._colour.range == "limited"
            and not (alpha is not None and deeper)
        )

    def _grown(self, plane: Array) -> Array:
        """The plane at the encoder's size: its last row and column repeated."""
        down, across = self._height - plane.shape[0], self._width - plane.shape[1]
        if not down and not across:
            return plane
        return cv2.copyMakeBorder(plane, 0, down, 0, across, cv2.BORDER_REPLICATE)

    def _scaled(self, picture: av.VideoFrame) -> av.VideoFrame:
        return self._reformatter.reformat(
            picture,
            format=self._format,
            dst_colorspace=SWSCALE_MATRICES[self._colour.matrix],
            src_color_range=_FULL,
            dst_color_range=_LIMITED,
            interpolation=_ACCURATE,
            threads=1,
        )

    def _computed(self, rgb: Array, alpha: Array | None, layout: Layout) -> av.VideoFrame:
        """The picture by our own matrix, rounded to nearest, where swscale is not exact."""
        if layout.bits > 8 and rgb.dtype == np.uint8:
            rgb, alpha = (
                rgb.astype(np.uint16) * 257,
                None if alpha is None else alpha * np.uint16(257),
            )
        planar = _SEMI_PLANAR.get(self._format, self._format)
        picture = av.VideoFrame(self._width, self._height, planar)
        matrix = ycbcr_matrix(self._colour, layout.bits, int(np.iinfo(rgb.dtype).max))
        cv2.transform(rgb, matrix[:1], dst=plane_of(picture, 0))
        size = (self._width // layout.across, self._height // layout.down)
        small = (
            rgb
            if size == (self._width, self._height)
            else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        )
        chroma = cv2.transform(small, matrix[1:])
        for index in (1, 2):
            cv2.extractChannel(chroma, index - 1, dst=plane_of(picture, index))
        if alpha is not None:
            white = (1 << layout.bits) - 1
            gain = np.array([[white / np.iinfo(alpha.dtype).max, 0.0]])
            cv2.transform(alpha, gain, dst=plane_of(picture, 3))
        if planar == self._format:
            return picture
        return self._reformatter.reformat(picture, format=self._format, threads=1)


MATRIX_NUMBERS = {name: number for number, name in MATRICES.items()}


def ycbcr_matrix(colour: Colour, bits: int, white: int) -> NDArray[np.float64]:
    """(3, 4) matrix from R'G'B' in 0 to ``white`` to Y'CbCr code values, offset in the last column.

    ITU-R BT.601-7, BT.709-6 and BT.2020-2; full range as in ITU-T H.273, equations 23 to 25.
    """
    red, green, blue = luma_weights(colour.matrix)
    luma = np.array([red, green, blue])
    rows = np.stack(
        [luma, ([0, 0, 1] - luma) / (2 * (1 - blue)), ([1, 0, 0] - luma) / (2 * (1 - red))]
    )
    top = (1 << bits) - 1
    full = colour.range == "full"
    unit = 1 << (bits - 8)
    gains = (top, top, top) if full else (219 * unit, 224 * unit, 224 * unit)
    offsets = [0 if full else 16 * unit, 128 * unit, 128 * unit]
    return np.column_stack([rows * np.array(gains)[:, None] / white, offsets])


def plane_of(picture: av.VideoFrame, index: int) -> Array:
    """A plane of a picture as an (H, W) uint8 or uint16 array that shares its memory."""
    plane = picture.planes[index]
    dtype = np.uint16 if picture.format.components[0].bits > 8 else np.uint8
    rows = np.frombuffer(cast("Any", plane), dtype)
    width = plane.line_size // rows.itemsize
    return rows[: plane.height * width].reshape(plane.height, width)[:, : plane.width]


def rgb_picture(rgb: Array, alpha: Array | None, pixel_format: str) -> av.VideoFrame:
    """The pixels as they are, in an RGB format; without a copy where the format is ours.

    ``rgb`` is (H, W, 3) uint8 or uint16 RGB, ``alpha`` (H, W) of the same type or None.
    """
    if pixel_format.startswith("gb"):
        return _planar(rgb, alpha, pixel_format)
    if pixel_format in ("bgr0", "bgra"):
        return av.VideoFrame.from_numpy_buffer(_joined(rgb[..., ::-1], alpha), "bgra")
    pixels = np.ascontiguousarray(rgb) if alpha is None else _joined(rgb, alpha)
    if pixel_format.endswith("be"):
        pixels = pixels.byteswap()
    return av.VideoFrame.from_numpy_buffer(pixels, pixel_format)


def _joined(rgb: Array, alpha: Array | None) -> Array:
    """(H, W, 4) of colour and matte; opaque without one."""
    joined = np.empty((*rgb.shape[:2], 4), rgb.dtype)
    joined[..., :3] = rgb
    joined[..., 3] = np.iinfo(rgb.dtype).max if alpha is None else alpha
    return joined


def _planar(rgb: Array, alpha: Array | None, pixel_format: str) -> av.VideoFrame:
    picture = av.VideoFrame(rgb.shape[1], rgb.shape[0], pixel_format)
    for index, channel in enumerate((1, 2, 0)):
        cv2.extractChannel(rgb, channel, dst=plane_of(picture, index))
    if alpha is not None:
        plane_of(picture, 3)[:] = alpha
    return picture


def to_8_bits(values: Array) -> Array:
    """uint8 of uint16 values, rounded to nearest."""
    return cast("Array", cv2.convertScaleAbs(values, alpha=1 / 257))


def to_16_bits(values: Array) -> Array:
    """uint16 of uint8 values: white stays white."""
    return values * np.uint16(257)


def on_cpu(values: Any) -> Array:
    """The values as a NumPy array; a tensor is downloaded."""
    if isinstance(values, np.ndarray):
        return values
    return cast("Array", values.detach().cpu().numpy())
