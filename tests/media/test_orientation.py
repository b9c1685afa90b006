"""The eight ways to turn a picture."""

import struct
from fractions import Fraction
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from afterglow.media import ReadOptions, open_source
from afterglow.media.orientation import Orientation, orientation_of, upright
from tests.media.made import clip

ONE = 1 << 16
EIGHT = [Orientation(*flags) for flags in product((False, True), repeat=3)]


def matrix_of(orientation: Orientation) -> list[int]:
    """The display matrix that asks for an orientation."""
    x, y = -ONE if orientation.flip_x else ONE, -ONE if orientation.flip_y else ONE
    if orientation.transpose:
        return [0, y, 0, x, 0, 0, 0, 0, 1 << 30]
    return [x, 0, 0, 0, y, 0, 0, 0, 1 << 30]


def shown(stored: np.ndarray, matrix: list[int]) -> np.ndarray:
    """The picture as the matrix defines it: every pixel carried to its place."""
    a, b, _, c, d = matrix[:5]
    height, width = stored.shape[:2]
    y, x = np.mgrid[:height, :width]
    new_x, new_y = (a * x + c * y) // ONE, (b * x + d * y) // ONE
    new_x, new_y = new_x - new_x.min(), new_y - new_y.min()
    result = np.zeros((new_y.max() + 1, new_x.max() + 1, *stored.shape[2:]), stored.dtype)
    result[new_y, new_x] = stored
    return result


@pytest.mark.parametrize("orientation", EIGHT)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_picture_is_turned_as_the_matrix_says(orientation: Orientation, kind: type) -> None:
    matrix = matrix_of(orientation)
    assert orientation_of(struct.pack("=9i", *matrix)) == orientation
    for shape in ((5, 7, 3), (5, 7)):
        stored = np.random.default_rng(1).integers(0, 256, shape).astype(kind)
        turned = upright(stored, orientation)
        assert np.array_equal(turned, shown(stored, matrix))
        assert turned.flags.c_contiguous


def test_skewed_matrix_is_none_of_the_eight() -> None:
    half = int(ONE * 0.7)
    assert orientation_of(struct.pack("=9i", half, half, 0, -half, half, 0, 0, 0, 1 << 30)) is None


@pytest.mark.parametrize("orientation", EIGHT)
def test_file_with_a_matrix_is_read_as_displayed(tmp_path: Path, orientation: Orientation) -> None:
    stored = np.zeros((48, 96, 3), np.uint8)
    stored[:24, :48] = 220
    stored[:24, 48:] = 140
    stored[24:, :48] = 70
    matrix = matrix_of(orientation)

    def turned(stream: object) -> None:
        stream.sample_aspect_ratio = Fraction(4, 3)  # type: ignore[attr-defined]
        stream.set_display_matrix(matrix)  # type: ignore[attr-defined]

    path = clip(tmp_path / "a.mp4", [stored] * 3, options={"qp": "1"}, setup=turned)
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        video = source.video
        frame = next(source.frames())
    expected = shown(stored, matrix)
    assert (video.height, video.width) == expected.shape[:2]
    assert frame.pixels.shape == expected.shape
    assert np.abs(frame.pixels.astype(int) - expected).max() <= 8
    aspect = Fraction(4, 3)
    assert video.sample_aspect == (1 / aspect if orientation.transpose else aspect)
    with open_source(str(path), ReadOptions(resolution=24), lambda line: None) as source:
        small = next(source.frames())
        assert small.pixels.shape == (24, source.video.width, 3)


EXIF = {
    1: (False, False, False), 2: (False, True, False), 3: (False, True, True),
    4: (False, False, True), 5: (True, False, False), 6: (True, True, False),
    7: (True, True, True), 8: (True, False, True),
}  # fmt: skip
"""EXIF's numbers (tag 0x0112): transpose, flip x, flip y."""


@pytest.mark.parametrize("number", EXIF)
def test_photo_is_turned_by_its_exif(tmp_path: Path, number: int) -> None:
    stored = np.zeros((64, 96, 3), np.uint8)
    stored[:32, :48] = 220
    stored[:32, 48:] = 140
    stored[32:, :48] = 70
    jpeg = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, number, 0)
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 1) + entry + bytes(4)
    body = b"Exif\x00\x00" + tiff
    app1 = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg[:2] + app1 + jpeg[2:])
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        frame = next(source.frames())
    expected = shown(stored, matrix_of(Orientation(*EXIF[number])))
    assert frame.pixels.shape == expected.shape
    assert np.abs(frame.pixels.astype(int) - expected).max() <= 6
