"""Films: pictures encoded into a container together with their passengers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from math import lcm
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.boarding import UNMOVED, Cabin, chapters_for, worth_keeping
from afterglow.media.choice import TargetPlan
from afterglow.media.options import Say
from afterglow.media.passengers import Passengers
from afterglow.media.pixel_shape import tell_pixel_shape, with_room
from afterglow.media.printing import Printer, chroma_place, tag, written_colour
from afterglow.media.quality import mastering_options

_MILLISECONDS = ("matroska", "webm")
_LARGEST_RATE = 1 << 20
_DEEPEST = 100
"""Frames by which an encoder may hold one back, and then some."""
_LARGEST_SCALE = 1 << 30


class FilmWriter:
    """Encodes frames into one file; its container knows the exact time of each."""

    def __init__(
        self, place: Path, plan: TargetPlan, video: VideoInfo, passengers: Passengers, say: Say
    ) -> None:
        self._place = place
        self._plan, self._aspect = plan, video.sample_aspect
        options = _container_options(plan.muxer, video, passengers)
        self._container = av.open(str(place), "w", format=plan.muxer, container_options=options)
        self.film = Film(self._container, plan, video, passengers, say)
        if plan.muxer in _MILLISECONDS and (video.time_base * 1000).denominator != 1:
            say(f"time: {plan.muxer} counts milliseconds, to which the pictures' times are rounded")

    def write(self, frame: Frame) -> None:
        """Encode one frame."""
        self.film.add(frame)

    def finish(self) -> None:
        """Flush the encoders, write the trailer, and tell of pixels that are not square."""
        self.film.finish()
        self._container.close()
        if _tells_shape_late(self._plan, self._aspect):
            tell_pixel_shape(self._place, self._plan.width, self._plan.height, self._aspect)
        self._place = Path()

    def abandon(self) -> None:
        """Close the file, whole or not; an incomplete one is unlinked first, to waste no work."""
        if self._place != Path():
            self._place.unlink(missing_ok=True)
            with suppress(av.error.FFmpegError, OSError, ValueError):
                self._container.close()


class Film:
    """The streams of one output container."""

    def __init__(
        self,
        container: OutputContainer,
        plan: TargetPlan,
        video: VideoInfo,
        passengers: Passengers,
        say: Say,
        shift: Fraction = UNMOVED,
    ) -> None:
        self._container = container
        self._video = video
        self._passengers = passengers
        self._shift = shift
        self._stream = _picture_stream(container, plan, video, passengers, say)
        self._cabin = Cabin(container, plan.muxer, passengers, say, shift)
        colour = written_colour(video.colour, plan.pixel_format, plan.encoder)
        size = plan.width, plan.height
        piped = plan.kind == "pipe"
        self._printer = Printer(plan.pixel_format, *size, colour, piped, plan.device)
        self._durations = Durations(video)
        self._started = False

    def add(self, frame: Frame, facts: Mapping[str, str] | None = None) -> None:
        """Encode a frame and take on board what came with it; ``facts`` join the metadata."""
        if not self._started:
            self._start(facts or {})
        self._durations.see(frame.pts)
        self._mux(self._stream.encode(self._printer.print(frame)))
        self._cabin.carry()

    def finish(self) -> None:
        """Flush every encoder. Raises MediaError where there was no picture."""
        if not self._started:
            raise MediaError("no picture came, so nothing was written")
        self._durations.end()
        self._mux(self._stream.encode(None))
        self._cabin.finish()

    def _start(self, facts: Mapping[str, str]) -> None:
        """Write what may depend on where a cut begins, just before the header."""
        self._container.metadata.update(worth_keeping(self._passengers.metadata))
        self._container.metadata.update(facts)
        self._container.set_chapters(chapters_for(self._passengers, self._shift))
        self._started = True

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        for packet in packets:
            packet.duration = self._durations.of(packet.pts)
            if not self._durations.plausible(packet.pts, packet.dts):
                packet.dts = packet.pts
            self._container.mux(packet)


class Durations:
    """How long each frame stays: until the next; the last one as long as the video says."""

    def __init__(self, video: VideoInfo) -> None:
        self._video = video
        self._usual = max(1, round(1 / (video.rate * video.time_base)))
        self._known: dict[int, int] = {}
        self._first = self._last = -1
        self._longest = self._usual
        self._any = False

    def see(self, pts: int) -> None:
        """Take note of the next frame."""
        if self._any:
            self._known[self._last] = pts - self._last
            self._longest = max(self._longest, pts - self._last)
        else:
            self._first, self._any = pts, True
        self._last = pts

    def end(self) -> None:
        """There is no next frame."""
        self._known[self._last] = self._final()

    def of(self, pts: int | None) -> int:
        """Duration of the frame with this pts, in units of the video's time base."""
        return self._known.pop(-1 if pts is None else pts, self._usual)

    def plausible(self, pts: int | None, dts: int | None) -> bool:
        """False for the dts of one or two frames in all, of which x265 makes no sense."""
        return dts is not None and pts is not None and 0 <= pts - dts <= _DEEPEST * self._longest

    def _final(self) -> int:
        """Up to the end of a video of varying rate, if that is known and plausible; or as usual."""
        if self._video.duration is None or 2 * self._longest <= 3 * self._usual:
            return self._usual
        whole = round(self._video.duration / self._video.time_base)
        left = whole - (self._last - self._first)
        return left if self._usual <= 2 * left and left <= 2 * self._longest else self._usual


