"""What is asked of the networks that find faces; ``afterglow.models.face`` opens real ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Asked: TypeAlias = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Takes a picture (S, S, 3) uint8 RGB, gives two flat arrays of numbers."""


class Networks(Protocol):
    """Three networks, open."""

    @property
    def detector(self) -> Asked:
        """128 x 128: 896 boxes of 16 numbers, and the score of each, before the sigmoid."""

    @property
    def mesh(self) -> Asked:
        """192 x 192: 468 points (x, y, z), and whether it is a face, before the sigmoid."""

    @property
    def iris(self) -> Asked:
        """64 x 64 about an eye: 71 points about it, and 5 of its iris, each (x, y, z)."""


Opener: TypeAlias = Callable[[], AbstractContextManager[Networks]]
"""Opens the networks, and frees them afterwards."""
