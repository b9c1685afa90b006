"""The comparison of several mattes: its strip, its figures and its contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.matte.comparison import Comparison, Findings, Take
from afterglow.effects.matte.sheets import contact_sheet, labels
from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from tests.effects.matte.moments import GREEN, moments_of
from tests.scenes import Scene, Subject, View, frames_of, video_of, walk

SCENE = Scene(160, 90, frames=5, subject=Subject(0.2, walk((0.4, 0.5), (0.02, 0.0))))
BAND = 18
"""Lines above a picture of 160."""


def take(model: str, views: list[View], spoil: Callable[[int], float] = lambda t: 1.0) -> Take:
    """What a model made that finds the truth times a factor."""

    def alphas() -> Iterator[NDArray[Any]]:
        for t, view in enumerate(views):
            yield np.rint(view.alpha * spoil(t)).astype(view.alpha.dtype)

    @contextmanager
    def mattes() -> Iterator[Iterator[Any]]:
        yield (np.dstack([alpha] * 3) for alpha in alphas())

    @contextmanager
    def composites() -> Iterator[Iterator[Any]]:
        shares = (alpha[..., None] / 255 for alpha in alphas())
        pairs = zip(views, shares, strict=True)
        yield (np.rint(a * view.rgb + (1 - a) * GREEN).astype(np.uint8) for view, a in pairs)

    return Take(model, mattes, composites)


def played(scene: Scene, *takes: Take) -> tuple[list[Frame], Findings]:
    told: list[Findings] = []
    frames = list(Comparison(takes, told.append).stream(frames_of(scene), video_of(scene)))
    (found,) = told
    return frames, found


def test_the_source_comes_first_and_every_composite_beside_it() -> None:
    views = list(SCENE)
    takes = take("person", views), take("chroma", views, lambda t: 0.5)
    video = Comparison(takes, print).plan(video_of(SCENE))
    frames, _ = played(SCENE, *takes)
    assert (video.width, video.height) == (3 * 160 + 2 * 4, 90 + BAND)
    assert [frame.pts for frame in frames] == list(range(5))
    for t, (frame, view) in enumerate(zip(frames, views, strict=True)):
        shown = np.asarray(frame.pixels)
        assert shown.shape == (video.height, video.width, 3)
        np.testing.assert_array_equal(shown[BAND:, :160], view.rgb)
        for index, one in enumerate(takes):
            with one.composites() as pictures:
                expected = list(pictures)[t]
            left = (index + 1) * 164
            np.testing.assert_array_equal(shown[BAND:, left : left + 160], expected)


def test_names_stand_above_and_are_legible() -> None:
    bands = labels(("source", "person", "rvm-torchscript"), 160)
    inked = [(band > 160).any(2) for band in bands]
    for band, ink in zip(bands, inked, strict=True):
        assert int(band.max()) - int(band.min()) > 180
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        assert rows[0] > 0 and rows[-1] < band.shape[0] - 1, "letters are cut off"
        assert columns[0] > 0 and columns[-1] < 159, "letters are cut off"
        assert rows[-1] - rows[0] >= 7
    wide = [np.ptp(np.flatnonzero(ink.any(0))) for ink in inked]
    assert wide[2] > 1.8 * wide[1], "names are not in the same size"


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (1080, 1920), (161, 121)])
@pytest.mark.parametrize("models", [2, 5])
def test_every_decoder_plays_the_strip(size: tuple[int, int], models: int) -> None:
    video = VideoInfo(*size, Fraction(25), Fraction(1, 25), depth=16, bits=10, alpha=True)
    takes = tuple(take(f"model-{n}", []) for n in range(models))
    given = Comparison(takes, print).plan(video)
    assert given.width <= 3840 and given.height <= 2160 + 48
    assert given.width % 2 == given.height % 2 == 0
    assert (given.depth, given.bits, given.alpha) == (8, 8, False)
    assert replace(given, width=0, height=0, depth=16, bits=10, alpha=True) == replace(
        video, width=0, height=0
    )


def test_figures_are_those_of_the_mattes() -> None:
    views = list(SCENE)
    _, found = played(
        SCENE,
        take("calm", views),
        take("faint", views, lambda t: 0.5),
        take("beating", views, lambda t: 0.8 + 0.2 * (t % 2)),
    )
    truth = float(np.mean([view.alpha.mean() / 255 for view in views]))
    assert found.frames == 5
    assert found.coverage == pytest.approx((truth, truth / 2, truth * 0.88), rel=0.01)
    calm, faint, beating = (flicker or 0 for flicker in found.flicker)
    assert faint == pytest.approx(calm / 2, rel=0.05)
    assert beating > 3 * calm > 0


def test_a_single_picture_has_no_flicker() -> None:
    scene = replace(SCENE, frames=1)
    _, found = played(scene, take("person", list(scene)))
    assert found.flicker == (None,)
    assert len(found.moments) == 1


def test_moments_are_few_and_spread_over_any_length() -> None:
    def flat(t: int) -> View:
        grey = np.full((36, 64), t, np.uint8)
        return View(np.dstack([grey] * 3), grey, grey, np.eye(3), np.eye(3))

    video = VideoInfo(64, 36, Fraction(25), Fraction(1, 25))
    for length in (1, 5, 12, 13, 100, 250):
        views, told = [flat(t) for t in range(length)], []
        effect = Comparison((take("person", views),), told.append)
        for _ in effect.stream(frames_of(views), video):
            pass
        shown = [int(moment.source[0, 0, 0]) for moment in told[0].moments]
        assert shown == sorted(set(shown))
        assert len(shown) == min(6, length)
        assert shown[0] == 0
        assert length < 6 or shown[-1] >= length // 2
        assert length < 6 or max(np.diff(shown)) <= length / 2.5


def test_deep_pictures_and_tensors_are_compared_as_well() -> None:
    torch = pytest.importorskip("torch")
    deep = replace(SCENE, depth=16)
    video = video_of(deep)
    takes = (take("person", list(SCENE)),)
    plain, _ = played(SCENE, *takes)
    frames = (Frame(torch.from_numpy(view.rgb), t) for t, view in enumerate(deep))
    given = list(Comparison(takes, print).stream(frames, video))
    for one, other in zip(plain, given, strict=True):
        assert isinstance(other.pixels, torch.Tensor)
        apart = np.abs(np.asarray(one.pixels, int) - other.pixels.numpy())
        assert apart.max() <= 1


def test_a_matte_that_ends_too_early_is_no_comparison() -> None:
    told: list[Findings] = []
    comparison = Comparison((take("person", list(SCENE)[:3]),), told.append)
    with pytest.raises(MediaError, match="shorter"):
        list(comparison.stream(frames_of(SCENE), video_of(SCENE)))
    assert not told


def test_a_stopped_comparison_lets_go_of_its_clips() -> None:
    closed: list[str] = []
    one = take("person", list(SCENE))

    @contextmanager
    def watched() -> Iterator[Iterator[Any]]:
        with one.mattes() as pictures:
            try:
                yield pictures
            finally:
                closed.append("mattes")

    stream = Comparison((one._replace(mattes=watched),), print).stream(
        frames_of(SCENE), video_of(SCENE)
    )
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert closed == ["mattes"]


def test_the_contact_sheet_has_a_row_for_all_that_was_made() -> None:
    sheet = contact_sheet(["person", "chroma"], moments_of(2))
    assert sheet.shape == (5 * 64 - 4, 160 + 3 * 104 - 4, 3)
    middles = [tuple(int(level) for level in sheet[64 * row + 30, 210]) for row in range(5)]
    assert middles == [(200, 30, 30), (0, 177, 64), (255, 255, 255), (0, 177, 64), (255, 255, 255)]
    names = [sheet[64 * row : 64 * row + 60, :160] for row in range(5)]
    assert all((name > 160).any() for name in names)
    assert not np.array_equal(names[1], names[3])
