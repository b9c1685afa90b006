"""Sound to be listened to, and sound kept in a file of its own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from afterglow.media.listening import own_sound, sound_blocks
from afterglow.media.recording import copy_sound, record
from tests.scenes import Scene, write_clip

RATE = 22050
CODECS = {"wav": "pcm_s16le", "flac": "flac", "mp3": "libmp3lame", "ogg": "libopus", "m4a": "aac"}


def clicks(seconds: float = 1.5, rate: int = RATE) -> np.ndarray:
    """Bursts of a tone, of which each is twice as far from the last as that from its own last."""
    time = np.arange(round(seconds * rate)) / rate
    loud = np.isin((time * 10).astype(int), (1, 3, 7))
    return (0.5 * np.sin(2 * np.pi * 440 * time) * loud).astype(np.float32)


def encoded(path: Path, samples: np.ndarray, codec: str, rate: int = RATE) -> Path:
    """A file of sound, stereo, the right channel silent."""
    with av.open(str(path), "w") as box:
        stream = box.add_stream(codec, rate=rate)
        stream.codec_context.layout = "stereo"
        both = np.stack([samples, np.zeros_like(samples)])
        block = av.AudioFrame.from_ndarray(np.ascontiguousarray(both), "fltp", "stereo")
        block.sample_rate, block.pts, block.time_base = rate, 0, Fraction(1, rate)
        box.mux(stream.encode(block))
        box.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", CODECS)
def test_all_kinds_of_files_sound_alike(tmp_path: Path, suffix: str) -> None:
    rate = 48000 if suffix == "ogg" else RATE
    name = encoded(tmp_path / f"in.{suffix}", clicks(1.5, rate), CODECS[suffix], rate)
    blocks = list(sound_blocks(str(name)))
    heard = np.concatenate(blocks)
    assert heard.dtype == np.float32 and all(block.ndim == 1 for block in blocks)
    assert abs(len(heard) / 16000 - 1.5) < 0.08
    wanted = np.interp(np.arange(24000) / 16000, np.arange(33075) / RATE, clicks() / 2)
    lags = [np.dot(heard[lag : lag + 20000], wanted[:20000]) for lag in range(0, 1600, 4)]
    early = max(np.dot(heard[:20000], wanted[lag : lag + 20000]) for lag in range(4, 160, 4))
    assert max(early, *lags) == max(lags[:8]), "no codec's priming is heard"


def test_part_of_a_sound_is_that_part(tmp_path: Path) -> None:
    name = str(encoded(tmp_path / "in.wav", clicks(), "pcm_s16le"))
    whole = np.concatenate(list(sound_blocks(name)))
    part = np.concatenate(list(sound_blocks(name, 16000, Fraction(1, 2), Fraction(1, 4))))
    assert np.array_equal(part, whole[8000:12000])


def test_the_sound_of_a_video_is_heard(tmp_path: Path) -> None:
    name = write_clip(tmp_path / "in.mkv", Scene(64, 48, frames=10), sound=True)
    heard = np.concatenate(list(sound_blocks(str(name))))
    assert abs(len(heard) / 16000 - 0.4) < 0.05 and np.abs(heard).max() > 0.01


def test_what_cannot_be_heard_is_told(tmp_path: Path) -> None:
    silent = write_clip(tmp_path / "in.mkv", Scene(64, 48, frames=5))
    for name, why in ((str(silent), "no sound"), (str(tmp_path / "none.wav"), "no such file")):
        with pytest.raises(MediaError, match=why):
            list(sound_blocks(name))
    sound = encoded(tmp_path / "in.wav", clicks(), "pcm_s16le")
    with pytest.raises(MediaError, match="ends before the start"):
        list(sound_blocks(str(sound), start=Fraction(9)))


def test_a_hole_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "hole.mka"
    with av.open(str(path), "w") as box:
        stream = box.add_stream("flac", rate=16000)
        stream.codec_context.layout = "mono"
        for begin in (0, 16000):
            loud = np.full((1, 8000), 9000, np.int16)
            block = av.AudioFrame.from_ndarray(loud, "s16", "mono")
            block.sample_rate, block.pts, block.time_base = 16000, begin, Fraction(1, 16000)
            box.mux(stream.encode(block))
        box.mux(stream.encode(None))
    heard = np.concatenate(list(sound_blocks(str(path))))
    assert abs(len(heard) - 24000) < 400
    assert np.abs(heard[9000:15000]).max() < 1e-3 < np.abs(heard[17000:]).min()


def test_a_copy_is_the_same_sound(tmp_path: Path) -> None:
    name = str(encoded(tmp_path / "in.flac", clicks(), "flac"))
    copy = tmp_path / "copy.mka"
    copy_sound(name, copy, Fraction(1, 10), Fraction(3, 10))
    with own_sound(name, Fraction(1, 10), Fraction(3, 10)) as (blocks, rate, layout):
        wanted = np.concatenate(list(blocks))
        assert (rate, layout, wanted.shape) == (RATE, "stereo", (6615, 2))
    with own_sound(str(copy), Fraction(0), None) as (blocks, _, _):
        assert np.abs(np.concatenate(list(blocks)) - wanted).max() < 1e-6


def test_words_are_written_beside_their_sound(tmp_path: Path) -> None:
    path, sound = tmp_path / "spoken.mka", np.zeros(40 * RATE, np.float32)
    record(path, [sound], RATE, lines=[(0.5, 1.0, "good"), (38.0, 38.5, "day")])
    with av.open(str(path)) as box:
        packets = [(p.stream.type, p.pts) for p in box.demux() if p.size]
        words = [pts for kind, pts in packets if kind == "subtitle"]
        assert words == [500, 38000]
        before = [pts for kind, pts in packets[: packets.index(("subtitle", 38000))]]
        assert max(before) >= 36000, "they lie where they are spoken, not all in front"


@pytest.mark.parametrize(("rate", "kept"), [(192000, 48000), (22255, 48000), (96000, 96000)])
def test_a_copy_has_a_rate_that_every_encoder_knows(tmp_path: Path, rate: int, kept: int) -> None:
    name, copy = tmp_path / "own.mka", tmp_path / "copy.mka"
    record(name, [np.full(rate // 2, 0.25, np.float32)], rate)
    copy_sound(str(name), copy, Fraction(0), None)
    with own_sound(str(copy), Fraction(0), None) as (blocks, found, _):
        assert found == kept and abs(sum(map(len, blocks)) - kept // 2) <= kept // 100
