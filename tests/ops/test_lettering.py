"""Words as pixels: their room, their lines, and the characters that a typeface lacks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from afterglow.ops import lettering
from afterglow.ops.sheets import label, sheet


def test_ink_fills_its_room() -> None:
    room = lettering.measure("Hamburg", 40)
    ink = lettering.ink("Hamburg", 40, edge=3)
    assert ink.shape == (room.height + 6, room.width + 6) and ink.max() == 255
    assert (ink > 0).sum() > (lettering.ink("Hamburg", 40) > 0).sum()


def test_lines_are_as_wide_as_they_may_be() -> None:
    text = "the quick brown fox jumps over the lazy dog"
    lines = lettering.wrapped(text, 20, 150)
    assert " ".join(lines) == text and len(lines) > 2
    widths = [lettering.measure(line, 20).width for line in lines]
    assert max(widths) <= 150
    for line, after in pairwise(lines):
        assert lettering.measure(f"{line} {after.split()[0]}", 20).width > 150


def test_a_long_word_is_broken_and_line_ends_are_kept() -> None:
    lines = lettering.wrapped("Rhabarberbarbara", 30, 90)
    assert len(lines) > 1 and "".join(lines) == "Rhabarberbarbara"
    assert all(lettering.measure(line, 30).width <= 90 for line in lines)
    for line, after in pairwise(lines):
        assert lettering.measure(line + after[0], 30).width > 90, "as many letters as fit"
    assert lettering.wrapped("one\n\ntwo", 20, 500) == ["one", "two"]
    assert lettering.wrapped("  ", 20, 500) == []


def test_a_very_long_word_is_measured_a_few_times_for_each_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    measure = lettering.measure

    def counted(text: str, size: float, face: str = lettering.BUILT_IN) -> lettering.Measure:
        asked.append(text)
        return measure(text, size, face)

    monkeypatch.setattr(lettering, "measure", counted)
    lines = lettering.wrapped("ab" * 500, 20, 200)
    assert "".join(lines) == "ab" * 500 and len(asked) < 15 * len(lines)


def test_what_the_typeface_lacks_is_told() -> None:
    assert lettering.lacking("Plain words, 100%!") == ""
    assert lettering.lacking("日 a 本 日") == "日本"
    assert lettering.lacking("tab\tand\nline") == ""
    assert lettering.lacking("a\u0926\u0941") == "\u0926\u0941", "a mark is none without its letter"
    assert lettering.without("no\u2066bo\x1bdy 日!", "日") == "nobody !"
    assert lettering.face_for("plain") == lettering.BUILT_IN


def test_a_sheet_has_a_name_over_every_picture() -> None:
    pictures = [np.full((40, 160, 3), level, np.uint8) for level in (10, 120, 250)]
    made = sheet(pictures, ["a", "b", "c"], 2)
    assert made.shape == (2 * (40 + 18) + 4, 2 * 160 + 4, 3)
    assert made[30, 10, 0] == 10 and made[30, 200, 0] == 120 and made[62 + 30, 10, 0] == 250
    assert (made[:18, :160] > 160).any() and (made[62:80, :160] > 160).any()


def test_a_name_stands_in_the_middle_of_its_label() -> None:
    band = label("HHH", (101, 31), 20)
    rows, columns = (np.flatnonzero((band[..., 0] > 90).any(axis)) for axis in (1, 0))
    assert abs((columns[0] + columns[-1]) / 2 - 50) <= 1.5
    assert 5 < rows[0] < rows[-1] < 26
