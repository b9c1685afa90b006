"""Sound, subtitles, chapters and metadata arrive with the pictures."""

from fractions import Fraction

import av
import numpy as np
import pytest

from afterglow.frames import Frame
from afterglow.media.passengers import Mastering, Passengers, mastering_of
from afterglow.media.sound import encodable_layout
from afterglow.media.target import WriteOptions, open_target
from tests.media.clips import Riders, first_picture, flash_and_click, flashes, info, lag, riders_of

CUT = {"origin": Fraction(192, 100), "end": Fraction(52, 10), "trimmed": True}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return flash_and_click(tmp_path_factory.mktemp("film") / "film.mp4")


def carry(source, target, **cut):
    """Write the film's own pictures, cut or whole, with its passengers; the lines said."""
    riders = riders_of(source, **cut)
    passengers = riders.passengers
    said = []
    with (
        av.open(str(source)) as container,
        open_target(str(target), info(), WriteOptions(), riders, said.append) as out,
    ):
        for frame in container.decode(video=0):
            at = frame.pts * frame.time_base
            if at >= passengers.origin and (passengers.end is None or at < passengers.end):
                pts = round((at - passengers.origin) * 12800)
                out.write(Frame(frame.to_ndarray(format="rgb24"), pts))
    return [line for line in said if "nvenc" not in line]


def packets(path, kind="audio", track=0):
    with av.open(str(path)) as container:
        stream = [s for s in container.streams if s.type == kind][track]
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.mkv"])
def test_sound_is_copied_untouched_and_in_step(film, tmp_path, name):
    target = tmp_path / name
    said = carry(film, target)
    assert not [line for line in said if "sound" in line]
    for track in (0, 1):
        assert packets(target, track=track) == packets(film, track=track)
        assert np.abs(lag(target, track)).max() < 1
    assert flashes(target) == [2, 4], "sound before zero must not move the pictures"


@pytest.mark.parametrize("sound", ["libmp3lame", "ac3", "flac"])
@pytest.mark.parametrize("name", ["out.mp4", "out.mkv"])
def test_every_codec_keeps_in_step(tmp_path, name, sound):
    source = flash_and_click(tmp_path / "in.mp4", sound=sound)
    before = lag(source)
    carry(source, tmp_path / name)
    assert flashes(tmp_path / name) == [2, 4]
    assert packets(tmp_path / name) == packets(source)
    assert np.abs(np.subtract(lag(tmp_path / name), before)).max() < 1


def test_opus_becomes_aac_in_quicktime_and_surround_keeps_its_channels(tmp_path):
    source = flash_and_click(tmp_path / "in.mkv", sound="libopus")
    said = carry(source, tmp_path / "out.mov")
    assert any("opus" in line and "aac" in line for line in said)
    assert np.abs(np.subtract(lag(tmp_path / "out.mov"), lag(source))).max() < 1
    assert encodable_layout("libopus", 48000, av.AudioLayout("5.1(side)")) == "5.1"
    assert encodable_layout("ac3", 48000, av.AudioLayout("5.1(side)")) == "5.1(side)"


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.mkv", "out.webm"])
def test_a_cut_is_exact_to_the_sample(film, tmp_path, name):
    target = tmp_path / name
    carry(film, target, **CUT)
    assert flashes(target) == [Fraction(2, 25), Fraction(52, 25)]
    for track in (0, 1):
        assert np.abs(lag(target, track)).max() < 1
    with av.open(str(target)) as container:
        heard = [f for f in container.decode(audio=0) if f.pts is not None]
        end = heard[-1].pts * heard[-1].time_base + Fraction(heard[-1].samples, 48000)
    assert abs(end - Fraction(328, 100)) < Fraction(3, 100)


def test_sound_that_a_container_does_not_hold_is_encoded_again_and_said(film, tmp_path):
    said = carry(film, tmp_path / "out.webm")
    assert any("aac" in line and "libopus" in line for line in said)
    assert np.abs(lag(tmp_path / "out.webm")).max() < 1


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.mkv"])
def test_chapters_languages_and_titles(film, tmp_path, name):
    target = tmp_path / name
    carry(film, target)
    with av.open(str(target)) as container:
        found = [
            (c["start"] * c["time_base"], c["metadata"]["title"]) for c in container.chapters()
        ]
        assert found == [(0, "One"), (3, "Two")]
        languages = [stream.language for stream in container.streams.audio]
        assert languages == ["fra", "eng"]
        assert container.metadata["title"] == "Click"


def test_a_cut_moves_and_clips_chapters(film, tmp_path):
    carry(film, tmp_path / "out.mkv", **CUT)
    with av.open(str(tmp_path / "out.mkv")) as container:
        found = [
            (c["start"] * c["time_base"], c["end"] * c["time_base"]) for c in container.chapters()
        ]
    assert found == [(0, Fraction(108, 100)), (Fraction(108, 100), Fraction(328, 100))]


def test_stale_metadata_stays_behind(film, tmp_path):
    riders = riders_of(film)
    riders.passengers.metadata |= {"encoder": "Old 1.0", "rotate": "90", "comment": "kept"}
    with open_target(
        str(tmp_path / "out.mkv"), info(), WriteOptions(), riders, lambda line: None
    ) as out:
        out.write(Frame(np.zeros((48, 64, 3), np.uint8), 0))
    with av.open(str(tmp_path / "out.mkv")) as container:
        tags = {key.lower(): value for key, value in container.metadata.items()}
    assert tags["comment"] == "kept"
    assert "rotate" not in tags
    assert "Old" not in tags["encoder"]


