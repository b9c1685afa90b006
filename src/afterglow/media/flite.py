"""Flite, a voice inside FFmpeg where its build has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import av.error
import av.filter
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from afterglow.errors import ModelError

VOICES = ("slt", "awb", "kal", "kal16", "rms")
"""Voices that FFmpeg knows, all English."""
_FILTER = "flite"


def has_flite() -> bool:
    """True where this build of FFmpeg has it."""
    return _FILTER in av.filter.filters_available


def flite(text: str, voice: str) -> tuple[NDArray[np.float32], int]:
    """The sound (N,) float32 of a text, and its samples per second.

    Raises:
        ModelError: this build of FFmpeg has no such voice.
    """
    if not has_flite():
        raise ModelError(
            "the voice flite is not here: this FFmpeg was built without it",
            hint="take a voice of espeak; --list-voices shows all that are here",
        )
    if voice not in VOICES:
        raise ModelError(f"flite has no voice of that name ({voice})", hint=", ".join(VOICES))
    return rendered(_FILTER, {"text": text, "voice": voice})


def rendered(name: str, settings: Mapping[str, str]) -> tuple[NDArray[np.float32], int]:
    """All the sound (N,) float32 of a filter that makes some, and its samples per second."""
    graph = Graph()
    source = graph.add(name, **settings)
    form = graph.add("aformat", sample_fmts="flt", channel_layouts="mono")
    sink = graph.add("abuffersink")
    source.link_to(form)
    form.link_to(sink)
    graph.configure()
    pieces, rate = [], 0
    while True:
        try:
            frame = sink.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            break
        assert isinstance(frame, AudioFrame)
        samples: NDArray[Any] = frame.to_ndarray()
        pieces.append(samples.reshape(-1).astype(np.float32))
        rate = frame.sample_rate
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32), rate
