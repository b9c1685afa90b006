"""Moments of one colour each, as a comparison keeps them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.matte.sheets import Moment

GREEN = np.array([0, 177, 64])


def moments_of(models: int, count: int = 3) -> list[Moment]:
    def plain(*rgb: int) -> NDArray[np.uint8]:
        return np.full((60, 100, 3), rgb, np.uint8)

    greens, whites = (plain(*GREEN),) * models, (plain(255, 255, 255),) * models
    return [Moment(plain(200, 30, 30), greens, whites) for _ in range(count)]
