"""A voice over other sound: the voice as it was, the other stepping back, all to the sample."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.errors import MediaError
from afterglow.media.joined_sound import SAMPLES, Piece
from afterglow.media.mixed_sound import DUCKED, mixed, write_mixed

Sound = NDArray[np.float32]


def sine(seconds: float, hertz: float, level: float) -> Sound:
    t = np.arange(round(seconds * SAMPLES)) / SAMPLES
    return (level * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def saved(path: Path, sound: Sound) -> str:
    with av.open(str(path), "w", format="wav") as box:
        stream = box.add_stream("pcm_f32le", rate=SAMPLES, layout="mono")
        block = av.AudioFrame.from_ndarray(sound[None], "flt", "mono")
        block.sample_rate, block.pts, block.time_base = SAMPLES, 0, Fraction(1, SAMPLES)
        box.mux(stream.encode(block))
        box.mux(stream.encode(None))
    return str(path)


def strength(sound: Sound, hertz: float) -> float:
    """The amplitude of a tone in a sound."""
    t = np.arange(len(sound)) / SAMPLES
    return float(2 * abs(np.mean(sound * np.exp(-2j * np.pi * hertz * t))))


def heard(blocks: object) -> Sound:
    return np.concatenate(list(blocks))  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def voice(tmp_path: Path) -> str:
    """Silence, a tone of 300 Hz from 2 s to 4 s, silence."""
    still = np.zeros(2 * SAMPLES, np.float32)
    return saved(tmp_path / "voice.wav", np.concatenate([still, sine(2, 300, 0.4), still]))


@pytest.fixture
def music(tmp_path: Path) -> str:
    """Two seconds of 1000 Hz."""
    return saved(tmp_path / "music.wav", sine(2, 1000, 0.4))


def test_the_other_sound_steps_back_while_somebody_speaks(voice: str, music: str) -> None:
    whole = Fraction(6)
    loop = [Piece(Fraction(2), music)] * 3
    sound = heard(mixed([Piece(whole, voice)], loop, whole, 0.5))
    assert sound.shape == (6 * SAMPLES, 2)
    parts = {at: sound[round(at * SAMPLES) : round((at + 0.5) * SAMPLES), 0] for at in (1, 2.8, 5)}
    quiet, spoken, after = (strength(part, 1000) for part in parts.values())
    assert quiet == pytest.approx(0.2, rel=0.02) and after == pytest.approx(0.2, rel=0.02)
    assert spoken == pytest.approx(0.2 * DUCKED, rel=0.02)
    assert strength(parts[2.8], 300) == pytest.approx(0.4, rel=0.01), "the voice is as it was"


def test_it_steps_back_early_and_without_a_click(voice: str, music: str) -> None:
    sound = heard(mixed([Piece(Fraction(6), voice)], [Piece(Fraction(6), music)], Fraction(3), 1))
    level = np.abs(sound[: 2 * SAMPLES, 0]).reshape(-1, SAMPLES // 100).max(1)
    assert level[150] > 0.39 > 0.35 > level[-1]
    assert np.abs(np.diff(level[170:])).max() < 0.1 * 0.4


def test_a_voice_alone_is_the_same_to_the_sample(voice: str) -> None:
    sound = heard(mixed([Piece(Fraction(6), voice)], [], Fraction(5), 0.5))
    true = np.concatenate([np.zeros(2 * SAMPLES, np.float32), sine(2, 300, 0.4)])
    assert sound.shape == (5 * SAMPLES, 2)
    assert np.abs(sound[: len(true)] - true[:, None]).max() < 1e-6
    assert not sound[len(true) :].any()


def test_what_is_too_loud_is_rounded_off(tmp_path: Path) -> None:
    loud = saved(tmp_path / "loud.wav", sine(1, 200, 0.85))
    sound = heard(mixed([Piece(Fraction(1), loud)], [Piece(Fraction(1), loud)], Fraction(1), 1))
    level = np.abs(sound[:, 0])
    assert 0.95 < level.max() <= 1 and len(np.unique(level[level > 0.97])) > 5


def test_the_file_is_so_long_to_the_sample(voice: str, music: str, tmp_path: Path) -> None:
    target = tmp_path / "mixed.mka"
    seconds = Fraction(1001, 400)
    write_mixed(target, [Piece(seconds, voice)], [Piece(seconds, music)], seconds, 0.5)
    with av.open(str(target)) as box:
        samples = sum(frame.samples for frame in box.decode(audio=0))
        assert box.streams.audio[0].codec_context.layout.name == "stereo"
    assert samples == round(seconds * SAMPLES)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"none\.wav"):
        heard(mixed([Piece(Fraction(1), str(tmp_path / "none.wav"))], [], Fraction(1), 1))
