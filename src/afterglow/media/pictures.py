"""Pictures one by one: a numbered sequence, or a single file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.video.codeccontext import VideoCodecContext

from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.choice import TargetPlan
from afterglow.media.landing import is_sequence, numbered
from afterglow.media.options import Say
from afterglow.media.passengers import Passengers
from afterglow.media.printing import Printer, tag, written_colour

_FIRST = 1
"""The number of a sequence's first picture."""


class PicturesWriter:
    """Encodes every frame into a file of its own."""

    def __init__(
        self,
        target: str,
        place: Path,
        plan: TargetPlan,
        video: VideoInfo,
        passengers: Passengers,
        say: Say,
    ) -> None:
        self._target = target
        self._place = place
        self._plan = plan
        self._video = video
        self._passengers = passengers
        self._given = self._saved = 0
        self._colour = written_colour(video.colour, plan.pixel_format, plan.encoder)
        self._printer = Printer(plan.pixel_format, plan.width, plan.height, self._colour)
        self._encoder = self._new_encoder()
        leave_behind(passengers, "pictures", say)

    def write(self, frame: Frame) -> None:
        """Encode one frame. Raises MediaError for a second one where there is no counter."""
        if self._given and not is_sequence(self._target):
            raise MediaError(
                f"{self._target}: one picture cannot hold a video",
                hint="number them, for example out_%04d.png",
            )
        self._passengers.take()
        picture = self._printer.print(frame)
        picture.pts = self._given
        self._given += 1
        self._save([bytes(packet) for packet in self._encoder.encode(picture)])

    def finish(self) -> None:
        """Write the pictures that the encoder still holds."""
        self._save([bytes(packet) for packet in self._encoder.encode(None)])
        if not self._saved:
            raise MediaError("no picture came, so nothing was written")

    def abandon(self) -> None:
        """Nothing is open between two pictures."""
        self._passengers.take()

    def _save(self, pictures: list[bytes]) -> None:
        for picture in pictures:
            place = self._place
            if is_sequence(self._target):
                place = place / Path(numbered(self._target, self._saved + _FIRST)).name
            place.write_bytes(picture)
            self._saved += 1

    def _new_encoder(self) -> VideoCodecContext:
        context = av.CodecContext.create(self._plan.encoder, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = self._plan.width, self._plan.height
        context.pix_fmt = self._plan.pixel_format
        context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
        context.thread_count, context.thread_type = 0, "AUTO"
        context.sample_aspect_ratio = self._video.sample_aspect
        context.options = dict(self._plan.options)
        tag(context, self._colour)
        return context


def leave_behind(passengers: Passengers, what: str, say: Say) -> None:
    """Say once which sound and subtitles pictures cannot carry."""
    kinds = {stream.type for stream in passengers.streams}
    left = [word for kind, word in (("audio", "sound"), ("subtitle", "subtitles")) if kind in kinds]
    if left:
        say(f"not carried into {what}: {' and '.join(left)}")
