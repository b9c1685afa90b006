"""What is heard in speech, and the mouth that it makes."""

from __future__ import annotations

import os
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from afterglow.effects.style.speech.features import RATE, SAMPLES, measure
from afterglow.effects.style.speech.mouth import loudness, mouth_of_sound
from afterglow.effects.style.speech.smooth import following, smoothed, widest
from afterglow.media.listening import sound_blocks
from tests.effects.style.voices import envelope, hiss, lag_of, sentence, silence, vowel


def place(seconds: float) -> int:
    return round(seconds * RATE)


def test_measurements_do_not_depend_on_the_blocks() -> None:
    sound = sentence([silence(0.2), vowel("a", 0.5), hiss(0.2), silence(0.3)])
    whole = measure([sound])
    parts = measure(np.split(sound, [1, 900, 901, 7000, 16500]))
    assert len(whole.level) == place(1.2) + 1 and whole.duration == Fraction(6, 5)
    for name in ("level", "low", "high", "first", "second", "pitch"):
        assert np.allclose(getattr(whole, name), getattr(parts, name), atol=1e-3)


def test_pitch_bands_and_level_are_those_of_the_sound() -> None:
    heard = measure([sentence([vowel("a", 0.5, 110), vowel("i", 0.5, 220), hiss(0.5)])])
    a, i, s = (slice(place(t) + 10, place(t) + 40) for t in (0, 0.5, 1.0))
    assert np.median(heard.pitch[a]) == pytest.approx(110, rel=0.02)
    assert np.median(heard.pitch[i]) == pytest.approx(220, rel=0.02)
    assert (heard.pitch[s] == 0).mean() > 0.9
    assert heard.first[a].mean() > heard.first[i].mean() + 200
    assert heard.second[i].mean() > heard.second[a].mean() + 500
    assert (heard.high[s] > heard.low[s] + 10).all() and (heard.high[a] < heard.low[a]).all()


def test_a_tone_has_its_level() -> None:
    time = np.arange(SAMPLES) / SAMPLES
    heard = measure([(0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)])
    assert heard.level[50] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.3)


def test_silence_is_known() -> None:
    assert measure([np.zeros(SAMPLES, np.float32)]).silent
    assert not measure([vowel("a", 0.5, loud=0.05)]).silent


def test_memory_does_not_grow_with_the_sound() -> None:
    block = vowel("a", 1.0)

    def most(seconds: int) -> int:
        tracemalloc.start()
        measure(block for _ in range(seconds))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    rows = 100 * 8 * 4
    assert most(60) - most(10) < 50 * rows * 4


def test_a_mouth_opens_with_the_sound_and_closes_in_silence() -> None:
    sound = sentence([silence(0.5), vowel("a", 0.4), silence(0.5), vowel("a", 0.3), silence(0.6)])
    mouth = mouth_of_sound(measure([sound]))
    jaw = mouth.jaw
    assert jaw[: place(0.4)].max() < 0.02 and jaw[place(1.05) : place(1.3)].max() < 0.02
    assert jaw[place(0.6) : place(0.8)].min() > 0.4
    rises = np.flatnonzero((jaw[1:] > 0.25) & (jaw[:-1] <= 0.25)) / RATE
    assert rises == pytest.approx([0.5, 1.4], abs=0.04), "at once, not a frame later"


def test_lips_close_for_a_plosive_and_not_for_a_pause() -> None:
    apart = [vowel("a", 0.35), silence(0.07), vowel("a", 0.35), silence(0.6), vowel("a", 0.35)]
    mouth = mouth_of_sound(measure([sentence(apart)]))
    closure, pause = place(0.385), place(1.07)
    assert mouth.press[closure] > 0.8 and mouth.jaw[closure] < 0.25
    assert mouth.press[place(0.2)] < 0.05 and mouth.press[pause] < 0.05


def test_open_vowels_open_wider_and_bright_ones_spread() -> None:
    spoken = [part for each in "aiuaiu" for part in (vowel(each, 0.3), silence(0.1))]
    mouth = mouth_of_sound(measure([sentence(spoken)]))
    a, i, u = (slice(place(t) + 8, place(t) + 24) for t in (0, 0.4, 0.8))
    assert mouth.jaw[a].mean() > mouth.jaw[u].mean() + 0.1
    assert mouth.width[i].mean() > 0.15 > -0.1 > mouth.width[u].mean()


def test_a_hiss_hardly_opens_the_mouth() -> None:
    sound = sentence([vowel("a", 0.4), hiss(0.3, 0.4), vowel("a", 0.4), silence(0.4)])
    jaw = mouth_of_sound(measure([sound])).jaw
    assert jaw[place(0.55)] < 0.5 * jaw[place(0.2)]


def test_a_quiet_clip_moves_the_mouth_as_a_loud_one() -> None:
    sound = sentence([silence(0.4, 1e-6), vowel("a", 0.4), silence(0.4, 1e-6), vowel("i", 0.4)])
    loud, quiet = (mouth_of_sound(measure([sound * gain])) for gain in (1.0, 0.03))
    assert np.abs(loud.jaw - quiet.jaw).max() < 0.02


def test_loudness_runs_from_the_clips_silence_to_its_loudest() -> None:
    noisy = sentence([silence(1.0, 0.01), vowel("a", 1.0), silence(1.0, 0.01)])
    loud = loudness(measure([noisy]))
    assert loud[: place(0.9)].mean() < 0.1 and loud[place(1.2) : place(1.8)].min() > 0.9


@pytest.mark.footage
@pytest.mark.parametrize("name", ["speech_jfk.flac", "speech_LJ001-0004.wav"])
def test_a_mouth_follows_real_speech_at_once(name: str) -> None:
    folder = os.environ.get("AFTERGLOW_FOOTAGE")
    if not folder:
        pytest.skip("AFTERGLOW_FOOTAGE names no folder of clips")
    blocks = list(sound_blocks(str(Path(folder) / "audio" / name)))
    heard = measure(blocks)
    frames = int(heard.duration * 25)
    jaw = mouth_of_sound(heard).jaw[np.arange(frames) * 4].astype(np.float64)
    loud = envelope(np.concatenate(blocks), 25, frames)
    assert np.corrcoef(jaw, loud)[0, 1] > 0.8
    assert lag_of(jaw, loud) == 0


def test_smoothing_comes_from_both_sides_and_following_from_one() -> None:
    track = np.zeros(200, np.float32)
    track[100:] = 1
    even = smoothed(track, 0.05)
    assert even[100] + even[99] == pytest.approx(1, abs=1e-3)
    late = following(track, 0.1)
    assert late[99] == 0 and late[110] == pytest.approx(1 - np.exp(-1.1), abs=0.01)


def test_the_widest_of_what_comes_and_of_what_was() -> None:
    track = np.array([0, 3, 1, 0, 2, 0], np.float32)
    assert widest(track, 1, 2).tolist() == [3, 1, 2, 2, 0, 0]
    assert widest(track, -2, -1).tolist() == [0, 0, 3, 3, 1, 2]
