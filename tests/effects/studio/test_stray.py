"""Stray parts of a matte: removed without flicker, and nobody is."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from afterglow.effects.studio.stray import Shown, Stray

SIZE = 480, 270
Matte = NDArray[np.uint8]


def person(matte: Matte, x: float, tall: float) -> None:
    """Draw someone who stands at x, so many lines tall."""
    foot = 250.0
    cv2.ellipse(
        matte, (round(x), round(foot - tall / 2)), (round(tall / 6), round(tall / 2)), 0, 0, 360,
        255, cv2.FILLED, cv2.LINE_AA,
    )  # fmt: skip


def blob(matte: Matte, x: int, y: int, radius: int) -> None:
    cv2.circle(matte, (x, y), radius, 255, cv2.FILLED, cv2.LINE_AA)


def empty() -> Matte:
    return np.zeros((SIZE[1], SIZE[0]), np.uint8)


def filtered(mattes: Iterator[Matte], stray: Stray = Stray()) -> Iterator[tuple[Matte, Matte]]:  # noqa: B008
    """Each matte with what the filter leaves of it."""
    before: Shown | None = None
    for matte in mattes:
        left, before = stray.filtered(matte, before)
        yield matte, np.asarray(left)


def two_people(frames: int = 100) -> Iterator[Matte]:
    """Two who cross: the smaller one has 0.3 to 0.5 of the other's area."""
    for t in range(frames):
        matte = empty()
        person(matte, 100 + 2.8 * t, 200)
        person(matte, 380 - 2.8 * t, 130 + 14 * np.sin(t / 5))
        yield matte


def test_neither_of_two_people_is_removed_over_a_hundred_frames() -> None:
    seen = list(filtered(two_people()))
    assert len(seen) == 100
    assert all(np.array_equal(matte, left) for matte, left in seen)


def test_without_a_memory_one_of_them_would_flicker() -> None:
    """What the test above is worth: frame by frame the smaller one is below the threshold."""
    alone = [Stray().filtered(matte, None)[0] for matte in two_people()]
    kept = [
        np.array_equal(matte, np.asarray(left))
        for matte, left in zip(two_people(), alone, strict=True)
    ]
    assert 0 < sum(kept) < 100


def with_blob(frames: int = 60) -> Iterator[Matte]:
    """Someone, and a blob that comes and goes, and grows and shrinks."""
    for t in range(frames):
        matte = empty()
        person(matte, 240 + t / 3, 200)
        if t % 7 not in (0, 1):
            blob(matte, 60, 60, 10 + t % 9)
        yield matte


def test_a_planted_blob_is_removed_in_every_frame_and_the_person_is_not_touched() -> None:
    for matte, left in filtered(with_blob()):
        assert left[:100, :100].max() == 0, "the blob is gone, its soft edge too"
        assert np.array_equal(left[:, 150:], matte[:, 150:])


def test_a_blob_that_grows_is_let_in_softly_and_once() -> None:
    def growing() -> Iterator[Matte]:
        for t in range(80):
            matte = empty()
            person(matte, 300, 180)
            blob(matte, 90, 150, 20 + t // 2)
            yield matte

    level = np.array([left[150, 90] / 255 for _, left in filtered(growing())])
    changes = np.diff(level)
    assert level[0] == 0 and level[-1] == 1
    assert (changes >= -0.01).all() and changes.max() <= 0.14, "it fades in, and never back"


def test_someone_who_walks_away_is_kept_until_much_smaller_and_then_fades() -> None:
    def leaving() -> Iterator[Matte]:
        for t in range(120):
            matte = empty()
            person(matte, 330, 200)
            person(matte, 120, 190 - 1.3 * t)
            yield matte

    area, level = [], []
    for matte, left in filtered(leaving()):
        area.append(matte[:, :200].sum() / matte[:, 220:].sum())
        level.append(left[:, :200].max() / 255)
    shares, shown = np.array(area), np.array(level)
    assert (shown[shares > 0.22] == 1).all(), "hysteresis: half of what lets a part in"
    assert shown[-1] == 0
    assert np.diff(shown).min() >= -0.14 and np.diff(shown).max() <= 0.01


def test_two_who_part_after_an_embrace_are_both_kept() -> None:
    def parting() -> Iterator[Matte]:
        for t in range(60):
            matte = empty()
            person(matte, 200, 200)
            person(matte, 215 + max(0, t - 10) * 3, 112)
            yield matte

    assert all(np.array_equal(matte, left) for matte, left in filtered(parting()))


def test_nothing_is_removed_where_that_is_asked_for() -> None:
    assert all(np.array_equal(a, b) for a, b in filtered(with_blob(), Stray(0.0)))


def test_an_empty_matte_stays_empty_and_the_next_person_is_shown() -> None:
    def coming() -> Iterator[Matte]:
        yield empty()
        for _ in range(30):
            matte = empty()
            person(matte, 200, 180)
            yield matte

    last = [left for _, left in filtered(coming())][-1]
    assert last.max() == 255


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_tensors_give_what_arrays_give(kind: type[np.uint8 | np.uint16]) -> None:
    matte = list(with_blob(6))[5].astype(kind) * kind(257 if kind is np.uint16 else 1)
    array, _ = Stray().filtered(matte, None)
    tensor, _ = Stray().filtered(torch.from_numpy(matte), None)
    assert array.dtype == kind
    apart = np.abs(np.asarray(array).astype(int) - tensor.numpy().astype(int))  # type: ignore[union-attr]
    assert apart.max() <= (1 if kind is np.uint8 else 257)
