"""Pictures held, clips joined, frames brought to a size; and their sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from afterglow.effects.style.quality import QUALITIES
from afterglow.effects.style.timeline import Sized, Take, Timeline, starts
from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.joined_sound import SAMPLES, Piece, write_joined
from afterglow.media.listening import sound_since
from tests.media.test_soundtracks import wave as write_wave

VIDEO = VideoInfo(8, 6, Fraction(10), Fraction(1, 10), frames=20, duration=Fraction(2))


def level(value: int, pts: int = 0) -> Frame:
    return Frame(np.full((6, 8, 3), value, np.uint8), pts)


@dataclass(frozen=True)
class Counted:
    """Shows the second that was asked for as a level, and takes down when it is open."""

    base: int
    log: list[str]

    def memory(self, video: VideoInfo) -> int:
        return 1

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Callable[[Fraction], Frame]]:
        self.log.append(f"open {self.base}")
        yield lambda seconds: level(self.base + round(seconds * 10))
        self.log.append(f"close {self.base}")


def made(timeline: Timeline, frames: list[Frame], video: VideoInfo = VIDEO) -> list[Frame]:
    found = list(timeline.stream(iter(frames), video))
    assert len(found) == timeline.plan(video).frames
    assert [frame.pts for frame in found] == list(range(len(found)))
    return found


def test_a_picture_is_held_as_the_same_array() -> None:
    picture = replace(VIDEO, frames=1, duration=None)
    frames = made(Timeline(Fraction(2)), [level(7)], picture)
    plan = Timeline(Fraction(2)).plan(picture)
    assert (plan.rate, plan.frames, plan.duration) == (25, 50, 2)
    assert all(frame.pixels is frames[0].pixels for frame in frames)


def test_one_follows_the_other_over_a_transition() -> None:
    log: list[str] = []
    takes = tuple(Take(Counted(base, log), Fraction(2)) for base in (100, 200))
    line = Timeline(Fraction(2), takes, "dip", Fraction(1, 2))
    frames = made(line, [level(n, n) for n in range(20)])
    shown = [int(frame.pixels[0, 0, 0]) for frame in frames]  # type: ignore[index]
    assert len(shown) == 50
    assert shown[:16] == list(range(16)), "the first by itself, and where the transition begins"
    assert shown[16] < 16 and shown[19] < 103, "both fade"
    assert shown[20:31] == list(range(105, 116)) and shown[35:] == list(range(205, 220))
    assert log == ["open 100", "open 200", "close 100", "close 200"], "two are open at most"


def test_a_cut_has_nothing_of_both() -> None:
    takes = (Take(Counted(100, []), Fraction(1)),)
    frames = made(
        Timeline(Fraction(1), takes, overlap=Fraction(0)), [level(9, n) for n in range(20)]
    )
    assert {int(frame.pixels[0, 0, 0]) for frame in frames} == {9, *range(100, 110)}  # type: ignore[index]


def test_it_ends_where_it_is_told_to() -> None:
    takes = (Take(Counted(100, []), Fraction(9)),)
    assert len(made(Timeline(Fraction(2), takes, end=Fraction(3)), [level(1)])) == 30


def test_a_clip_of_another_rate_shows_the_nearest_pictures() -> None:
    frames = made(Timeline(Fraction(2), rate=Fraction(5)), [level(n, n) for n in range(20)])
    assert [int(frame.pixels[0, 0, 0]) for frame in frames] == list(range(0, 20, 2))  # type: ignore[index]


def test_others_have_a_matte_where_the_first_one_has() -> None:
    video = replace(VIDEO, alpha=True)
    first = replace(level(1), alpha=np.zeros((6, 8), np.uint8))
    takes = (Take(Counted(100, []), Fraction(1)),)
    frames = made(Timeline(Fraction(1), takes, overlap=Fraction(0)), [first], video)
    assert frames[0].alpha is not None and frames[-1].alpha is not None
    assert np.all(frames[0].alpha == 0) and np.all(frames[-1].alpha == 255)


def test_starts_are_an_overlap_earlier() -> None:
    assert starts([Fraction(3), Fraction(4), Fraction(5)], Fraction(1)) == [0, 2, 5]


@pytest.mark.parametrize(("fit", "bars"), [("cover", 0), ("contain", 8), ("stretch", 0)])
def test_a_frame_of_another_shape_is_filled_or_has_bars(fit: str, bars: int) -> None:
    sized = Sized(20, 20, fit)  # type: ignore[arg-type]
    wide = replace(VIDEO, width=40, height=20, sample_aspect=Fraction(1))
    (frame,) = sized.stream(iter([Frame(np.full((20, 40, 3), 90, np.uint8), 0)]), wide)
    assert frame.pixels.shape == (20, 20, 3) and sized.plan(wide).width == 20
    black = int((np.asarray(frame.pixels)[:, 10, 0] == 0).sum())
    assert abs(black - (10 if bars else 0)) <= 1


def test_pixels_that_are_not_square_become_square() -> None:
    video = replace(VIDEO, width=20, height=20, sample_aspect=Fraction(2))
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[:, 10:] = 200
    plan = Sized(40, 20).plan(video)
    (frame,) = Sized(40, 20).stream(iter([Frame(pixels, 0)]), video)
    shown = np.asarray(frame.pixels)
    assert plan.sample_aspect == 1 and shown.shape == (20, 40, 3)
    assert (shown[:, :18] == 0).all() and (shown[:, 22:] == 200).all(), "nothing is cut off"


def test_sizes_of_a_quality_lie_on_their_side_and_shrink() -> None:
    speed = QUALITIES["speed"]
    assert speed.size(landscape=False) == (720, 1280) and speed.size(landscape=True) == (1280, 720)
    assert speed.size(landscape=True, lines=360) == (640, 360)
    assert speed.size(landscape=False, lines=360) == (202, 360)


def heard(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """(samples, 2) of a file of sound."""
    return np.concatenate(list(sound_since(str(path), SAMPLES, Fraction(0))))


def test_sound_fades_into_the_next_and_keeps_its_power(tmp_path: Path) -> None:
    one, two = write_wave(tmp_path / "1.wav", 3.0, 400), write_wave(tmp_path / "2.wav", 3.0, 950)
    pieces = [Piece(Fraction(2), str(one)), Piece(Fraction(2), str(two)), Piece(Fraction(1))]
    write_joined(tmp_path / "all.mka", pieces, Fraction(1, 2))
    sound = heard(tmp_path / "all.mka")
    assert len(sound) == 4 * SAMPLES
    power = np.square(sound[:, 0].astype(float)).reshape(-1, SAMPLES // 10).mean(axis=1)
    assert power[:29].max() < 1.35 * power[:29].min(), "no hole between the two"
    assert power[36:].max() == 0 and 0 < power[33] < 0.6 * power[0], "and it fades into silence"
    pitch = [np.argmax(np.abs(np.fft.rfft(sound[at : at + 4800, 0]))) * 10 for at in (0, 100_000)]
    assert pitch == [400, 950]


def test_sound_that_ends_early_is_followed_by_silence(tmp_path: Path) -> None:
    one = write_wave(tmp_path / "1.wav", 0.5)
    pieces = [Piece(Fraction(1), str(one)), Piece(Fraction(1), str(one), Fraction(1, 4))]
    write_joined(tmp_path / "all.mka", pieces, Fraction(0))
    loud = np.abs(heard(tmp_path / "all.mka")).max(axis=1) > 0
    assert loud[:23_000].mean() > 0.9 and not loud[25_000:48_000].any()
    assert loud[48_000:59_000].mean() > 0.9 and not loud[61_000:].any()


def test_sound_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"all\.wav"):
        write_joined(tmp_path / "none" / "all.wav", [Piece(Fraction(1))], Fraction(0))


def test_tensors_stay_tensors() -> None:
    torch = pytest.importorskip("torch")
    frames = [Frame(torch.full((6, 8, 3), n, dtype=torch.uint8), n) for n in range(20)]
    takes = (Take(Counted(100, []), Fraction(1)),)
    line = Timeline(Fraction(2), takes, "dissolve", Fraction(1, 2))
    made = list(line.stream(iter(frames), VIDEO))
    sized = list(Sized(4, 4).stream(iter(made), line.plan(VIDEO)))
    assert len(sized) == 25
    assert all(isinstance(frame.pixels, torch.Tensor) for frame in (*made, *sized))
    assert [int(made[n].pixels[0, 0, 0]) for n in (0, 9, 24)] == [0, 9, 109]
    assert sized[0].pixels.shape == (4, 4, 3)
