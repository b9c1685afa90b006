"""What is cut off, damaged or flipped is an error and not a picture."""

from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from tests.media.made import clip
from tests.media.reading import opened, read


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_file_that_is_cut_off_is_an_error(tmp_path: Path, suffix: str) -> None:
    noisy = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    path = clip(tmp_path / f"a.{suffix}", list(noisy), options={"g": "10"})
    if suffix == "mp4":
        path = _moov_first(path)
    assert len(read(path)[0]) == 40
    half = tmp_path / f"half.{suffix}"
    half.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with pytest.raises(MediaError, match=rf"half\.{suffix}"):
        read(half)


def _moov_first(path: Path) -> Path:
    moved = path.with_name("front.mp4")
    with (
        av.open(str(path)) as before,
        av.open(str(moved), "w", options={"movflags": "faststart"}) as after,
    ):
        stream = after.add_stream_from_template(before.streams.video[0])
        for packet in before.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                after.mux(packet)
    return moved


def test_damage_in_the_middle_is_an_error(tmp_path: Path) -> None:
    noisy = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    path = clip(tmp_path / "a.mp4", list(noisy), options={"g": "10"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"a\.mp4"):
        read(path)


def test_flipped_bits_in_the_middle_are_an_error(tmp_path: Path) -> None:
    noisy = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    path = clip(tmp_path / "a.mp4", list(noisy), options={"g": "10"})
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 3, len(data) * 2 // 3, 4000):
        data[place] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"a\.mp4: a picture is corrupt"):
        read(path)


def test_damaged_photo_is_an_error(tmp_path: Path) -> None:
    import cv2

    noisy = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    data = cv2.imencode(".jpg", noisy)[1].tobytes()
    (tmp_path / "whole.jpg").write_bytes(data)
    (tmp_path / "half.jpg").write_bytes(data[: len(data) // 2])
    with opened(tmp_path / "whole.jpg") as source:
        assert len(list(source.frames())) == 1
    with pytest.raises(MediaError, match=r"half\.jpg"):
        read(tmp_path / "half.jpg")
