"""HEIC photos: put together from their tiles by libheif, where pillow-heif is installed.

FFmpeg reads a photo that is one picture; most phones store several tiles. A photo becomes a PNG in
memory, which is read as any other; its colour tags are kept in PNG's own chunk for them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from afterglow.errors import MediaError

REMEDY = 'pip install "afterglow[heic]", or save it as JPEG or PNG first'
"""What helps where FFmpeg alone cannot read a photo."""
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
"""Of files that hold photos coded by HEVC; sequences have others."""
_AS_IT_WAS_READ = 1
"""PNG compression: fast."""
_HEAD = 33
"""Bytes of a PNG up to where other chunks may stand."""


def is_heif(path: Path) -> bool:
    """Return True for a photo that libheif reads."""
    if not path.is_file() or path.suffix.lower() == ".avif":
        return False
    with path.open("rb") as file:
        start = file.read(12)
    return start[4:8] == b"ftyp" and start[8:12] in _BRANDS


def as_png(source: str, path: Path) -> BytesIO | None:
    """Return a photo as displayed, as a PNG; None where pillow-heif is not installed.

    Raises:
        MediaError: it cannot be read.
    """
    if find_spec("pillow_heif") is None:
        return None
    heif: Any = import_module("pillow_heif")
    try:
        photo = heif.open_heif(str(path), convert_hdr_to_8bit=False)
        pixels = np.asarray(photo)
    except (ValueError, EOFError, OSError, RuntimeError, SyntaxError) as error:
        raise MediaError(f"{source}: cannot be read: {error}") from error
    full = _over_whole_range(pixels, photo.info.get("bit_depth", 8))
    return BytesIO(_png(full, photo.info.get("nclx_profile") or {}))


def _over_whole_range(pixels: Any, bits: int) -> Any:
    """The pixels, of which those of 10 or 12 bits come with zeros below; white is white then."""
    if pixels.dtype != np.uint16:
        return pixels
    white = ((1 << bits) - 1) << (16 - bits)
    return np.rint(pixels * np.float32(65535 / white)).clip(0, 65535).astype(np.uint16)


def _png(pixels: Any, tags: Mapping[str, int]) -> bytes:
    """A PNG of (H, W), (H, W, 3) or (H, W, 4) RGB pixels, uint8 or uint16, with its colour tags."""
    turned = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    stored = cv2.cvtColor(pixels, turned[channels]) if channels in turned else pixels
    _, coded = cv2.imencode(".png", stored, [cv2.IMWRITE_PNG_COMPRESSION, _AS_IT_WAS_READ])
    whole = coded.tobytes()
    if not tags:
        return whole
    numbers = int(tags["color_primaries"]), int(tags["transfer_characteristics"])
    content = b"cICP" + bytes([*numbers, 0, 1])
    chunk = struct.pack(">I", 4) + content + struct.pack(">I", zlib.crc32(content))
    return whole[:_HEAD] + chunk + whole[_HEAD:]
