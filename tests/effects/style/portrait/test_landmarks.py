"""Landmarks and sketches of a face are read, and what is none is told."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait import read_landmarks
from afterglow.effects.style.character.portrait.landmarks import with_irises
from afterglow.effects.style.character.pose import Pose
from afterglow.errors import UsageError
from afterglow.frames import Frame
from tests.effects.style.portrait.sitting import POINTS, aperture, effect, face, rows, video


@pytest.mark.parametrize(
    "told",
    [
        rows(POINTS),
        rows(POINTS[:, :2]),
        {"landmarks": rows(POINTS)},
        [{"x": x, "y": y} for x, y in rows(POINTS[:, :2])],
    ],
    ids=["x, y, z", "x, y", "in an object", "objects"],
)
def test_points_are_read(told: Any) -> None:
    found = read_landmarks(json.dumps(told))
    assert found.shape == (478, 3)
    np.testing.assert_allclose(found[:, :2], POINTS[:, :2])


def test_a_mesh_without_irises_gets_them() -> None:
    found = read_landmarks(json.dumps(rows(POINTS[:468])))
    np.testing.assert_array_equal(found, with_irises(POINTS[:468]))
    for iris in (of.LEFT_IRIS, of.RIGHT_IRIS):
        assert np.hypot(*(found[iris[0], :2] - POINTS[iris[0], :2])) < 2


SKETCH: dict[str, Any] = {
    "face": [[116, 88], [160, 28], [204, 88], [160, 148]],
    "left_eye": [[130, 74], [140, 69], [149, 74], [140, 77]],
    "right_eye": [[171, 74], [180, 69], [190, 74], [180, 77]],
    "mouth": [[140, 117], [160, 111], [180, 117], [160, 123]],
}
"""What a person would point at in the painted face."""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ("[]", "0 points"),
        ("7", "0 points"),
        (json.dumps(rows(POINTS[:100])), "100 points"),
        (json.dumps([[1, 2]] * 477 + [[1]]), "no point"),
        (json.dumps([[1, 2]] * 477 + [["a", 2]]), "no point"),
        (json.dumps([[1, 2]] * 477 + [[True, None]]), "no point"),
        ("[" + "[1,2]," * 477 + "[NaN,1]]", "finite"),
        ("[" + "[1,2]," * 477 + f"[1{'0' * 400},1]]", "finite"),
        (json.dumps(SKETCH).replace("116", "1" + "0" * 400), "4 points"),
        ("[" * 100_000, "no JSON"),
        (json.dumps([[0.3 + 0.001 * n, 0.5] for n in range(478)]), "within 4 pixels"),
    ],
)
def test_what_are_no_points_is_told(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_landmarks(text)


def test_points_beside_the_picture_are_told() -> None:
    for shift in ([400, 0, 0], [0, 300, 0], [-400, 0, 0]):
        beside = POINTS + shift
        with pytest.raises(UsageError, match="outside of the picture, which has 320x180"):
            list(effect(Pose(), landmarks=beside).stream(iter([Frame(face(), 0)]), video()))


def test_a_sketch_gives_all_points() -> None:
    found = read_landmarks(json.dumps(SKETCH))
    known = [*of.OVAL, *of.LEFT_EYE_UPPER, *of.RIGHT_EYE_LOWER, *of.LIP_OUTER_UPPER]
    apart = np.hypot(*(found[known, :2] - POINTS[known, :2]).T)
    assert found.shape == (478, 3) and apart.max() < 3
    nose = [1, 2, 98, 327, 168, 205, 425, 152, 199]
    assert np.hypot(*(found[nose, :2] - POINTS[nose, :2]).T).max() < 8
    assert (found[[1, 152], 2] < found[[234, 454], 2] + 1e-6).all(), "the nose is nearest"


def test_a_sketch_may_tell_lips_brows_and_irises() -> None:
    more = SKETCH | {
        "lips": [[160, 114], [160, 120]],
        "left_brow": [[125, 60], [138, 54], [150, 60]],
        "right_iris": [[184, 73], [189, 73]],
    }
    found = read_landmarks(json.dumps(more))
    assert found[13, 1] == pytest.approx(114) and found[14, 1] == pytest.approx(120)
    brow = found[list(of.LEFT_BROW), :2]
    assert brow[:, 1].mean() < 60 and brow[0, 0] == pytest.approx(125, abs=1)
    assert found[of.RIGHT_IRIS[0], :2] == pytest.approx((184, 73))
    assert found[of.LEFT_IRIS[0], :2] == pytest.approx((139.5, 73), abs=1)


def test_a_sketched_face_talks() -> None:
    points = read_landmarks(json.dumps(SKETCH))
    acted = effect(lambda seconds: Pose(jaw=seconds * 25), landmarks=points)
    frames = list(acted.stream((Frame(face(), t) for t in range(2)), video(2)))
    assert aperture(np.asarray(frames[1].pixels)) > 8 > aperture(np.asarray(frames[0].pixels))


@pytest.mark.parametrize(
    ("sketch", "words"),
    [
        ({}, "no face, left_eye, right_eye, mouth"),
        (SKETCH | {"nose": [[1, 2]]}, "unknown name nose"),
        (SKETCH | {"mouth": [[1, 2]]}, "mouth of a sketch takes 4 points"),
        (SKETCH | {"lips": [[1, "x"], [2, 3]]}, "lips of a sketch takes 2 points"),
        (SKETCH | {"face": 7}, "face of a sketch takes 4 points"),
    ],
)
def test_what_is_no_sketch_is_told(sketch: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_landmarks(json.dumps(sketch))
