"""Puppets follow every number of a pose, by fractions of a pixel."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import combinations
from typing import Any

import numpy as np

from afterglow.effects.style.character.emotion import NAMES, read_emotions
from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet import Kind, character
from afterglow.effects.style.character.puppet.effect import Drawing
from afterglow.effects.style.character.puppet.eyes import Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import Character
from afterglow.effects.style.character.puppet.rig import Rig
from afterglow.frames import VideoInfo
from tests.effects.style.puppet.drawings import apart, drawn, video

GREEN = (0, 255, 0)


def mouth_of(who: Character) -> Mouth:
    (mouth,) = [part for part in who.parts if isinstance(part, Mouth)]
    return mouth


def marked(who: Character) -> Character:
    """The character with a mouth that is green within."""
    green = replace(mouth_of(who), inside=GREEN, tongue=GREEN, teeth=GREEN)
    return replace(who, parts=[green if isinstance(p, Mouth) else p for p in who.parts])


def aperture(who: Character, pose: Pose, of: VideoInfo) -> int:
    """The highest column, in pixels, of what is seen of the inside of the mouth."""
    pixels = drawn(who, pose, of).astype(int)
    green = (pixels[..., 1] > 190) & (pixels[..., 0] < 80) & (pixels[..., 2] < 80)
    return int(green.sum(0).max())


def test_the_mouth_in_the_picture_follows_the_jaw(kind: Kind) -> None:
    who, of = marked(character(kind)), video(480, 480)
    jaws = [0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0]
    seen = [aperture(who, Pose(jaw=jaw), of) for jaw in jaws]
    assert seen[0] == 0 and seen[-1] > 15 and np.diff(seen).min() > 0
    assert np.corrcoef(jaws, seen)[0, 1] > 0.98
    told = [mouth_of(who).lips(Pose(jaw=jaw)).aperture for jaw in jaws]
    assert np.corrcoef(told, seen)[0, 1] > 0.98
    assert aperture(who, Pose(jaw=0.6, press=1), of) == 0, "pressed lips are closed"


def test_the_mouth_follows_width_and_smile(kind: Kind) -> None:
    mouth = mouth_of(character(kind))

    def wide(pose: Pose) -> float:
        return float(np.ptp(mouth.lips(pose).x))

    assert wide(Pose(width=-1)) < 0.8 * wide(Pose()) < wide(Pose()) < 0.85 * wide(Pose(width=1))
    corners = [float(mouth.lips(Pose(smile=smile)).upper[0]) for smile in (-1.0, 0.0, 1.0)]
    assert corners[0] > corners[1] > corners[2], "a smile lifts the corners"


def test_every_number_of_a_pose_is_seen(kind: Kind) -> None:
    who = character(kind)
    extremes: dict[str, tuple[Any, ...]] = {
        "jaw": (1.0,), "width": (-1.0, 1.0), "press": (1.0,), "smile": (-1.0, 1.0),
        "lids": (0.0, 1.3), "squint": (1.0,), "brow": (-1.0, 1.0), "frown": (-1.0, 1.0),
        "gaze": ((1.0, 0.0), (0.0, 1.0)), "head": ((0.1, 0.0), (0.0, 0.1)), "roll": (8.0,),
        "nod": (8.0,), "turn": (8.0,), "breath": (-1.0, 1.0),
    }  # fmt: skip
    assert set(extremes) == {field.name for field in fields(Pose)}
    rest = drawn(who, Pose())
    for name, values in extremes.items():
        seen = [drawn(who, Pose(**{name: value})) for value in values]
        for value, picture in zip(values, seen, strict=True):
            assert apart(picture, rest) >= 12, (name, value)
        if len(seen) == 2:
            assert apart(*seen) >= 12, name


def test_ten_emotions_are_ten_faces(kind: Kind) -> None:
    who, table, faces = character(kind), read_emotions(), {}
    for name in NAMES:
        felt = table[name]
        faces[name] = drawn(
            who,
            Pose(
                width=felt.width, smile=felt.smile, brow=felt.brow, frown=felt.frown,
                lids=felt.lids, squint=felt.squint, nod=felt.nod,
            ),
        )  # fmt: skip
    assert len(faces) == 10
    for one, other in combinations(faces, 2):
        assert apart(faces[one], faces[other]) >= 20, (one, other)


def test_shut_lids_hide_the_look(kind: Kind) -> None:
    who = character(kind)
    shut = [drawn(who, Pose(lids=0, gaze=gaze)) for gaze in ((-1.0, 0.0), (1.0, 0.0))]
    open_ = [drawn(who, Pose(gaze=gaze)) for gaze in ((-1.0, 0.0), (1.0, 0.0))]
    assert apart(*open_) > 25 and apart(*shut) < 0.2 * apart(*open_)


def test_motion_has_no_steps(kind: Kind) -> None:
    """The matte's middle moves by tenths of a pixel, as it is told to."""
    who, of = character(kind), video(160, 160)
    unit = min(0.485 * who.build.size, 0.48 / who.build.span) * 160
    middles = []
    who_drawn = Drawing(who, of, None)
    for step in range(8):
        _, alpha = who_drawn.picture(Pose(head=(0.1 * step / unit, 0)))
        assert alpha is not None
        head = alpha[: int(0.60 * 160)].astype(float)
        middles.append(float((head.sum(0) * np.arange(160)).sum() / head.sum()))
    assert np.all(np.abs(np.diff(middles) - 0.1) < 0.04)


def test_the_line_of_a_shut_eye_has_no_other_line_in_it() -> None:
    """The cartoon's: down through the middle of an eye, its dark is of one piece."""
    who, of = character("cartoon"), video(640, 640)
    pixels, _ = Drawing(who, of, "studio").picture(Pose(lids=0, press=1))
    (eyes,) = (part for part in who.parts if isinstance(part, Eyes))
    rig = Rig(who.build, Pose(), 640, 640)
    place = rig.placed(np.array([[eyes.x, eyes.y + eyes.low]], np.float32), "head", None)[0]
    x, y = (round(float(each)) for each in place)
    dark = pixels[y - 10 : y + 11, x].astype(int).sum(axis=1) < 240
    rows = np.flatnonzero(dark)
    assert len(rows) >= 4 and rows[-1] - rows[0] + 1 == len(rows)
