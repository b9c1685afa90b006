"""What is seen in a video that steers a model: depths, or the pose of one body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.motion import Seer
from afterglow.effects.animate.skeleton import skeleton
from afterglow.models import depth, pose

NEEDED: Mapping[str, Mapping[str, tuple[str, ...]]] = {"depth": depth.NEEDED, "pose": pose.NEEDED}
"""What of models.lock it takes to see each."""


@contextmanager
def seer(control: str, device: str, *, commercial_only: bool = False) -> Iterator[Seer]:
    """Hold what sees depth or pose in frames.

    Raises:
        ModelError: its network is not here, not as locked, or may not be used.
    """
    if control == "pose":
        with pose.pose_network(commercial_only=commercial_only) as ask:
            yield lambda frames: _poses(frames, ask)
        return
    opened = depth.depth_network(device, commercial_only=commercial_only, together=True)
    with opened as nearness_of:

        def depths(frames: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
            seen = depth.evened(np.stack([nearness_of(frame) for frame in frames]))
            return np.rint(seen * 255).astype(np.uint8)[..., None].repeat(3, axis=3)

        yield depths


def _poses(frames: Sequence[NDArray[np.uint8]], ask: pose.Asked) -> NDArray[np.uint8]:
    """(F, H, W, 3) uint8 RGB: the body in each frame as a skeleton."""
    from afterglow.analysis.pose import followed

    height, width = frames[0].shape[:2]
    return np.stack([skeleton(points, width, height) for points in followed(frames, ask)])
