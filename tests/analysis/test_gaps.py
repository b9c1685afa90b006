"""What is known is carried into the gaps: the nearer the more, and whole as soon as it suffices."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.analysis.gaps import ANY, QUARTER, spread


@pytest.mark.parametrize("enough", [QUARTER, ANY])
@pytest.mark.parametrize("kind", [np.float32, np.bool_])
def test_colours_spread_from_where_they_are_known(enough: float, kind: type) -> None:
    values, known = np.zeros((40, 60, 3), np.float32), np.zeros((40, 60), kind)
    values[:, :20], known[:, :20] = (1, 0, 0), 1
    values[:, 50:], known[:, 50:] = (0, 0, 1), 1
    filled = spread(values, known, enough)
    assert np.allclose(filled[:, :20], (1, 0, 0)) and np.allclose(filled[:, 50:], (0, 0, 1))
    assert (filled[:, 24, 0] > filled[:, 24, 2]).all()
    assert (filled[:, 46, 2] > filled[:, 46, 0]).all()
    assert np.allclose(filled.sum(2), 1, atol=1e-4)
    assert not spread(values, np.zeros_like(known), enough).any()


def test_what_is_all_known_is_left_as_it_is() -> None:
    values = np.random.default_rng(1).normal(size=(9, 13)).astype(np.float32)
    assert np.array_equal(spread(values, np.ones((9, 13), np.bool_)), values)


def test_what_counts_little_gives_way_to_more_but_for_any() -> None:
    values, known = np.zeros((64, 64), np.float32), np.zeros((64, 64), np.float32)
    values[:, 32:], known[:, 32:] = 1, 0.02
    known[:, :32] = 1
    little, whole = (spread(values, known, each)[:, 33].mean() for each in (QUARTER, ANY))
    assert little < 0.8 < 0.99 < whole