def _picture_stream(
    container: OutputContainer,
    plan: TargetPlan,
    video: VideoInfo,
    passengers: Passengers,
    say: Say,
) -> VideoStream:
    rate = video.rate.limit_denominator(_LARGEST_RATE)
    stream = container.add_stream(plan.encoder, rate=rate, time_base=video.time_base)
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.options = _with_mastering(plan, video, passengers, say) | chroma_place(
        plan.pixel_format
    )
    context.width, context.height = plan.width, plan.height
    context.pix_fmt = plan.pixel_format if plan.device == "cpu" else "cuda"
    context.time_base = video.time_base
    context.sample_aspect_ratio = video.sample_aspect
    context.thread_count = 1 if plan.kind == "pipe" else 0
    context.thread_type = "AUTO"
    if plan.codec == "hevc" and plan.muxer in ("mp4", "mov"):
        context.codec_tag = "hvc1"
    tag(context, written_colour(video.colour, plan.pixel_format, plan.encoder))
    stream.disposition = Disposition.default
    stream.metadata.update(worth_keeping(passengers.video_metadata))
    if _tells_shape_late(plan, video.sample_aspect):
        stream.metadata["title"] = with_room(stream.metadata.get("title", ""))
    if plan.alpha and plan.codec == "vp9":
        stream.metadata["alpha_mode"] = "1"
    return stream


def _tells_shape_late(plan: TargetPlan, aspect: Fraction) -> bool:
    """True where the shape of a pixel gets into the file only when it is complete."""
    return aspect != 1 and plan.muxer in _MILLISECONDS


def _with_mastering(
    plan: TargetPlan, video: VideoInfo, passengers: Passengers, say: Say
) -> dict[str, str]:
    options = dict(plan.options)
    if not video.colour.hdr or passengers.mastering is None:
        return options
    more = mastering_options(plan.encoder, passengers.mastering)
    if not more:
        say(f"HDR: {plan.encoder} does not write the mastering display's data; the tags are kept")
    for key, value in more.items():
        options[key] = f"{options[key]}:{value}" if key in options else value
    return options


def _container_options(muxer: str, video: VideoInfo, passengers: Passengers) -> dict[str, str]:
    if muxer not in ("mp4", "mov"):
        return {}
    sounds = [stream for stream in passengers.streams if isinstance(stream, AudioStream)]
    rates = [sound.codec_context.sample_rate for sound in sounds if sound.codec_context]
    scale = lcm(video.time_base.denominator, *rates)
    if scale > _LARGEST_SCALE:
        scale = min(video.time_base.denominator, _LARGEST_SCALE)
    return {"movflags": "+faststart", "movie_timescale": str(scale)}
