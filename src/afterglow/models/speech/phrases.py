"""Words in lines that can be read while they are heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from afterglow.models.speech.spoken import Heard

LONGEST = 42
"""Characters of a line, at most, as broadcasters have it."""
_SLOWEST = 5.0
"""Seconds of a line, at most."""
_PAUSE = 0.35
"""Seconds of silence at which a line ends."""
_SENTENCE = (".", "!", "?", "…", "。")
_HELD = 0.6
"""Seconds for which a line stays after its last word, where no other comes."""


def phrases(words: Sequence[Heard]) -> list[Heard]:
    """Words as lines, each with its times: none too long, each ends where speech does.

    A line stays for a moment after its last word, and never longer than until the next.
    """
    lines = [_line(part) for part in _parted(words)]
    ends = [*(line.start for line in lines[1:]), float("inf")]
    return [
        Heard(line.start, min(line.end + _HELD, max(end, line.end)), line.text)
        for line, end in zip(lines, ends, strict=True)
    ]


def _parted(words: Sequence[Heard]) -> Iterator[list[Heard]]:
    now: list[Heard] = []
    for word in words:
        if now and _ends(now, word):
            yield now
            now = []
        now.append(word)
    if now:
        yield now


def _ends(line: Sequence[Heard], word: Heard) -> bool:
    """True where a word begins a new line."""
    last = line[-1]
    return (
        len(" ".join(each.text for each in (*line, word))) > LONGEST
        or word.end - line[0].start > _SLOWEST
        or word.start - last.end >= _PAUSE
        or last.text.endswith(_SENTENCE)
    )


def _line(words: Sequence[Heard]) -> Heard:
    return Heard(words[0].start, words[-1].end, " ".join(each.text for each in words))
