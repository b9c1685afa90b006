"""Emotions: how each of them looks, as data, and which one speech sounds like."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from afterglow.effects.style.speech.features import Features, Track
from afterglow.effects.style.speech.mouth import loudness
from afterglow.effects.style.speech.smooth import smoothed
from afterglow.errors import UsageError
from afterglow.shipped import shipped

AUTO = "auto"
"""The emotion that speech itself sounds like, as it changes."""
NAMES = (
    *("neutral", "happy", "sad", "angry", "surprised", "fearful"),
    *("disgusted", "excited", "calm", "confident"),
)
"""Emotions that there are."""
_WINDOW = 0.8
"""Seconds (sigma) over which the sound of a feeling is listened for."""
_TURN = 0.45
"""Seconds (sigma) in which one feeling turns into another."""
_DOUBT = 0.08
"""How little may be heard before a feeling is taken for the usual one."""
_NARROW = 9.0
"""How much nearer emotions outweigh farther ones."""


@dataclass(frozen=True, slots=True)
class Emotion:
    """How an emotion looks on a face that talks."""

    arousal: float
    """-1 calm to 1 stirred."""
    valence: float
    """-1 bad to 1 good."""
    mouth: float
    """Times the opening of the mouth."""
    width: float
    """Added to the width of the mouth."""
    smile: float
    """As in ``Pose``."""
    brow: float
    """As in ``Pose``."""
    frown: float
    """As in ``Pose``."""
    lids: float
    """As in ``Pose``."""
    squint: float
    """As in ``Pose``."""
    nod: float
    """Degrees."""
    turn: float
    """Degrees."""
    roll: float
    """Degrees."""
    look: float
    """Where the eyes rest: -1 up, 1 down."""
    head: float
    """Times all movement of the head."""
    accents: float
    """Times what brows and head do on stressed syllables."""
    blinks: float
    """In a minute."""
    tremble: float
    """0 to 1."""


_RANGES: Mapping[str, tuple[float, float]] = {
    "mouth": (0, 2), "lids": (0, 1.3), "squint": (0, 1), "nod": (-15, 15), "turn": (-15, 15),
    "roll": (-15, 15), "head": (0, 3), "accents": (0, 3), "blinks": (0, 60), "tremble": (0, 1),
}  # fmt: skip
"""What each number may be, where that is not -1 to 1."""


def read_emotions(path: Path | None = None) -> dict[str, Emotion]:
    """Every emotion by name out of a file, or out of the one that is shipped.

    Raises:
        UsageError: it cannot be read, lacks an emotion or a number, or has one that cannot be.
    """
    path = path or shipped("effects") / "style" / "emotions.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"the emotions cannot be read: {error} ({path})") from error
    lost = [name for name in NAMES if name not in told]
    more = [name for name in told if name not in NAMES]
    if lost or more:
        wrong = f"there is no {lost[0]}" if lost else f"{more[0]} is none of them"
        raise UsageError(f"of the emotions, {wrong} ({path})", hint=f"there are {', '.join(NAMES)}")
    return {name: _emotion(name, told[name], path) for name in NAMES}


def _emotion(name: str, told: Any, path: Path) -> Emotion:
    known = [field.name for field in fields(Emotion)]
    if not isinstance(told, dict) or sorted(told) != sorted(known):
        odd = sorted(set(known) ^ set(told if isinstance(told, dict) else ()))
        raise UsageError(
            f"the emotion {name} lacks a number or has one too many ({', '.join(odd)} in {path})"
        )
    for key, value in told.items():
        low, high = _RANGES.get(key, (-1, 1))
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            raise UsageError(f"{name}: {key} = {value} is not from {low} to {high} ({path})")
    return Emotion(**{key: float(value) for key, value in told.items()})


def felt(name: str, heard: Features, emotions: Mapping[str, Emotion]) -> dict[str, Track]:
    """Every number of an emotion over the time of a speech.

    With ``auto`` it is a mixture that follows the speech; else it stays.
    """
    count = len(heard.level)
    keys = [field.name for field in fields(Emotion)]
    if name != AUTO:
        return {key: np.full(count, getattr(emotions[name], key), np.float32) for key in keys}
    table = np.array([[getattr(emotions[each], key) for key in keys] for each in NAMES])
    mixed = np.matmul(mixture(heard, emotions), table)
    return {key: mixed[:, at].astype(np.float32) for at, key in enumerate(keys)}


def mixture(heard: Features, emotions: Mapping[str, Emotion]) -> Track:
    """(N, 10) float32: how much of each emotion a speech has at every moment; 1 together."""
    arousal, valence = heard_feeling(heard)
    places = np.array([(emotions[name].arousal, emotions[name].valence) for name in NAMES])
    away = (arousal[:, None] - places[:, 0]) ** 2 + (valence[:, None] - places[:, 1]) ** 2
    weights = np.exp(-_NARROW * (away - away.min(1, keepdims=True)))
    weights /= weights.sum(1, keepdims=True)
    turned = np.stack([smoothed(each, _TURN) for each in weights.T.astype(np.float32)], 1)
    turned /= turned.sum(1, keepdims=True)
    return turned


def heard_feeling(heard: Features) -> tuple[Track, Track]:
    """Arousal and valence at every moment, -1 to 1, against the clip's own mean.

    Stirred speech is louder, higher, faster and brighter; glad speech moves more in pitch, and is
    less harsh than it is loud.
    """
    loud = loudness(heard)
    voiced = (heard.pitch > 0).astype(np.float32) * loud
    tone = np.where(heard.pitch > 0, np.log2(np.maximum(heard.pitch, 1)), 0).astype(np.float32)
    energy = _relative(loud, loud)
    height = _relative(tone, voiced)
    moves = _relative(np.abs(tone - _local(tone, voiced)), voiced)
    tilt = _relative(heard.high - heard.low, loud)
    rate = _relative(np.abs(np.gradient(smoothed(loud, 0.04))).astype(np.float32), loud)
    arousal = np.tanh(0.45 * (0.4 * energy + 0.35 * height + 0.15 * rate + 0.1 * tilt))
    valence = np.tanh(0.45 * (0.5 * moves + 0.3 * rate + 0.25 * height - 0.35 * tilt))
    return arousal.astype(np.float32), valence.astype(np.float32)


def _local(track: Track, weight: Track) -> Track:
    """The mean of a track around every moment, where it counts; of all of it where little does."""
    whole = float((track * weight).sum()) / max(float(weight.sum()), 1e-6)
    counted = smoothed(track * weight, _WINDOW) + _DOUBT * whole
    mean: Track = counted / (smoothed(weight, _WINDOW) + _DOUBT)
    return mean


def _relative(track: Track, weight: Track) -> Track:
    """The local mean in deviations from the whole clip's; at most three."""
    local = _local(track, weight)
    total = float(weight.sum())
    if total < 1:
        return np.zeros_like(track)
    mean = float((local * weight).sum()) / total
    spread = math.sqrt(float(((local - mean) ** 2 * weight).sum()) / total)
    off: Track = np.clip((local - mean) / max(spread, 1e-3), -3, 3).astype(np.float32)
    return off
