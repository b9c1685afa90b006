"""A face of a video is followed: steady at rest, without lag when it moves, found again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from afterglow.analysis.face import Track, step
from afterglow.analysis.face import topology as of
from tests.analysis.faces import StandIns, marked, placed

SIZE = (320, 200)
RATE = 25


@dataclass(frozen=True)
class Counted(StandIns):
    """Stand-ins that know how often the detector was asked."""

    asked: list[int] = field(default_factory=list)

    def detector(self, picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:  # type: ignore[override]
        self.asked.append(1)
        return super().detector(picture)


def followed(
    pictures: list[NDArray[np.uint8]], networks: StandIns, rate: int = RATE
) -> list[Track]:
    tracks, track = [], Track()
    for number, picture in enumerate(pictures):
        track = step(picture, 1 / rate if number else 0.0, track, networks)
        tracks.append(track)
    return tracks


def middle(track: Track) -> NDArray[np.float64]:
    assert track.face is not None
    return track.face.points[list(of.OVAL), :2].mean(axis=0)


def grained(picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).integers(-3, 4, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_the_same_picture_has_the_same_face_to_the_last_bit() -> None:
    picture = marked(placed(160, 100, 120), SIZE)
    networks = Counted()
    tracks = followed([picture, picture.copy(), picture.copy()], networks)
    assert tracks[0].face is tracks[1].face is tracks[2].face
    assert tracks[0].face is not None and networks.asked


def test_a_face_at_rest_is_steadier_than_its_measurement() -> None:
    still = marked(placed(160, 100, 120), SIZE)
    pictures = [grained(still, seed) for seed in range(24)]
    tracks = followed(pictures, StandIns(noise=1.0))
    seen = np.stack([track.face.points for track in tracks if track.face])[4:, :468, :2]
    raw = np.stack([track.raw for track in tracks if track.raw is not None])[4:, :468, :2]
    assert len(seen) == len(raw) == 20
    assert seen.std(axis=0).mean() < 0.6 * raw.std(axis=0).mean()


def test_a_face_that_moves_is_not_left_behind() -> None:
    places = [placed(60 + 5 * t, 100 + 2 * np.sin(t), 110) for t in range(20)]
    tracks = followed([marked(each, SIZE) for each in places], StandIns())
    lag = [
        middle(track)[0] - each[list(of.OVAL), 0].mean()
        for track, each in zip(tracks, places, strict=True)
    ]
    assert np.abs(lag[3:]).mean() < 0.4, "5 pixels a frame, and less than a tenth of a frame late"


def test_the_detector_rests_while_the_face_is_followed() -> None:
    networks = Counted()
    places = [placed(100 + 3 * t, 100, 110) for t in range(6)]
    pictures = [marked(each, SIZE) for each in places]
    followed(pictures[:1], networks)
    first = len(networks.asked)
    followed(pictures, networks)
    assert len(networks.asked) == 2 * first


def test_a_lost_face_is_found_again() -> None:
    blank = np.full((200, 320, 3), 60, np.uint8)
    gone = [grained(blank, seed) for seed in range(8)]
    here, there = (marked(placed(x, 100, 110), SIZE) for x in (80, 250))
    back = [grained(there, seed) for seed in range(6)]
    tracks = followed([here, *gone, *back], StandIns())
    assert tracks[0].face and tracks[-1].face
    assert all(track.face is None for track in tracks[1:9])
    assert abs(middle(tracks[-1])[0] - 250) < 3


def test_another_shot_is_another_face() -> None:
    here, there = (marked(placed(x, 100, 110), SIZE) for x in (80, 250))
    both = [grained(here, 1), grained(here, 2), grained(there, 3)]
    tracks = followed(both, StandIns())
    assert abs(middle(tracks[-1])[0] - 250) < 3


def test_the_face_that_was_asked_for_is_kept() -> None:
    """The second from the left stays the one that is followed, though the first one leaves."""
    left, right = placed(70, 100, 90), placed(240, 100, 100)
    both = marked(right, SIZE, marked(left, SIZE))
    alone = grained(marked(right, SIZE), 1)
    track = step(both, 0.0, Track(2), StandIns())
    assert abs(middle(track)[0] - 240) < 3
    track = step(alone, 1 / RATE, track, StandIns())
    assert abs(middle(track)[0] - 240) < 3
    assert step(both, 0.0, Track(3), StandIns()).face is None
