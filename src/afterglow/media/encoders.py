"""Which encoders there are, what they take, and which of them really encode on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Literal

import av
import av.error
import av.logging
import numpy as np
from av.video.codeccontext import VideoCodecContext

from afterglow.errors import DeviceError, UsageError
from afterglow.media.quality import encoder_options

Wish = Literal["auto", "nvenc", "software"]

os.environ.setdefault("SVT_LOG", "1")
"""SVT-AV1 writes to stderr by itself: errors only."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder of FFmpeg and the pixel formats that we give it."""

    name: str
    """FFmpeg's name."""
    plain: str | None = None
    """Pixel format of 8-bit video."""
    deep: str | None = None
    """Pixel format of deeper video; None where the encoder has 8 bits only."""
    plain_alpha: str | None = None
    """Pixel format of 8-bit video with a matte."""
    deep_alpha: str | None = None
    """Pixel format of deeper video with a matte."""
    grey: str | None = None
    """Pixel format of one 8-bit channel; None where colour must do."""
    deep_grey: str | None = None
    """Pixel format of one deeper channel."""

    def grey_format(self, deep: bool) -> str | None:
        """The format for one channel; that of video in colour where there is none."""
        return (self.deep_grey if deep else self.grey) or self.pixel_format(deep, False)

    def pixel_format(self, deep: bool, alpha: bool) -> str | None:
        """The format for such a video; the other depth where there is only that; None for neither.

        A matte is never given up here: without a format that carries it there is no format.
        """
        plain, more = (self.plain_alpha, self.deep_alpha) if alpha else (self.plain, self.deep)
        return (more or plain) if deep else (plain or more)


SOFTWARE: Mapping[str, Encoder] = {
    "h264": Encoder("libx264", "yuv420p", grey="gray", deep_grey="gray10le"),
    "hevc": Encoder("libx265", "yuv420p", "yuv420p10le", grey="gray", deep_grey="gray12le"),
    "av1": Encoder("libsvtav1", "yuv420p", "yuv420p10le"),
    "vp9": Encoder("libvpx-vp9", "yuv420p", None, "yuva420p"),
    "prores": Encoder("prores_ks", None, "yuv422p10le", None, "yuva444p10le"),
    "ffv1": Encoder("ffv1", "bgr0", "gbrp16le", "bgra", "gbrap16le", "gray", "gray16le"),
}
"""The software encoder of every codec that a person can ask for."""

NVENC: Mapping[str, Encoder] = {
    "h264": Encoder("h264_nvenc", "yuv420p"),
    "hevc": Encoder("hevc_nvenc", "yuv420p", "p010le"),
    "av1": Encoder("av1_nvenc", "yuv420p", "p010le"),
}
"""The hardware encoder of the codecs that have one."""

PICTURES: Mapping[str, Encoder] = {
    "png": Encoder("png", "rgb24", "rgb48be", "rgba", "rgba64be", "gray", "gray16be"),
    "tiff": Encoder("tiff", "rgb24", "rgb48le", "rgba", "rgba64le", "gray", "gray16le"),
    "mjpeg": Encoder("mjpeg", "yuvj444p"),
    "gif": Encoder("gif", "pal8", None, "pal8"),
    "rawvideo": Encoder("rawvideo", "rgb24", "rgb48le", "rgba", "rgba64le"),
}
"""Encoders of single pictures, of GIF and of the pipe."""


def encoder_of(codec: str, name: str) -> Encoder:
    """The encoder of a codec with FFmpeg's name ``name``."""
    for table in (SOFTWARE, NVENC, PICTURES):
        if codec in table and table[codec].name == name:
            return table[codec]
    raise ValueError(f"no encoder {name} for {codec}")


def working_encoder(
    codec: str, wish: Wish, width: int, height: int, pixel_format: str | None = None
) -> tuple[str, str]:
    """The encoder that does the work at this size, and a line about it ("" where nothing is odd).

    ``pixel_format`` is what the hardware encoder would get; by default its 8-bit format.
    Raises DeviceError where NVENC was asked for and does not encode, UsageError where the codec
    has no hardware encoder at all.
    """
    software = SOFTWARE[codec].name
    if wish == "nvenc" and codec not in NVENC:
        raise UsageError(
            f"--encoder nvenc: there is no hardware encoder for {codec}",
            hint=f"NVENC encodes {', '.join(NVENC)}",
        )
    if wish == "software" or codec not in NVENC:
        return software, ""
    hardware = NVENC[codec]
    why = why_not(hardware.name, width, height, pixel_format or hardware.plain or "")
    if not why:
        return hardware.name, ""
    if wish == "nvenc":
        raise DeviceError(
            f"{hardware.name} does not encode {width}x{height} here: {why}",
            hint="take --encoder auto or software; afterglow doctor shows what works",
        )
    return software, f"encoder: {software} ({hardware.name} does not work here: {why})"


@cache
def why_not(encoder: str, width: int, height: int, pixel_format: str) -> str:
    """Why the encoder does not encode at this size and format; "" where a real frame came through.

    The answer is kept for the life of the process. FFmpeg's log is only listened to for NVENC,
    which has no threads of its own here: a thread that logs would wait for the interpreter.
    """
    level = av.logging.get_level()
    if encoder.endswith("_nvenc"):
        av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as lines:
            blank = partial(_blank, width, height, pixel_format)
            size = trial(encoder, width, height, pixel_format, blank)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        return _reason(error, [line for _level, _source, line in lines])
    finally:
        av.logging.set_level(level)
    return "" if size else "it gave no picture"


def trial(
    encoder: str, width: int, height: int, pixel_format: str, picture: Callable[[], av.VideoFrame]
) -> int:
    """Bytes that the encoder makes of three such pictures."""
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, pixel_format
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    context.options = encoder_options(encoder, 20, None)
    size = 0
    for pts in range(3):
        frame = picture()
        frame.pts = pts
        size += sum(packet.size for packet in context.encode(frame))
    return size + sum(packet.size for packet in context.encode(None))


def _blank(width: int, height: int, pixel_format: str) -> av.VideoFrame:
    """A picture of zeros."""
    frame = av.VideoFrame(width, height, pixel_format)
    for plane in frame.planes:
        np.frombuffer(plane, np.uint8)[:] = 0  # type: ignore[call-overload]
    return frame


def _reason(error: Exception, lines: list[str]) -> str:
    """The shortest true cause: a library's own complaint before FFmpeg's number."""
    told = [line.strip() for line in lines if "Cannot load" in line or "No capable" in line]
    if told:
        return f"{told[0].rstrip('.')} (no NVIDIA driver, or none that can encode)"
    return getattr(error, "strerror", None) or str(error)


def encoders_here() -> list[tuple[str, bool, str]]:
    """Every video encoder: its name, whether it really encodes here, and why not."""
    rows = []
    for table in (NVENC, SOFTWARE):
        for encoder in table.values():
            why = why_not(encoder.name, 320, 192, encoder.plain or encoder.deep or "")
            rows.append((encoder.name, not why, why))
    return rows


def ffmpeg_version() -> str:
    """The version of FFmpeg that works inside PyAV."""
    return str(av.ffmpeg_version_info)
