"""Opening a source: which file, which demuxer, which stream, which decoder."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import cast

import av
import av.error
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from afterglow.errors import MediaError
from afterglow.media.heif import REMEDY, as_png, is_heif
from afterglow.media.matroska import is_cut_off
from afterglow.media.pipe import Intake, PipeFacts, read_facts
from afterglow.media.sequence import Sequence, find_sequence

_PROTOCOLS = "file,pipe"
_ELSEWHERE = {
    "concat", "concatf", "hls", "applehttp", "dash", "webm_dash_manifest", "imf", "sdp", "rtsp",
    "rtp", "sap", "lavfi", "avisynth", "vapoursynth", "tty", "image2", "alias_pix", "alsa", "oss",
    "pulse", "sndio", "jack", "x11grab", "xcbgrab", "kmsgrab", "fbdev", "v4l2", "video4linux2",
    "iec61883", "libcdio", "libdc1394", "openal", "avfoundation", "dshow", "gdigrab", "vfwcap",
    "decklink", "android_camera", "bktr", "vobsub", "mlv", "dvdvideo",
}  # fmt: skip
"""Demuxers that open other files, devices or the network, or that take any text for a picture."""

_STILL_SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".tga", ".exr",
                   ".jp2", ".ppm", ".pgm", ".pnm", ".dpx", ".jxl", ".avif", ".heic", ".heif",
                   ".sgi", ".qoi", ".hdr"}  # fmt: skip
_LISTS = (b"#EXTM3U", b"ffconcat version", b"[playlist]", b"<MPD")
_LIST_SUFFIXES = {".m3u", ".m3u8", ".ffconcat", ".pls", ".mpd"}
_NO_VIDEO = "it is no video, or it is damaged, or was not written to its end"
"""What may be the matter with a file of which FFmpeg only says that it is invalid."""
_UNREADABLE = (av.error.InvalidDataError, av.error.ArgumentError, av.error.EOFError)
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


@dataclass(slots=True)
class Opened:
    """A source that is open, with the one stream and decoder that give its pictures."""

    source: str
    """As the person named it."""
    container: InputContainer
    stream: VideoStream
    decoder: VideoCodecContext
    seekable: bool
    """True where there is a way back to an earlier picture."""
    still: bool
    """True for a single image."""
    winds: bool = True
    """False where a seek would lose something: VP8's and VP9's alpha has key frames of its own."""
    sequence: Sequence | None = None
    """The numbered images, where the source is those."""
    intake: Intake | None = None
    """Standard input, where the source is that."""
    facts: PipeFacts | None = None
    """What an afterglow upstream said about its pictures."""
    notes: list[str] = field(default_factory=list)
    """Lines for the person about what was opened."""

    @property
    def time_base(self) -> Fraction:
        """Seconds per unit of the pictures' pts."""
        return self.facts.video.time_base if self.facts else self.stream.time_base or Fraction(1)

    def close(self) -> None:
        """Close the container; a second time does nothing."""
        self.container.close()


@contextmanager
def told(source: str, doing: str, hint: str = "") -> Iterator[None]:
    """Turns FFmpeg's errors into a MediaError that names the source."""
    try:
        yield
    except av.error.FFmpegError as error:
        hint = hint or (_NO_VIDEO if isinstance(error, _UNREADABLE) else "")
        raise MediaError(f"{source}: {doing}: {reason(error)}", hint=hint) from error


def reason(error: av.error.FFmpegError) -> str:
    """One line of FFmpeg's own words about what went wrong."""
    line = (error.strerror or str(error)).lower()
    logged = " ".join(str(error.log[-1]).split()) if error.log else ""
    return f"{line} ({logged})" if logged else line


def open_media(source: str, rate: Fraction | None = None) -> Opened:
    """The source, open, with its real video stream chosen.

    ``rate`` is that of an image sequence, in frames per second.

    Raises:
        MediaError: no such file, not a file, not a video, or no decoder for it.
    """
    if source == "-":
        return _open_pipe()
    sequence = find_sequence(source)
    if sequence is not None:
        return _open_sequence(source, sequence, rate or Fraction(25))
    path, container = open_file(source)
    opened = _choose(source, container, seekable=stat.S_ISREG(path.stat().st_mode))
    if opened.seekable and is_cut_off(path):
        opened.close()
        raise MediaError(
            f"{source}: is cut off: the file is shorter than its own header says",
            hint="to use what is there, copy it first: ffmpeg -i IN -c copy OUT",
        )
    return opened


def open_file(source: str) -> tuple[Path, InputContainer]:
    """A file and its container, open, whatever streams it has.

    Raises:
        MediaError: no such file, not a file, or nothing that can be read.
    """
    path = _existing(source)
    _require_no_list(source, path)
    heif = is_heif(path)
    photo = as_png(source, path) if heif else None
    with told(source, "cannot be opened", REMEDY if heif else ""):
        if photo is not None:
            options = _safe({}, still=True)
            return path, av.open(photo, "r", "png_pipe", container_options=options)
        container = av.open(
            f"file:{path}", "r", container_options=_safe({"pattern_type": "none"}, _is_still(path))
        )
    return path, container


