"""What a source tells of itself, and frames that are as they were written."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from afterglow.media import probe
from tests.media.made import LOSSLESS, clip, number_of, numbered
from tests.media.reading import opened, read


def test_plain_file_gives_every_frame_in_order(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4", 30, options={"bf": "3"})
    said: list[str] = []
    with opened(path, said) as source:
        video = source.video
        frames = list(source.frames())
    assert [number_of(frame.pixels) for frame in frames] == list(range(30))
    assert (video.width, video.height, video.depth, video.bits) == (64, 48, 8, 8)
    assert (video.rate, video.frames, video.duration) == (25, 30, Fraction(30, 25))
    assert [frame.pts * video.time_base for frame in frames] == [Fraction(k, 25) for k in range(30)]
    assert frames[0].pixels.dtype == np.uint8
    assert not video.alpha and frames[0].alpha is None
    assert source.kept == (None, None)
    assert said == ["colour is not tagged: read as BT.601 (48 lines)"]


def test_frames_stay_whole_after_later_ones(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4", 30)
    with opened(path) as source:
        alone = [frame.pixels.copy() for frame in source.frames()]
    with opened(path) as source:
        together = list(source.frames())
    assert all(np.array_equal(a, b.pixels) for a, b in zip(alone, together, strict=True))
    assert all(frame.pixels.flags.c_contiguous for frame in together)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "nut", "mov"])
def test_uneven_times_come_through_exactly(tmp_path: Path, suffix: str) -> None:
    uneven = [0, 40, 41, 100, 180, 181, 182, 400, 1000, 1033]
    codec = "ffv1" if suffix == "nut" else "libx264"
    path = numbered(
        tmp_path / f"a.{suffix}", 10, codec=codec, pts=uneven, time_base=Fraction(1, 1000)
    )
    with opened(path) as source:
        base = source.video.time_base
        times = [frame.pts * base for frame in source.frames()]
    assert times == [Fraction(t, 1000) for t in uneven]


def test_first_pts_need_not_be_zero(tmp_path: Path) -> None:
    late = [500 + 40 * k for k in range(5)]
    path = numbered(tmp_path / "a.mkv", 5, pts=late, time_base=Fraction(1, 1000))
    assert read(path)[1] == late


@pytest.mark.parametrize(("width", "height"), [(63, 47), (1, 1), (161, 121)])
def test_odd_sizes(tmp_path: Path, width: int, height: int) -> None:
    pixels = np.full((height, width, 3), 128, np.uint8)
    path = clip(tmp_path / "a.mkv", [pixels] * 3, codec="ffv1", pix_fmt="yuv420p")
    with opened(path) as source:
        assert [frame.pixels.shape for frame in source.frames()] == [(height, width, 3)] * 3


def test_size_change_is_scaled_to_the_first_size_and_said_once(tmp_path: Path) -> None:
    small = numbered(tmp_path / "s.h264", 4)
    large = numbered(tmp_path / "l.h264", 4, size=(128, 96))
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    said: list[str] = []
    with opened(both, said) as source:
        frames = list(source.frames())
    assert [frame.pixels.shape for frame in frames] == [(48, 64, 3)] * 8
    assert [number_of(frame.pixels) for frame in frames] == [0, 1, 2, 3] * 2
    assert sum("size changes" in line for line in said) == 1
    assert all(b.pts > a.pts for a, b in pairwise(frames))


@pytest.mark.parametrize(("lines", "width"), [(24, 32), (25, 34), (96, 128)])
def test_resolution_scales_to_that_many_lines(tmp_path: Path, lines: int, width: int) -> None:
    path = numbered(tmp_path / "a.mp4", 3)
    with opened(path, resolution=lines) as source:
        frames = list(source.frames())
        assert (source.video.width, source.video.height) == (width, lines)
    assert [frame.pixels.shape for frame in frames] == [(lines, width, 3)] * 3
    assert [number_of(frame.pixels) for frame in frames] == [0, 1, 2]


def test_sample_aspect_is_kept(tmp_path: Path) -> None:
    def wide(stream: av.VideoStream) -> None:
        stream.sample_aspect_ratio = Fraction(4, 3)

    path = numbered(tmp_path / "a.mp4", 3, setup=wide)
    with opened(path) as source:
        assert source.video.sample_aspect == Fraction(4, 3)


def test_deep_video_is_uint16_with_white_at_the_top(tmp_path: Path) -> None:
    white = np.full((48, 64, 3), 65535, np.uint16)
    white[:, :32] = 0
    for name, codec, pix_fmt, bits in (
        ("a.mp4", "libx265", "yuv420p10le", 10),
        ("b.mkv", "ffv1", "yuv444p12le", 12),
        ("c.mkv", "ffv1", "rgb48le", 16),
    ):
        path = clip(
            tmp_path / name, [white] * 3, codec=codec, pix_fmt=pix_fmt, array_format="rgb48le",
            options=LOSSLESS.get(codec),
        )  # fmt: skip
        with opened(path) as source:
            frame = next(source.frames())
            assert (source.video.depth, source.video.bits) == (16, bits)
        assert frame.pixels.dtype == np.uint16
        assert frame.pixels[:, 34:].min() > 65535 - 70
        assert frame.pixels[:, :30].max() < 70


def test_bogus_average_rate_is_measured_instead(tmp_path: Path) -> None:
    pts = [round(1000 * k * 1001 / 30000) for k in range(40)]
    path = numbered(
        tmp_path / "a.mkv", 40, pts=pts, time_base=Fraction(1, 1000), rate=Fraction(1000)
    )
    with opened(path) as source:
        assert source.video.rate in (Fraction(30), Fraction(30000, 1001))


def test_probe_tells_what_is_there(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mov", 5, sound=1)
    seen = probe(str(path))
    assert (seen.video.width, seen.video.height, seen.video.frames) == (64, 48, 5)
    assert seen.codec == "h264"
    assert "mov" in seen.container
    assert seen.streams == ("video", "audio")
    assert not seen.interlaced
    with pytest.raises(MediaError):
        probe("-")


def test_packets_of_sound_board_on_the_way(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4", 25, sound=1)
    with opened(path) as source:
        assert [stream.type for stream in source.passengers.streams] == ["audio"]
        packets = []
        for _ in source.frames():
            packets += source.passengers.take()
        packets += source.passengers.take()
        times = [packet.pts for packet in packets]
    with av.open(str(path)) as again:
        told = [packet.pts for packet in again.demux(audio=0) if packet.pts is not None]
    assert times == told
