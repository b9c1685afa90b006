"""Styles, light and air are seen, as strong as is asked, over a video that keeps its sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from afterglow.effects.style.command.values import STYLES
from tests.effects.style.cinematic.shooting import SIZE, film, pictures
from tests.program import sound as packets_of_sound


def test_the_styles_are_the_looks_that_there_are() -> None:
    from afterglow.effects.style.looks import LOOKS

    assert set(LOOKS) == set(STYLES)


def test_a_video_keeps_its_size_rate_and_sound(folder: Path, tmp_path: Path) -> None:
    made = film(folder, tmp_path / "out.mkv", "clip.mkv", "--style=noir")
    video = made.video
    assert (video.width, video.height, video.rate) == (*SIZE, 25)
    assert len(pictures(tmp_path / "out.mkv")) == 20
    assert packets_of_sound(tmp_path / "out.mkv") == packets_of_sound(folder / "clip.mkv")
    grey = np.stack(pictures(tmp_path / "out.mkv"))
    assert np.abs(grey[..., 0] - grey[..., 2]).mean() < 2, "noir has no colour"


def test_styles_are_worn_one_over_the_other(folder: Path, tmp_path: Path) -> None:
    lut = f"--lut={folder / 'swap.cube'}"
    film(folder, tmp_path / "1.mkv", "clip.mkv", "--style=none", "--codec=ffv1")
    film(folder, tmp_path / "2.mkv", "clip.mkv", "--style=none", lut, "--codec=ffv1")
    film(folder, tmp_path / "3.mkv", "clip.mkv", "--style=none,noir", "--codec=ffv1")
    film(folder, tmp_path / "4.mkv", "clip.mkv", "--style=none", "--style=noir", "--codec=ffv1")
    plain, swapped, grey, too = (pictures(tmp_path / f"{n}.mkv")[0] for n in (1, 2, 3, 4))
    assert np.abs(plain[..., ::-1] - swapped).max() <= 1
    assert (
        np.array_equal(grey, too) and np.ptp(grey, axis=2).max() == 0 < np.ptp(plain, axis=2).max()
    )


def test_strength_is_how_much_is_seen(folder: Path, tmp_path: Path) -> None:
    seen = []
    for strength in (0, 0.5, 1):
        target = tmp_path / f"{strength}.mkv"
        film(folder, target, "clip.mkv", "--style=noir", f"--strength={strength}", "--codec=ffv1")
        seen.append(pictures(target)[0])
    assert np.array_equal(seen[0], pictures(folder / "clip.mkv")[0])
    assert np.abs((seen[0] + seen[2]) / 2 - seen[1]).max() <= 1


@pytest.mark.parametrize(
    ("flags", "least"),
    [
        (("--lighting",), 0.3),
        (("--lighting-amount=0.5",), 3),
        (("--fog=0.4:#8090ff",), 5),
        (("--bloom",), 1),
        (("--bloom-amount=1",), 3),
        (("--temporal-smoothing",), 0.3),
    ],
)
def test_light_and_air_are_seen(
    folder: Path, tmp_path: Path, flags: tuple[str, ...], least: float
) -> None:
    seen = []
    for number, more in enumerate([(), flags]):
        target = tmp_path / f"{number}.mkv"
        film(folder, target, "clip.mkv", "--style=none", "--codec=ffv1", *more)
        seen.append(np.stack(pictures(target)))
    assert np.abs(seen[0] - seen[1])[4:].mean() > least
