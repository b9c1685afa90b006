"""A mouth that speaks, from phonemes: visemes with coarticulation.

Every phoneme wants a shape and pulls at it before and after it is heard; what is seen is the mean
of all that pull, as in Cohen and Massaro 1993, "Modeling coarticulation in synthetic visual
speech". Closed lips are no mean: for p, b and m they close.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.speech.features import RATE, Track
from afterglow.effects.style.speech.mouth import Mouth
from afterglow.effects.style.speech.smooth import smoothed
from afterglow.models.speech.spoken import Heard


@dataclass(frozen=True, slots=True)
class Viseme:
    """The shape that a phoneme wants."""

    jaw: float
    """0 closed, 1 wide open."""
    width: float
    """-1 rounded, 1 spread."""
    pull: float = 1.0
    """How much it insists on that shape beside its neighbours."""
    press: float = 0.0
    """How much the lips close, whatever comes before and after."""


_REST = Viseme(0.0, 0.0, 1.6)
_UNKNOWN = Viseme(0.3, 0.0, 0.3)
_OF: dict[str, Viseme] = {}
_TABLE = (
    ("ɑ", Viseme(1.0, 0.0)), ("aɐ", Viseme(0.9, 0.15)), ("æ", Viseme(0.85, 0.35)),
    ("ʌ", Viseme(0.7, 0.0)), ("ɒ", Viseme(0.8, -0.4)), ("ɔ", Viseme(0.75, -0.5)),
    ("oɤ", Viseme(0.55, -0.75)), ("ʊ", Viseme(0.35, -0.7)), ("uɯ", Viseme(0.25, -1.0)),
    ("yʏ", Viseme(0.25, -0.9)), ("øœ", Viseme(0.45, -0.7)), ("ɜɚɝɞ", Viseme(0.45, -0.3)),
    ("əɘɵ", Viseme(0.4, 0.0, 0.6)), ("ɪᵻɨʉ", Viseme(0.35, 0.4)), ("i", Viseme(0.25, 0.8)),
    ("e", Viseme(0.45, 0.6)), ("ɛ", Viseme(0.6, 0.4)),
    ("pbmɓ", Viseme(0.0, 0.0, 1.2, 1.0)), ("fvɱ", Viseme(0.1, 0.1, 1.2, 0.55)),
    ("ɸβ", Viseme(0.1, -0.4, 1.2, 0.6)), ("wʍɥʷ", Viseme(0.15, -1.0, 1.3)),
    ("ɹrɻɾʀʁɽ", Viseme(0.25, -0.4, 0.7)), ("lɫʎɭ", Viseme(0.3, 0.0, 0.6)),
    ("ntdɳʈɖȵ", Viseme(0.22, 0.05, 0.7)), ("szɕʑʂʐ", Viseme(0.1, 0.4, 1.1)),
    ("ʃʒ", Viseme(0.18, -0.6, 1.1)), ("θðɬɮ", Viseme(0.25, 0.1, 0.9)),
    ("kgɡŋɣqɢɴcɟɲ", Viseme(0.3, 0.0, 0.4)), ("j", Viseme(0.2, 0.6, 0.8)),
    ("hɦħʕʔxχç", Viseme(0.35, 0.0, 0.25)),
)  # fmt: skip
for _signs, _viseme in _TABLE:
    _OF |= dict.fromkeys(_signs, _viseme)
"""Visemes by the letters of IPA."""

_CORE = 0.5
"""Share of a phoneme, in its middle, over which it pulls with all its strength."""
_JAW, _LIPS = 0.035, 0.065
"""Seconds in which its pull fades on either side; lips prepare earlier than the jaw."""
_FAR = 0.4
"""Seconds beyond which it is gone."""
_CLOSE, _OPEN = 0.45, 1.1
"""Share of the sound's opening with the closest phoneme, and what the most open one adds."""
_STRESSED = 1.15
"""Opening of a stressed syllable."""
_PRIMARY = "ˈ"


@dataclass(frozen=True, slots=True)
class _Shape:
    """A viseme in time."""

    start: float
    end: float
    viseme: Viseme


