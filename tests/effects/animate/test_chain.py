"""Windows joined into one take: the seams are not seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from afterglow.effects.animate.anchor import anchored
from afterglow.effects.animate.chain import (
    chained,
    exposed,
    factors_to,
    length_of,
    mean_level,
)
from tests.scenes import Scene, drift

COUNT, OVERLAP = 14, 4
STILL = Scene(128, 80).view(0).rgb


def drifting(still: np.ndarray, index: int, *, off: float = 0.0) -> Iterator[np.ndarray]:
    """A window of slow zoom that begins with a still; its colours jump and then go on to drift."""
    scene = Scene(128, 80, COUNT, camera=drift(zoom=1.004), seed=1)
    base = STILL.astype(float)
    gain = still.mean(axis=(0, 1)) / base.mean(axis=(0, 1))
    for t in range(COUNT):
        frame = scene.view(t).rgb * gain * (1 + off * np.array([1, -0.5, 0.7]))
        frame = frame * (1 + 0.004 * t * np.array([1.0, 0.2, -0.8]))
        yield np.rint(np.clip(frame, 0, 255)).astype(np.uint8)


def noise(still: np.ndarray, index: int) -> Iterator[np.ndarray]:
    """What a network with random weights makes: every window is another blur."""
    rng = np.random.default_rng(index)
    low = rng.uniform(0, 150, (5, 8, 3))
    high = np.kron(low, np.ones((16, 16, 1))) + rng.uniform(0, 60)
    for t in range(COUNT):
        yield np.rint(np.clip(high + t * 0.1, 0, 255)).astype(np.uint8)


def levels(frames: list[np.ndarray]) -> np.ndarray:
    return np.array([frame.mean(axis=(0, 1)) for frame in frames])


def jumps(frames: list[np.ndarray]) -> np.ndarray:
    """The largest change of a channel's mean from each frame to the next."""
    return np.abs(np.diff(levels(frames), axis=0)).max(axis=1)


def test_the_length_is_that_of_all_windows_without_what_they_share() -> None:
    frames = list(chained(drifting, STILL, 3, overlap=OVERLAP))
    assert len(frames) == length_of(COUNT, 3, OVERLAP) == 34
    assert np.array_equal(frames[0], next(drifting(STILL, 0)))


@pytest.mark.parametrize("settle", [24, None])
@pytest.mark.parametrize("window", [drifting, noise])
def test_no_seam_jumps_by_more_than_a_level(window: object, settle: int | None) -> None:
    frames = list(chained(window, STILL, 3, overlap=OVERLAP, settle=settle))  # type: ignore[arg-type]
    assert jumps(frames).max() <= 1.0


def test_windows_whose_colours_jump_are_joined_without_a_jump() -> None:
    def jumping(still: np.ndarray, index: int) -> Iterator[np.ndarray]:
        return drifting(still, index, off=0.12 * (index % 2))

    hard = [frame for k in range(3) for frame in jumping(STILL, k)]
    assert jumps(hard).max() > 8, "the windows do jump"
    assert jumps(list(chained(jumping, STILL, 3, overlap=OVERLAP, settle=None))).max() <= 1.0

    def anchoring(still: np.ndarray, index: int) -> Iterator[np.ndarray]:
        return anchored(jumping(still, index), STILL)

    assert jumps(list(chained(anchoring, STILL, 3, overlap=OVERLAP))).max() <= 0.5


def test_anchored_windows_end_with_the_colours_of_the_still() -> None:
    def anchoring(still: np.ndarray, index: int) -> Iterator[np.ndarray]:
        return anchored(drifting(still, index), STILL)

    loose = list(chained(drifting, STILL, 4, overlap=OVERLAP, settle=None))
    held = list(chained(anchoring, STILL, 4, overlap=OVERLAP))
    clean = levels([drift_free(t % COUNT) for t in range(COUNT)]).mean(axis=0)
    off = [np.abs(levels(frames)[-1] - clean).max() for frames in (loose, held)]
    assert off[1] <= 0.2 * off[0]


def drift_free(t: int) -> np.ndarray:
    return Scene(128, 80, COUNT, camera=drift(zoom=1.004), seed=1).view(t).rgb


def test_a_window_begins_with_what_the_one_before_shows_where_they_meet() -> None:
    stills: list[np.ndarray] = []

    def noted(still: np.ndarray, index: int) -> Iterator[np.ndarray]:
        stills.append(still)
        return drifting(still, index)

    frames = list(chained(noted, STILL, 2, overlap=OVERLAP))
    assert np.array_equal(stills[0], STILL)
    first = list(drifting(STILL, 0))
    assert np.array_equal(stills[1], first[-OVERLAP])
    assert np.array_equal(frames[: COUNT - OVERLAP][-1], first[-OVERLAP - 1])


def test_only_what_is_shared_is_held() -> None:
    taken = 0

    def counting(still: np.ndarray, index: int) -> Iterator[np.ndarray]:
        nonlocal taken
        for frame in drifting(still, index):
            taken += 1
            yield frame

    for given, _ in enumerate(chained(counting, STILL, 3, overlap=OVERLAP), 1):
        assert taken - given <= 3 * OVERLAP


def test_the_exposure_is_found_exactly() -> None:
    level = mean_level(STILL) * (1.2, 0.8, 1.0)
    made = exposed(STILL, factors_to(STILL, level))
    assert np.abs(mean_level(made) - level).max() < 0.4
    black = np.zeros((8, 8, 3), np.uint8)
    assert (exposed(black, factors_to(black, np.full(3, 90.0))) == 0).all()


def test_what_cannot_be_chained_is_refused() -> None:
    with pytest.raises(ValueError, match="0 frames"):
        next(chained(drifting, STILL, 2, overlap=0))
    with pytest.raises(ValueError, match="window 0 has no frames"):
        list(chained(lambda still, index: iter(()), STILL, 2))


def test_a_window_that_is_as_short_as_the_overlap_works() -> None:
    def short(still: np.ndarray, index: int) -> Iterator[np.ndarray]:
        yield from [still] * 3

    assert len(list(chained(short, STILL, 3, overlap=3))) == 3
    assert len(list(chained(short, STILL, 3, overlap=1))) == 7
