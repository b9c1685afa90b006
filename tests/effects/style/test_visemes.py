"""Shapes of the mouth for phonemes, and how they run into one another."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.style.speech.features import RATE, measure
from afterglow.effects.style.speech.mouth import Mouth
from afterglow.effects.style.speech.speech import listened
from afterglow.effects.style.speech.visemes import (
    is_stressed,
    mouth_of_phonemes,
    visemes_of,
)
from afterglow.models.speech.espeak import Espeak
from afterglow.models.speech.spoken import Heard
from tests.effects.style.voices import envelope, lag_of


def said(*phonemes: tuple[str, float]) -> tuple[Heard, ...]:
    """Phonemes one after the other, with their lengths."""
    ends = np.cumsum([length for _, length in phonemes])
    return tuple(
        Heard(float(end - length), float(end), sign)
        for (sign, length), end in zip(phonemes, ends, strict=True)
    )


def loud(seconds: float) -> Mouth:
    count = round(seconds * RATE) + 1
    return Mouth(*(np.full(count, each, np.float32) for each in (0.6, 0.0, 0.0)))


def middle(phonemes: tuple[Heard, ...], index: int) -> int:
    return round((phonemes[index].start + phonemes[index].end) / 2 * RATE)


def test_vowels_differ_as_lips_do() -> None:
    (a,), (i,), (u,) = (visemes_of(sign) for sign in ("ɑː", "iː", "uː"))
    assert a.jaw > 0.8 > 0.4 > max(i.jaw, u.jaw)
    assert i.width > 0.5 and u.width < -0.8 and abs(a.width) < 0.2


def test_a_diphthong_has_two_shapes_and_marks_have_none() -> None:
    assert [each.jaw for each in visemes_of("aɪ")] == pytest.approx([0.9, 0.35])
    assert visemes_of("ˈ") == [] and visemes_of("ɛ̃") == visemes_of("ɛ")
    assert len(visemes_of("tʃ")) == 2
    assert is_stressed("ˈaɪ") and not is_stressed("ˌaɪ")
    assert visemes_of("ˈɛ")[0].jaw > visemes_of("ɛ")[0].jaw


@pytest.mark.parametrize("sign", ["p", "b", "m"])
def test_lips_close_for_labials_whatever_is_around(sign: str) -> None:
    phonemes = said(("ɑː", 0.15), (sign, 0.08), ("ɑː", 0.15))
    mouth = mouth_of_phonemes(phonemes, loud(0.38))
    at = middle(phonemes, 1)
    assert mouth.press[at] > 0.9 and mouth.jaw[at] < 0.08
    assert mouth.jaw[middle(phonemes, 0) - 3] > 0.6
    assert mouth.press[middle(phonemes, 0) - 3] < 0.05


def test_lips_round_before_a_rounded_vowel_is_heard() -> None:
    phonemes = said(("t", 0.1), ("uː", 0.2), ("", 0.1))
    other = said(("t", 0.1), ("iː", 0.2), ("", 0.1))
    rounded, spread = (mouth_of_phonemes(each, loud(0.4)).width for each in (phonemes, other))
    early = middle(phonemes, 0)
    assert rounded[early] < -0.15 and spread[early] > 0.15
    assert rounded[middle(phonemes, 1)] < -0.7


def test_a_short_vowel_between_others_is_not_reached() -> None:
    alone = said(("ɑː", 0.3))
    hurried = said(("s", 0.12), ("ɑː", 0.05), ("s", 0.12))
    slow = mouth_of_phonemes(alone, loud(0.3)).jaw.max()
    fast = mouth_of_phonemes(hurried, loud(0.29)).jaw.max()
    assert fast < slow - 0.1


def test_without_sound_phonemes_open_nothing() -> None:
    silent = Mouth(*(np.zeros(40, np.float32) for _ in range(3)))
    assert mouth_of_phonemes(said(("ɑː", 0.3)), silent).jaw.max() == 0


def test_every_phoneme_of_english_has_a_shape_of_its_own_kind() -> None:
    if not Espeak().voices():
        pytest.skip("eSpeak NG is not installed")
    text = "The quick brown fox jumps over a lazy dog, while George measures both thick voices."
    spoken = Espeak().speak(text, "en-us")
    known = [visemes_of(each.text) for each in spoken.phonemes if each.text]
    unknown = [each for shapes in known for each in shapes if each.pull == 0.3]
    assert len(known) > 50 and not unknown


def test_a_mouth_follows_a_spoken_text_at_once() -> None:
    if not Espeak().voices():
        pytest.skip("eSpeak NG is not installed")
    text = "Ask not what your country can do for you; ask what you can do for your country."
    spoken = Espeak().speak(text, "en-us")
    times = np.arange(int(spoken.seconds * 16000)) / 16000
    sound = np.interp(times, np.arange(len(spoken.samples)) / spoken.rate, spoken.samples)
    speech = listened([sound.astype(np.float32)], spoken.phonemes)
    frames = int(speech.duration * 25)
    jaw = speech.mouth().jaw[np.arange(frames) * 4].astype(np.float64)
    heard = envelope(sound.astype(np.float32), 25, frames)
    assert np.corrcoef(jaw, heard)[0, 1] > 0.75
    assert abs(lag_of(jaw, heard)) <= 1
    by_sound = listened([sound.astype(np.float32)]).mouth()
    assert np.abs(by_sound.width - speech.mouth().width).max() > 0.3, "phonemes say more"
    assert measure([sound.astype(np.float32)]).duration == speech.duration
