"""Views of a backdrop by a camera that turns and travels: near moves more than far.

A camera that only turns gives one warp, in which straight lines stay straight. One that travels
bends each layer by its own depth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from afterglow import ops
from afterglow.analysis.parallax import LAYERS, Sheets

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from afterglow.analysis.parallax import Source
    from afterglow.effects.studio.backdrop import Backdrop, Pose
    from afterglow.ops.halves import Array

    Floats = NDArray[np.float32]

_USUAL_TRAVEL = 0.06
"""Share of the width that the nearest is expected to travel."""


class Renderer:
    """What gives the views of a backdrop."""

    def __init__(self, backdrop: Backdrop, travel: float | None = None, layers: int = LAYERS):
        """Take a backdrop apart.

        travel: the largest travel of the poses to come, in pixels; what lies behind an edge is
            textured so far. 6% of the width if left out.
        """
        self.backdrop = backdrop
        width, _ = backdrop.size
        reach = max(4, round(_USUAL_TRAVEL * width if travel is None else travel))
        self._sheets = Sheets(backdrop.picture, backdrop.depth, reach, layers)

    @property
    def layers(self) -> int:
        """Layers that the backdrop was taken apart into."""
        return self._sheets.layers

    @property
    def memory(self) -> int:
        """Bytes of the enlarged pictures and mattes that are kept."""
        return self._sheets.memory

    def view(self, pose: Pose, width: int, height: int) -> Any:
        """(H, W, 3) what the camera sees, in the type of the backdrop and where that lies."""
        if not pose.travel_x and not pose.travel_y:
            return self._turned(pose, width, height)
        return self._sheets.drawn(_source(pose, self.backdrop.size, width, height), width, height)

    def _turned(self, pose: Pose, width: int, height: int) -> Array | torch.Tensor:
        """One warp of the whole picture."""
        wide, high = self.backdrop.size
        turn = pose.matrix
        middle = np.array([(wide - 1) / 2, (high - 1) / 2])
        there = np.array([(width - 1) / 2 + pose.dx, (height - 1) / 2 + pose.dy])
        matrix = np.column_stack((turn / 2, there - turn @ middle))
        turned: Array | torch.Tensor = ops.warp(
            self._sheets.whole, matrix, size=(width, height), border="reflect"
        )
        return turned


def _source(pose: Pose, size: tuple[int, int], width: int, height: int) -> Source:
    """Where the content of a place comes from: p + travel depth(p) is where it looks at rest."""
    back = np.linalg.inv(pose.matrix)
    travel = np.array([pose.travel_x, pose.travel_y], np.float32)

    def found(places: Floats, depth: Floats) -> Floats:
        x = places[..., 0] - (width - 1) / 2 - pose.dx
        y = places[..., 1] - (height - 1) / 2 - pose.dy
        across = back[0, 0] * x + back[0, 1] * y + (size[0] - 1) / 2
        down = back[1, 0] * x + back[1, 1] * y + (size[1] - 1) / 2
        still = np.stack((across, down), axis=-1)
        return np.asarray(still - travel * depth[..., None], np.float32)

    return found
