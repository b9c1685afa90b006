"""Real faces, measured again in the frames that a portrait gives out."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.face import Face, Networks, chosen, faces
from afterglow.analysis.face import topology as of
from afterglow.effects.style.character.portrait import Portrait
from afterglow.effects.style.character.pose import Pose
from afterglow.frames import Frame, VideoInfo
from afterglow.media import ReadOptions, open_source
from afterglow.models.face import face_networks
from tests.effects.style.portrait.sitting import Acted

pytestmark = pytest.mark.footage


def given(picture: NDArray[np.uint8], poses: list[Pose]) -> list[NDArray[Any]]:
    """A photo in one pose after another."""
    height, width = picture.shape[:2]
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25), frames=len(poses))
    acted = Acted(lambda seconds: poses[round(seconds * 25)])
    frames = (Frame(picture, t) for t in range(len(poses)))
    out = Portrait(acted, face_networks()).stream(frames, video)
    return [np.asarray(frame.pixels) for frame in out]


def only(picture: NDArray[Any], networks: Networks) -> Face:
    face = chosen(faces(picture, networks), None)
    assert face is not None
    return face


def aperture(face: Face) -> float:
    """Distance of the lips in face heights."""
    points = face.points[:, :2]
    high = np.hypot(*(points[of.FOREHEAD] - points[of.CHIN]))
    return float(np.hypot(*(points[13] - points[14])) / high)


def test_the_mouth_that_is_seen_follows_the_jaw_that_was_told(
    astronaut: NDArray[np.uint8], networks: Networks
) -> None:
    jaws = [0.5 - 0.5 * np.cos(2 * np.pi * t / 14) for t in range(28)]
    out = given(astronaut, [Pose(jaw=jaw) for jaw in jaws])
    seen = [aperture(only(each, networks)) for each in out]
    matches = [np.corrcoef(np.roll(jaws, late)[3:-3], seen[3:-3])[0, 1] for late in (-1, 0, 1)]
    assert matches[1] >= 0.95 and matches[1] == max(matches)
    changed = np.any([(each != astronaut).any(axis=2) for each in out], axis=0)
    assert not changed[250:].any() and not changed[:, :110].any() and not changed[:, 340:].any()


def test_each_part_of_an_expression_is_seen_again(
    astronaut: NDArray[np.uint8], networks: Networks
) -> None:
    """What the mesh network, which knows nothing of the pose, sees in the output."""
    poses = {
        "rest": Pose(), "raised": Pose(brow=1), "low": Pose(brow=-1), "sad": Pose(frown=-1),
        "angry": Pose(frown=1), "smile": Pose(smile=1), "down": Pose(smile=-1),
        "shut": Pose(lids=0), "wide": Pose(lids=1.3), "pursed": Pose(width=-1, jaw=0.3),
    }  # fmt: skip
    out = given(astronaut, list(poses.values()))
    seen = dict(zip(poses, (_measures(only(each, networks)) for each in out), strict=True))
    rest = seen["rest"]
    assert seen["raised"]["brow"] > rest["brow"] + 0.01 > rest["brow"] > seen["low"]["brow"]
    assert seen["sad"]["inner"] > rest["inner"] + 0.01 and seen["angry"]["inner"] < rest["inner"]
    assert seen["smile"]["corners"] > rest["corners"] + 0.01
    assert seen["down"]["corners"] < rest["corners"] - 0.01
    assert seen["shut"]["lids"] < 0.6 * rest["lids"] < 0.65 * seen["wide"]["lids"]
    assert seen["pursed"]["wide"] < 0.9 * rest["wide"]


def _measures(face: Face) -> dict[str, float]:
    """Heights and widths of a face, in its own heights, up positive."""
    points = face.points[:, :2]
    high = float(np.hypot(*(points[of.FOREHEAD] - points[of.CHIN])))
    eyes = points[[33, 133, 263, 362], 1].mean()
    lids = [points[low, 1] - points[up, 1] for up, low in ((159, 145), (386, 374))]
    found = {
        "brow": eyes - points[[*of.LEFT_BROW, *of.RIGHT_BROW], 1].mean(),
        "inner": eyes - points[[107, 55, 336, 285], 1].mean(),
        "corners": points[[0, 17], 1].mean() - points[[61, 291], 1].mean(),
        "lids": float(np.mean(lids)),
        "wide": points[291, 0] - points[61, 0],
    }
    return {name: float(value) / high for name, value in found.items()}


@pytest.mark.parametrize("clip", ["static/asl_walk.mkv", "odd/bt601_sd_face.mov"])
def test_a_face_in_a_video_is_moved_and_its_surroundings_are_not(
    clip: str, footage: Path, networks: Networks
) -> None:
    with open_source(str(footage / clip), ReadOptions(), lambda line: None) as source:
        frames = list(islice(source.frames(), 8))
        acted = Portrait(Acted(lambda seconds: Pose(jaw=0.7)), face_networks())
        out = list(acted.stream(iter(frames), source.video))
    assert [frame.pts for frame in out] == [frame.pts for frame in frames]
    for before, after in ((frames[0], out[0]), (frames[7], out[7])):
        one, two = np.asarray(before.pixels), np.asarray(after.pixels)
        face = only(one, networks)
        assert aperture(only(two, networks)) > aperture(face) + 0.03
        y, x = np.mgrid[: one.shape[0], : one.shape[1]]
        crop = face.crop()
        away = np.hypot(x - crop.x, y - crop.y) > 0.95 * crop.side
        assert away.any() and np.array_equal(one[away], two[away])
