"""Several sources become one film, with the sound of each in its place."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from tests.effects.style.cinematic.shooting import film, heard, pictures


@pytest.mark.parametrize("name", ["dissolve", "dip", "wipe", "slide", "flow"])
def test_several_become_one_film(folder: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "out.mp4"
    flags = (f"--transition={name}", "--transition-time=0.4", "--duration=1", "--style=none")
    made = film(folder, target, "a.png", "silent.mkv", "clip.mkv", *flags)
    assert (made.video.width, made.video.height, made.video.rate) == (120, 80, 25)
    assert made.video.frames == 45  # 25 + 20 + 20, and twice 10 of them are shared
    assert made.streams == ("video", "audio") and abs(heard(target) - Fraction(9, 5)) < 0.05
    shown = pictures(target)
    steps = [float(np.abs(one - two).mean()) for one, two in pairwise(shown)]
    assert max(steps) < 55, "nothing jumps: a cut is a step of 60"
    with av.open(str(target)) as box:
        first = next(box.decode(audio=0)).to_ndarray()
    assert np.abs(first).max() < 1e-3, "a picture is silent"


def test_so_much_is_taken_of_each_clip(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    found = film(
        folder, target, "clip.mkv", "silent.mkv", "--style=none", "--duration=0.4",
        "--transition-time=0.2",
    )  # fmt: skip
    assert found.video.duration == Fraction(15, 25)
    assert abs(heard(target) - Fraction(15, 25)) <= Fraction(1, 25)


def test_clips_without_sound_give_none(folder: Path, tmp_path: Path) -> None:
    flags = ("--transition-time=0", "--style=none")
    made = film(folder, tmp_path / "out.mp4", "silent.mkv", "silent.mkv", *flags)
    assert made.streams == ("video",) and made.video.frames == 40


def test_sound_of_every_clip_is_heard_in_its_place(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    film(
        folder, target, "clip.mkv", "silent.mkv", "clip.mkv", "--transition-time=0", "--style=none"
    )
    with av.open(str(target)) as box:
        blocks = [block.to_ndarray().reshape(-1) for block in box.decode(audio=0)]
    wave = np.abs(np.concatenate(blocks).astype(float))
    thirds = [part.mean() for part in np.array_split(wave, 3)]
    assert thirds[1] < 0.02 * thirds[0] and thirds[2] == pytest.approx(thirds[0], rel=0.05)
