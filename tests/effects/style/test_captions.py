"""Captions: where they stand, when they are seen, and that nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from afterglow.effects.style.captions import Caption, Captioned, Look, plate_of, readable
from afterglow.frames import Colour, Frame, VideoInfo
from afterglow.ops import array_of

RATE = Fraction(25)
WORDS = Caption(Fraction(2, 5), Fraction(6, 5), "Words in the picture")


def video(width: int = 320, height: int = 180, **more: Any) -> VideoInfo:
    return VideoInfo(width, height, RATE, 1 / RATE, **more)


def grey(of: VideoInfo, count: int = 40, level: float = 0.4) -> list[Frame]:
    """Frames of one grey that cannot be written to."""
    kind: Any = np.uint8 if of.depth == 8 else np.uint16
    made = []
    for pts in range(count):
        pixels = np.full((of.height, of.width, 3), round(level * of.white), kind)
        alpha = np.full((of.height, of.width), of.white // 3, kind) if of.alpha else None
        for each in (pixels, alpha):
            if each is not None:
                each.flags.writeable = False
        made.append(Frame(pixels, pts, alpha))
    return made


def changed(frame: Frame, level: int) -> Any:
    return (np.asarray(frame.pixels) != level).any(2)


@pytest.mark.parametrize("look", ["box", "outline"])
@pytest.mark.parametrize("depth", [8, 16])
def test_words_come_and_go(look: Look, depth: Any) -> None:
    of = video(depth=depth)
    frames = grey(of)
    given = list(Captioned([WORDS], look).stream(iter(frames), of))
    assert [frame.pts for frame in given] == list(range(40))
    seen = [one is not other for one, other in zip(given, frames, strict=True)]
    assert [pts for pts, each in enumerate(seen) if each] == list(range(10, 30))
    level = round(0.4 * of.white)
    strength = [int(np.abs(np.asarray(f.pixels).astype(int) - level).max()) for f in given]
    assert strength[10] < strength[11] < strength[12] == strength[20] > strength[28] > strength[29]
    assert given[20].pixels.dtype == frames[0].pixels.dtype
    assert int(np.asarray(given[20].pixels).max()) > 0.9 * of.white
    assert int(np.asarray(given[20].pixels).min()) < 0.2 * of.white


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (200, 200)])
@pytest.mark.parametrize("look", ["box", "outline"])
def test_they_stand_in_the_safe_area(size: tuple[int, int], look: Look) -> None:
    of = video(*size)
    text = "A longer text that must be broken into lines wherever it stands"
    caption = Caption(Fraction(0), Fraction(9), text)
    (frame,) = Captioned([caption], look).stream(iter(grey(of)[20:21]), of)
    rows, columns = (np.flatnonzero(changed(frame, 102).any(axis)) for axis in (1, 0))
    assert rows[0] > size[1] / 2 and rows[-1] < 0.95 * size[1]
    assert columns[0] > 0.04 * size[0] and columns[-1] < 0.96 * size[0]
    assert abs((columns[0] + columns[-1]) / 2 - (size[0] - 1) / 2) <= 1.5
    plate = plate_of(text, of, "", look)
    assert plate is not None
    outside = changed(frame, 102)
    outside[plate.region.top : plate.region.bottom, plate.region.left : plate.region.right] = False
    assert not outside.any()


def test_a_long_text_is_set_smaller_and_portrait_wraps_earlier() -> None:
    short, long = plate_of("Hi", video(), "", "box"), plate_of("word " * 60, video(), "", "box")
    wide, upright = (plate_of("word " * 9, video(*s), "", "box") for s in ((320, 180), (180, 320)))
    assert short and long and wide and upright
    assert upright.region.size[1] > wide.region.size[1]
    assert long.region.size[1] <= 180 and long.region.bottom <= 180
    big = plate_of("Hi", video(), "", "box", 2.0)
    assert big and big.region.size[0] > 1.5 * short.region.size[0]


def test_the_matte_holds_the_words() -> None:
    of = video(alpha=True)
    (frame,) = Captioned([WORDS]).stream(iter(grey(of)[20:21]), of)
    assert frame.alpha is not None
    alpha, pixels = np.asarray(frame.alpha), np.asarray(frame.pixels)
    assert alpha.max() > 245 and (alpha[:60] == 85).all()
    assert (pixels[alpha > 245] > 200).any(), "letters are opaque and light"


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 40), (17, 1)])
def test_the_smallest_pictures_work(size: tuple[int, int], alpha: bool) -> None:
    of = video(*size, alpha=alpha)
    for look in ("box", "outline"):
        effect = Captioned([WORDS], look)  # type: ignore[arg-type]
        made = list(effect.stream(iter(grey(of, 15)), of))
        assert len(made) == 15 and all(f.pixels.shape == (size[1], size[0], 3) for f in made)
    assert list(Captioned([WORDS]).stream(iter(()), of)) == []


def test_a_cut_and_a_second_stream_give_the_same_frames() -> None:
    effect, of = Captioned([WORDS]), video()
    assert effect.reach(of).past == effect.reach(of).future == 0 and effect.plan(of) == of
    whole = list(effect.stream(iter(grey(of)), of))
    part = list(effect.stream(iter(grey(of)[15:25]), of))
    for one, other in zip(whole[15:25], part, strict=True):
        assert one.pts == other.pts and np.array_equal(one.pixels, other.pixels)
    assert effect.memory(replace(of, width=640, height=360)) > 2 * effect.memory(of) > 0


def test_the_later_of_two_is_seen() -> None:
    two = Caption(Fraction(1), Fraction(2), "Other")
    effect = Captioned([WORDS, two])
    assert effect.at(Fraction(1, 2)) is WORDS and effect.at(Fraction(11, 10)) is two
    assert effect.at(Fraction(2)) is None and effect.at(Fraction(0)) is None


def test_what_cannot_be_written_is_told() -> None:
    def told(text: str) -> tuple[str, str]:
        (kept,), missing = readable([Caption(Fraction(0), Fraction(1), text)])
        return kept.text, missing

    assert readable([WORDS]) == ((WORDS,), "")
    kept, missing = told("a \U000f0000 \u4e2d plain")
    assert set(missing) <= {"\U000f0000", "\u4e2d"} and kept.endswith(" plain")
    assert not set(missing) & set(kept)
    assert told("no\u2066thing seen")[1] == "", "signs of format are no characters to be told"


def test_white_paper_is_not_the_whitest_white_of_hdr() -> None:
    of = video(depth=16, colour=Colour(transfer="smpte2084"))
    (frame,) = Captioned([WORDS]).stream(iter(grey(of, 21, 0.2)[20:]), of)
    assert 0.5 < int(np.asarray(frame.pixels).max()) / 65535 < 0.6


def test_tensors_are_written_on_too() -> None:
    torch = pytest.importorskip("torch")
    of = video()
    frame = Frame(torch.full((180, 320, 3), 102, dtype=torch.uint8), 20)
    (given,) = Captioned([WORDS]).stream(iter([frame]), of)
    (expected,) = Captioned([WORDS]).stream(iter(grey(of)[20:21]), of)
    assert isinstance(given.pixels, torch.Tensor)
    np.testing.assert_array_equal(array_of(given.pixels), expected.pixels)
    assert int(frame.pixels.max()) == 102  # type: ignore[union-attr]