def subtitled(path, muxer_text="srt"):
    """A film with two lines of text at 1-2 s and 3-5 s."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        text = out.add_mux_stream(muxer_text, time_base=Fraction(1, 1000))
        text.metadata["language"] = "eng"
        for number in range(150):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(video.encode(frame))
        for start, end, words in ((1000, 2000, b"Hello"), (3000, 5000, b"<i>World</i>")):
            packet = av.Packet(words)
            packet.stream, packet.time_base = text, Fraction(1, 1000)
            packet.pts = packet.dts = start
            packet.duration = end - start
            out.mux(packet)
        out.mux(video.encode(None))
    return path


def spoken(path):
    """(seconds of start, of length, words) of every subtitle."""
    lines = []
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        for packet in container.demux(stream):
            for line in stream.decode2(packet) or () if packet.size else ():
                base = packet.time_base
                words = line.dialogue.decode()
                lines.append((packet.pts * base, packet.duration * base, words))
    return stream.codec_context.name, [line for line in lines if line[2]]


@pytest.mark.parametrize(
    ("name", "codec"), [("out.mkv", "srt"), ("out.mp4", "mov_text"), ("out.webm", "webvtt")]
)
def test_subtitles_are_carried_or_translated(tmp_path, name, codec):
    source = subtitled(tmp_path / "in.mkv")
    said = carry(source, tmp_path / name)
    found, lines = spoken(tmp_path / name)
    assert found == codec
    assert [(start, length) for start, length, _words in lines] == [(1, 1), (3, 2)]
    assert [words.replace("{\\i1}", "").replace("{\\i0}", "") for *_, words in lines] == [
        "Hello", "World",
    ]  # fmt: skip
    assert any("subtitles" in line for line in said) == (codec != "srt")


def test_a_cut_moves_and_clips_subtitles(tmp_path):
    source = subtitled(tmp_path / "in.mkv")
    for name in ("out.mkv", "out.mp4"):
        cut = {"origin": Fraction(32, 25), "end": Fraction(4), "trimmed": True}
        carry(source, tmp_path / name, **cut)
        lines = spoken(tmp_path / name)[1]
        assert [(start, length) for start, length, _words in lines] == [
            (0, Fraction(18, 25)), (Fraction(43, 25), 1),
        ]  # fmt: skip


def test_pictures_and_gif_say_once_that_they_are_silent(film, tmp_path):
    for name in ("out.gif", "out_%04d.png"):
        said = carry(film, tmp_path / name)
        assert len([line for line in said if "sound" in line]) == 1


def test_no_sound_is_no_error(tmp_path):
    riders = Riders(Passengers(lost=["a second video stream"]))
    said = []
    target = tmp_path / "out.mp4"
    with open_target(str(target), info(), WriteOptions(), riders, said.append) as out:
        out.write(Frame(np.zeros((48, 64, 3), np.uint8), 0))
    assert "not carried into mp4: a second video stream" in said
    assert first_picture(target).width == 64


def test_a_hole_in_the_sound_stays_a_hole(film, tmp_path):
    """A source may have lost some packets: what comes after must not move up."""
    riders = riders_of(film, **CUT)
    everything = riders.passengers.take()
    for packet in everything:
        if not Fraction(25, 10) < packet.pts * packet.time_base < Fraction(35, 10):
            riders.passengers.put(packet)
    target = tmp_path / "out.mp4"
    with open_target(str(target), info(), WriteOptions(), riders, lambda line: None) as out:
        for number in range(82):
            grey = 255 if number in (2, 52) else 0
            out.write(Frame(np.full((48, 64, 3), grey, np.uint8), number * 512))
    assert np.abs(lag(target)).max() < 1


def test_mastering_data_goes_into_the_bitstream(tmp_path):
    from afterglow.frames import Colour

    x, y = Fraction(1, 50000), Fraction(1, 10000)
    corners = {"red": (34000 * x, 16000 * x), "green": (13250 * x, 34500 * x)}
    rest = {"blue": (7500 * x, 3000 * x), "white": (15635 * x, 16450 * x)}
    light = {"darkest": 50 * y, "brightest": Fraction(1000), "max_content": 900, "max_average": 400}
    facts = Mastering(**corners, **rest, **light)
    video = info(bits=10, colour=Colour("bt2020nc", "bt2020", "smpte2084"))
    riders = Riders(Passengers(mastering=facts))
    for codec in ("hevc", "av1"):
        target = tmp_path / f"{codec}.mp4"
        options = WriteOptions(codec=codec)
        with open_target(str(target), video, options, riders, lambda line: None) as out:
            out.write(Frame(np.zeros((48, 64, 3), np.uint16), 0))
        side = first_picture(target).side_data
        kinds = ("MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL")
        found = mastering_of(*(bytes(side[kind]) if kind in side else None for kind in kinds))
        if found is None:
            by_name = {data.type.name: bytes(data) for data in side.values()}
            found = mastering_of(*(by_name.get(kind) for kind in kinds))
        assert found is not None
        assert found.max_content == 900 and found.max_average == 400
        assert abs(found.brightest - 1000) < 1 and abs(found.red[0] - facts.red[0]) < x
