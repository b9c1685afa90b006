import json
import shutil
import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest

from afterglow.errors import MediaError, UsageError
from afterglow.frames import Colour, Frame
from afterglow.media.target import WriteOptions, open_target, plan_target
from tests.media.clips import first_picture, info, matte, picture, samples, times, to_rgb, write

VFR = [0, 400, 1300, 2600, 2700, 5200, 5712]


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.m4v"])
@pytest.mark.parametrize("start", [0, 18176])
def test_pts_are_kept_exactly(tmp_path, name, start):
    video = info()
    write(tmp_path / name, video, [start + at for at in VFR])
    assert times(tmp_path / name) == [(start + at) * video.time_base for at in VFR]


@pytest.mark.parametrize("base", [Fraction(1001, 30000), Fraction(1, 90000), Fraction(1, 1000)])
def test_every_time_base_is_kept_in_mp4(tmp_path, base):
    write(tmp_path / "out.mp4", info(time_base=base, rate=24), [3, 4, 6, 11])
    assert times(tmp_path / "out.mp4") == [at * base for at in (3, 4, 6, 11)]


@pytest.mark.parametrize("name", ["out.mkv", "out.webm"])
def test_milliseconds_are_said_and_rounded_to_nearest(tmp_path, name):
    base = Fraction(1001, 30000)
    said = write(tmp_path / name, info(time_base=base, rate=30), range(5))
    assert times(tmp_path / name) == [round(at * base * 1000) / Fraction(1000) for at in range(5)]
    assert any("millisecond" in line for line in said)
    (tmp_path / name).unlink()
    assert not write(tmp_path / name, info(time_base=Fraction(1, 1000)), [0, 40, 95])
    assert times(tmp_path / name) == [Fraction(at, 1000) for at in (0, 40, 95)]


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_shortest_films_are_films(tmp_path, codec, count):
    write(tmp_path / "out.mp4", info(), range(700, 700 + count), codec=codec)
    assert times(tmp_path / "out.mp4") == [Fraction(700 + at, 12800) for at in range(count)]


def test_the_last_frame_stays_as_long_as_the_video_says(tmp_path):
    held = info(duration=Fraction(VFR[-1] + 2000, 12800))
    write(tmp_path / "held.mov", held, VFR, codec="prores")
    write(tmp_path / "plain.mov", info(), VFR, codec="prores")
    write(tmp_path / "odd.mov", info(duration=Fraction(900)), VFR, codec="prores")
    spans = {p.stem: _duration(p) for p in tmp_path.glob("*.mov")}
    assert spans["held"] == Fraction(VFR[-1] + 2000, 12800)
    assert spans["plain"] == spans["odd"] == Fraction(VFR[-1] + 512, 12800)


def _duration(path):
    with av.open(str(path)) as container:
        return Fraction(container.duration, 1000000)


