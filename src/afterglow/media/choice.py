"""What is written for a target: container, codec, encoder, pixel format. Opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from afterglow.errors import MediaError, UsageError
from afterglow.frames import VideoInfo
from afterglow.media.encoders import PICTURES, SOFTWARE, Encoder, encoder_of, working_encoder
from afterglow.media.landing import is_sequence
from afterglow.media.printing import even_size, is_grey, layout_of
from afterglow.media.quality import LOSSLESS, RATED, Options, encoder_options, matte_options
from afterglow.media.seat import encoding_seat

CodecName = Literal["h264", "hevc", "av1", "prores", "ffv1", "vp9"]
Kind = Literal["film", "pictures", "gif", "pipe"]


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a target is encoded."""

    codec: CodecName | None = None
    """None takes what suits the container, the depth and the matte."""
    encoder: Literal["auto", "nvenc", "software"] = "auto"
    """auto takes the GPU's encoder where it works."""
    qp: int = 10
    """Constant quantiser on H.264's scale, 0 to 51; lower is better."""
    bitrate: int | None = None
    """Bits per second on average, in place of a constant quantiser."""
    preset: str | None = None
    """The encoder's own name for how hard it tries."""
    alpha: Literal["auto", "yes", "no"] = "auto"
    """auto keeps a matte where the target can; yes insists."""
    overwrite: bool = False
    """An existing target may be replaced."""
    device: str = "cpu"
    """Where the frames live: "cpu" or "cuda:0"."""


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file."""

    muxer: str
    """FFmpeg's name."""
    codecs: tuple[CodecName, ...]
    """Codecs that it holds; the first is taken for plain video."""
    deep: CodecName
    """The codec for video deeper than 8 bits."""
    alpha: CodecName | None = None
    """The codec for video with a matte; None where there is none."""


CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container("mp4", ("h264", "hevc", "av1", "vp9"), "hevc"),
    ".m4v": Container("mp4", ("h264", "hevc", "av1"), "hevc"),
    ".mov": Container("mov", ("h264", "hevc", "prores"), "hevc", "prores"),
    ".mkv": Container("matroska", ("h264", "hevc", "av1", "prores", "ffv1", "vp9"), "hevc", "ffv1"),
    ".webm": Container("webm", ("vp9", "av1"), "av1", "vp9"),
}
"""Files that hold pictures over time."""

