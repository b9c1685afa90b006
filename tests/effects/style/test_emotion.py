"""Ten emotions as data, and the one that speech sounds like."""

from __future__ import annotations

from dataclasses import astuple
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from afterglow.effects.style.character.emotion import (
    NAMES,
    felt,
    heard_feeling,
    mixture,
    read_emotions,
)
from afterglow.effects.style.speech.features import RATE, measure
from afterglow.errors import UsageError
from afterglow.shipped import shipped
from tests.effects.style.voices import sentence, silence, vowel

EMOTIONS = read_emotions()
FILE = shipped("effects") / "style" / "emotions.toml"


def spoken(hertz: float, loud: float, length: float, count: int) -> np.ndarray:
    parts = [
        part
        for index in range(count)
        for part in (vowel("aeiu"[index % 4], length, hertz, loud), silence(length / 2, 3e-4))
    ]
    return sentence(parts)


def test_there_are_ten_and_each_differs_from_each() -> None:
    assert len(NAMES) == 10 and tuple(EMOTIONS) == NAMES
    shown = ("smile", "brow", "frown", "lids", "squint", "nod", "roll", "look", "width")
    for one, two in combinations(NAMES, 2):
        away = [abs(getattr(EMOTIONS[one], k) - getattr(EMOTIONS[two], k)) for k in shown]
        assert max(away) >= 0.3, f"{one} and {two}"


def test_neutral_changes_nothing() -> None:
    neutral = EMOTIONS["neutral"]
    assert (neutral.mouth, neutral.lids, neutral.head) == (1, 1, 1)
    assert (neutral.smile, neutral.brow, neutral.frown, neutral.nod, neutral.look) == (0,) * 5


def test_values_that_are_handed_down_are_kept() -> None:
    mouth = [EMOTIONS[name].mouth for name in ("happy", "sad", "angry", "surprised", "excited")]
    assert mouth == [1.2, 0.8, 1.3, 1.4, 1.5]
    assert [EMOTIONS[name].head for name in ("sad", "calm", "confident")] == [0.5, 0.6, 0.9]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[sad]", "[sadd]", "no sad"),
        ("smile = 0.85", "smile = 3", "not from -1 to 1"),
        ("smile = 0.85", 'smile = "wide"', "not from -1 to 1"),
        ("smile = 0.85", "grin = 0.85", "grin, smile"),
        ("[happy]", "[happy", "cannot be read"),
        ("[neutral]", "[bored]\n[neutral]", "bored is none"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, old: str, new: str, why: str) -> None:
    path = tmp_path / "emotions.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        read_emotions(path)


def test_an_emotion_that_is_asked_for_stays() -> None:
    tracks = felt("angry", measure([vowel("a", 0.5)]), EMOTIONS)
    assert np.ptp(tracks["frown"]) == 0 and tracks["frown"][0] == EMOTIONS["angry"].frown
    assert len(tracks) == len(astuple(EMOTIONS["angry"]))


def test_stirred_speech_is_heard_as_such_and_turns_smoothly() -> None:
    calm, stirred = spoken(110, 0.08, 0.3, 10), spoken(210, 0.6, 0.12, 25)
    heard = measure([sentence([calm, stirred])])
    turn = len(calm) * RATE // 16000
    arousal, _ = heard_feeling(heard)
    assert arousal[turn + 150 : -100].mean() > arousal[100 : turn - 150].mean() + 0.5
    weights = mixture(heard, EMOTIONS)
    assert np.allclose(weights.sum(1), 1, atol=1e-4) and weights.min() >= 0
    assert np.abs(np.diff(weights, axis=0)).max() < 0.02, "no leap from one to another"
    before = weights[100 : turn - 150].mean(0) @ [EMOTIONS[name].arousal for name in NAMES]
    after = weights[turn + 150 : -100].mean(0) @ [EMOTIONS[name].arousal for name in NAMES]
    assert after > before + 0.4


def test_a_clip_is_measured_against_itself() -> None:
    sound = sentence([spoken(110, 0.08, 0.3, 8), spoken(210, 0.6, 0.12, 20)])
    one, two = (mixture(measure([sound * gain]), EMOTIONS) for gain in (1.0, 0.3))
    assert np.abs(one - two).max() < 0.05


def test_even_speech_is_neutral() -> None:
    weights = mixture(measure([vowel("a", 3.0)]), EMOTIONS).mean(0)
    assert NAMES[int(weights.argmax())] == "neutral"
