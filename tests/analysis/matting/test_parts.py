"""Crops hold what they must and no more; edges are found; a part is judged by its past."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.matting import crop, eyes, refine, shots, stray
from afterglow.analysis.matting.crop import WHOLE, Box
from afterglow.analysis.picture import Look, look, measuring_size
from tests.scenes import Scene, pan


def disc(size: tuple[int, int], middle: tuple[float, float], radius: float) -> NDArray[np.float32]:
    """The (h, w) matte of a disc with an edge of one pixel."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    distance = np.hypot(x - middle[0], y - middle[1])
    return np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)


def holds(outer: Box, inner: Box) -> bool:
    return outer.shared(inner) == inner


def test_a_box_grows_as_far_as_the_picture_goes() -> None:
    assert Box(0.2, 0.4, 0.4, 0.8).grown(0.5) == pytest.approx((0.1, 0.2, 0.5, 1.0))
    assert WHOLE.grown(0.1) == WHOLE


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (640, 360)])
@pytest.mark.parametrize("box", [WHOLE, Box(0.3, 0.3, 0.31, 0.31), Box(0.999, 0.0, 1.0, 0.001)])
def test_a_box_covers_a_pixel_at_least(size: tuple[int, int], box: Box) -> None:
    rows, columns = box.within(*size)
    assert 0 <= rows.start < rows.stop <= size[1]
    assert 0 <= columns.start < columns.stop <= size[0]


def test_boxes_next_to_one_another_become_one() -> None:
    near = [Box(0.1, 0.1, 0.3, 0.9), Box(0.32, 0.1, 0.5, 0.9)]
    assert crop.apart(near) == [Box(0.1, 0.1, 0.5, 0.9)]
    far = [Box(0.1, 0.1, 0.2, 0.9), Box(0.6, 0.1, 0.8, 0.9)]
    assert crop.apart(far) == far


def test_there_are_few_boxes_and_they_hold_everybody() -> None:
    many = [Box(x, y, x + 0.05, y + 0.1) for x in (0.0, 0.3, 0.6, 0.9) for y in (0.0, 0.8)]
    found = crop.apart(many)
    assert 1 <= len(found) <= 3
    assert all(any(holds(box, each) for box in found) for each in many)


def test_a_hand_joins_the_nearest_box() -> None:
    sure = np.maximum(disc((100, 60), (25, 30), 14), disc((100, 60), (80, 30), 12))
    sure = np.maximum(sure, disc((100, 60), (45, 30), 3))
    parts = stray.parts_of(sure)
    boxes = crop.boxes_of(parts.labels, parts.stats, [1, 2, 3])
    assert len(boxes) == 2
    assert any(box.left < 0.15 and 0.47 < box.right < 0.5 for box in boxes)


def test_a_crop_grows_at_once_and_shrinks_slowly() -> None:
    small, large = Box(0.4, 0.4, 0.6, 0.6), Box(0.3, 0.35, 0.7, 0.6)
    assert crop.followed([small], [large]) == [large]
    (eased,) = crop.followed([large], [small])
    assert holds(large, eased) and holds(eased, small) and eased not in (large, small)
    for _ in range(20):
        (eased,) = crop.followed([eased], [small])
    assert eased == pytest.approx(small, abs=0.002)
    elsewhere = Box(0.8, 0.8, 0.9, 0.9)
    assert crop.followed([large], [elsewhere]) == [elsewhere]


def test_what_is_seen_in_a_crop_lies_where_it_was() -> None:
    matte = disc((200, 120), (60, 70), 20)
    picture = np.rint(np.dstack([matte] * 3) * 255).astype(np.uint8)
    box = Box(0.1, 0.3, 0.5, 0.9)

    def eye(part: NDArray[np.uint8]) -> NDArray[np.float32]:
        return cv2.resize(part[..., 0], (64, 64)).astype(np.float32) / 255

    found = crop.seen(eye, picture, [box], (60, 100))
    assert np.abs(found - cv2.resize(matte, (100, 60), interpolation=cv2.INTER_AREA)).mean() < 0.005
    inside = np.zeros_like(found, bool)
    inside[box.within(100, 60)] = True
    everywhere = crop.seen(lambda part: np.ones((8, 8), np.float32), picture, [box], (60, 100))
    assert not everywhere[~inside].any()
    assert everywhere[18 + 10, 10] < 0.5 < 0.99 < everywhere[50, 30], "it fades out at its sides"
    full = crop.seen(lambda part: np.ones((8, 8), np.float32), picture, [WHOLE], (60, 100))
    assert full.min() == 1, "the picture's own sides do not fade"


@pytest.mark.parametrize("size", [(160, 90), (90, 160)])
def test_tiles_cover_the_picture(size: tuple[int, int]) -> None:
    whole, *parts = crop.tiles(*size)
    assert whole == WHOLE and len(parts) == 3
    covered = np.zeros(size[::-1])
    for part in parts:
        covered[part.within(*size)] += 1
    assert covered.min() >= 1
    wide, tall = parts[0].right - parts[0].left, parts[0].bottom - parts[0].top
    assert (wide < tall) == (size[0] > size[1])


def test_the_mirror_is_turned_back() -> None:
    seen = []

    def network(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        seen.append(picture)
        return picture[..., 0].astype(np.float32) / 255

    part = np.random.default_rng(1).integers(0, 256, (256, 256, 3), np.uint8)
    plain = eyes.found(network, part, eyes.SQUARE)
    mirrored = eyes.found(network, part, eyes.SQUARE, mirrored=True)
    assert np.array_equal(plain, mirrored)
    assert np.array_equal(seen[1], part[:, ::-1]) and seen[1].flags.c_contiguous


def soft(matte: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), sigma), np.float32)


