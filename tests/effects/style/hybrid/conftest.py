"""What the tests of hybrid share: a room, a speech, and a person with a matte."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.media.recording import record
from tests.effects.style.hybrid.figure import character
from tests.effects.style.voices import sentence, silence, vowel
from tests.scenes import Scene, pan, write_clip


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A background of 0.8 seconds with a tone of 440 Hz."""
    scene = Scene(128, 72, 20, camera=pan(1.0))
    return write_clip(tmp_path_factory.mktemp("room") / "room.mkv", scene, sound=True)


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.2 seconds: silence, a vowel, silence."""
    place = tmp_path_factory.mktemp("speech") / "speech.mka"
    record(place, [sentence([silence(0.4), vowel("a", 0.5), silence(0.3)])], 16000)
    return place


@pytest.fixture(scope="session")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 1.6 seconds at 20 frames per second, with a matte and a low tone."""
    place = tmp_path_factory.mktemp("person") / "person.mkv"
    frame, _ = character(64, 64)
    bgra = np.dstack((np.asarray(frame.pixels), np.asarray(frame.alpha)))
    with av.open(str(place), "w") as box:
        stream = box.add_stream("ffv1", rate=20)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "bgra"  # type: ignore[union-attr]
        sound = box.add_stream("pcm_s16le", rate=8000, layout="mono")
        for _ in range(32):
            box.mux(stream.encode(av.VideoFrame.from_ndarray(bgra, format="bgra")))  # type: ignore[union-attr]
        t = np.arange(12800) / 8000
        wave = np.rint(6000 * np.sin(2 * np.pi * 150 * t)).astype(np.int16)[None]
        block = av.AudioFrame.from_ndarray(wave, "s16", "mono")
        block.sample_rate, block.pts, block.time_base = 8000, 0, Fraction(1, 8000)
        box.mux(sound.encode(block))
        for each in (stream, sound):
            box.mux(each.encode(None))
    return place
