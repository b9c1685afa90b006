"""The median in passes against numpy.median."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.plate.median import bytes_of_value, exact_median

SHAPE = (7, 11)


def pictures(count: int, depth: int, spread: int, seed: int = 4) -> NDArray[Any]:
    rng = np.random.default_rng(seed)
    middle = (1 << depth) // 2 if spread < 1 << depth else 0
    kind = np.uint8 if depth == 8 else np.uint16
    return (rng.integers(0, spread, (count, *SHAPE, 3)) + middle).astype(kind)


def expected(looks: NDArray[Any], masks: NDArray[Any]) -> NDArray[Any]:
    """The middle of what is seen, halves rounded up; 0 where nothing is."""
    flat = np.zeros(looks.shape[1:], looks.dtype)
    for place in np.ndindex(*SHAPE):
        seen = looks[(masks[:, *place] > 0, *place)]
        if len(seen):
            flat[place] = np.floor(np.median(seen, axis=0) + 0.5)
    return flat


@pytest.mark.parametrize("spread", [3, 40, "all"])
@pytest.mark.parametrize("count", [1, 2, 5, 8, 9, 30])
@pytest.mark.parametrize("depth", [8, 16])
def test_it_is_what_numpy_says(depth: int, count: int, spread: Any) -> None:
    looks = pictures(count, depth, 1 << depth if spread == "all" else spread)
    found = exact_median(lambda: ((each, None) for each in looks), SHAPE, depth, count)
    assert found.pixels.dtype == looks.dtype
    assert np.array_equal(found.pixels, np.floor(np.median(looks, axis=0) + 0.5))
    assert (found.seen == count).all()


@pytest.mark.parametrize("depth", [8, 16])
def test_only_what_is_seen_counts(depth: int) -> None:
    looks = pictures(13, depth, 1 << depth)
    masks = (np.random.default_rng(2).random((13, *SHAPE)) < 0.3).astype(np.uint8) * 255
    masks[:, 0, 0] = 0
    found = exact_median(lambda: zip(looks, masks, strict=True), SHAPE, depth, 13)
    assert np.array_equal(found.pixels, expected(looks, masks))
    assert np.array_equal(found.seen, (masks > 0).sum(axis=0))
    assert found.seen[0, 0] == 0 and not found.pixels[0, 0].any()


def test_the_middle_of_an_even_number_may_lie_between_far_values() -> None:
    looks = [np.full((*SHAPE, 3), level, np.uint8) for level in (0, 255, 15, 16)]
    found = exact_median(lambda: ((each, None) for each in looks), SHAPE, 8, 4)
    assert (found.pixels == 16).all(), "15.5 is rounded up"
    found = exact_median(lambda: ((each, None) for each in looks[:2]), SHAPE, 8, 2)
    assert (found.pixels == 128).all()


@pytest.mark.parametrize("count", [255, 256, 300])
def test_counts_do_not_run_over(count: int) -> None:
    looks = pictures(count, 8, 4)
    found = exact_median(lambda: ((each, None) for each in looks), SHAPE, 8, count)
    assert np.array_equal(found.pixels, np.floor(np.median(looks, axis=0) + 0.5))
    assert (found.seen == count).all()


def test_the_pictures_are_read_twice_or_four_times() -> None:
    for depth, passes in ((8, 2), (16, 4)):
        read: list[int] = []

        def looks(depth: int = depth, read: list[int] = read) -> Any:
            read.append(1)
            return ((each, None) for each in pictures(3, depth, 9))

        exact_median(looks, SHAPE, depth, 3)
        assert len(read) == passes


def test_what_a_value_needs_grows_with_what_is_counted() -> None:
    assert bytes_of_value(8, 255) < bytes_of_value(8, 256) < bytes_of_value(16, 256)
