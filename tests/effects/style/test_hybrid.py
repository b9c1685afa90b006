"""A character in front of a background: its place, its edge, its sound, and how long it lasts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.composing.light import Shadow
from afterglow.cli.main import exit_code
from afterglow.effects.style.hybrid import CutOut, Hybrid
from afterglow.effects.style.standing import Body, body_of
from afterglow.errors import MediaError, UsageError
from afterglow.frames import Colour, Frame, VideoInfo
from afterglow.media.recording import record
from tests import contract
from tests.effects.style.voices import sentence, silence, vowel
from tests.promises import Promises
from tests.scenes import Scene, pan, write_clip


@dataclass(frozen=True)
class Plain:
    """A background of one level that takes down when it was asked."""

    level: int = 60
    asked: list[Fraction] = field(default_factory=list)

    def memory(self, video: VideoInfo) -> int:
        return video.width * video.height * 3 * video.depth // 8

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Callable[[Fraction], Frame]]:
        kind = np.uint8 if video.depth == 8 else np.uint16
        level = self.level * (1 if video.depth == 8 else 257)
        picture = Frame(np.full((video.height, video.width, 3), level, kind), 0)

        def at(seconds: Fraction) -> Frame:
            self.asked.append(seconds)
            return picture

        yield at


def character(width: int = 80, height: int = 80, depth: int = 8) -> tuple[Frame, VideoInfo]:
    """A bright figure in the middle half of a dark picture that ends at its lower edge."""
    kind, unit = (np.uint8, 1) if depth == 8 else (np.uint16, 257)
    alpha = np.zeros((height, width), kind)
    alpha[height // 2 :, width // 4 : 3 * width // 4] = 255 * unit
    pixels = np.full((height, width, 3), 20 * unit, kind)
    pixels[alpha > 0] = 200 * unit
    video = VideoInfo(
        width, height, Fraction(25), Fraction(1, 25), depth=depth, alpha=True, frames=1  # type: ignore[arg-type]
    )  # fmt: skip
    return Frame(pixels, 0, alpha), video


def shown(effect: Hybrid, frame: Frame, video: VideoInfo) -> NDArray[Any]:
    (made,) = effect.stream(iter([frame]), video)
    assert made.alpha is None
    return np.asarray(made.pixels)


HYBRID = Hybrid(Plain(), 200, 100, light_wrap=0.0, edges="own")


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(("place", "middle"), [("left", 60), ("center", 100), ("right", 140)])
@pytest.mark.parametrize("size", [0.5, 0.8])
def test_the_character_stands_at_its_place_on_the_lower_edge(
    place: Any, middle: int, size: float, depth: int
) -> None:
    frame, video = character(depth=depth)
    made = shown(replace(HYBRID, place=place, size=size), frame, video)
    assert made.shape == (100, 200, 3) and made.dtype == frame.pixels.dtype
    unit = 1 if depth == 8 else 257
    rows, columns = np.nonzero(made[..., 0] > 150 * unit)
    assert rows.max() == 99 and abs(rows.min() - (100 - 50 * size)) <= 1
    assert abs(columns.mean() + 0.5 - middle) <= 0.5
    assert abs(np.ptp(columns) + 1 - 50 * size) <= 1
    away = made[:, np.abs(np.arange(200) - middle) > 30 * size + 2]
    assert (away == 60 * unit).all(), "elsewhere is the background"


@pytest.mark.parametrize(("place", "middle"), [("left", 60), ("right", 140)])
@pytest.mark.parametrize("size", [0.3, 0.9])
def test_a_body_in_its_picture_is_what_is_placed_and_sized(
    place: Any, middle: int, size: float
) -> None:
    """A small figure in a corner, which leaves the lower edge of its picture."""
    video = character()[1]
    alpha = np.zeros((80, 80), np.uint8)
    alpha[30:60, 52:64] = 255
    pixels = np.where(alpha[..., None] > 0, 200, 20).astype(np.uint8).repeat(3, axis=2)
    body = body_of([alpha])
    assert body == Body(pytest.approx(58 / 80), 30 / 80, 60 / 80)
    assert body is not None
    effect = replace(HYBRID, place=place, size=size, body=body)
    made = shown(effect, Frame(pixels, 0, alpha), video)
    rows, columns = np.nonzero(made[..., 0] > 150)
    assert abs(columns.mean() + 0.5 - middle) <= 1
    assert rows.max() == 99 and abs(rows.min() - 100 * (1 - size)) <= 1
    assert abs(np.ptp(columns) + 1 - 100 * size * 12 / 30) <= 2


def test_a_body_is_held_over_time_without_specks_and_rare_reaches() -> None:
    def matte(left: int, top: int, bottom: int, level: int = 255) -> NDArray[np.uint8]:
        made = np.zeros((100, 200), np.uint8)
        made[top:bottom, left : left + 20] = level
        made[2:5, 180:190] = 255
        return made

    walk = [matte(40 + 4 * n, 30, 90) for n in range(11)]
    thrown_up = [*walk[:5], matte(60, 0, 90), *walk[6:]]
    for each in (walk, thrown_up, [*walk, matte(0, 10, 10)]):
        found = body_of(each)
        assert found is not None
        assert (found.middle, found.bottom) == (pytest.approx(0.35, abs=0.011), 0.9)
        assert found.top == pytest.approx(0.3, abs=0.02)
    jump = body_of([*walk, matte(60, 20, 96)])
    assert jump is not None and jump.bottom == 0.96, "feet stay in the frame"
    assert body_of([]) is None and body_of([np.zeros((9, 9), np.uint16)]) is None


def test_a_character_may_reach_beyond_the_frame() -> None:
    frame, video = character()
    made = shown(replace(HYBRID, place="left", size=2.0), frame, video)
    rows, columns = np.nonzero(made[..., 0] > 150)
    assert rows.min() <= 1 and abs(columns.min() - 10) <= 1 and abs(columns.max() - 109) <= 1


def test_what_lies_beside_the_matte_leaves_no_rim() -> None:
    frame, video = character()
    made = shown(replace(HYBRID, background=Plain(200), size=0.73), frame, video)
    assert made.min() >= 198, "the dark around the bright figure is nowhere"


def test_pixels_that_are_not_square_become_square() -> None:
    frame, video = character()
    made = shown(replace(HYBRID, size=0.8), frame, replace(video, sample_aspect=Fraction(2)))
    columns = np.nonzero(made[..., 0] > 150)[1]
    assert abs(np.ptp(columns) + 1 - 80) <= 1


def test_a_picture_without_a_matte_is_shown_whole_and_fades_at_its_sides() -> None:
    frame, video = character()
    opaque = Frame(np.full_like(frame.pixels, 200), 0)
    made = shown(replace(HYBRID, size=1.0), opaque, replace(video, alpha=False))
    line = made[50, :, 0].astype(int)
    assert (line[60:140] == 200).all() and (line[:50] == 60).all() and 60 < line[51] < 200


def test_light_of_the_background_bleeds_over_the_edge_and_a_shadow_falls() -> None:
    frame, video = character()
    dark = Frame(np.full_like(frame.pixels, 30), 0, frame.alpha)
    bright = replace(HYBRID, background=Plain(220), size=0.8, wrap_width=4.0)
    plain, wrapped = (shown(replace(bright, light_wrap=w), dark, video) for w in (0.0, 0.8))
    lit = (wrapped.astype(int) - plain)[..., 0]
    assert lit[80, 82] > 10 and lit[80, 82] > lit[80, 100] + 5, "most at the edge"
    assert (lit[:, :70] == 0).all()
    shaded = shown(replace(bright, shadow=Shadow(0.8, "wall", (8.0, 0.0))), dark, video)
    assert shaded[90, 124, 0] < plain[90, 124, 0] - 40 and shaded[20, 20, 0] == 220


def test_colours_of_the_old_background_are_taken_off_mixed_edges() -> None:
    y, x = np.mgrid[:120, :120]
    share = np.clip((40 - np.hypot(x - 60, y - 60)) / 8 + 0.5, 0, 1)
    mixed = share[..., None] * (200, 60, 60) + (1 - share[..., None]) * (20, 220, 20)
    frame = Frame(np.rint(mixed).astype(np.uint8), 0, np.rint(255 * share).astype(np.uint8))
    video = VideoInfo(120, 120, Fraction(25), Fraction(1, 25), alpha=True)
    effect = Hybrid(Plain(60), 200, 120, size=1.0, light_wrap=0.0)
    kept = shown(replace(effect, edges="own"), frame, video)
    clean = shown(effect, frame, video)
    assert int(kept[..., 1].max()) > 100 and int(clean[..., 1].max()) < 80, "no rim of green"


def test_the_background_plays_by_the_time_of_the_frames() -> None:
    frame, video = character()
    background = Plain()
    frames = [replace(frame, pts=pts) for pts in (4, 5, 6, 9)]
    plays = replace(HYBRID, background=background)
    list(plays.stream(iter(frames), replace(video, begin=5)))
    assert background.asked == [Fraction(n, 25) for n in (0, 0, 1, 4)], "pre-roll sees the first"
    background.asked.clear()
    list(plays.stream(iter(frames[2:]), replace(video, begin=-5)))
    assert background.asked == [Fraction(n, 25) for n in (11, 14)]


def test_what_has_no_known_light_is_refused() -> None:
    video = replace(character()[1], colour=Colour(transfer="log100"))
    with pytest.raises(UsageError, match="log100"):
        HYBRID.plan(video)


def test_a_matte_is_sought_only_where_there_is_none() -> None:
    asked: list[int] = []

    def finder() -> Any:
        asked.append(1)
        return contract.Chain(())

    cut = CutOut(finder)
    frame, video = character()
    assert cut.plan(video) is video and list(cut.stream(iter([frame]), video)) == [frame]
    assert cut.memory(video) == 0 and cut.reach(video).past == 0 and not asked
    cut.plan(replace(video, alpha=False))
    assert asked


@pytest.mark.parametrize("level", [0, 255])
def test_somebody_must_be_found(level: int) -> None:
    @dataclass(frozen=True)
    class Found(contract.Chain):
        def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
            for number, frame in enumerate(frames):
                matte = np.zeros(frame.pixels.shape[:2], np.uint8)
                matte[3, 3] = level if number == 1 else 0
                yield replace(frame, alpha=matte)

    frame, video = character()
    bare = iter([replace(frame, pts=pts, alpha=None) for pts in range(3)])
    found = CutOut(lambda: Found(())).stream(bare, replace(video, alpha=False))
    if level:
        assert len(list(found)) == 3
    else:
        with pytest.raises(MediaError, match="nobody was found"):
            list(found)


class TestContract(Promises):
    """The promises of every effect, at a size of its own."""

    @pytest.fixture
    def effect(self) -> Hybrid:
        return Hybrid(Plain(), 60, 44, "right", 0.8)

    test_the_reach = staticmethod(contract.test_the_reach_is_honest)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 40), (17, 1)])
def test_small_characters_and_frames_work(size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(1)
    each = rng.integers(0, 256, (height, width, 4), np.uint8)
    frame = Frame(each[..., :3].copy(), 0, each[..., 3].copy())
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25), alpha=True)
    for canvas in ((2, 2), (64, 48)):
        made = shown(Hybrid(Plain(), *canvas), frame, video)
        assert made.shape == (canvas[1], canvas[0], 3)


# From flags to files.

SMALL = ("--seed=1", "--encoder=software", "--qp=20")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A background of 0.8 seconds with a tone of 440 Hz."""
    scene = Scene(128, 72, 20, camera=pan(1.0))
    return write_clip(tmp_path_factory.mktemp("room") / "room.mkv", scene, sound=True)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.2 seconds: silence, a vowel, silence."""
    place = tmp_path_factory.mktemp("speech") / "speech.mka"
    record(place, [sentence([silence(0.4), vowel("a", 0.5), silence(0.3)])], 16000)
    return place


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 1.6 seconds at 20 frames per second, with a matte and a low tone."""
    place = tmp_path_factory.mktemp("person") / "person.mkv"
    frame, _ = character(64, 64)
    bgra = np.dstack((np.asarray(frame.pixels), np.asarray(frame.alpha)))
    with av.open(str(place), "w") as box:
        stream = box.add_stream("ffv1", rate=20)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "bgra"  # type: ignore[union-attr]
        sound = box.add_stream("pcm_s16le", rate=8000, layout="mono")
        for _ in range(32):
            box.mux(stream.encode(av.VideoFrame.from_ndarray(bgra, format="bgra")))  # type: ignore[union-attr]
        t = np.arange(12800) / 8000
        wave = np.rint(6000 * np.sin(2 * np.pi * 150 * t)).astype(np.int16)[None]
        block = av.AudioFrame.from_ndarray(wave, "s16", "mono")
        block.sample_rate, block.pts, block.time_base = 8000, 0, Fraction(1, 8000)
        box.mux(sound.encode(block))
        for each in (stream, sound):
            box.mux(each.encode(None))
    return place