CODECS = [
    ("out.mp4", "h264"), ("out.mov", "h264"), ("out.mkv", "h264"), ("out.mp4", "hevc"),
    ("out.mov", "hevc"), ("out.mkv", "hevc"), ("out.mp4", "av1"), ("out.mkv", "av1"),
    ("out.webm", "av1"), ("out.mp4", "vp9"), ("out.webm", "vp9"), ("out.mkv", "vp9"),
    ("out.mov", "prores"), ("out.mkv", "prores"), ("out.mkv", "ffv1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "codec"), CODECS)
def test_all_four_colour_tags_are_written(tmp_path, name, codec):
    colour = Colour("smpte170m", "smpte170m", "iec61966-2-1", "limited")
    write(tmp_path / name, info(colour=colour, sample_aspect=Fraction(4, 3)), codec=codec)
    facts = _probe(tmp_path / name)
    rgb = codec == "ffv1"
    assert facts["codec_name"] == codec
    assert facts["color_primaries"] == "smpte170m"
    assert facts["color_transfer"] == "iec61966-2-1"
    assert facts["color_range"] == ("pc" if rgb else "tv")
    same = ("gbr",) if rgb else ("smpte170m", "bt470bg")
    assert facts["color_space"] in same
    assert facts["sample_aspect_ratio"] == "4:3"


def _probe(path):
    if not shutil.which("ffprobe"):
        pytest.skip("ffprobe is not installed")
    line = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-show_streams",
        "-of",
        "json",
        path,
    ]
    return json.loads(subprocess.run(line, capture_output=True, check=True).stdout)["streams"][0]


def test_hdr_tags_and_full_range(tmp_path):
    hdr = Colour("bt2020nc", "bt2020", "smpte2084", "limited")
    write(tmp_path / "hdr.mp4", info(bits=10, colour=hdr))
    facts = _probe(tmp_path / "hdr.mp4")
    assert (facts["codec_tag_string"], facts["pix_fmt"]) == ("hvc1", "yuv420p10le")
    assert [facts[f"color_{key}"] for key in ("space", "primaries", "transfer", "range")] == [
        "bt2020nc", "bt2020", "smpte2084", "tv",
    ]  # fmt: skip
    write(tmp_path / "full.mp4", info(colour=Colour(range="full")))
    assert _probe(tmp_path / "full.mp4")["color_range"] == "pc"


def patches(bits):
    """(108, 144, 3) of 48 flat colours, even ones and random ones."""
    chosen = np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]])
    random = np.random.default_rng(5).integers(0, 256, (43, 3))
    flat = np.concatenate([chosen, random]).reshape(6, 8, 3)
    rgb = flat.repeat(18, 0).repeat(18, 1)
    return (rgb.astype(np.uint16) * 257) if bits > 8 else rgb.astype(np.uint8)


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("extent", ["limited", "full"])
@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "bt2020nc"])
@pytest.mark.parametrize(
    ("name", "codec"), [("out.mp4", "h264"), ("out.mp4", "hevc"), ("out.mov", "prores")]
)
def test_colour_patches_come_back_within_two_levels(tmp_path, name, codec, matrix, extent, bits):
    colour = Colour(matrix, "bt709", "bt709", extent)
    video = info(144, 108, bits=bits, colour=colour)
    write(tmp_path / name, video, [0], patches(bits), codec=codec, qp=0)
    read = Colour(matrix, range="limited") if codec == "prores" else colour
    found = to_rgb(first_picture(tmp_path / name), read)
    error = found - patches(8)
    middles = error.reshape(6, 18, 8, 18, 3)[:, 4:14, :, 4:14]
    assert np.abs(middles).max() <= 2
    assert abs(middles.mean()) < 0.15, "it leans to one side: rounding is not to nearest"


def test_chroma_sits_in_one_place_whoever_makes_it(tmp_path):
    """Both ways of making chroma, swscale's and ours, must agree where colour changes."""
    video = info(128, 96)
    write(tmp_path / "a.mp4", video, [0], picture(video), qp=0)
    deep = info(128, 96, bits=10)
    write(tmp_path / "b.mp4", deep, [0], picture(video).astype(np.uint16) * 257, qp=0)
    one, two = first_picture(tmp_path / "a.mp4"), first_picture(tmp_path / "b.mp4")
    for index in (1, 2):
        assert np.abs(samples(one, index) - samples(two, index) / 4).mean() < 0.5


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 7), (7, 1)])
@pytest.mark.parametrize("kind", [{"alpha": True}, {"gray": True}])
def test_a_single_pixel_has_a_matte(tmp_path, width, height, kind):
    target = tmp_path / "out.mkv"
    write(target, info(width, height, **kind))
    assert (first_picture(target).width, first_picture(target).height) == (width, height)
    assert len(times(target)) == 5


def test_pictures_that_an_encoder_cannot_take_are_told(tmp_path):
    with pytest.raises(MediaError, match="does not take this") as told:
        write(tmp_path / "out.mp4", info(8, 8, bits=10))
    assert "--codec" in told.value.hint and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
def test_ffv1_and_png_keep_pixels_and_matte_exactly(tmp_path, bits, alpha):
    video = info(63, 47, bits=bits, alpha=alpha)
    for name in ("out.mkv", "out_%04d.png", "out_%04d.tif"):
        said = write(tmp_path / name, video, [0], codec="ffv1" if name == "out.mkv" else None)
        assert not [line for line in said if "alpha" in line or "size" in line]
        frame = first_picture(str(tmp_path / name).replace("%04d", "0001"))
        assert (frame.width, frame.height) == (63, 47)
        kind = "rgba64le" if bits > 8 else "rgba"
        found = frame.to_ndarray(format=kind)
        assert np.array_equal(found[..., :3], picture(video))
        assert not alpha or np.array_equal(found[..., 3], matte(video))


@pytest.mark.parametrize(
    ("name", "decoder", "bits", "off"),
    [("out.mov", None, 8, 1), ("out.mov", None, 10, 1), ("out.webm", "libvpx-vp9", 8, 3)],
)
def test_matte_survives_in_prores_and_vp9(tmp_path, name, decoder, bits, off):
    video = info(bits=bits, alpha=True)
    write(tmp_path / name, video, [0], qp=0)
    frame = first_picture(tmp_path / name, decoder)
    top = 2 ** frame.format.components[3].bits - 1
    found = samples(frame, 3) / top * 255
    assert np.abs(found - matte(info(alpha=True))).max() <= off


