"""A pts for every picture."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest

from afterglow.media import ReadOptions, WriteOptions, open_source, open_target
from afterglow.media.timing import with_times
from tests.media.made import clip, number_of, numbered, picture


def made(times: Sequence[int | None]) -> list[av.VideoFrame]:
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
    assert [frame.pts for frame in with_times(made(given), 10, said.append)] == expected
    assert len(said) == int(told)


def test_raw_stream_without_times_gets_even_ones(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.h264", 12, options={"bf": "2"})
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        times = [frame.pts * source.video.time_base for frame in source.frames()]
    assert times == [Fraction(k, 25) for k in range(12)]
    assert source.video.rate == 25


@pytest.mark.parametrize(
    ("codec", "settings"),
    [
        ("mjpeg", {}),
        ("mpeg4", {"bf": "0"}),
        ("mpeg4", {"bf": "2"}),
        ("libx264", {"bf": "0"}),
        ("libx264", {"bf": "3", "b-adapt": "0"}),
    ],
)
def test_pictures_of_an_avi_are_shown_at_the_times_of_its_chunks(
    tmp_path: Path, codec: str, settings: dict[str, str]
) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = numbered(tmp_path / "a.avi", 24, codec=codec, pix_fmt=pix_fmt, options=settings, sound=1)
    with av.open(str(path)) as film:
        chunks = [packet.dts for packet in film.demux(video=0) if packet.size]
    said: list[str] = []
    with open_source(str(path), ReadOptions(), said.append) as source:
        frames = list(source.frames())
    assert [number_of(frame.pixels) for frame in frames] == list(range(24))
    assert chunks[0] == 0 and [frame.pts for frame in frames] == chunks
    assert not any("advance" in line for line in said)


@pytest.mark.parametrize("start", [Fraction(0), Fraction(1, 5)])
def test_a_source_says_where_its_pictures_begin(tmp_path: Path, start: Fraction) -> None:
    path = clip(tmp_path / "a.mkv", [picture(k) for k in range(12)], pts=range(35, 47))
    with open_source(str(path), ReadOptions(start=start), lambda line: None) as source:
        frames = list(source.frames())
        times = [source.video.seconds_at(frame.pts) for frame in frames]
    assert times[0] == 0 and times == sorted(times)
    assert (source.video.begin > 0) == (start == 0)


def broadcast(path: Path, start: int) -> Path:
    """A transport stream of 12 numbered pictures and sound whose clock begins at so many seconds.

    It lasts longer than a day's clock if need be: that wraps after 95443.7 s.
    """
    source = numbered(path.with_suffix(".mp4"), 12, sound=1)
    settings = {"output_ts_offset": str(start)}
    with av.open(str(source)) as film, av.open(str(path), "w", container_options=settings) as out:
        seats = {each.index: out.add_stream_from_template(each) for each in film.streams}
        for packet in film.demux():
            if packet.dts is not None:
                packet.stream = seats[packet.stream.index]
                out.mux(packet)
    return path


@pytest.mark.parametrize("start", [0, 60, 95441])
@pytest.mark.parametrize("name", ["out.mp4", "out.mkv"])
def test_a_clock_that_begins_anywhere_begins_at_zero(tmp_path: Path, start: int, name: str) -> None:
    path, out = broadcast(tmp_path / "a.ts", start), tmp_path / name
    with (
        open_source(str(path), ReadOptions(), lambda line: None) as source,
        open_target(str(out), source.video, WriteOptions(), source, lambda line: None) as target,
    ):
        for frame in source.frames():
            target.write(frame)
    with av.open(str(path)) as film, av.open(str(out)) as made:
        apart = film.streams.video[0].start_time - film.streams.audio[0].start_time
        pictures = list(made.decode(video=0))
    with av.open(str(out)) as made:
        sound = next(made.decode(audio=0))
    assert [number_of(each.to_ndarray(format="rgb24")) for each in pictures] == list(range(12))
    assert sound.time == pytest.approx(0, abs=0.03)
    assert pictures[0].time - sound.time == pytest.approx(apart / 90000, abs=0.002)
