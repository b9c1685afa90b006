"""Opening sources: names, streams, refusals, facts."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from afterglow.media import ReadOptions, Source, open_source, probe
from tests.media.made import LOSSLESS, clip, number_of, numbered, picture


def opened(path: Path | str, said: list[str] | None = None, **options: object) -> Source:
    lines = [] if said is None else said
    return open_source(str(path), ReadOptions(**options), lines.append)  # type: ignore[arg-type]


def read(path: Path | str, **options: object) -> tuple[list[int], list[int]]:
    """Numbers and times of all frames."""
    with opened(path, **options) as source:
        frames = list(source.frames())
    return [number_of(frame.pixels) for frame in frames], [frame.pts for frame in frames]


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


@pytest.mark.parametrize("name", ["-y.mp4", "a:b.mp4", "http:x.mp4", "100%.mp4", "n_%03d.mp4"])
def test_odd_names_are_just_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    numbered(tmp_path / "plain.mp4", 3).rename(tmp_path / name)
    assert read(tmp_path / name)[0] == [0, 1, 2]
    monkeypatch.chdir(tmp_path)
    assert read(name)[0] == [0, 1, 2]


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:9/a.mp4", "concat:a.mp4|b.mp4", "data:video/mp4;base64,AAAA"]
)
def test_only_files_are_opened(name: str) -> None:
    with pytest.raises(MediaError, match="only files are opened"):
        opened(name)


SCRIPTS = {
    "list.ffconcat": "ffconcat version 1.0\nfile 'a.mp4'\n",
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n",
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "list.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'profiles="urn:mpeg:dash:profile:isoff-main:2011"></MPD>',
    "notes.txt": "file 'a.mp4'\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_that_point_elsewhere_open_nothing(tmp_path: Path, name: str) -> None:
    numbered(tmp_path / "a.mp4", 3)
    numbered(tmp_path / "a.ts", 3, codec="mpeg2video")
    script = tmp_path / name
    script.write_text(SCRIPTS[name])
    with pytest.raises(MediaError, match=name):
        opened(script)
    disguised = script.rename(tmp_path / "clip.mp4")
    with pytest.raises(MediaError, match=r"clip\.mp4"):
        opened(disguised)


def test_what_is_no_video_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", 48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    for name in ("empty.mp4", "noise.mp4", "sound.mp4", "missing.mp4", "."):
        with pytest.raises(MediaError) as caught:
            opened(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(MediaError, match="no video"):
        opened(tmp_path / "sound.mp4")


def test_song_with_a_cover_has_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", "mp4") as container:
        song = container.add_stream("aac", 48000, layout="mono")
        cover = container.add_stream("mjpeg", 1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(picture(1), "rgb24")))
        container.mux(cover.encode())
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 48000
        container.mux(song.encode(silence))
        container.mux(song.encode())
    with pytest.raises(MediaError, match="no video"):
        opened(path)


def test_cover_art_is_not_the_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", 1)
        cover.width, cover.height, cover.pix_fmt = 320, 200, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        stream = container.add_stream("libx264", 25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        art = av.VideoFrame.from_ndarray(picture(1, 320, 200), "rgb24")
        container.mux(cover.encode(art))
        container.mux(cover.encode())
        for k in range(5):
            frame = av.VideoFrame.from_ndarray(picture(k), "rgb24")
            frame.pts = k
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with opened(path) as source:
        assert (source.video.width, source.video.height) == (64, 48)
        assert len(list(source.frames())) == 5


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
