"""Pixels as FFmpeg's pictures hold them: planes, packed RGB, depths, and the YCbCr matrix."""

from __future__ import annotations

from typing import Any, cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.frames import Colour
from afterglow.ops.levels import as_depth
from afterglow.ops.ycbcr import Layout, to_ycbcr_matrix

Array = NDArray[Any]


def ycbcr_matrix(colour: Colour, bits: int, white: int) -> NDArray[np.float64]:
    """(3, 4) matrix from R'G'B' in 0 to ``white`` to Y'CbCr code values, offset in the last column.

    ITU-R BT.601-7, BT.709-6 and BT.2020-2; full range as in ITU-T H.273, equations 23 to 25.
    """
    matrix = to_ycbcr_matrix(Layout(colour.matrix, colour.range, bits))
    return np.column_stack([matrix[:, :3] / white, matrix[:, 3]])


def left_chroma(rgb: Array, down: int) -> Array:
    """(H / down, W / 2, 3) RGB where chroma is sampled: on the even columns, between ``down`` rows.

    ``rgb`` is (H, W, 3) uint8 or uint16 RGB, W even. Three columns weigh 1 : 2 : 1, which is the
    mean of two pairs of columns; the first column is repeated to its left.
    """
    height, width = rgb.shape[0] // down, rgb.shape[1] // 2
    pairs = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_LINEAR)
    before = np.empty_like(pairs)
    edge = np.ascontiguousarray(rgb[:, :1])
    before[:, :1] = cv2.resize(edge, (1, height), interpolation=cv2.INTER_LINEAR)
    if width > 1:
        inner = (width - 1, height)
        before[:, 1:] = cv2.resize(rgb[:, 1:-1], inner, interpolation=cv2.INTER_LINEAR)
    return cast("Array", cv2.addWeighted(pairs, 0.5, before, 0.5, 0))


def plane_of(picture: av.VideoFrame, index: int) -> Array:
    """A plane of a picture as an (H, W) uint8 or uint16 array that shares its memory."""
    plane = picture.planes[index]
    dtype = np.uint16 if picture.format.components[0].bits > 8 else np.uint8
    rows = np.frombuffer(cast("Any", plane), dtype)
    width = plane.line_size // rows.itemsize
    return rows[: plane.height * width].reshape(plane.height, width)[:, : plane.width]


def rgb_picture(
    rgb: Array, alpha: Array | None, pixel_format: str, shared: bool = False
) -> av.VideoFrame:
    """The pixels as they are, in an RGB format.

    ``rgb`` is (H, W, 3) uint8 or uint16 RGB, ``alpha`` (H, W) of the same type or None. A
    ``shared`` picture is made without a copy where the format is that of the array. It must not
    get to an encoder with threads: one that lets go of Python's memory while another waits for it
    to end would wait for the interpreter for ever.
    """
    if pixel_format.startswith("gb"):
        return _planar(rgb, alpha, pixel_format)
    if pixel_format not in ("rgb24", "rgb48le", "rgb48be"):
        return _packed(rgb, alpha, pixel_format)
    if shared and pixel_format != "rgb48be":
        return av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(rgb), pixel_format)
    return av.VideoFrame.from_ndarray(rgb, pixel_format)


def _packed(rgb: Array, alpha: Array | None, pixel_format: str) -> av.VideoFrame:
    """A picture of four channels: opaque, or without meaning in the fourth, where there is none."""
    picture = av.VideoFrame(rgb.shape[1], rgb.shape[0], pixel_format)
    plane = picture.planes[0]
    pixel = 4 * rgb.itemsize
    rows = np.frombuffer(cast("Any", plane), rgb.dtype)[
        : plane.height * plane.line_size * 4 // pixel
    ]
    joined = rows.reshape(plane.height, plane.line_size // pixel, 4)[:, : plane.width]
    if alpha is None:
        alpha = np.full(rgb.shape[:2], np.iinfo(rgb.dtype).max, rgb.dtype)
    red, blue = (2, 0) if pixel_format.startswith("bgr") else (0, 2)
    order = [0, red, 1, 1, 2, blue, 3, 3]
    cv2.mixChannels([rgb, alpha], [joined], order)
    if pixel_format.endswith("be"):
        joined.byteswap(inplace=True)
    return picture


def _planar(rgb: Array, alpha: Array | None, pixel_format: str) -> av.VideoFrame:
    picture = av.VideoFrame(rgb.shape[1], rgb.shape[0], pixel_format)
    for index, channel in enumerate((1, 2, 0)):
        cv2.extractChannel(rgb, channel, dst=plane_of(picture, index))
    if alpha is not None:
        plane_of(picture, 3)[:] = alpha
    return picture


def grey_picture(channel: Array, pixel_format: str) -> av.VideoFrame:
    """A picture of one channel, whose white is the format's own, rounded to nearest."""
    picture = av.VideoFrame(channel.shape[1], channel.shape[0], pixel_format)
    plane = plane_of(picture, 0)
    top = (1 << picture.format.components[0].bits) - 1
    white = int(np.iinfo(channel.dtype).max)
    levels = np.rint(np.arange(white + 1) * (top / white)).astype(plane.dtype)
    plane[:] = levels[channel] if top != white else channel
    if pixel_format.endswith("be"):
        plane.byteswap(inplace=True)
    return picture


def widened(values: Array, top: int) -> Array:
    """uint16 in 0 to ``top`` of uint8 values, rounded to nearest."""
    table = np.rint(np.arange(256) * (top / 255)).astype(np.uint16)
    return cast("Array", cv2.LUT(values, table))


def to_depth(values: Array, deep: bool) -> Array:
    """The values as uint16 where ``deep``, else as uint8, rounded to nearest."""
    return as_depth(values, "uint16" if deep else "uint8")