def pictured(matte: NDArray[np.float32], white: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """A subject before a background of another colour and about the same brightness."""
    mixed = matte[..., None] * [0.7, 0.35, 0.3] + (1 - matte[..., None]) * [0.2, 0.5, 0.45]
    noisy = mixed + np.random.default_rng(2).normal(0, 0.01, mixed.shape)
    kind = np.uint8 if white == 255 else np.uint16
    return np.rint(np.clip(noisy, 0, 1) * white).astype(kind)


@pytest.mark.parametrize("white", [255, 65535])
def test_a_soft_small_matte_becomes_sharp_and_large(white: int) -> None:
    true = disc((320, 200), (150, 100), 60)
    picture = pictured(true, white)
    small = cv2.resize(picture, (160, 100), interpolation=cv2.INTER_AREA)
    guide = np.rint(small / (white / 255)).astype(np.uint8)
    rough = soft(cv2.resize(true, (160, 100), interpolation=cv2.INTER_AREA), 2.5)
    found = refine.sharpened(picture, guide, rough, 4)
    before = np.abs(cv2.resize(rough, (320, 200)) - true).mean()
    assert np.abs(found - true).mean() < 0.4 * before
    assert found.min() == 0 and found[100, 150] == 1


def test_deep_and_shallow_pictures_give_the_same_matte() -> None:
    true = disc((96, 64), (40, 30), 20)
    guide = pictured(true, 255)
    assert guide.dtype == np.uint8
    deep = guide.astype(np.uint16) * 257
    one, two = (refine.sharpened(each, guide, soft(true, 2), 4) for each in (guide, deep))
    assert np.abs(one - two).max() < 1e-4


def test_leaves_of_the_subjects_colour_beside_it_are_no_part_of_it() -> None:
    true = disc((320, 200), (150, 100), 60)
    picture = pictured(true, 255)
    chance = np.random.default_rng(3).random((50, 80)).astype(np.float32)
    leaves = cv2.resize(chance, (320, 200), interpolation=cv2.INTER_NEAREST) < 0.3
    picture[leaves & (true == 0)] = (180, 90, 76)
    guide = np.asarray(cv2.resize(picture, (160, 100), interpolation=cv2.INTER_AREA), np.uint8)
    rough = soft(cv2.resize(true, (160, 100), interpolation=cv2.INTER_AREA), 1.0)
    found = refine.sharpened(picture, guide, rough, 4)
    beyond = np.hypot(*(np.indices(true.shape) - np.array([100, 150])[:, None, None])) - 60
    assert found[beyond > 11].max() < 0.01 and found[beyond < -11].min() == 1


def test_a_matte_of_nothing_stays_so() -> None:
    guide = pictured(disc((96, 64), (40, 30), 20), 255)
    nothing = np.zeros((64, 96), np.float32)
    assert not refine.sharpened(guide, guide.astype(np.uint8), nothing, 4).any()


def test_haze_without_a_core_is_no_part() -> None:
    sure = 0.3 * disc((100, 60), (25, 30), 14) + disc((100, 60), (80, 30), 12)
    kept = stray.judged(stray.parts_of(sure.astype(np.float32)), None, 3)
    assert kept.gain[30, 25] == 0 and kept.gain[30, 80] == 1


def judged(sures: list[NDArray[np.float32]], pause: int) -> list[stray.Kept]:
    found: list[stray.Kept] = []
    for sure in sures:
        found.append(stray.judged(stray.parts_of(sure), found[-1] if found else None, pause))
    return found


def test_a_new_part_waits_and_then_fades_in() -> None:
    known, new = disc((100, 60), (80, 30), 12), disc((100, 60), (25, 30), 12)
    found = judged([known, *[np.maximum(known, new)] * 9], 3)
    gains = [float(kept.gain[30, 25]) for kept in found]
    assert gains == pytest.approx([0, 0, 0, 0, 1 / 3, 2 / 3, 1, 1, 1, 1])
    assert all(kept.gain[30, 80] == 1 for kept in found)


def test_a_part_that_moves_on_is_the_same() -> None:
    moving = [disc((100, 60), (20 + 6 * t, 30), 8) for t in range(10)]
    for t, kept in enumerate(judged(moving, 3)):
        assert kept.gain[30, 20 + 6 * t] == 1


def test_a_part_of_a_part_is_kept() -> None:
    body, hand = disc((100, 60), (70, 30), 16), disc((100, 60), (45, 30), 9)
    parted = np.where(np.arange(100) == 54, 0, np.maximum(body, hand)).astype(np.float32)
    found = judged([np.maximum(body, hand), parted, parted], 3)
    assert found[-1].gain[30, 45] == 1


def looked(picture: NDArray[np.uint8]) -> Look:
    return look(picture, None, measuring_size(picture.shape, 90))


def test_cuts_are_told_and_moves_are_not() -> None:
    one = [looked(view.rgb) for view in Scene(frames=3, camera=pan(9))]
    two = [looked(view.rgb) for view in Scene(frames=2, seed=5)]
    assert not shots.is_cut(one[0], one[1]) and not shots.is_cut(one[1], one[2])
    assert shots.is_cut(one[2], two[0])
    flash = looked(np.full((180, 320, 3), 255, np.uint8))
    assert shots.is_cut(one[0], flash)
