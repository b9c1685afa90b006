"""Sound of one file beside the pictures of another, and targets of so many bits per second."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from afterglow import engine, media
from afterglow.errors import MediaError
from afterglow.media import ReadOptions, WriteOptions
from afterglow.media.passengers import Passengers
from tests.scenes import Scene, tone, write_clip


def wave(target: Path, seconds: float, hertz: float = 1000.0) -> Path:
    """A tone as a WAV file."""
    with av.open(str(target), "w") as box:
        stream = box.add_stream("pcm_s16le", rate=48000, layout="mono")
        block = av.AudioFrame.from_ndarray(tone(seconds, hertz), "s16", "mono")
        block.sample_rate, block.pts, block.time_base = 48000, 0, Fraction(1, 48000)
        box.mux(stream.encode(block))
        box.mux(stream.encode(None))
    return target


def run(source: Path, target: Path, sound: Path | None = None, **writing: object) -> None:
    options = WriteOptions(encoder="software", **writing)  # type: ignore[arg-type]
    named = None if sound is None else str(sound)
    job = engine.Job(str(source), str(target), ReadOptions(), options, soundtrack=named)
    engine.run(job, (), engine.Watch(lambda line: None))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("clips") / "clip.mkv"
    return write_clip(target, Scene(96, 64, frames=25, noise=6.0), sound=True)


@pytest.mark.parametrize(
    ("ending", "codec"), [(".mp4", "aac"), (".mkv", "flac"), (".webm", "opus")]
)
def test_a_soundtrack_comes_in_place_of_the_sources_sound(
    clip: Path, tmp_path: Path, ending: str, codec: str
) -> None:
    target = tmp_path / f"out{ending}"
    run(clip, target, wave(tmp_path / "long.wav", 3.0))
    with av.open(str(target)) as box:
        (stream,) = box.streams.audio
        assert stream.codec_context.codec.canonical_name == codec
        samples = sum(frame.samples for frame in box.decode(stream))
        heard = Fraction(samples, stream.codec_context.sample_rate or 1)
    assert abs(heard - 1) < Fraction(1, 20), "it ends with the pictures"


def test_sound_boards_with_the_pictures_that_it_belongs_to(tmp_path: Path) -> None:
    name = str(wave(tmp_path / "long.wav", 10.0))
    with media.soundtrack(name, Passengers(), Fraction(10)) as sound:
        for count in range(50):  # a packet each time would pile up
            sound.play(Fraction(count, 1000))
        boarded = sound.passengers.take()
        assert boarded[-1].pts * boarded[-1].time_base < 1.5
        sound.play(None)
        assert sound.passengers.take()[-1].pts * boarded[-1].time_base > 9.9


def test_a_soundtrack_without_sound_is_an_error(clip: Path, tmp_path: Path) -> None:
    silent = write_clip(tmp_path / "silent.mkv", Scene(32, 32, frames=2))
    with pytest.raises(MediaError, match="holds no sound"):
        run(clip, tmp_path / "out.mkv", silent)
    assert not (tmp_path / "out.mkv").exists()


@pytest.mark.parametrize(("codec", "most"), [("h264", 1.7), ("hevc", 1.7), ("av1", 3)])
def test_a_target_has_about_as_many_bits_as_were_asked_for(
    tmp_path: Path, codec: str, most: float
) -> None:
    """In two seconds; VP9 takes longer to come down to it, and is not asked."""
    source = write_clip(tmp_path / "noise.mkv", Scene(160, 96, frames=50, noise=12.0))
    bits = []
    for asked in (150_000, 600_000):
        target = tmp_path / f"{asked}.mkv"
        run(source, target, codec=codec, bitrate=asked)
        bits.append(target.stat().st_size * 8 / 2)
        assert 0.4 * asked < bits[-1] < most * asked
    assert bits[1] > 2 * bits[0]
