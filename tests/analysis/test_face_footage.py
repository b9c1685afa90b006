"""The real networks on real faces."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.face import Face, Networks, Track, chosen, faces, step
from afterglow.analysis.face import topology as of
from afterglow.media import ReadOptions, open_source

pytestmark = pytest.mark.footage


def frames(clip: Path, count: int) -> list[NDArray[Any]]:
    with open_source(str(clip), ReadOptions(), lambda line: None) as source:
        return [np.asarray(frame.pixels) for frame in islice(source.frames(), count)]


def only(picture: NDArray[Any], networks: Networks) -> Face:
    face = chosen(faces(picture, networks), None)
    assert face is not None
    return face


def test_a_face_in_a_photo(astronaut: NDArray[np.uint8], networks: Networks) -> None:
    """Irises, mouth and chin lie where a person clicked on them."""
    (face,) = faces(astronaut, networks)
    clicked = {468: (203.7, 101.5), 473: (246.6, 104.0), 78: (203.0, 139.8), 308: (244.5, 141.0)}
    for index, place in clicked.items():
        assert np.hypot(*(face.points[index, :2] - place)) < 3.0, index
    assert face.presence > 0.9


@pytest.mark.parametrize(("scale", "degrees"), [(0.4, 0), (1.0, 25), (1.0, -40), (2.0, 10)])
def test_the_same_points_in_a_turned_and_scaled_photo(
    scale: float, degrees: float, astronaut: NDArray[np.uint8], networks: Networks
) -> None:
    turn = cv2.getRotationMatrix2D((224, 123), degrees, scale)
    turn[:, 2] += np.array([256, 256]) - (224, 123)
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    again = cv2.warpAffine(
        astronaut, turn, (512, 512), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    one, two = only(astronaut, networks), only(np.asarray(again, np.uint8), networks)
    there = one.points[:, :2] @ turn[:, :2].T + turn[:, 2]
    wide = float(np.ptp(there[:, 0]))
    assert np.hypot(*(two.points[:, :2] - there).T).mean() < 0.035 * wide


def test_a_face_far_away(astronaut: NDArray[np.uint8], networks: Networks) -> None:
    """A face of 26 pixels in a picture of 1920 x 1080, on which the whole shows nothing."""
    small = cv2.resize(astronaut, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    picture = np.full((1080, 1920, 3), 120, np.uint8)
    picture[700 : 700 + small.shape[0], 1300 : 1300 + small.shape[1]] = small
    face = only(picture, networks)
    middle = face.points[list(of.OVAL), :2].mean(axis=0)
    assert np.hypot(*(middle - (1300 + 0.3 * 224, 700 + 0.3 * 123))) < 4


@pytest.mark.parametrize(
    "clip", ["static/asl_walk.mkv", "odd/bt601_sd_face.mov", "moving/phone_selfie_hevc_rot90.mp4"]
)
def test_a_face_is_followed(clip: str, footage: Path, networks: Networks) -> None:
    """What is followed is where it is found when each frame is searched anew."""
    pictures = frames(footage / clip, 8)
    track = Track()
    for picture in pictures:
        track = step(picture, 0.04, track, networks)
        assert track.face is not None
    anew = only(pictures[-1], networks)
    wide = float(np.ptp(anew.points[:, 0]))
    apart = np.hypot(*(anew.points[:, :2] - track.face.points[:, :2]).T)  # type: ignore[union-attr]
    assert apart.mean() < 0.03 * wide


def test_there_is_no_face_in_a_landscape(footage: Path, networks: Networks) -> None:
    picture = cv2.imread(str(footage / "images/product_coffee.png"))
    assert faces(np.asarray(picture[..., ::-1], np.uint8).copy(), networks) == []