def _open_pipe() -> Opened:
    intake = Intake()
    with told("-", "standard input cannot be read as video"):
        container = av.open(intake, "r", container_options=_safe({}, still=False))
    opened = _choose("-", container, seekable=False)
    opened.intake = intake
    opened.facts = read_facts(container.metadata)
    return opened


def _open_sequence(source: str, sequence: Sequence, rate: Fraction) -> Opened:
    options = {
        "pattern_type": "sequence",
        "start_number": str(sequence.first),
        "framerate": f"{rate.numerator}/{rate.denominator}",
    }
    with told(source, "cannot be opened"):
        container = av.open(
            f"file:{sequence.pattern}", "r", "image2", container_options=_safe(options, True)
        )
    opened = _choose(source, container, seekable=True)
    opened.sequence = sequence
    opened.still = False
    return opened


def _existing(source: str) -> Path:
    path = Path(source)
    if path.is_dir():
        raise MediaError(f"{source}: is a folder, not a video")
    if path.exists():
        return path
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]+):", source)
    if scheme and scheme[1].lower() == "file":
        raise MediaError(f"{source}: no such file", hint="give the path itself, without file:")
    if scheme:
        raise MediaError(
            f"{source}: only files are opened, not {scheme[1]}:",
            hint="download it first, or pipe it in: ... | afterglow ... -",
        )
    raise MediaError(f"{source}: no such file")


def _require_no_list(source: str, path: Path) -> None:
    """Raise MediaError for a file that only names other files."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        start = file.read(32).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(_LISTS) or path.suffix.lower() in _LIST_SUFFIXES:
        raise MediaError(
            f"{source}: is a playlist, and playlists are not followed",
            hint="give the video itself, or pipe it in: ffmpeg -i LIST -f nut - | afterglow ... -",
        )


def _is_still(path: Path) -> bool:
    return path.suffix.lower() in _STILL_SUFFIXES


@lru_cache(maxsize=2)
def _formats(still: bool) -> str:
    refused = _ELSEWHERE - {"image2"} if still else _ELSEWHERE
    names = {
        name
        for entry in av.formats_available
        for name in entry.split(",")
        if name not in refused and av.ContainerFormat(name).is_input
    }
    return ",".join(sorted(names))


def _safe(options: dict[str, str], still: bool) -> dict[str, str]:
    return {
        "protocol_whitelist": _PROTOCOLS,
        "format_whitelist": _formats(still),
        **options,
    }


def _choose(source: str, container: InputContainer, seekable: bool) -> Opened:
    try:
        stream = choose_stream(source, container)
        decoder = _decoder(source, stream)
    except BaseException:
        container.close()
        raise
    still = _looks_still(container, stream)
    if still and decoder.name == "mjpeg":
        decoder.options = {**decoder.options, "err_detect": "explode"}
    winds = decoder is stream.codec_context
    return Opened(source, container, stream, decoder, seekable, still, winds)


def choose_stream(source: str, container: InputContainer) -> VideoStream:
    """The stream of moving pictures: no cover art; the default one; the one with most frames.

    Raises MediaError where there is none.
    """
    aside = Disposition.attached_pic | Disposition.timed_thumbnails
    candidates = [s for s in container.streams.video if not s.disposition & aside]
    if not candidates:
        raise MediaError(f"{source}: has no video stream")
    best = max(candidates, key=_rank)
    if best.disposition & Disposition.dependent:
        raise MediaError(
            f"{source}: is a photo made of tiles, and pillow-heif is not installed",
            hint=REMEDY,
        )
    return best


def _rank(stream: VideoStream) -> tuple[bool, bool, int, int]:
    return (
        stream.codec_context is not None,
        bool(stream.disposition & Disposition.default),
        stream.frames or len(stream.index_entries),
        -stream.index,
    )


def _decoder(source: str, stream: VideoStream) -> VideoCodecContext:
    own = stream.codec_context
    if own is None:
        raise MediaError(f"{source}: there is no decoder for its video")
    decoder: VideoCodecContext = own
    carries_alpha = {k.lower(): v for k, v in stream.metadata.items()}.get("alpha_mode") == "1"
    if carries_alpha and own.name in _ALPHA_DECODERS:
        decoder = cast(VideoCodecContext, av.CodecContext.create(_ALPHA_DECODERS[own.name], "r"))
        decoder.extradata = own.extradata
    if decoder is not own or _means_left(own.codec.canonical_name, stream):
        decoder.options = {**decoder.options, "chroma_sample_location": "left"}
    decoder.thread_type = ThreadType.AUTO
    return decoder


def _means_left(codec: str, stream: VideoStream) -> bool:
    """True where chroma lies on the even columns though FFmpeg, told nothing, takes it as centred.

    ProRes: SMPTE RDD 36, section 6.1. VP9 in MP4: both positions that its ``vpcC`` box can tell
    do (VP Codec ISO Media File Format Binding). A decoder of our own choice, for a matte, is not
    told what the container says.
    """
    return codec == "prores" or (codec == "vp9" and "mp4" in stream.container.format.name)


def _looks_still(container: InputContainer, stream: VideoStream) -> bool:
    name = container.format.name
    brand = container.metadata.get("major_brand", "")
    return name == "image2" or name.endswith("_pipe") or brand in {"heic", "heix", "mif1", "avif"}
