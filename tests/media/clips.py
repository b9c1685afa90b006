"""Made clips and plain looks at written ones, for the tests of the writing side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from afterglow.frames import Colour, Frame, VideoInfo
from afterglow.media.passengers import Passengers
from afterglow.media.target import WriteOptions, open_target

RATE = 48000
LUMA = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}


@dataclass
class Riders:
    """A stand-in for a source: all that a target asks of one."""

    passengers: Passengers = field(default_factory=Passengers)


def info(width=64, height=48, bits=8, alpha=False, rate=25, time_base=Fraction(1, 12800), **more):
    depth = 16 if bits > 8 else 8
    return VideoInfo(
        width, height, Fraction(rate), Fraction(time_base), depth=depth, bits=bits, alpha=alpha,
        **more,
    )  # fmt: skip


def picture(video: VideoInfo, number: int = 0) -> np.ndarray:
    """A ramp that moves with the number."""
    kind = np.uint16 if video.depth == 16 else np.uint8
    across = np.linspace(0, video.white, video.width)
    down = np.linspace(0, video.white, video.height)
    rgb = np.empty((video.height, video.width, 3), kind)
    rgb[..., 0] = np.rint(np.roll(across, number))
    rgb[..., 1] = np.rint(down)[:, None]
    rgb[..., 2] = video.white // 3
    return rgb


def matte(video: VideoInfo) -> np.ndarray:
    kind = np.uint16 if video.depth == 16 else np.uint8
    ramp = np.rint(np.linspace(0, video.white, video.width)).astype(kind)
    return np.ascontiguousarray(np.broadcast_to(ramp, (video.height, video.width)))


def write(
    target: Path | str,
    video: VideoInfo,
    pts: Iterable[int] = range(0, 5 * 512, 512),
    pixels: np.ndarray | None = None,
    source: Riders | None = None,
    **options,
) -> list[str]:
    """Write frames at these pts; the lines that were said."""
    said: list[str] = []
    with open_target(str(target), video, WriteOptions(**options), source, said.append) as out:
        for number, at in enumerate(pts):
            rgb = picture(video, number) if pixels is None else pixels
            out.write(Frame(rgb, at, matte(video) if video.alpha else None))
    return [line for line in said if "nvenc" not in line]


def times(path: Path | str) -> list[Fraction]:
    """Seconds of every picture, in order of display."""
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def first_picture(path: Path | str, decoder: str | None = None) -> av.VideoFrame:
    with av.open(str(path)) as container:
        if decoder is None:
            return next(container.decode(video=0))
        context = av.CodecContext.create(decoder, "r")
        context.extradata = container.streams.video[0].codec_context.extradata
        for packet in container.demux(video=0):
            for frame in context.decode(packet):
                return frame
    raise AssertionError("no picture")


def samples(frame: av.VideoFrame, index: int) -> np.ndarray:
    """One plane as it is stored, as floats."""
    plane = frame.planes[index]
    kind = np.dtype("<u2") if frame.format.components[0].bits > 8 else np.dtype(np.uint8)
    rows = np.frombuffer(plane, kind).reshape(plane.height, -1)
    return rows[:, : plane.width].astype(float)


def to_rgb(frame: av.VideoFrame, colour: Colour) -> np.ndarray:
    """(H, W, 3) in 0 to 255 by the equations of the standard; chroma repeated."""
    bits = frame.format.components[0].bits
    y, u, v = (samples(frame, index) for index in range(3))
    across, down = y.shape[1] // u.shape[1], y.shape[0] // u.shape[0]
    u, v = (plane.repeat(down, 0).repeat(across, 1) for plane in (u, v))
    unit, top = 2 ** (bits - 8), 2**bits - 1
    if colour.range == "full":
        y, u, v = y / top, (u - 128 * unit) / top, (v - 128 * unit) / top
    else:
        y, u, v = (
            (y - 16 * unit) / (219 * unit),
            *((c - 128 * unit) / (224 * unit) for c in (u, v)),
        )
    red, blue = LUMA[colour.matrix]
    r, b = y + 2 * (1 - red) * v, y + 2 * (1 - blue) * u
    return 255 * np.stack([r, (y - red * r - blue * b) / (1 - red - blue), b], axis=-1)


def flash_and_click(path: Path, seconds: int = 6, sound: str = "aac", **tags: str) -> Path:
    """A film that turns white for one frame, with a 1 kHz click just then, at 2 s and 4 s."""
    muxer = {"film.mov": "mov"}.get(path.name)
    with av.open(str(path), "w", format=muxer) as out:
        out.metadata.update({"title": "Click", **tags})
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.time_base = Fraction(1, 12800)
        video.options = {"qp": "10", "preset": "ultrafast"}
        tracks = [_track(out, sound, language) for language in ("fra", "eng")]
        out.set_chapters([_chapter(0, 0, 3, "One"), _chapter(1, 3, seconds, "Two")])
        for number in range(25 * seconds):
            grey = 255 if number in (50, 100) else 0
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), "rgb24")
            frame.pts, frame.time_base = number * 512, Fraction(1, 12800)
            out.mux(video.encode(frame))
        for track in tracks:
            for frame in _clicks(seconds, track):
                out.mux(track.encode(frame))
            out.mux(track.encode(None))
        out.mux(video.encode(None))
    return path


def _track(out, sound, language):
    track = out.add_stream(sound, rate=RATE)
    track.codec_context.layout = "mono"
    track.codec_context.bit_rate = 128000
    track.metadata["language"] = language
    return track


def _chapter(number, start, end, title):
    return {
        "id": number, "start": start * 1000, "end": end * 1000, "time_base": Fraction(1, 1000),
        "metadata": {"title": title},
    }  # fmt: skip


def _clicks(seconds, track):
    wave = np.zeros(seconds * RATE, np.float32)
    for at in (2, 4):
        wave[at * RATE : at * RATE + 240] = 0.6 * click()
    for start in range(0, len(wave), 1024):
        frame = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield frame


def click() -> np.ndarray:
    return np.sin(np.arange(240) * 2 * np.pi * 1000 / RATE).astype(np.float32)


def flashes(path: Path | str) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [
            frame.pts * frame.time_base
            for frame in container.decode(video=0)
            if frame.to_ndarray(format="gray").mean() > 128
        ]


def lag(path: Path | str, track: int = 0) -> list[float]:
    """Milliseconds from each flash to its click."""
    heard = np.zeros(12 * RATE)
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("fltp", "mono", RATE)
        for frame in container.decode(audio=track):
            for piece in resampler.resample(frame):
                wave = piece.to_ndarray()[0]
                at = round(frame.pts * frame.time_base * RATE)
                wave, at = wave[max(0, -at) :], max(0, at)
                heard[at : at + len(wave)] = wave
    lags = []
    for flash in flashes(path):
        begin = max(0, int(flash * RATE) - 4000)
        found = np.correlate(heard[begin : begin + 8000], click(), "valid").argmax()
        lags.append(float(1000 * (Fraction(begin + int(found), RATE) - flash)))
    return lags


def riders_of(path: Path | str, origin=Fraction(0), end=None, trimmed=False) -> Riders:
    """All packets of a film but its pictures, on board, as a reader would put them there."""
    container = av.open(str(path))
    video = container.streams.video[0]
    others = [stream for stream in container.streams if stream.index != video.index]
    passengers = Passengers(
        streams=others,
        metadata=dict(container.metadata),
        video_metadata=dict(video.metadata),
        chapters=container.chapters(),
        origin=Fraction(origin),
        end=None if end is None else Fraction(end),
        trimmed=trimmed,
    )
    for packet in container.demux(*others):
        passengers.put(packet)
    riders = Riders(passengers)
    riders.container = container  # type: ignore[attr-defined]
    return riders
