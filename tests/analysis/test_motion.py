"""What moves, and what only became brighter."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.analysis.motion import brightening, departure, soft_step, span
from tests.scenes import Scene, Subject, walk


def luma(scene: Scene, t: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return scene.view(t).rgb.mean(axis=2).round().astype(np.uint8)


@pytest.mark.parametrize("factor", [0.94, 0.99, 1.0, 1.03, 1.06])
def test_exposure_is_followed_past_a_subject(factor: float) -> None:
    subject = Subject(area=0.2, path=walk((0.3, 0.5), (0.08, 0.0)))
    scene = Scene(160, 90, frames=2, subject=subject, exposure=lambda t: 0.9 * factor**t, noise=1)
    assert brightening(luma(scene, 0), luma(scene, 1)) == pytest.approx(factor, abs=0.008)


def test_a_picture_that_changed_altogether_has_no_exposure() -> None:
    assert brightening(luma(Scene(seed=1), 0), 255 - luma(Scene(seed=1), 0)) == 1.0
    black = np.zeros((9, 16), np.uint8)
    assert brightening(black, black) == 1.0


def test_departure_is_what_leaves_every_span() -> None:
    look = np.full((3, 3, 3), 100, np.uint8)
    near, far = look + 4, look - 30
    assert (departure(look, span(near, tolerance=0)) == 4).all()
    assert (departure(look, span(near, tolerance=0), span(far, tolerance=0)) == 4).all()


def test_tolerance_takes_neighbours_for_the_same() -> None:
    edge = np.zeros((9, 12, 3), np.uint8)
    edge[:, 6:] = 200
    moved = np.roll(edge, 1, axis=1)
    moved[:, 0] = 0
    assert departure(moved, span(edge, tolerance=0)).max() == 200
    assert departure(moved, span(edge, tolerance=1)).max() == 0


def test_a_soft_step_rises_between_its_ends() -> None:
    table = soft_step(10, 34)
    assert (table[:11] == 0).all() and (table[34:] == 255).all()
    assert (np.diff(table.astype(int)) >= 0).all() and table[22] == 128