def hybrid(*arguments: object) -> int:
    return exit_code(["style", "hybrid", *SMALL, *map(str, arguments)])


def seen(clip: Path) -> tuple[list[NDArray[Any]], Fraction]:
    """Pictures, and the rate at which they come."""
    with av.open(str(clip)) as box:
        stream = box.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in box.decode(stream)]
        return pictures, Fraction(stream.average_rate or 1)


def heard(clip: Path) -> tuple[NDArray[np.float64], int]:
    """(N,) the left channel, -1 to 1, and its rate."""
    with av.open(str(clip)) as box:
        stream = box.streams.audio[0]
        resampler = av.AudioResampler("fltp", "stereo", stream.codec_context.sample_rate)
        blocks = [
            block.to_ndarray()[0]
            for frame in box.decode(stream)
            for block in resampler.resample(frame)
        ]
        return np.concatenate(blocks).astype(float), stream.codec_context.sample_rate


def strength(sound: NDArray[np.float64], rate: int, hertz: float) -> float:
    t = np.arange(len(sound)) / rate
    return float(2 * abs(np.mean(sound * np.exp(-2j * np.pi * hertz * t))))


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_drawn_character_speaks_over_a_background_that_loops(
    room: Path, speech: Path, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"out.{ending}"
    assert hybrid(room, target, "--audio", speech, "--character-type=robot") == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert rate == 25 and len(pictures) == 30 and pictures[0].shape == (72, 128, 3)
    assert abs(len(sound) / samples - 30 / 25) <= 1 / 25, "durations are equal within a frame"
    parts = {at: sound[round(at * samples) :][: samples // 10] for at in (0.05, 0.6)}
    quiet, spoken = (strength(part, samples, 440) for part in parts.values())
    assert spoken < 0.5 * quiet and quiet > 0.1, "the background steps back"
    assert np.abs(parts[0.6]).max() > 0.3 > np.abs(parts[0.05]).max(), "the voice is heard"
    corner = [each[:10, :20].astype(int) for each in pictures]
    assert np.abs(corner[1] - corner[21]).mean() < 3 < np.abs(corner[1] - corner[11]).mean()
    assert np.abs(pictures[0][40:, 44:84].astype(int) - pictures[20][40:, 44:84]).mean() > 1


def test_a_video_with_a_matte_keeps_its_rate_and_its_voice(
    person: Path, room: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.mkv"
    assert hybrid(person, room, target, "--place=right", "--bg-end=hold") == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert rate == 20 and len(pictures) == 32
    assert abs(len(sound) / samples - 1.6) <= 1 / 20
    begin, end = sound[: samples // 2], sound[-samples // 2 :]
    assert strength(begin, samples, 150) == pytest.approx(6000 / 32768, rel=0.05)
    assert strength(end, samples, 150) == pytest.approx(6000 / 32768, rel=0.05)
    assert strength(begin, samples, 440) > 0.01 and strength(end, samples, 440) < 0.002
    figure = pictures[5][60, :, :].astype(int)
    assert (np.abs(figure[82:98] - 200) < 12).all() and not (np.abs(figure[:60] - 200) < 12).all()
    assert np.abs(pictures[25].astype(int) - pictures[31]).max() <= 12, "it holds its last picture"


def test_a_video_whose_face_talks_keeps_its_rate(
    person: Path, room: Path, speech: Path, tmp_path: Path
) -> None:
    sketch, target = tmp_path / "face.json", tmp_path / "out.mkv"
    boxes = {"face": 20, "left_eye": 3, "right_eye": 3, "mouth": 5}
    middles = {"face": (32, 40), "left_eye": (25, 36), "right_eye": (39, 36), "mouth": (32, 50)}
    told = {
        name: [[x - r, y], [x, y - r], [x + r, y], [x, y + r]]
        for (name, r), (x, y) in zip(boxes.items(), middles.values(), strict=True)
    }
    sketch.write_text(json.dumps(told))
    assert hybrid(person, room, target, "--audio", speech, "--landmarks", sketch) == 0
    pictures, rate = seen(target)
    assert rate == 20 and len(pictures) == 24


def test_part_of_a_video_is_taken_with_its_sound(person: Path, room: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    assert hybrid(person, room, target, "--start=0.5", "--duration=0.5") == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert len(pictures) == 10 and abs(len(sound) / samples - len(pictures) / rate) <= 1 / rate
    assert strength(sound[samples // 10 : -samples // 10], samples, 150) > 0.15


def test_a_picture_stands_before_a_video_as_long_as_that_is(room: Path, tmp_path: Path) -> None:
    frame, _ = character(64, 64)
    portrait = tmp_path / "portrait.png"
    bgra = np.dstack((np.asarray(frame.pixels), np.asarray(frame.alpha)))
    cv2.imwrite(str(portrait), bgra)
    target = tmp_path / "out.mkv"
    flags = ("--background-volume=1", "--resolution=36", "--style=noir")
    assert hybrid(portrait, room, target, *flags) == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert pictures[0].shape == (36, 64, 3) and len(pictures) / rate == Fraction(4, 5)
    assert abs(len(sound) / samples - 0.8) <= 1 / 25
    assert strength(sound, samples, 440) == pytest.approx(9000 / 32768, rel=0.05)
    assert max(float(np.ptp(each, axis=2).mean()) for each in pictures) < 6, "noir lies over both"


def test_a_background_that_shall_not_be_heard_leaves_the_voice_untouched(
    person: Path, room: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.mkv"
    assert hybrid(person, room, target, "--background-volume=0") == 0
    with av.open(str(target)) as box, av.open(str(person)) as own:
        assert box.streams.audio[0].codec_context.name == "pcm_s16le"
        copied, packets = (
            b"".join(bytes(packet) for packet in each.demux(audio=0)) for each in (box, own)
        )
        assert copied == packets


def test_a_preview_and_a_contact_sheet(person: Path, room: Path, tmp_path: Path) -> None:
    target, sheet = tmp_path / "out.mp4", tmp_path / "sheet.png"
    flags = ("--preview", "--duration=0.3", "--contact-sheet", sheet)
    assert hybrid(person, room, target, *flags) == 0
    pictures, _ = seen(target)
    assert pictures[0].shape[0] == 360 and len(pictures) == 6
    assert cv2.imread(str(sheet)) is not None


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (["{room}", "{out}"], 2, "there is nothing to say"),
        (["{person}", "{room}", "{out}", "--puppet"], 2, "there is nothing to say"),
        (["{out}"], 2, "[CHARACTER] BACKGROUND TARGET"),
        (["{person}", "{room}", "{room}", "{out}"], 2, "[CHARACTER] BACKGROUND TARGET"),
        (["{person}", "none.mp4", "{out}"], 3, "none.mp4"),
        (["{person}", "{folder}", "{out}"], 2, "folder"),
        (["{person}", "-", "{out}"], 2, "not a pipe"),
        (["{room}", "{out}", "--audio={speech}", "--text=Hello"], 2, "both are given"),
        (["{room}", "{out}", "--audio={speech}", "--face=1"], 2, "--face"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    line: list[str], code: int, words: str, person: Path, room: Path, speech: Path,
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    places = {
        "person": person, "room": room, "speech": speech, "folder": tmp_path,
        "out": tmp_path / "out.mp4",
    }  # fmt: skip
    assert hybrid(*(each.format(**places) for each in line)) == code
    errors = [each for each in capsys.readouterr().err.splitlines() if "error" in each]
    assert len(errors) == 1 and words in errors[0]
    assert not (tmp_path / "out.mp4").exists()


def test_a_start_past_the_end_is_told_as_that_alone(
    person: Path, room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hybrid(person, room, tmp_path / "out.mkv", "--start=9") == 3
    told = capsys.readouterr().err
    assert "past its end" in told and "how long CHARACTER is" not in told


@dataclass(frozen=True)
class Bright(contract.Chain):
    """Finds what is brighter than half."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        return replace(video, alpha=True)

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        for frame in frames:
            bright = np.asarray(frame.pixels)[..., 0] > video.white // 2
            yield replace(frame, alpha=(bright * video.white).astype(np.uint8))


@pytest.fixture
def walker(tmp_path: Path) -> Path:
    """A video of a second in which a small bright figure walks from 10 to 30 of 160 columns."""
    place = tmp_path / "walker.mkv"
    with av.open(str(place), "w") as box:
        stream = box.add_stream("ffv1", rate=20)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "bgr0"  # type: ignore[union-attr]
        for number in range(20):
            picture = np.full((90, 160, 4), 20, np.uint8)
            picture[40:70, 10 + number : 20 + number] = 220
            box.mux(
                stream.encode(
                    av.VideoFrame.from_ndarray(picture, format="bgra").reformat(format="bgr0")
                )
            )  # type: ignore[union-attr]
        box.mux(stream.encode(None))
    return place


@pytest.mark.parametrize("flags", [(), ("--start=0.5", "--duration=0.2"), ("--preview",)])
def test_who_is_cut_out_is_placed_and_sized_for_all_of_the_video(
    walker: Path, room: Path, tmp_path: Path, flags: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("afterglow.cli.subject._person", lambda free: Bright(()))
    target = tmp_path / "out.mkv"
    placed = ("--place=right", "--size=0.8", "--light-wrap=0", "--codec=ffv1")
    assert hybrid(walker, room, target, *placed, *flags) == 0
    pictures, _ = seen(target)
    high, wide = pictures[0].shape[:2]
    unit = 0.8 * high / 30
    for number, picture in enumerate(pictures):
        step = number + (10 if flags[:1] == ("--start=0.5",) else 0)
        rows, columns = np.nonzero((picture > 190).all(axis=2))
        assert np.ptp(rows) + 1 == pytest.approx(0.8 * high, rel=0.05) and rows.max() >= high - 2
        assert columns.mean() == pytest.approx(0.7 * wide + (step - 9.5) * unit, abs=0.02 * wide)


def test_who_comes_through_a_pipe_is_placed_with_the_picture(
    walker: Path, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("afterglow.cli.subject._person", lambda free: Bright(()))
    own = os.dup(0)
    try:
        with walker.open("rb") as piped:
            os.dup2(piped.fileno(), 0)
        assert hybrid("-", room, tmp_path / "out.mkv", "--size=1", "--light-wrap=0") == 0
    finally:
        os.dup2(own, 0)
        os.close(own)
    assert "all of its picture is placed" in capsys.readouterr().err
    figure = seen(tmp_path / "out.mkv")[0][0][:, 10:14].astype(int)
    (rows,) = np.nonzero((np.abs(figure - 220) < 10).all(axis=(1, 2)))
    assert rows.min() == pytest.approx(72 * 40 / 90, abs=2)
    assert rows.max() == pytest.approx(72 * 70 / 90, abs=2)


def test_a_frame_is_the_same_in_a_cut(person: Path, room: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.mkv", tmp_path / "part.mkv"
    assert hybrid(person, room, whole, "--codec=ffv1") == 0
    assert hybrid(person, room, part, "--codec=ffv1", "--duration=0.4") == 0
    assert all(
        np.array_equal(one, other)
        for one, other in zip(seen(part)[0], seen(whole)[0][:8], strict=True)
    )


def test_frames_come_as_often_as_is_asked(person: Path, room: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    assert hybrid(person, room, target, "--fps=10") == 0
    pictures, rate = seen(target)
    assert rate == 10 and len(pictures) == 16
