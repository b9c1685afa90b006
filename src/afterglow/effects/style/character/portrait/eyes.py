"""The balls of the eyes between their lids: they look about, and lids pass over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.style.character.portrait.frame import Points
from afterglow.effects.style.character.portrait.palette import Palette
from afterglow.effects.style.character.portrait.patch import (
    Source,
    back,
    laid,
    places_of,
)
from afterglow.effects.style.character.portrait.slit import Plane, Slit, cover
from afterglow.ops.easing import rise
from afterglow.ops.levels import Region

_GAZE = (0.30, 0.18)
"""Half widths of the eye that an iris moves, right and down, when it looks as far as it can."""


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """An eye as it is in the picture and as it shall be."""

    source: Slit
    target: Slit
    head: Points
    """(2, 3) the move of the ball with the head."""
    iris: Points
    """(2,) its middle in the picture."""
    radius: float
    """Pixels from there to its border."""
    gaze: tuple[float, float]
    """-1 to 1, right and down."""


def paint_eye(
    canvas: NDArray[Any], region: Region, eye: Eye, picture: Source, palette: Palette
) -> None:
    """Paint an eye into a canvas that shows a region of the picture."""
    box = eye.target.box(1.1, 0.3, region)
    if min(box.size) < 1:
        return
    x, y = places_of(box)
    along, across = eye.target.local(x, y)
    upper, lower = eye.target.borders(along)
    soft = max(1.0, 0.06 * eye.target.half, 1.6 * palette.soft)
    share = cover(across, upper, lower, soft) * (np.abs(along) < 1)
    light = _ball(eye, x, y, picture)
    shut = _shut(eye)
    shade = 1 - shut * np.float32(0.45) * (1 - rise((across - upper) / soft, 0.0, 5.0))
    here = box.seen_from(region)
    laid(canvas, here, light * shade[..., None], share, picture.transfer)
    line = np.exp(-(((across - upper) / np.float32(0.05 * eye.target.half + 0.6)) ** 2))
    line *= rise(1 - np.abs(along), 0.0, 0.3) * np.float32(0.6) * shut
    lash = np.broadcast_to(palette.lash, light.shape)
    laid(canvas, here, lash, line * (line > 0.01), picture.transfer)


def _shut(eye: Eye) -> np.float32:
    """How far the lids have come together since the picture was taken, 0 to 1."""
    before, now = eye.source.gap / eye.source.half, eye.target.gap / eye.target.half
    return np.float32(np.clip(1 - now / max(before, 1e-3), 0, 1))


def _ball(eye: Eye, x: Plane, y: Plane, picture: Source) -> NDArray[np.float32]:
    """(h, w, 3) linear light of the eye's ball behind the lids."""
    x, y = back(eye.head, x, y)
    move = eye.source.half * np.array(_GAZE) * eye.gaze
    place = eye.iris + move
    far = np.hypot(x - np.float32(place[0]), y - np.float32(place[1]))
    share = 1 - rise(far, 1.05 * eye.radius, 1.05 * eye.radius + 0.85 * eye.source.half)
    x, y = x - np.float32(move[0]) * share, y - np.float32(move[1]) * share
    along, across = eye.source.local(x, y)
    upper, lower = eye.source.borders(along)
    inset = np.minimum(np.float32(0.05 * eye.source.half), 0.25 * (lower - upper))
    held = np.clip(across, upper + inset, lower - inset)
    moved = np.float32(min(1.0, 4 * (abs(eye.gaze[0]) + abs(eye.gaze[1])) + 8 * _change(eye)))
    held = across + moved * (held - across)
    return picture.light(*eye.source.placed(along, held))


def _change(eye: Eye) -> float:
    """How much the opening differs from the picture's, as a share."""
    return abs(eye.target.gap / eye.target.half - eye.source.gap / eye.source.half)
