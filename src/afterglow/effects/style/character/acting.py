"""A performance: what a face does, moment by moment, while it says something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from afterglow.effects.style.character.emotion import Emotion, felt
from afterglow.effects.style.character.motion import (
    accented,
    blinking,
    glancing,
    swaying,
    trembling,
)
from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.speech.features import RATE, Track
from afterglow.effects.style.speech.smooth import following, smoothed
from afterglow.effects.style.speech.speech import Speech

FOLLOWING = 1 / (30 * -np.log(0.7))
"""Seconds: the time constant of smoothing by 0.7 from picture to picture, thirty a second."""
_OF_MOUTH = ("mouth", "width", "smile")
"""What of a feeling the mouth shows."""
_BROW, _NOD = 0.4, 2.2
"""What an accent does: share of the brow's way, and degrees."""
_BOB = 1.6
"""Degrees by which the head follows how loud it speaks."""


@dataclass(frozen=True, slots=True, eq=False)
class Acting:
    """A ``Performance`` that was worked out for every hundredth of a second."""

    table: Track
    """(N, 16) float32: the numbers of a pose, in its order."""
    duration: Fraction
    """Seconds."""

    def pose_at(self, seconds: float) -> Pose:
        """Return the pose at a time; before the start and after the end the nearest one."""
        place = min(max(seconds * RATE, 0.0), len(self.table) - 1)
        before = int(place)
        after = min(before + 1, len(self.table) - 1)
        share = place - before
        row = (1 - share) * self.table[before] + share * self.table[after]
        jaw, width, press, smile, lids, squint, brow, frown, *more = row.tolist()
        right, down, x, y, roll, nod, turn, breath = more
        return Pose(
            *(jaw, width, press, smile, lids, squint, brow, frown),
            *((right, down), (x, y), roll, nod, turn, breath),
        )


def perform(
    speech: Speech, emotions: Mapping[str, Emotion], emotion: str, motion: float, seed: int
) -> Acting:
    """The performance of a speech.

    Args:
        speech: What is said.
        emotions: What each emotion looks like.
        emotion: One of their names, or auto.
        motion: 0 to 1: how much moves besides the mouth. The expression stays, and stays still.
        seed: Which blinks, glances and sways.
    """
    feeling = felt(emotion, speech.heard, emotions)
    feeling |= {key: _stilled(feeling[key], motion) for key in feeling if key not in _OF_MOUTH}
    tracks = _mouth(speech, feeling) | _face(speech, feeling, motion, seed)
    columns = [np.clip(tracks[name], low, high) for name, (low, high) in _COLUMNS.items()]
    return Acting(np.stack(columns, 1).astype(np.float32), speech.duration)


_COLUMNS: Mapping[str, tuple[float, float]] = {
    "jaw": (0, 1), "width": (-1, 1), "press": (0, 1), "smile": (-1, 1), "lids": (0, 1.3),
    "squint": (0, 1), "brow": (-1, 1), "frown": (-1, 1), "right": (-1, 1), "down": (-1, 1),
    "x": (-0.2, 0.2), "y": (-0.2, 0.2), "roll": (-20, 20), "nod": (-20, 20), "turn": (-20, 20),
    "breath": (-1, 1),
}  # fmt: skip
"""The columns of the table, and what each may be."""


def _stilled(track: Track, motion: float) -> Track:
    """A track that keeps only so much of its changes."""
    mean = float(track.mean(dtype=np.float64)) if len(track) else 0.0
    still: Track = (mean + motion * (track - mean)).astype(np.float32)
    return still


def _mouth(speech: Speech, feeling: Mapping[str, Track]) -> dict[str, Track]:
    """The mouth: a louder feeling opens it wider, and never one that is closed."""
    mouth = speech.mouth()
    return {
        "jaw": mouth.jaw * feeling["mouth"],
        "width": mouth.width + feeling["width"] * (0.6 + 0.4 * np.minimum(1, 2 * mouth.jaw)),
        "press": mouth.press,
        "smile": feeling["smile"],
    }


def _face(
    speech: Speech, feeling: Mapping[str, Track], motion: float, seed: int
) -> dict[str, Track]:
    """Everything but the mouth."""
    loud, count = speech.loudness(), len(speech.heard.level)
    accents = accented(loud, speech.phonemes, seed) * feeling["accents"] * motion
    sway = {name: track * motion for name, track in swaying(count, seed).items()}
    right, down = (track * motion for track in glancing(count, seed))
    shut = 1 - motion * (1 - blinking(feeling["blinks"], seed))
    shiver = trembling(count, seed) * feeling["tremble"] * motion
    bob = _BOB * motion * (smoothed(loud, 0.22) - smoothed(loud, 1.5))
    head = feeling["head"]
    return {
        "lids": (feeling["lids"] + 0.06 * accents) * shut,
        "squint": feeling["squint"],
        "brow": following(feeling["brow"] + _BROW * accents, FOLLOWING),
        "frown": feeling["frown"],
        "right": right,
        "down": down + feeling["look"],
        "x": head * sway["x"] + 0.0015 * shiver,
        "y": head * sway["y"],
        "roll": feeling["roll"] + head * sway["roll"],
        "nod": following(feeling["nod"] + head * (sway["nod"] + bob + _NOD * accents), FOLLOWING),
        "turn": feeling["turn"] + head * sway["turn"] + 0.4 * shiver,
        "breath": sway["breath"],
    }