_PICTURES = {".png": "png", ".tif": "tiff", ".tiff": "tiff", ".jpg": "mjpeg", ".jpeg": "mjpeg"}
_CARRY_ALPHA = {
    "prores": (".mov", ".mkv"), "ffv1": (".mkv",), "vp9": (".webm", ".mkv"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """What will be written."""

    kind: Kind
    """film: one file over time; pictures: numbered files or one; gif; pipe."""
    muxer: str
    """FFmpeg's name of the container; of the encoder for pictures."""
    codec: str
    """FFmpeg's name of the codec."""
    encoder: str
    """FFmpeg's name of what encodes."""
    pixel_format: str
    """What the encoder gets."""
    width: int
    """Pixels as coded: with the column that an even size needs."""
    height: int
    """Lines as coded."""
    alpha: bool
    """The matte is written."""
    bits: int
    """Bits of a channel as written."""
    options: Options
    """The encoder's settings."""
    device: str = "cpu"
    """Where the encoder takes pictures from: "cpu", or "cuda:0" for NVENC fed from there."""
    notes: tuple[str, ...] = ()
    """One line for each thing that a person should know."""


def choose(target: str, video: VideoInfo, options: WriteOptions) -> TargetPlan:
    """What is written to ``target`` for such a video.

    Raises UsageError for a name, codec, quality or matte that cannot be, MediaError for a folder,
    DeviceError where NVENC was asked for and does not work.
    """
    if target != "-" and Path(target).is_dir():
        raise MediaError(
            f"{target}: this is a folder, and the source is none", hint="name a file in it"
        )
    suffix = Path(target).suffix.lower()
    kind, codecs = _kind(target, suffix)
    if options.codec is not None and options.codec not in codecs:
        raise UsageError(
            f"{target}: {suffix or 'the pipe'} does not hold {options.codec}", hint=_homes(options)
        )
    codec = options.codec or _default(suffix, kind, video, options)
    name, line = _encoder(codec, kind, video, options)
    alpha, alpha_line = _alpha(codec, kind, suffix, video, options)
    return _planned(
        kind, suffix, encoder_of(codec, name), video, options, alpha, (line, alpha_line)
    )


def _kind(target: str, suffix: str) -> tuple[Kind, tuple[str, ...]]:
    if target == "-":
        return "pipe", ()
    if suffix in _PICTURES:
        return "pictures", ()
    if suffix == ".gif":
        return "gif", ()
    if suffix not in CONTAINERS:
        known = ", ".join((*CONTAINERS, ".gif", *_PICTURES))
        raise UsageError(
            f"{target}: {suffix or 'a name without an ending'} is not a format we write",
            hint=f"the name's ending chooses among {known}; - is the pipe",
        )
    if is_sequence(target):
        raise UsageError(f"{target}: only pictures are numbered", hint="out_%04d.png, for example")
    return "film", CONTAINERS[suffix].codecs


def _homes(options: WriteOptions) -> str:
    homes = [suffix for suffix, held in CONTAINERS.items() if options.codec in held.codecs]
    return f"{options.codec} goes into {', '.join(homes)}"


def _default(suffix: str, kind: Kind, video: VideoInfo, options: WriteOptions) -> str:
    if kind != "film":
        return {"pipe": "rawvideo", "gif": "gif"}.get(kind) or _PICTURES[suffix]
    container = CONTAINERS[suffix]
    if video.gray and "ffv1" in container.codecs:
        return "ffv1"
    if video.alpha and options.alpha != "no" and container.alpha:
        return container.alpha
    return container.deep if video.bits > 8 else container.codecs[0]


def _encoder(codec: str, kind: Kind, video: VideoInfo, options: WriteOptions) -> tuple[str, str]:
    if kind != "film":
        return PICTURES[codec].name, ""
    deep = SOFTWARE[codec].pixel_format(video.bits > 8, False) or ""
    size = even_size(deep, video.width, video.height)
    hardware_deep = "p010le" if video.bits > 8 and codec in ("hevc", "av1") else None
    wish = options.encoder
    if (video.alpha and codec in _CARRY_ALPHA) or (video.gray and wish == "auto"):
        wish = "software"
    return working_encoder(codec, wish, *size, hardware_deep)


def _alpha(
    codec: str, kind: Kind, suffix: str, video: VideoInfo, options: WriteOptions
) -> tuple[bool, str]:
    """Whether the matte is written, and the line that says it is not."""
    able = (
        suffix in _CARRY_ALPHA.get(codec, ())
        if kind == "film"
        else PICTURES[codec].plain_alpha is not None
    )
    if options.alpha == "yes" and not able:
        raise UsageError(
            f"{options.codec} in {suffix} carries no alpha"
            if options.codec
            else f"{suffix} carries no alpha",
            hint="write .mov (ProRes 4444), .mkv (FFV1), .webm (VP9) or numbered .png",
        )
    if options.alpha == "yes" and not video.alpha:
        raise UsageError("the video has no alpha to write", hint="give a matte with --alpha FILE")
    if not video.alpha or options.alpha == "no":
        return False, ""
    return able, "" if able else f"alpha is dropped: {codec} in {suffix} has none"


def _planned(
    kind: Kind,
    suffix: str,
    encoder: Encoder,
    video: VideoInfo,
    options: WriteOptions,
    alpha: bool,
    lines: tuple[str, ...],
) -> TargetPlan:
    deep = video.depth > 8 if kind in ("pipe", "pictures") else video.bits > 8
    pixel_format = (
        encoder.grey_format(deep) if video.gray else encoder.pixel_format(deep, alpha)
    ) or ""
    muxer = _muxer(kind, suffix, encoder)
    width, height = even_size(pixel_format, video.width, video.height)
    bits = _bits(pixel_format)
    settings = _settings(encoder.name, video, options)
    notes = (
        *lines,
        _size_note((video.width, video.height), width, height, encoder.name),
        f"{encoder.name} here writes {bits} bits of {video.bits}" if bits < video.bits else "",
        _quality_note(encoder.name, options),
    )
    return TargetPlan(
        kind,
        muxer,
        _codec_of(encoder.name),
        encoder.name,
        pixel_format,
        width,
        height,
        alpha,
        bits,
        settings,
        encoding_seat(encoder.name, pixel_format, width, height, options.device),
        tuple(note for note in notes if note),
    )


def _settings(encoder: str, video: VideoInfo, options: WriteOptions) -> Options:
    if video.gray:
        asked = options.qp if options.qp != WriteOptions().qp else None
        settings = matte_options(encoder, asked, options.preset)
    else:
        settings = encoder_options(encoder, options.qp, options.preset, options.bitrate)
    if "slices" in settings and min(video.width, video.height) == 1:
        return {**settings, "slices": "1"}  # what is one pixel wide cannot be cut into more
    return settings


def _codec_of(encoder: str) -> str:
    return next(
        (codec for codec, held in SOFTWARE.items() if held.name == encoder), encoder.split("_")[0]
    )


def _bits(pixel_format: str) -> int:
    layout = layout_of(pixel_format)
    if layout is not None:
        return layout.bits
    if is_grey(pixel_format):
        return int(pixel_format.removeprefix("gray").rstrip("lbe") or 8)
    return 16 if any(mark in pixel_format for mark in ("16", "48", "64")) else 8


def _muxer(kind: Kind, suffix: str, encoder: Encoder) -> str:
    if kind == "film":
        return CONTAINERS[suffix].muxer
    return {"pipe": "nut", "gif": "gif"}.get(kind, encoder.name)


def _size_note(size: tuple[int, int], width: int, height: int, encoder: str) -> str:
    added = [
        text for text, more in (("column", width - size[0]), ("row", height - size[1])) if more
    ]
    if not added:
        return ""
    grown = f"{size[0]}x{size[1]} is written as {width}x{height}"
    return f"size: {grown}, the last {' and '.join(added)} repeated: {encoder} needs even sizes"


def _quality_note(encoder: str, options: WriteOptions) -> str:
    if options.bitrate is not None and encoder not in {*RATED, *LOSSLESS, "mjpeg"}:
        return f"{encoder} keeps to no number of bits per second: --qp decides how many there are"
    if encoder in LOSSLESS - {"gif"} and options.qp != WriteOptions().qp:
        return f"--qp {options.qp} changes nothing: {encoder} is lossless"
    return ""
