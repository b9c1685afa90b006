"""Pictures that stay on the GPU: NVDEC's planes to RGB tensors, and tensors to NVENC's planes.

The arithmetic is that of ``ops`` and is tested on tensors in main memory, through the same DLPack
exchange with PyAV. What only a GPU shows - that NVDEC delivers and NVENC accepts such frames, and
how fast - is tested where there is one (tests marked ``gpu``); no figure is claimed without. NVENC
fed from tensors has not been run yet; where a trial of it fails, pictures go through main memory.

PyAV shares CUDA's primary context with torch, and both work on the default stream, which orders
decoding before conversion. Before a picture leaves torch's hands the stream is waited for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from afterglow import ops
from afterglow.frames import Colour, Frame
from afterglow.ops import Layout

if TYPE_CHECKING:
    import torch
    from av import VideoFrame
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import CudaContext
    from av.video.stream import VideoStream

    from afterglow.media.convert import Converter
    from afterglow.media.options import Say
    from afterglow.media.orientation import Orientation

_SEMIPLANAR = {"nv12": 8, "p010le": 10, "p016le": 16}
"""Formats that a GPU decodes to and encodes from, and bits of a sample."""
_HELD = {"yuv420p": "nv12", "nv12": "nv12", "p010le": "p010le"}
"""Formats given to NVENC, and the semi-planar ones of the same samples that a GPU holds."""
_PLANAR = {
    "yuv420p": ("420", 8), "yuv422p": ("422", 8), "yuv444p": ("444", 8),
    "yuv420p10le": ("420", 10), "yuv422p10le": ("422", 10), "yuv444p10le": ("444", 10),
    "yuv420p12le": ("420", 12), "yuv422p12le": ("422", 12), "yuv444p12le": ("444", 12),
}  # fmt: skip
"""Formats of software encoders that are made on the GPU: fewer bytes to download than RGB."""
_DECODED = {
    "h264": ("yuv420p", "yuvj420p"),
    "hevc": ("yuv420p", "yuvj420p", "yuv420p10le", "yuv420p12le"),
    "av1": ("yuv420p", "yuv420p10le"),
    "vp9": ("yuv420p", "yuv420p10le", "yuv420p12le"),
    "vp8": ("yuv420p",),
    "mpeg2video": ("yuv420p",),
}
"""Codecs and pixel formats that NVDEC decodes to a format of ours."""


def why_not_nvdec(codec: str, pixel_format: str, width: int, height: int) -> str:
    """Why NVDEC cannot decode such a stream for us; "" where nothing is known against it.

    codec: FFmpeg's canonical name. width, height: as coded.
    """
    if codec not in _DECODED:
        return f"it does not decode {codec}"
    if pixel_format not in _DECODED[codec]:
        return f"it does not decode {codec} in {pixel_format}"
    if width % 2 or height % 2:
        return f"it needs even sizes, not {width}x{height}"
    return ""


def hardware_decoder(stream: VideoStream, device: str, say: Say) -> VideoCodecContext | None:
    """A decoder for the stream whose pictures stay on the device; None, and a line, where none is.

    A stream that NVDEC turns out not to take after all is decoded on the CPU by the same decoder.
    device: cuda:N.
    """
    import av
    import av.error
    from av.codec.hwaccel import HWAccel

    own = stream.codec_context
    codec = own.codec.canonical_name
    why = why_not_nvdec(codec, own.pix_fmt or "unknown", own.width, own.height)
    if not why:
        try:
            index = device.partition(":")[2] or "0"
            accel = HWAccel("cuda", index, allow_software_fallback=True, is_hw_owned=True)
            decoder = cast("VideoCodecContext", av.CodecContext.create(codec, "r", accel))
            decoder.extradata = own.extradata
            return decoder
        except (av.error.FFmpegError, NotImplementedError) as error:
            why = f"{error}"
    say(f"NVDEC: {why}; decoded on the CPU and uploaded")
    return None


def on_gpu(frame: VideoFrame) -> bool:
    """True for a decoded picture that lies in the memory of a GPU."""
    return frame.sw_format is not None


def brought_home(frame: VideoFrame) -> VideoFrame:
    """The picture in main memory, for filters that run there; as it is where it lies there."""
    if frame.sw_format is None:
        return frame
    return frame.reformat(format=frame.sw_format.name)


@dataclass(frozen=True, slots=True)
class DeviceConverter:
    """Turns decoded pictures, from GPU or CPU, into tensors on one device."""

    software: Converter
    """What converts pictures that the CPU decoded; its size, colour and orientation count."""
    device: str
    """Where the tensors go, as torch names it."""

    def __call__(self, frame: VideoFrame) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Pixels (H, W, 3) RGB and matte (H, W) or None, as displayed."""
        if not on_gpu(frame):
            pixels, matte = self.software(frame)
            return _sent(pixels, self.device), None if matte is None else _sent(matte, self.device)
        rgb = ops.resize(
            rgb_of(frame, self.software.colour), self.software.width, self.software.height
        )
        rgb = turned(rgb, self.software.orientation)
        # The decoder may write over the picture as soon as the frame is let go.
        _settle(rgb)
        return rgb, None


