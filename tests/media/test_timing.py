"""A pts for every picture."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest

from afterglow.media import ReadOptions, open_source
from afterglow.media.timing import with_times
from tests.media.made import clip, numbered, picture


def frames(times: Sequence[int | None]) -> list[av.VideoFrame]:
    made = [av.VideoFrame(16, 16, "gray") for _ in times]
    for frame, time in zip(made, times, strict=True):
        frame.pts = time
    return made


@pytest.mark.parametrize(
    ("given", "expected", "told"),
    [
        ([0, 10, 20], [0, 10, 20], False),
        ([-20, -10, 0], [-20, -10, 0], False),
        ([None, None, None], [0, 10, 20], False),
        ([5, None, 25], [5, 15, 25], False),
        ([0, 10, 10, 20], [0, 10, 11, 20], True),
        ([0, 10, 4, 4, 20], [0, 10, 11, 12, 20], True),
    ],
)
def test_every_picture_gets_a_later_time(
    given: list[int | None], expected: list[int], told: bool
) -> None:
    said: list[str] = []
    assert [frame.pts for frame in with_times(frames(given), 10, said.append)] == expected
    assert len(said) == int(told)


def test_raw_stream_without_times_gets_even_ones(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.h264", 12, options={"bf": "2"})
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        times = [frame.pts * source.video.time_base for frame in source.frames()]
    assert times == [Fraction(k, 25) for k in range(12)]
    assert source.video.rate == 25


@pytest.mark.parametrize("start", [Fraction(0), Fraction(1, 5)])
def test_a_source_says_where_its_pictures_begin(tmp_path: Path, start: Fraction) -> None:
    path = clip(tmp_path / "a.mkv", [picture(k) for k in range(12)], pts=range(35, 47))
    with open_source(str(path), ReadOptions(start=start), lambda line: None) as source:
        frames = list(source.frames())
        times = [source.video.seconds_at(frame.pts) for frame in frames]
    assert times[0] == 0 and times == sorted(times)
    assert (source.video.begin > 0) == (start == 0)
