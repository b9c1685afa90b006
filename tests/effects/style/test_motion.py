"""What a face does besides talking: at natural times, by seed, and less where less is wanted."""

from __future__ import annotations

from dataclasses import astuple
from fractions import Fraction

import numpy as np
import pytest

from afterglow.effects.style.character.acting import FOLLOWING, Acting, perform
from afterglow.effects.style.character.emotion import read_emotions
from afterglow.effects.style.character.motion import (
    accented,
    blinking,
    glancing,
    swaying,
)
from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.speech.features import RATE
from afterglow.effects.style.speech.speech import listened
from afterglow.models.speech.spoken import Heard
from tests.effects.style.voices import sentence, silence, vowel

EMOTIONS = read_emotions()
SPEECH = listened(
    [sentence([part for each in "aiuaeia" * 3 for part in (vowel(each, 0.3), silence(0.2))])]
)


def blinks(lids: np.ndarray) -> list[tuple[float, float]]:
    """Start and length of every time that lids are less than 0.95 open, in seconds."""
    shut = np.diff(np.concatenate([[0], (lids < 0.95).astype(int), [0]]))
    starts, ends = np.flatnonzero(shut == 1), np.flatnonzero(shut == -1)
    return [(start / RATE, (end - start) / RATE) for start, end in zip(starts, ends, strict=True)]


def test_blinks_are_as_many_and_as_long_as_peoples() -> None:
    lids = blinking(np.full(60 * 60 * RATE, 16, np.float32), 3)
    found = blinks(lids)[:-1]
    assert len(found) / 60 == pytest.approx(16, abs=1.2)
    lengths = [length for _, length in found]
    assert min(lengths) > 0.06 and max(lengths) <= 0.4
    gaps = np.diff([start for start, _ in found])
    assert gaps.min() > 0.5 and gaps.std() / gaps.mean() > 0.6, "at random, not by the clock"
    assert lids.min() < 0.02


def test_no_blinks_where_there_are_none() -> None:
    assert blinking(np.zeros(1000, np.float32), 1).min() == 1
    assert len(blinking(np.zeros(0, np.float32), 1)) == 0


def test_eyes_leap_and_rest() -> None:
    right, down = glancing(60 * RATE, 5)
    speed = np.abs(np.diff(right)) + np.abs(np.diff(down))
    assert (speed < 1e-4).mean() > 0.85 and speed.max() > 0.05
    assert np.abs(right).max() <= 0.6 and right.std() > 0.05
    assert (np.hypot(right, down) < 0.02).mean() > 0.35, "they come back to whom they look at"


def strongest(track: np.ndarray) -> list[float]:
    """The frequencies (Hz) of a track's two strongest waves."""
    power = np.abs(np.fft.rfft(track - track.mean()))
    peaks = [at for at in range(1, len(power) - 1) if power[at - 1] < power[at] > power[at + 1]]
    best = sorted(peaks, key=lambda at: -power[at])[:2]
    return sorted(at * RATE / len(track) for at in best)


def test_sway_and_breath_have_their_frequencies_in_hertz() -> None:
    sway = swaying(200 * RATE, 1)
    assert strongest(sway["x"]) == pytest.approx([0.05, 0.3], abs=0.004)
    assert strongest(sway["breath"])[0] == pytest.approx(0.12, abs=0.004)
    assert strongest(sway["nod"])[0] == pytest.approx(0.03, abs=0.006)
    assert np.abs(sway["x"]).max() < 0.03


def test_accents_are_on_stressed_syllables() -> None:
    loud = np.ones(500, np.float32)
    said = [Heard(0.1 + k * 0.5, 0.2 + k * 0.5, "ˈa" if k % 2 else "a") for k in range(8)]
    track = accented(loud, said, 2)
    stressed = [round((each.start + each.end) / 2 * RATE) for each in said[1::2]]
    unstressed = [round((each.start + each.end) / 2 * RATE) for each in said[::2]]
    assert max(track[stressed]) > 0.35 and max(track[unstressed]) < 0.01


def test_accents_of_sound_alone_are_where_it_is_loud() -> None:
    loud = np.zeros(600, np.float32)
    loud[100:120] = loud[300:320] = 1
    track = np.max([accented(loud, (), seed) for seed in range(5)], axis=0)
    assert track[110] > 0.35 and track[310] > 0.35 and track[210] < 0.01


def column(acting: Acting, name: str) -> np.ndarray:
    names = "jaw width press smile lids squint brow frown right down x y roll nod turn breath"
    return acting.table[:, names.split().index(name)]


def test_motion_scales_everything_but_the_mouth() -> None:
    full, half, none = (perform(SPEECH, EMOTIONS, "happy", share, 4) for share in (1.0, 0.5, 0.0))
    for name in ("jaw", "width", "press", "smile"):
        assert np.array_equal(column(full, name), column(none, name))
    for name in ("x", "y", "roll", "nod", "turn", "right", "breath", "brow", "lids"):
        spans = [np.ptp(column(each, name)) for each in (full, half, none)]
        assert spans[0] > spans[1] > spans[2] == pytest.approx(0, abs=1e-6)
        assert spans[1] == pytest.approx(spans[0] / 2, rel=0.15)


def test_the_same_seed_gives_the_same_performance_and_another_another() -> None:
    one, two, other = (perform(SPEECH, EMOTIONS, "neutral", 1.0, seed) for seed in (4, 4, 5))
    assert np.array_equal(one.table, two.table)
    assert np.array_equal(column(one, "jaw"), column(other, "jaw"))
    assert np.abs(column(one, "turn") - column(other, "turn")).max() > 0.5


def test_poses_lie_between_those_of_the_table_and_stay_at_the_ends() -> None:
    table = np.zeros((3, 16), np.float32)
    table[:, 0], table[:, 8] = (0.0, 0.4, 0.8), (0.0, -0.2, 0.2)
    acting = Acting(table, Fraction(1, 50))
    assert acting.pose_at(0.005).jaw == pytest.approx(0.2)
    assert acting.pose_at(0.015).gaze[0] == pytest.approx(0.0, abs=1e-6)
    assert acting.pose_at(-3) == Pose(lids=0.0)
    assert acting.pose_at(99).jaw == pytest.approx(0.8)
    assert len(astuple(acting.pose_at(0))) == len(astuple(Pose()))


def test_a_pose_has_its_numbers_in_their_places() -> None:
    row = np.linspace(0.1, 0.8, 16, dtype=np.float32)
    pose = Acting(row[None], Fraction(1)).pose_at(0.5)
    flat = [
        *(pose.jaw, pose.width, pose.press, pose.smile, pose.lids, pose.squint, pose.brow),
        *(pose.frown, *pose.gaze, *pose.head, pose.roll, pose.nod, pose.turn, pose.breath),
    ]
    assert flat == pytest.approx(row.tolist())


def test_smoothing_is_that_of_seven_tenths_from_picture_to_picture() -> None:
    assert np.exp(-1 / 30 / FOLLOWING) == pytest.approx(0.7)
