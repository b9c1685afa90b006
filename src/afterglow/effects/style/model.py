"""What models give to films: pictures drawn from words, and what is near in pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from afterglow import ops
from afterglow.errors import ModelError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.models.depth import NEEDED, depth_of
from afterglow.models.drawing import Drawing, drawn, require_drawing
from afterglow.models.face import SIDES, face_networks
from afterglow.models.needed import require_needed
from afterglow.models.painting import Tell, trained_size
from afterglow.models.store import open_store
from afterglow.ops.levels import as_depth

__all__ = [
    "Drawing",
    "Drawn",
    "blank_size",
    "can_paint_faces",
    "depth_of",
    "face_networks",
    "require_depth",
]

_SHORT = 512
"""Pixels of the short side of what is drawn."""


def blank_size(aspect: float) -> tuple[int, int]:
    """Return (width, height) of what will be drawn for such a shape."""
    return trained_size(aspect, 1.0, _SHORT)


def require_depth(*, commercial_only: bool = False) -> None:
    """Raise ModelError unless what sees depth is here; it tells how to get it."""
    require_needed(NEEDED, commercial_only=commercial_only)


def can_paint_faces(*, commercial_only: bool = False) -> bool:
    """Return True where all the models are here that paint a portrait and find its face."""
    store = open_store()
    if any(store.presence(store.lock.model(name)) != "yes" for name in SIDES):
        return False
    try:
        require_drawing(commercial_only=commercial_only)
    except ModelError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Drawn:
    """Gives a drawn picture for the first that comes, at its size and time."""

    drawing: Drawing
    """What shall be seen."""
    device: str = "cpu"
    """cpu or cuda:N."""
    tell: Tell | None = None
    """Told of every step."""
    say: Callable[[str], None] | None = None
    """Told what draws, in a line."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return one picture.

        Raises:
            ModelError: what draws is not here.
        """
        require_drawing(commercial_only=self.drawing.commercial_only)
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return nothing."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the picture; a model needs its own."""
        return 2 * video.width * video.height * 3 * video.depth // 8

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the picture."""
        first = next(frames, None)
        if first is None:
            return
        made = drawn(self.drawing, self.device, self.tell, self.say)
        sized = ops.resize(made, video.width, video.height)
        picture = np.asarray(as_depth(sized, "uint8" if video.depth == 8 else "uint16"))
        yield Frame(ops.beside(picture, first.pixels), first.pts, first.alpha)
