"""Planted drift is taken away, what is not drift stays, and nothing flickers by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

import numpy as np
import pytest

from afterglow.effects.animate import anchor
from afterglow.effects.animate.anchor import Drift, anchored, line_weights
from tests.scenes import Scene, Subject, hand_held

COUNT = 25
SCENE = Scene(160, 96, COUNT, camera=hand_held(0.4), subject=Subject(area=0.08))
CLEAN = [view.rgb for view in SCENE]


def warmer(picture: np.ndarray, share: float) -> np.ndarray:
    return picture * (1 + share * np.array([0.16, 0.02, -0.14]))


def darker(picture: np.ndarray, share: float) -> np.ndarray:
    return picture * (1 - 0.25 * share)


def lifted(picture: np.ndarray, share: float) -> np.ndarray:
    return picture * (1 - 0.2 * share) + 30 * share


def paler(picture: np.ndarray, share: float) -> np.ndarray:
    grey = picture.mean(axis=2, keepdims=True)
    return picture + 0.4 * share * (grey - picture)


def drifted(how: Callable[[np.ndarray, float], np.ndarray]) -> list[np.ndarray]:
    made = [how(frame.astype(float), t / (COUNT - 1)) for t, frame in enumerate(CLEAN)]
    return [np.rint(np.clip(each, 0, 255)).astype(np.uint8) for each in made]


def apart(frames: list[np.ndarray], others: list[np.ndarray]) -> float:
    """Root of the mean squared difference of pixels, over all frames."""
    both = zip(frames, others, strict=True)
    return float(np.sqrt(np.mean([np.square(one.astype(float) - two) for one, two in both])))


def means(frames: list[np.ndarray]) -> np.ndarray:
    return np.array([frame.mean(axis=(0, 1)) for frame in frames])


def restlessness(frames: list[np.ndarray]) -> float:
    """How the mean colour jumps to and fro, beyond going one way."""
    return float(np.abs(np.diff(means(frames), n=2, axis=0)).mean())


@pytest.mark.parametrize("how", [warmer, darker, lifted, paler])
def test_four_fifths_of_a_drift_go_and_no_flicker_comes(
    how: Callable[[np.ndarray, float], np.ndarray],
) -> None:
    given = drifted(how)
    made = list(anchored(given, CLEAN[0]))
    assert apart(made, CLEAN) <= 0.2 * apart(given, CLEAN), "of the pixels"
    off = np.abs(means(given) - means(CLEAN)).max()
    assert np.abs(means(made) - means(CLEAN)).max() <= 0.2 * off, "of the mean colour"
    own = max(restlessness(given), restlessness(CLEAN))
    assert restlessness(made) <= own + 0.03, "in levels: the clean clip has 0.15 of its own"


def test_frames_without_drift_stay_nearly_as_they_are() -> None:
    made = list(anchored(CLEAN, CLEAN[0]))
    assert apart(made, CLEAN) < 1 and restlessness(made) <= restlessness(CLEAN) + 0.02


def test_what_comes_into_the_picture_is_no_drift() -> None:
    """A bright board over a quarter of the picture changes the mean, and stays as it is."""
    given = [frame.copy() for frame in CLEAN]
    for t, frame in enumerate(given):
        frame[:, : 2 * t] = (250, 240, 60)
    assert np.abs(means(given)[-1] - means(CLEAN)[-1]).max() > 20
    made = list(anchored(given, CLEAN[0]))
    assert apart(made, given) < 2


def test_without_anything_in_common_the_whole_picture_counts() -> None:
    other = [np.clip(view.rgb * 0.8, 0, 255).astype(np.uint8) for view in Scene(160, 96, 8, seed=7)]
    made = list(anchored(other, CLEAN[0]))
    assert np.abs(means(made) - means(CLEAN[:1])).max() < 3


def test_a_flicker_of_the_frames_is_not_made_worse() -> None:
    rng = np.random.default_rng(4)
    given = [
        np.clip(np.rint(frame * (1 + rng.normal(0, 0.02))), 0, 255).astype(np.uint8)
        for frame in CLEAN
    ]
    made = list(anchored(given, CLEAN[0]))
    assert restlessness(made) <= 1.05 * restlessness(given)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12, 13, 14, 40])
def test_every_length_comes_out_whole_and_in_order(count: int) -> None:
    rng = np.random.default_rng(count)
    frames = [rng.integers(t, 100 + t, (48, 64, 3), np.uint8) for t in range(count)]
    made = list(anchored(iter(frames), frames[0]))
    assert len(made) == count
    for one, other in zip(frames, made, strict=True):
        pair = np.stack([one.ravel(), other.ravel()]).astype(float)
        assert np.corrcoef(pair)[0, 1] > 0.95


def test_strength_is_a_share_of_the_way() -> None:
    given = drifted(darker)
    offs = [
        abs(means(list(anchored(given, CLEAN[0], strength=s)))[-1] - means(CLEAN)[-1]).max()
        for s in (0.0, 0.5, 1.0)
    ]
    assert offs[0] == pytest.approx(abs(means(given)[-1] - means(CLEAN)[-1]).max())
    assert 0.3 * offs[0] < offs[1] < 0.7 * offs[0] and offs[2] < 0.2 * offs[0]


def test_the_drift_is_told() -> None:
    told: list[Drift] = []
    given = drifted(darker)
    list(anchored(given, CLEAN[0], tell=told.append))
    assert len(told) == len(given)
    drift = reduce(Drift.worse, told)
    wanted = np.abs(means(given) - means(CLEAN[:1])).max()
    assert drift.found == pytest.approx(wanted, rel=0.1) and drift.left < 0.05 * drift.found


def test_only_a_few_frames_are_held() -> None:
    taken = 0

    def frames() -> Iterator[np.ndarray]:
        nonlocal taken
        for frame in CLEAN * 4:
            taken += 1
            yield frame

    for given, _ in enumerate(anchored(frames(), CLEAN[0], reach=3), 1):
        assert taken - given <= 6


def test_flat_pictures_have_no_map_but_a_mean() -> None:
    flat = np.full((40, 60, 3), (120, 60, 200), np.uint8)
    made = list(anchored([flat] * 3, np.full((40, 60, 3), (100, 80, 180), np.uint8)))
    assert np.abs(means(made) - (100, 80, 180)).max() <= 1


def test_the_same_palette_changes_nothing() -> None:
    mine = anchor.palette(CLEAN[0])
    by = anchor.map_between(mine, mine)
    np.testing.assert_allclose(by, np.eye(3, 4), atol=1e-9)
    assert np.array_equal(anchor.recoloured(CLEAN[0], by), CLEAN[0])


def test_the_map_carries_mean_and_covariance() -> None:
    one, other = anchor.palette(CLEAN[0]), anchor.palette(drifted(lifted)[-1])
    by = anchor.map_between(one, other)
    turn, shift = by[:, :3], by[:, 3]
    np.testing.assert_allclose(turn @ one.mean + shift, other.mean)
    np.testing.assert_allclose(turn @ one.spread @ turn.T, other.spread, rtol=0.01, atol=2)
    np.testing.assert_allclose(turn, turn.T, atol=1e-9)


@pytest.mark.parametrize(("count", "at"), [(1, 0), (2, 0), (3, 2), (13, 6), (13, 0), (13, 12)])
def test_a_straight_line_is_followed_exactly(count: int, at: int) -> None:
    weights = line_weights(count, at)
    assert weights.sum() == pytest.approx(1)
    if count > 2:
        assert weights @ (3 - 0.7 * np.arange(count)) == pytest.approx(3 - 0.7 * at)
