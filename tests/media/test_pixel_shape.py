"""Pixels that are not square are kept as they are, and told of, in every kind of file."""

import json
import shutil
import subprocess
import zlib
from fractions import Fraction

import numpy as np
import pytest

from afterglow.media import ReadOptions, open_source, pixel_shape
from afterglow.media.passengers import Passengers
from afterglow.media.pixel_shape import tell_pixel_shape, with_room
from tests.media.clips import Riders, info, matte, picture, write

FILMS = [
    ("mkv", "ffv1"), ("mkv", "vp9"), ("mkv", "av1"), ("mkv", "prores"), ("mkv", "h264"),
    ("mkv", "hevc"), ("webm", "vp9"), ("webm", "av1"), ("mov", "prores"), ("mov", "h264"),
    ("mp4", "vp9"), ("mp4", "av1"), ("mp4", "hevc"),
]  # fmt: skip
SHAPES = [Fraction(4, 3), Fraction(10, 11), Fraction(16, 15), Fraction(8, 9)]


def read(path):
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        return source.video, list(source.frames())


def probed(path):
    if not shutil.which("ffprobe"):
        pytest.skip("ffprobe is not installed")
    line = ["ffprobe", "-v", "warning", "-show_streams", "-of", "json", str(path)]
    answer = subprocess.run(line, capture_output=True, check=True)
    assert not answer.stderr
    return json.loads(answer.stdout)["streams"][0]


@pytest.mark.parametrize(("ending", "codec"), FILMS)
@pytest.mark.parametrize("aspect", SHAPES)
def test_the_shape_of_a_pixel_is_told_and_its_size_kept(tmp_path, ending, codec, aspect):
    path = tmp_path / f"out.{ending}"
    said = write(path, info(66, 48, sample_aspect=aspect), [0, 512], codec=codec)
    assert not [line for line in said if "size" in line]
    video, frames = read(path)
    assert (video.width, video.height, video.sample_aspect) == (66, 48, aspect)
    assert len(frames) == 2
    facts = probed(path)
    assert (facts["width"], facts["height"]) == (66, 48)
    assert Fraction(facts["sample_aspect_ratio"].replace(":", "/")) == aspect


def test_a_lossless_codec_is_lossless_whatever_the_shape(tmp_path):
    video = info(63, 47, bits=10, alpha=True, sample_aspect=Fraction(4, 3))
    write(tmp_path / "out.mkv", video, [0], codec="ffv1")
    again, frames = read(tmp_path / "out.mkv")
    assert again.sample_aspect == Fraction(4, 3)
    assert np.array_equal(frames[0].pixels, picture(video))
    assert np.array_equal(frames[0].alpha, matte(video))


@pytest.mark.parametrize("title", ["", "Reel 3", "Ä" * 300])
def test_the_name_of_the_track_is_its_own(tmp_path, title):
    riders = Riders(Passengers(video_metadata={"title": title} if title else {}))
    video = info(sample_aspect=Fraction(4, 3))
    write(tmp_path / "out.mkv", video, source=riders, codec="ffv1")
    assert probed(tmp_path / "out.mkv").get("tags", {}).get("title", "") == title
    assert b"room for" not in (tmp_path / "out.mkv").read_bytes()


def test_the_checksum_of_the_tracks_is_that_of_what_they_hold(tmp_path):
    path = tmp_path / "out.mkv"
    write(path, info(sample_aspect=Fraction(10, 11)), codec="ffv1")
    with path.open("rb") as file:
        tracks = file.read(pixel_shape._enter_tracks(file))
    (first, check), *others = pixel_shape._elements(tracks)
    assert first == pixel_shape._CRC
    assert zlib.crc32(tracks[6:]).to_bytes(4, "little") == check
    assert [number for number, _ in others] == [pixel_shape._TRACK, pixel_shape._VOID]


def test_a_file_without_room_is_left_alone(tmp_path):
    path = tmp_path / "out.mkv"
    write(path, info(), codec="ffv1")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="no track with room"):
        tell_pixel_shape(path, 64, 48, Fraction(4, 3))
    (tmp_path / "text").write_bytes(with_room("hello").encode())
    with pytest.raises(ValueError, match="no Matroska file"):
        tell_pixel_shape(tmp_path / "text", 64, 48, Fraction(4, 3))
    assert path.read_bytes() == before
