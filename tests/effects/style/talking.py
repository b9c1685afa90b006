"""The command ``style character``, run small, and what came out of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.models.speech.espeak import Espeak

needs_espeak = pytest.mark.skipif(not Espeak().voices(), reason="eSpeak NG is not installed")
SMALL = ("--resolution=72", "--seed=1", "--encoder=software")


def talk(*arguments: object) -> int:
    return exit_code(["style", "character", *SMALL, *map(str, arguments)])


def lengths(clip: Path) -> tuple[Fraction, Fraction]:
    """Seconds of pictures and of sound."""
    with av.open(str(clip)) as box:
        stream = box.streams.video[0]
        frames = sum(1 for _ in box.decode(stream))
        seen = frames / Fraction(stream.average_rate or 1)
    with av.open(str(clip)) as box:
        sound = box.streams.audio[0]
        heard = sum(frame.samples for frame in box.decode(sound))
        return seen, Fraction(heard, sound.codec_context.sample_rate)


def shown(clip: Path) -> list[np.ndarray]:
    with av.open(str(clip)) as box:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in box.decode(video=0)]
