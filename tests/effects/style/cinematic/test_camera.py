"""The camera moves through a picture and its depth, and fog is deeper where it is far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from afterglow.effects.style.command.values import MOVES
from tests.effects.style.cinematic.shooting import film, pictures


def test_the_moves_are_those_of_the_camera() -> None:
    from afterglow.effects.style.camera.moves import MOVES as KNOWN

    assert tuple(KNOWN) == MOVES


def test_the_camera_moves_and_the_depth_goes_along(folder: Path, tmp_path: Path) -> None:
    depth = f"--depth={folder / 'depth.png'}"
    moved = ("--camera=orbit", "--duration=0.4", "--style=none", "--codec=ffv1")
    seen = []
    for number, flags in enumerate([(), (depth,)]):
        target = tmp_path / f"{number}.mkv"
        film(folder, target, "a.png", *moved, *flags)
        seen.append(pictures(target))
    flat, deep = seen
    assert np.abs(flat[0] - flat[-1]).mean() > 3
    assert np.abs(flat[-1] - deep[-1]).mean() > 2, "the near moves otherwise than the far"


def test_the_camera_rests_where_it_came_to(folder: Path, tmp_path: Path) -> None:
    flags = ("--camera=pan-left", "--camera-time=0.2", "--style=none", "--codec=ffv1")
    film(folder, tmp_path / "out.mkv", "a.png", *flags, "--duration=0.4")
    shown = pictures(tmp_path / "out.mkv")
    assert np.array_equal(shown[5], shown[9]) and not np.array_equal(shown[0], shown[4])


def test_fog_is_deeper_where_it_is_far(folder: Path, tmp_path: Path) -> None:
    depth = f"--depth={folder / 'depth.png'}"
    flags = ("--style=none", "--codec=ffv1", "--fog=0.6:blue", "--duration=0.2")
    film(folder, tmp_path / "0.mkv", "a.png", *flags)
    film(folder, tmp_path / "1.mkv", "a.png", *flags, depth)
    flat, deep = (pictures(tmp_path / f"{n}.mkv")[0] for n in (0, 1))
    blue = [(each[:, at, 2] - each[:, at, 0]).mean() for each in (flat, deep) for at in (6, -6)]
    assert blue[2] > blue[0] + 10 and blue[3] < blue[1] - 10, "white is near, on the right"


def test_depth_is_found_in_a_picture(
    folder: Path, tmp_path: Path, tiny_painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tiny_painters))
    seen = []
    for number, flags in enumerate([(), ("--depth=auto", "--device=cpu")]):
        target = tmp_path / f"{number}.mkv"
        moved = ("--camera=dolly", "--duration=0.4", "--style=none", "--codec=ffv1")
        film(folder, target, "a.png", *moved, *flags)
        seen.append(pictures(target)[-1])
    assert np.abs(seen[0] - seen[1]).mean() > 1
