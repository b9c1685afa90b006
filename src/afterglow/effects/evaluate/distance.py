"""Distances and scores of whole sets of clips, from what a network says of each."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class Moments:
    """Sums over vectors: their mean and covariance, however many they are."""

    count: int = 0
    total: Numbers | None = None
    """(n,)."""
    squares: Numbers | None = None
    """(n, n)."""

    def add(self, vectors: NDArray[np.floating]) -> None:
        """Take (k, n) vectors."""
        wide = vectors.astype(np.float64)
        total, squares = wide.sum(axis=0), wide.T @ wide
        self.total = total if self.total is None else self.total + total
        self.squares = squares if self.squares is None else self.squares + squares
        self.count += len(wide)

    @property
    def mean(self) -> Numbers:
        """(n,)."""
        assert self.total is not None
        return np.asarray(self.total / self.count)

    @property
    def covariance(self) -> Numbers:
        """(n, n), over the number of vectors."""
        assert self.squares is not None
        return np.asarray(self.squares / self.count - np.outer(self.mean, self.mean))


def frechet_distance(one: Moments, other: Moments) -> float:
    """Return |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two Gaussians with these moments.

    D. Dowson and B. Landau, The Frechet distance between multivariate normal distributions (1982),
    equation 4; on features of I3D it is the Frechet video distance of T. Unterthiner et al.,
    Towards accurate generative models of video (2018). The trace of the root is that of
    (C1^(1/2) C2 C1^(1/2))^(1/2), which is symmetric.
    """
    first, second = one.covariance, other.covariance
    values, axes = np.linalg.eigh(first)
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    mixed = np.linalg.eigvalsh(root @ second @ root)
    between = np.sqrt(np.maximum(mixed, 0)).sum()
    apart = one.mean - other.mean
    return float(max(0.0, apart @ apart + np.trace(first) + np.trace(second) - 2 * between))


@dataclass(slots=True)
class Classes:
    """Sums over what a network takes clips for: sure of each, and of many kinds."""

    count: int = 0
    total: Numbers | None = None
    """(n,) probabilities."""
    certainty: float = 0.0
    """Sum of p log p."""

    def add(self, logits: NDArray[np.floating]) -> None:
        """Take (k, n) numbers from before the softmax."""
        wide = logits.astype(np.float64)
        log = wide - wide.max(axis=1, keepdims=True)
        log -= np.log(np.exp(log).sum(axis=1, keepdims=True))
        p = np.exp(log)
        total = p.sum(axis=0)
        self.total = total if self.total is None else self.total + total
        self.certainty += float((p * log).sum())
        self.count += len(wide)

    def score(self) -> float:
        """Return the Inception score, 1 up to the number of classes.

        T. Salimans et al., Improved techniques for training GANs (2016), section 4:
        exp(E KL(p(y|x) || p(y))). On clips, by a network that knows actions, as in M. Saito et al.,
        Temporal generative adversarial nets (ICCV 2017).
        """
        assert self.total is not None
        mean = self.total / self.count
        known = mean[mean > 0]
        return exp(self.certainty / self.count - float((known * np.log(known)).sum()))
