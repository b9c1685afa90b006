"""Qualities and previews have their sizes, rates, lengths and bits."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from afterglow.cli.main import exit_code
from tests.effects.style.cinematic.shooting import film, heard, shot
from tests.scenes import Scene, write_clip


@pytest.mark.parametrize(
    ("flags", "size", "rate"),
    [
        (("--quality=speed",), (720, 1280), 15),
        (("--quality=speed", "--landscape"), (1280, 720), 15),
        (("--quality=speed", "--preview"), (202, 360), 15),
        (("--preview",), (540, 360), 25),
        (("--quality=speed", "--fps=10", "--smooth"), (720, 1280), 10),
    ],
)
def test_sizes_and_rates(
    folder: Path, tmp_path: Path, flags: tuple[str, ...], size: tuple[int, int], rate: int
) -> None:
    target = tmp_path / "out.mp4"
    video = film(folder, target, "clip.mkv", "--style=none", *flags).video
    assert (video.width, video.height, video.rate) == (*size, rate)
    assert video.frames == round(20 * rate / 25)
    assert abs(heard(target) - Fraction(4, 5)) < 0.05


def test_a_preview_has_five_seconds(folder: Path, tmp_path: Path) -> None:
    flags = ("--preview", "--duration=4", "--style=none", "--transition-time=0")
    made = film(folder, tmp_path / "out.mp4", "a.png", "b.png", *flags)
    assert (made.video.frames, made.video.height) == (125, 360)


def test_a_quality_has_its_bits_unless_a_quantiser_is_typed(folder: Path, tmp_path: Path) -> None:
    noisy = write_clip(tmp_path / "noisy.mkv", Scene(320, 180, frames=50, noise=9.0))
    bits = []
    for flags in ((), ("--qp=10",)):
        target = tmp_path / "out.mkv"
        line = shot(noisy, target, "--style=none", "--quality=speed", "--overwrite", *flags)
        assert exit_code(line) == 0
        bits.append(target.stat().st_size * 8 / 2)
    assert 0.5 * 2_000_000 < bits[0] < 1.8 * 2_000_000 and bits[1] > 1.5 * bits[0]
