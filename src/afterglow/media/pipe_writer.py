"""The pipe: raw pictures in NUT on standard output, with facts before and a mark behind them."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import av
import av.error

from afterglow.frames import Frame, VideoInfo
from afterglow.media.choice import TargetPlan
from afterglow.media.options import Say
from afterglow.media.passengers import Passengers
from afterglow.media.pipe import END_MARK, FACTS_KEY, DownstreamClosed, PipeFacts, write_facts
from afterglow.media.writer import Film

_IMPATIENT = "100000"
"""Microseconds for which raw pictures wait for sound that comes late, so that few are held."""


class PipeWriter:
    """Sends frames downstream; the end mark says that all of them were sent.

    NUT holds no negative times: every time is moved by ``shift`` seconds, which the facts tell.
    """

    def __init__(
        self,
        descriptor: int,
        plan: TargetPlan,
        video: VideoInfo,
        passengers: Passengers,
        say: Say,
    ) -> None:
        self._descriptor = descriptor
        self._steps = video.time_base.numerator
        self._shift = _shift(passengers)
        fine = replace(video, time_base=Fraction(1, video.time_base.denominator))
        facts = PipeFacts(
            replace(video, alpha=plan.alpha, gray=False), self._shift, passengers.mastering
        )
        options = {
            "max_interleave_delta": _IMPATIENT,
            "avoid_negative_ts": "disabled",
            "write_index": "0",
        }
        self._container = av.open(
            f"pipe:{descriptor}", "w", format="nut", container_options=options
        )
        self._film = Film(self._container, plan, fine, passengers, say, shift=self._shift)
        self._facts = {FACTS_KEY: write_facts(facts)}
        self._offset = int(self._shift * video.time_base.denominator)

    def write(self, frame: Frame) -> None:
        """Send one frame. Raises DownstreamClosed where nobody reads any more."""
        moved = replace(frame, pts=frame.pts * self._steps + self._offset)
        try:
            self._film.add(moved, self._facts)
        except BrokenPipeError as error:
            raise DownstreamClosed from error

    def finish(self) -> None:
        """Send what is left, the trailer and the mark."""
        try:
            self._film.finish()
            self._container.close()
            _send(self._descriptor, END_MARK)
        except BrokenPipeError as error:
            raise DownstreamClosed from error

    def abandon(self) -> None:
        """Close the stream; without the mark, if it was not finished."""
        with suppress(av.error.FFmpegError, OSError, ValueError):
            self._container.close()


def _shift(passengers: Passengers) -> Fraction:
    """Whole seconds by which nothing on board is earlier than zero."""
    starts = [
        stream.start_time * stream.time_base
        for stream in passengers.streams
        if stream.start_time is not None and stream.time_base
    ]
    return Fraction(1 + math.ceil(max(Fraction(0), -min(starts, default=Fraction(0)))))


def _send(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
