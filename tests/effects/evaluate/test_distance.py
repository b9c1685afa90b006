"""The Frechet distance and the Inception score against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from afterglow.effects.evaluate.distance import Classes, Moments, frechet_distance


def moments(mean: np.ndarray, covariance: np.ndarray) -> Moments:
    """Exactly these: plus and minus the columns of a root of the covariance."""
    size = len(mean)
    root = np.linalg.cholesky(covariance) * size**0.5
    made = Moments()
    made.add(np.concatenate([mean + root.T, mean - root.T]))
    return made


def spread(size: int, seed: int) -> np.ndarray:
    matrix = np.random.default_rng(seed).normal(0, 1, (size, size))
    return matrix @ matrix.T + 0.1 * np.eye(size)


def test_moments_are_those_of_all_vectors_however_they_came() -> None:
    vectors = np.random.default_rng(1).normal(3, 2, (200, 7))
    made = Moments()
    for part in np.split(vectors, 8):
        made.add(part)
    np.testing.assert_allclose(made.mean, vectors.mean(axis=0))
    np.testing.assert_allclose(made.covariance, np.cov(vectors.T, bias=True))


def test_of_one_dimension() -> None:
    """(m1 - m2)^2 + (s1 - s2)^2."""
    one = moments(np.array([1.0]), np.array([[4.0]]))
    other = moments(np.array([4.0]), np.array([[25.0]]))
    assert frechet_distance(one, other) == pytest.approx(9 + 9)


def test_of_independent_axes() -> None:
    first, second = np.array([1.0, 4.0, 9.0]), np.array([16.0, 1.0, 0.25])
    apart = np.array([0.0, 3.0, -1.0])
    one, other = moments(np.zeros(3), np.diag(first)), moments(apart, np.diag(second))
    wanted = apart @ apart + ((np.sqrt(first) - np.sqrt(second)) ** 2).sum()
    assert frechet_distance(one, other) == pytest.approx(wanted)


def test_of_turned_axes_and_two_dimensions() -> None:
    """In two dimensions tr (C1 C2)^(1/2) = sqrt(tr(C1 C2) + 2 sqrt(det C1 det C2))."""
    one, other = spread(2, 3), spread(2, 4)
    root = math.sqrt(
        np.trace(one @ other) + 2 * math.sqrt(np.linalg.det(one) * np.linalg.det(other))
    )
    wanted = np.trace(one) + np.trace(other) - 2 * root
    found = frechet_distance(moments(np.zeros(2), one), moments(np.zeros(2), other))
    assert found == pytest.approx(wanted)


def test_of_a_scaled_gaussian() -> None:
    """C2 = k^2 C1: (1 - k)^2 tr C1, whatever the axes."""
    base = spread(40, 5)
    one, other = moments(np.zeros(40), base), moments(np.zeros(40), 9 * base)
    assert frechet_distance(one, other) == pytest.approx(4 * np.trace(base))


def test_it_is_symmetric_and_none_to_itself() -> None:
    one, other = moments(np.ones(30), spread(30, 1)), moments(np.zeros(30), spread(30, 2))
    assert frechet_distance(one, other) == pytest.approx(frechet_distance(other, one))
    assert frechet_distance(one, one) < 1e-9 * np.trace(one.covariance)


def test_fewer_vectors_than_dimensions_work() -> None:
    rng = np.random.default_rng(6)
    one, other = Moments(), Moments()
    one.add(rng.normal(0, 1, (3, 50)))
    other.add(rng.normal(1, 1, (4, 50)))
    found = frechet_distance(one, other)
    assert np.isfinite(found) and found > np.square(one.mean - other.mean).sum()


def test_the_inception_score_of_sure_and_varied_clips_is_the_number_of_kinds() -> None:
    made = Classes()
    made.add(1000 * np.eye(10)[np.arange(50) % 5])
    assert made.score() == pytest.approx(5)


@pytest.mark.parametrize("logits", [np.zeros((6, 4)), np.tile([3.0, 1.0, 0.0, -2.0], (6, 1))])
def test_it_is_1_where_all_clips_say_the_same(logits: np.ndarray) -> None:
    made = Classes()
    for each in logits:
        made.add(each[None])
    assert made.score() == pytest.approx(1)


def test_it_is_that_of_its_formula() -> None:
    logits = np.random.default_rng(2).normal(0, 2, (30, 8))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wanted = math.exp(np.mean([(q * np.log(q / p.mean(axis=0))).sum() for q in p]))
    made = Classes()
    made.add(logits[:11])
    made.add(logits[11:])
    assert made.score() == pytest.approx(wanted)