def rgb_of(frame: VideoFrame, colour: Colour) -> torch.Tensor:
    """(H, W, 3) RGB of an NV12, P010 or P016 picture, where the picture lies.

    ``uint8`` for NV12, else ``uint16`` over its whole range. Chroma is taken as sited left, which
    is what H.264, HEVC, VP9 and AV1 mean where nothing is said.

    Raises:
        ValueError: the picture has another format.
    """
    stored = frame.sw_format or frame.format
    if stored.name not in _SEMIPLANAR:
        raise ValueError(f"no semi-planar picture: {stored.name}")
    bits = _SEMIPLANAR[stored.name]
    luma, chroma = (_borrowed(plane) for plane in frame.planes)
    planes = ops.split_semiplanar(luma, chroma, bits)
    return ops.ycbcr_to_rgb(planes, _layout(colour, bits))


def turned(pixels: torch.Tensor, orientation: Orientation) -> torch.Tensor:
    """The (H, W, ...) picture as displayed."""
    import torch

    if orientation.transpose:
        pixels = pixels.transpose(0, 1)
    axes = [axis for axis, flip in ((1, orientation.flip_x), (0, orientation.flip_y)) if flip]
    if not axes:
        return pixels.contiguous()
    if pixels.dtype == torch.uint16:  # torch flips no uint16
        return pixels.view(torch.int16).flip(axes).contiguous().view(torch.uint16)
    return pixels.flip(axes).contiguous()


def can_bring(pixel_format: str) -> bool:
    """True for the formats that come to main memory as YCbCr, in one download."""
    return pixel_format in _PLANAR


class Press:
    """Prints frames of one film from tensors, for one encoder."""

    def __init__(
        self, pixel_format: str, width: int, height: int, colour: Colour, device: str
    ) -> None:
        """``device`` is where the encoder takes pictures from: "cpu", or "cuda:0" for NVENC."""
        self._format = pixel_format if device == "cpu" else _HELD[pixel_format]
        self._size = width, height
        self._colour = colour
        self._device = device
        self._context: CudaContext | None = None

    def __call__(self, pixels: Any) -> VideoFrame:
        """A picture without pts and tags of ``(H, W, 3)`` RGB, a tensor or an array."""
        if self._device != "cpu":
            pixels = _sent(pixels, self._device)
        if pixels.is_cuda and self._context is None:
            self._context = _context(pixels)
        return printed(pixels, self._format, *self._size, self._colour, self._context)


