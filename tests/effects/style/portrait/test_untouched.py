"""What a pose does not move stays bit for bit, and 16 bits show the same as 8."""

from __future__ import annotations

import numpy as np
import pytest

from afterglow.effects.style.character.portrait.frame import frame_of
from afterglow.effects.style.character.pose import Pose
from tests.effects.style.portrait.sitting import POINTS, STRONG, face, shown


def test_the_neutral_face_is_the_picture_itself() -> None:
    picture = face()
    assert np.array_equal(shown(Pose(), picture), picture)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_what_is_far_from_the_face_stays_bit_for_bit(kind: type) -> None:
    noise = np.random.default_rng(1).integers(0, np.iinfo(kind).max, (180, 320, 3), kind)
    out = shown(STRONG, noise)
    frame = frame_of(POINTS)
    y, x = np.mgrid[:180, :320]
    away = np.hypot((x - 160) / (frame.width / 2), (y - 88) / (frame.height / 2))
    assert (out != noise).any(axis=2)[away < 0.5].mean() > 0.9
    assert np.array_equal(out[away > 2.1], noise[away > 2.1])
    assert (away > 2.1).mean() > 0.3 and out.shape == noise.shape and out.dtype == kind


def test_sixteen_bits_show_the_same_as_eight() -> None:
    flat = face()
    eight, sixteen = shown(STRONG, flat), shown(STRONG, flat.astype(np.uint16) * 257)
    apart = np.abs(sixteen / 257 - eight)
    assert np.quantile(apart, 0.99) <= 1.0 and apart.max() < 4
