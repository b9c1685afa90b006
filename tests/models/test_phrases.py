"""Spoken words keep their times through silence, and become lines that can be read."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.models.speech.phrases import phrases
from afterglow.models.speech.spoken import Heard, Spoken, between_pauses


def test_silence_around_a_text_moves_its_words() -> None:
    word = Heard(0.0, 0.5, "oh")
    said = Spoken(np.ones(50, np.float32), 100, (word,), (word,))
    later = between_pauses(said, 0.2, 0.3)
    assert len(later.samples) == 100 and later.samples.nonzero()[0].tolist() == list(range(20, 70))
    assert later.words == later.phonemes == (Heard(0.2, 0.7, "oh"),)


def test_words_become_lines_that_can_be_read() -> None:
    times = [(0.0, 0.4), (0.4, 0.8), (0.8, 1.2), (2.0, 2.4), (2.4, 2.9), (2.9, 3.2)]
    said = ["Good", "day,", "friend.", "How", "are", "you?"]
    lines = phrases([Heard(*span, word) for span, word in zip(times, said, strict=True)])
    assert [line.text for line in lines] == ["Good day, friend.", "How are you?"]
    assert [line.start for line in lines] == [0.0, 2.0]
    assert [line.end for line in lines] == pytest.approx([1.8, 3.8]), "they stay for a moment"
    long = phrases([Heard(k * 0.3, k * 0.3 + 0.3, "wonderful") for k in range(12)])
    assert [len(line.text) for line in long] == [39, 39, 39]
    assert [line.end for line in long[:-1]] == [line.start for line in long[1:]]
    slow = phrases([Heard(k * 1.0, k + 0.9, "so") for k in range(12)])
    assert max(line.end - line.start for line in slow) <= 5.6