def test_alpha_that_cannot_be_is_refused_or_said(tmp_path):
    video = info(alpha=True)
    with pytest.raises(UsageError, match="no alpha"):
        write(tmp_path / "out.mp4", video, alpha="yes")
    assert any("alpha is dropped" in line for line in write(tmp_path / "out.mp4", video))
    write(tmp_path / "no.mov", video, alpha="no")
    assert first_picture(tmp_path / "no.mov").format.name == "yuv420p"
    with pytest.raises(UsageError, match="no alpha to write"):
        write(tmp_path / "out.mov", info(), alpha="yes", codec="prores")


def test_odd_sizes_repeat_the_last_row_and_column(tmp_path):
    video = info(65, 49)
    said = write(tmp_path / "out.mp4", video, [0], qp=0)
    assert any("65x49" in line and "66x50" in line for line in said)
    frame = first_picture(tmp_path / "out.mp4")
    assert (frame.width, frame.height) == (66, 50)
    luma = samples(frame, 0)
    assert np.abs(luma[-1] - luma[-2]).max() <= 1
    assert np.abs(luma[:, -1] - luma[:, -2]).max() <= 1


def test_ten_bits_stay_ten_bits_where_the_codec_can(tmp_path):
    deep = info(bits=10)
    for name, kind in (
        ("a.mp4", "yuv420p10le"),
        ("a.webm", "yuv420p10le"),
        ("a.mkv", "yuv420p10le"),
    ):
        assert not [s for s in write(tmp_path / name, deep) if "bits" in s]
        assert first_picture(tmp_path / name).format.name == kind
    assert any("8 bits of 10" in s for s in write(tmp_path / "b.mp4", deep, codec="h264"))


def test_gif_counts_hundredths_and_looks_right(tmp_path):
    video = info(time_base=Fraction(1, 100))
    write(tmp_path / "out.gif", video, [0, 4, 10, 13])
    assert times(tmp_path / "out.gif") == [Fraction(at, 100) for at in (0, 4, 10, 13)]
    found = first_picture(tmp_path / "out.gif").to_ndarray(format="rgb24").astype(float)
    assert np.abs(found - picture(video)).mean() < 12


def test_a_single_picture_holds_one_frame(tmp_path):
    write(tmp_path / "one.png", info(), [0])
    found = first_picture(tmp_path / "one.png").to_ndarray(format="rgb24")
    assert np.array_equal(found, picture(info()))
    with pytest.raises(UsageError, match="cannot hold 7"):
        plan_target(str(tmp_path / "two.png"), info(frames=7), WriteOptions())
    with pytest.raises(MediaError, match="cannot hold a video"):
        write(tmp_path / "two.png", info(), [0, 512])
    assert not (tmp_path / "two.png").exists()
    write(tmp_path / "one.jpg", info(), [0])
    jpeg = first_picture(tmp_path / "one.jpg").to_ndarray(format="rgb24").astype(float)
    assert np.abs(jpeg - picture(info())).mean() < 3


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("out.avi", {}, r"\.avi is not a format.*"),
        ("out", {}, "without an ending"),
        ("out.webm", {"codec": "h264"}, "does not hold h264"),
        ("out.mp4", {"codec": "prores"}, "does not hold prores"),
        ("out.png", {"codec": "h264"}, "does not hold h264"),
        ("out.mp4", {"qp": 52}, "--qp 52 is out of range"),
        ("out.mp4", {"preset": "quick"}, "no preset 'quick'"),
        ("out.mov", {"codec": "prores", "preset": "slow"}, "no preset"),
        ("out_%04d.mp4", {}, "only pictures are numbered"),
    ],
)
def test_what_cannot_be_is_a_usage_error(tmp_path, name, options, words):
    with pytest.raises(UsageError, match=words) as caught:
        plan_target(str(tmp_path / name), info(), WriteOptions(encoder="software", **options))
    assert caught.value.hint
    assert not list(tmp_path.iterdir())


def test_the_plan_says_what_the_target_does(tmp_path):
    video = info(bits=10, alpha=True)
    plan = plan_target(str(tmp_path / "out.mov"), video, WriteOptions())
    assert (plan.codec, plan.encoder, plan.alpha) == ("prores", "prores_ks", True)
    assert not list(tmp_path.iterdir())
    with open_target(
        str(tmp_path / "out.mov"), video, WriteOptions(), None, lambda line: None
    ) as out:
        assert (out.encoder, out.plan.alpha) == (plan.encoder, plan.alpha)
        out.write(Frame(picture(video), 0, matte(video)))
