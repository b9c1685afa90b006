"""Where pictures are decoded, live and are encoded: in main memory, or on a GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from afterglow.media.opening import Opened, open_media

if TYPE_CHECKING:
    from av import VideoFrame

    from afterglow.frames import Colour
    from afterglow.media.convert import Converter
    from afterglow.media.options import ReadOptions, Say

Home: TypeAlias = "Callable[[VideoFrame], VideoFrame]"
"""Gives a decoded picture in main memory."""


def opened_for(source: str, options: ReadOptions, say: Say) -> Opened:
    """The source, open, with the decoder of the device that was asked for.

    Raises MediaError as ``open_media`` does.
    """
    opened = open_media(source, options.rate)
    if options.device != "cpu" and options.hdr != "tonemap" and opened.winds and not opened.still:
        from afterglow.media import cuda

        opened.decoder = cuda.hardware_decoder(opened.stream, options.device, say) or opened.decoder
    return opened


def bring_home(device: str) -> Home:
    """What brings a decoded picture into main memory, for filters that run there."""
    if device == "cpu":
        return lambda frame: frame
    from afterglow.media import cuda

    return cuda.brought_home


def seated(convert: Converter, device: str) -> Callable[[VideoFrame], tuple[Any, Any]]:
    """The converter, or one that gives tensors on ``device``."""
    if device == "cpu":
        return convert
    from afterglow.media import cuda

    return cuda.DeviceConverter(convert, device)


def encoding_seat(encoder: str, pixel_format: str, width: int, height: int, device: str) -> str:
    """Where the encoder takes pictures from: the frames' own device if it can, else "cpu"."""
    if device == "cpu" or not encoder.endswith("_nvenc"):
        return "cpu"
    from afterglow.media import cuda

    return device if cuda.takes_tensors(encoder, pixel_format, width, height, device) else "cpu"


def press_for(
    pixel_format: str, width: int, height: int, colour: Colour, device: str
) -> Callable[[Any], VideoFrame] | None:
    """What makes pictures of tensors for an encoder on ``device``; None: download them first."""
    from afterglow.media import cuda

    if device == "cpu" and not cuda.can_bring(pixel_format):
        return None
    return cuda.Press(pixel_format, width, height, colour, device)