def visemes_of(phoneme: str) -> list[Viseme]:
    """The shapes of a phoneme in IPA, one after the other: two of a diphthong or an affricate.

    Stress and tone are not seen; a pause, "", is a mouth at rest.
    """
    if not phoneme:
        return [_REST]
    stress = _STRESSED if _PRIMARY in phoneme else 1.0
    signs = [sign for sign in unicodedata.normalize("NFC", phoneme) if _is_letter(sign)]
    found = [_OF[each] for each in (_plain(sign) for sign in signs) if each in _OF]
    if not found and not signs:
        return []
    return [_stressed(each, stress) for each in found or [_UNKNOWN]]


def is_stressed(phoneme: str) -> bool:
    """True where a phoneme carries the stress of its word."""
    return _PRIMARY in phoneme


def mouth_of_phonemes(phonemes: Sequence[Heard], sound: Mouth) -> Mouth:
    """What the mouth does that says phonemes: they give it shape, their sound its opening.

    Args:
        phonemes: What is said, and when.
        sound: What the mouth would do by the sound of it alone.
    """
    count = len(sound.jaw)
    shapes = list(chain.from_iterable(map(_shapes, phonemes)))
    jaw = _mean(((s, s.viseme.jaw, s.viseme.pull) for s in shapes), count, _JAW)
    width = _mean(((s, s.viseme.width, s.viseme.pull) for s in shapes), count, _LIPS)
    press = _pressed(shapes, count)
    opened = sound.jaw * (_CLOSE + _OPEN * jaw) * (1 - press)
    return Mouth(
        np.clip(opened, 0, 1).astype(np.float32),
        np.clip(width * (1 - 0.6 * press), -1, 1).astype(np.float32),
        press,
    )


def _is_letter(sign: str) -> bool:
    """True for what is no mark of stress, length or tone."""
    return unicodedata.category(sign) in ("Ll", "Lo") or sign in _OF


def _plain(sign: str) -> str:
    """A letter without its marks, for example ɛ of ɛ̃."""
    return unicodedata.normalize("NFD", sign)[0]


def _stressed(viseme: Viseme, stress: float) -> Viseme:
    return Viseme(min(1.0, viseme.jaw * stress), viseme.width, viseme.pull, viseme.press)


def _shapes(heard: Heard) -> Iterator[_Shape]:
    found = visemes_of(heard.text)
    each = (heard.end - heard.start) / max(1, len(found))
    for index, viseme in enumerate(found):
        start = heard.start + index * each
        yield _Shape(start, start + each, viseme)


def _mean(wanted: Iterable[tuple[_Shape, float, float]], count: int, fade: float) -> Track:
    """The mean of all values at every moment, weighted by their pull; 0 where nothing pulls."""
    values = np.zeros(count)
    weights = np.full(count, 1e-6)
    for shape, value, pull in wanted:
        place, away = _around(shape, count)
        weight = pull * np.exp(-away / fade)
        values[place] += weight * value
        weights[place] += weight
    mean: Track = (values / weights).astype(np.float32)
    return mean


def _around(shape: _Shape, count: int) -> tuple[slice, Track]:
    """The moments near a shape, and how many seconds each is from its core."""
    first = max(0, int((shape.start - _FAR) * RATE))
    last = min(count, int((shape.end + _FAR) * RATE) + 2)
    times: NDArray[Any] = np.arange(first, max(first, last)) / RATE
    middle, half = (shape.start + shape.end) / 2, (shape.end - shape.start) / 2 * _CORE
    away: Track = np.maximum(np.abs(times - middle) - half, 0).astype(np.float32)
    return slice(first, max(first, last)), away


def _pressed(shapes: Iterable[_Shape], count: int) -> Track:
    """How far the lips are closed: whole in the phoneme, gone a few hundredths beside it."""
    press = np.zeros(count)
    for shape in shapes:
        if shape.viseme.press:
            place, away = _around(shape, count)
            closing = shape.viseme.press * np.clip(1.2 - away / 0.03, 0, 1)
            press[place] = np.maximum(press[place], closing)
    return smoothed(press.astype(np.float32), 0.012)
