"""Abstract: facets that cover the picture, follow its edges and stay on its things."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from afterglow.effects.style.looks import look_named
from afterglow.effects.style.looks.abstract import drawn, poster
from afterglow.effects.style.looks.facets import Corners, corners_of, facets_between, spacing
from tests.effects.style.steadiness import kept, noisy, painted, wandering
from tests.scenes import Scene, frames_of, pan


def halves(width: int = 160, height: int = 120) -> np.ndarray:
    """A picture whose left is dark and whose right is bright, parted by a slanted edge."""
    y, x = np.mgrid[:height, :width]
    right = np.clip(x - 60 - 0.3 * y + 0.5, 0, 1)
    return np.repeat((60 + 120 * right)[..., None], 3, axis=2).astype(np.float32)


def test_corners_lie_on_an_edge_and_are_denser_there() -> None:
    corners = corners_of(halves(), seed=1).places
    inside = corners[((corners >= 0) & (corners < (160, 120))).all(axis=1)]
    away = np.abs(inside[:, 0] - 60 - 0.3 * inside[:, 1])
    assert (away < 1.5).sum() >= 8
    step = spacing(160, 120)
    near, far = (away < step / 2).sum() / (step * 120), (away > 3 * step).sum() / (160 - 6 * step)
    assert near > 1.5 * far / 120


def test_facets_do_not_cross_an_edge() -> None:
    picture = halves()
    facets = facets_between(corners_of(picture, seed=1))
    shown = drawn(facets, facets.colours(picture), (160, 120), (160, 120))[..., 0] / 257
    apart = np.abs(shown - picture[..., 0])
    assert apart.mean() < 4 and (apart > 30).mean() < 0.06


def test_facets_cover_everything_once() -> None:
    rng = np.random.default_rng(2)
    corners = corners_of(rng.normal(120, 30, (90, 130, 3)).astype(np.float32), seed=3, margin=0.2)
    triangles = facets_between(corners).triangles
    one, two = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    area = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]).sum() / 2
    hull = cv2.contourArea(cv2.convexHull(corners.places))
    assert area == pytest.approx(hull, rel=0.01)
    assert hull > 4 * 90 * 130, "and far beyond the picture"


def test_the_same_picture_has_the_same_facets_but_other_seeds_have_others() -> None:
    one, again, other = (corners_of(halves(), seed) for seed in (1, 1, 2))
    assert np.array_equal(one.places, again.places)
    assert len(one.places) != len(other.places) or np.abs(one.places - other.places).max() > 2


def test_noise_moves_few_corners() -> None:
    rng = np.random.default_rng(3)
    clean = halves()
    noisy_one = clean + rng.normal(0, 1.0, clean.shape).astype(np.float32)
    one, two = corners_of(clean, seed=1), corners_of(noisy_one, seed=1)
    assert len(one.places) == len(two.places)
    assert (np.abs(one.places - two.places).max(axis=1) > 1).mean() < 0.05


def test_corners_go_with_the_flow() -> None:
    corners = Corners(np.float32([[10, 10], [50, 30], [-20, 5]]), np.zeros(3, np.float32))
    way = np.zeros((20, 40, 2), np.float32)
    way[..., 0], way[..., 1] = 1.5, -0.5
    moved = corners.moved(way, 80, 40).places - corners.places
    assert np.allclose(moved, (3.0, -1.0), atol=1e-4)


def test_light_is_posterised_and_colour_stays() -> None:
    ramp = np.repeat(np.linspace(0, 255, 400, dtype=np.float32)[:, None], 3, axis=1)
    made = poster(ramp, np.full(400, 0.5, np.float32))
    slope = np.diff(made[:, 0])
    assert (slope >= -1e-3).all() and slope.max() > 2 * np.median(slope)
    red = poster(np.float32([[200, 60, 60]]), np.float32([0.5]))[0]
    assert red[0] - red[1] > 140, "clearer"


@pytest.mark.parametrize("depth", [8, 16])
def test_a_picture_becomes_flat_facets(depth: int) -> None:
    picture = noisy(1, sigma=3)[0]
    if depth == 16:
        picture = picture.astype(np.uint16) * 257
    (made,) = painted(look_named("abstract"), [picture])
    white = np.iinfo(picture.dtype).max

    def flat(of: np.ndarray) -> float:
        level = of[..., 1].astype(float) * 255 / white
        return float((np.abs(np.diff(level, axis=1)) < 0.5).mean())

    assert made.dtype == picture.dtype
    assert flat(made) > 0.45 > 3 * flat(picture)


def test_what_stands_still_does_not_flicker() -> None:
    before, after = kept(look_named("abstract"), noisy(26), skip=4)
    assert after.mean_spread <= 0.5
    assert after.pixel_spread < 0.26 * before.pixel_spread


def test_what_moves_flickers_no_more_than_in_the_source() -> None:
    before, after = wandering(look_named("abstract"))
    assert after <= 1.3 * before


def test_what_comes_in_is_covered_at_once() -> None:
    """A fast pan: at the edge that things come in at, the picture has their colours."""
    shot = Scene(160, 90, frames=24, camera=pan(6.0), seed=2)
    source = [np.asarray(frame.pixels) for frame in frames_of(shot)]
    made = painted(look_named("abstract"), source)
    for one, other in zip(source[2:], made[2:], strict=True):
        left = [cv2.blur(each, (15, 15))[8:-8, 8].astype(float) for each in (one, other)]
        assert np.abs(left[0] - left[1]).mean() < 30
