"""Start and duration: the same frames as in the whole, whatever lies between the key frames."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from afterglow.frames import Reach
from afterglow.media import ReadOptions, open_source
from tests.media.made import number_of, numbered, picture, standard_input

OPEN_GOP = {"x265-params": "keyint=40:min-keyint=40:open-gop=1:bframes=4:log-level=none"}
KINDS: dict[str, dict[str, Any]] = {
    "h264.mp4": {"options": {"g": "40", "bf": "3"}},
    "open.mp4": {"options": {"x264-params": "keyint=40:open-gop=1:bframes=3:scenecut=0"}},
    "hevc.mkv": {"codec": "libx265", "options": OPEN_GOP},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"g": "40", "cpu-used": "8"}},
    "mpeg2.ts": {"codec": "mpeg2video", "options": {"g": "40", "bf": "2", "b": "2M"}},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"g": "40", "bf": "2"}},
    "ffv1.mkv": {"codec": "ffv1"},
}
COUNT = 200


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("whole")
    return {name: numbered(folder / name, COUNT, **kind) for name, kind in KINDS.items()}


def read(path: Path | str, **options: Any) -> tuple[list[int], list[Fraction], Any]:
    """Numbers of all frames, their times in seconds, and the range of times that is kept."""
    with open_source(str(path), ReadOptions(**options), lambda line: None) as source:
        frames = list(source.frames())
        base = source.video.time_base
    kept = tuple(None if limit is None else limit * base for limit in source.kept)
    return [number_of(f.pixels) for f in frames], [f.pts * base for f in frames], kept


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("start", [0, 1, 39, 40, 41, 77, 81, 123, 160, 199])
def test_start_gives_exactly_the_frames_from_there(
    whole: dict[str, Path], name: str, start: int
) -> None:
    numbers, times, kept = read(
        whole[name], start=Fraction(start, 25), duration=Fraction(3, 25), reach=Reach(6, 2)
    )
    before, after = min(6, start), min(COUNT, start + 5)
    assert numbers == list(range(start - before, after))
    tick = Fraction(1, 1000) if Path(name).suffix in {".mkv", ".webm"} else Fraction(0)
    for index, time in enumerate(times):
        assert abs(time - Fraction(index - before, 25)) <= tick
    assert times[before] == 0
    assert kept[0] == 0 and abs(kept[1] - Fraction(3, 25)) <= tick


def test_far_start_is_wound_to_not_decoded_to(
    whole: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from afterglow.media import winding

    seen = []
    real = winding.decode

    def counted(*args: Any) -> Any:
        for frame in real(*args):
            seen.append(frame)
            yield frame

    monkeypatch.setattr(winding, "decode", counted)
    numbers, _, _ = read(whole["h264.mp4"], start=Fraction(180, 25))
    assert numbers == list(range(180, 200))
    assert len(seen) <= 80


def test_start_between_two_pictures_takes_the_later_one(whole: dict[str, Path]) -> None:
    numbers, times, kept = read(
        whole["h264.mp4"], start=Fraction(101, 50), duration=Fraction(1, 25)
    )
    assert numbers == [51]
    assert times == [0]
    assert kept[1] == Fraction(1, 50)


@pytest.mark.parametrize("name", ["h264.mp4", "mpeg4.avi"])
@pytest.mark.parametrize(
    ("start", "first"), [("3.1", 78), ("3.09", 78), ("3.08", 77), ("3.0794", 77)]
)
def test_a_coarse_clock_does_not_begin_early(
    whole: dict[str, Path], name: str, start: str, first: int
) -> None:
    options = {"start": Fraction(start), "duration": Fraction("0.05")}
    assert read(whole[name], **options)[0][0] == first


def test_third_of_a_second_in_milliseconds_is_the_tenth_frame(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mkv", 30, rate=Fraction(30), time_base=Fraction(1, 30))
    assert read(path, start=Fraction(1, 3))[0] == list(range(10, 30))


def test_only_a_duration_keeps_the_beginning(whole: dict[str, Path]) -> None:
    numbers, times, kept = read(whole["h264.mp4"], duration=Fraction(1, 5), reach=Reach(5, 1))
    assert numbers == [0, 1, 2, 3, 4, 5]
    assert times[0] == 0
    assert kept == (0, Fraction(1, 5))


@pytest.mark.parametrize("name", ["h264.mp4", "mpeg4.avi"])
def test_start_past_the_end_names_the_length(whole: dict[str, Path], name: str) -> None:
    with pytest.raises(MediaError, match=r"8\.000 s long"):
        read(whole[name], start=Fraction(60))
    with pytest.raises(MediaError, match=r"8\.000 s long"):
        read(whole[name], start=Fraction(10**20), duration=Fraction(10**20))


def test_cut_facts_are_those_of_the_cut(whole: dict[str, Path]) -> None:
    options = ReadOptions(start=Fraction(7), duration=Fraction(5))
    with open_source(str(whole["h264.mp4"]), options, lambda line: None) as source:
        assert source.video.duration == 1
        assert source.video.frames is None
        assert source.offset == 7
        assert source.passengers.origin == 7
        assert source.passengers.end == 12
        assert source.passengers.trimmed


def test_sound_of_the_cut_boards_and_reaches_past_its_end(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4", 200, sound=8, options={"g": "40"})
    options = ReadOptions(start=Fraction(5), duration=Fraction(1))
    with open_source(str(path), options, lambda line: None) as source:
        for _ in source.frames():
            continue
        times = [p.pts * p.time_base for p in source.passengers.take()]
    assert min(times) <= 5
    assert max(times) >= 6
    assert times == sorted(set(times))


def test_sound_that_is_stored_late_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "late.nut"
    with av.open(str(path), "w", options={"max_interleave_delta": "1"}) as container:
        stream = container.add_stream("ffv1", 25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        speech = container.add_stream("pcm_s16le", 48000, layout="mono")
        for k in range(100):
            frame = av.VideoFrame.from_ndarray(picture(k), "rgb24")
            frame.pts, frame.time_base = k, Fraction(1, 25)
            container.mux(stream.encode(frame))
            if k >= 10:
                wave = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), "s16", "mono")
                wave.sample_rate, wave.pts = 48000, 1920 * (k - 10)
                container.mux(speech.encode(wave))
        container.mux(stream.encode())
    options = ReadOptions(duration=Fraction(1))
    with open_source(str(path), options, lambda line: None) as source:
        assert len(list(source.frames())) == 25
        times = [p.pts * p.time_base for p in source.passengers.take()]
    assert max(times) >= Fraction(24, 25)


def test_cut_of_a_pipe_decodes_and_discards(whole: dict[str, Path]) -> None:
    with standard_input(whole["hevc.mkv"].read_bytes()):
        numbers, times, kept = read(
            "-", start=Fraction(90, 25), duration=Fraction(4, 25), reach=Reach(3, 1)
        )
    assert numbers == list(range(87, 95))
    assert times[3] == 0
    assert kept[0] == 0


def test_long_pre_roll_is_complete(whole: dict[str, Path]) -> None:
    numbers, _, _ = read(whole["h264.mp4"], start=Fraction(150, 25), reach=Reach(100, 0))
    assert numbers == list(range(50, 200))
