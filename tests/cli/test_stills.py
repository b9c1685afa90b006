"""Single pictures that a flag names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from afterglow.cli.stills import still, still_matte
from afterglow.errors import MediaError
from tests.scenes import Scene, write_clip


def picture(path: Path, channels: int, kind: Any = np.uint8) -> Any:
    """Write a picture of noise; back come its RGB(A) or grey levels."""
    levels = np.random.default_rng(2).integers(0, np.iinfo(kind).max, (10, 14, channels), kind)
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert cv2.imwrite(str(path), levels[..., order])
    return levels


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_picture_keeps_its_depth(tmp_path: Path, kind: Any) -> None:
    levels = picture(tmp_path / "a.png", 3, kind)
    found = still(str(tmp_path / "a.png"))
    assert found.dtype == kind and np.array_equal(found, levels)


def test_an_alpha_channel_is_the_matte(tmp_path: Path) -> None:
    levels = picture(tmp_path / "a.png", 4)
    assert np.array_equal(still_matte(str(tmp_path / "a.png")), levels[..., 3])


def test_else_its_grey_is(tmp_path: Path) -> None:
    levels = picture(tmp_path / "a.png", 1)
    found = still_matte(str(tmp_path / "a.png"))
    assert found.shape == (10, 14) and np.array_equal(found, levels[..., 0])


@pytest.mark.parametrize("read", [still, still_matte])
def test_a_video_is_refused_and_one_of_a_single_frame_is_a_picture(
    tmp_path: Path, read: Any
) -> None:
    scene = Scene(32, 24, frames=2)
    two = write_clip(tmp_path / "two.mkv", scene)
    with pytest.raises(MediaError, match=r"two\.mkv: one picture is wanted"):
        read(str(two))
    one = write_clip(tmp_path / "one.mkv", [scene.view(0)])
    assert read(str(one)).shape[:2] == (24, 32)


@pytest.mark.parametrize("content", [None, b"not a picture"])
def test_what_is_no_picture_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MediaError, match=r"a\.png"):
        still(str(path))