@cache
def takes_tensors(encoder: str, pixel_format: str, width: int, height: int, device: str) -> bool:
    """True where the encoder makes something of pictures that lie on the device.

    The answer is kept for the life of the process. pixel_format: what it would get otherwise.
    """
    import av.error
    import torch

    from afterglow.media.encoders import trial

    if hardware_format(encoder, pixel_format) is None or not torch.cuda.is_available():
        return False
    press = Press(pixel_format, width, height, Colour(), device)
    try:
        grey = torch.full((height, width, 3), 128, dtype=torch.uint8, device=device)
        return trial(encoder, width, height, "cuda", lambda: press(grey)) > 0
    except (av.error.FFmpegError, OSError, ValueError, NotImplementedError, RuntimeError):
        return False


def printed(
    pixels: torch.Tensor,
    pixel_format: str,
    width: int,
    height: int,
    colour: Colour,
    context: CudaContext | None = None,
) -> VideoFrame:
    """A picture for an encoder, without pts and tags: NV12 and P010 where the tensor lies.

    pixels: ``(H, W, 3)`` RGB, ``uint8`` or ``uint16``; the last row and column are repeated up to
    the size of the picture. Planar formats come to main memory, in one download of YCbCr.
    NVENC takes what comes from a GPU if its context's ``pix_fmt`` is "cuda"; it wants one
    ``context`` for all pictures.

    Raises:
        ValueError: the format is none of those known here.
    """
    from av import VideoFrame

    grown = _grown(pixels, width, height)
    if pixel_format in _SEMIPLANAR:
        bits = _SEMIPLANAR[pixel_format]
        planes = ops.rgb_to_ycbcr(grown, _layout(colour, bits))
        pair = [plane.contiguous() for plane in ops.join_semiplanar(planes, bits)]
        _settle(pair[0])
        return VideoFrame.from_dlpack(tuple(pair), pixel_format, cuda_context=context)
    if pixel_format not in _PLANAR:
        raise ValueError(f"{pixel_format} is not made of tensors")
    subsampling, bits = _PLANAR[pixel_format]
    layout = _layout(colour, bits, subsampling)
    home = [plane.cpu().contiguous() for plane in ops.rgb_to_ycbcr(grown, layout)]
    return VideoFrame.from_dlpack(tuple(home), pixel_format, width, height)


def hardware_format(encoder: str, pixel_format: str) -> str | None:
    """The format in which NVENC takes frames from the GPU; None for another encoder."""
    return _HELD.get(pixel_format) if encoder.endswith("_nvenc") else None


def upload(frame: Frame, device: str) -> Frame:
    """The frame with tensors on a device."""
    alpha = None if frame.alpha is None else _sent(frame.alpha, device)
    return replace(frame, pixels=_sent(frame.pixels, device), alpha=alpha)


def _sent(pixels: Any, device: str) -> torch.Tensor:
    import torch

    return torch.as_tensor(pixels, device=device)


def _context(pixels: torch.Tensor) -> CudaContext:
    """CUDA's context that torch works in."""
    from av.video.frame import CudaContext

    return CudaContext(pixels.device.index or 0)


def _borrowed(plane: Any) -> torch.Tensor:
    """The plane as a tensor that shares, and keeps, its memory.

    The capsule is asked for without a stream: given the plane itself, torch names its current
    stream, which PyAV refuses for frames of a GPU.
    """
    import torch

    return torch.utils.dlpack.from_dlpack(plane.__dlpack__())


def _layout(colour: Colour, bits: int, subsampling: Any = "420") -> Layout:
    return Layout(colour.matrix, colour.range, bits, subsampling)


def _grown(pixels: torch.Tensor, width: int, height: int) -> torch.Tensor:
    """The picture with its last row and column repeated."""
    import torch

    down, across = height - pixels.shape[0], width - pixels.shape[1]
    if down:
        pixels = torch.cat([pixels, pixels[-1:].expand(down, -1, -1)])
    if across:
        pixels = torch.cat([pixels, pixels[:, -1:].expand(-1, across, -1)], dim=1)
    return pixels


def _settle(pixels: torch.Tensor) -> None:
    """Wait until the GPU has computed what was asked of it so far."""
    if pixels.is_cuda:
        import torch

        torch.cuda.current_stream(pixels.device).synchronize()
