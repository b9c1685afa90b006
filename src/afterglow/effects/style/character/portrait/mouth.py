"""The inside of a mouth: what the picture shows of it, and teeth, tongue and dark behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
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

_SEAMS = (0.0, 0.34, 0.60, 0.80, 0.93)
"""Where upper teeth meet, in half widths of the mouth."""
_TEETH = 0.18
"""Half widths that the upper teeth reach below the resting upper lip."""
_SEAM, _MEETING = 0.028, 0.065
"""Half widths that the line is thick where lips meet, and the red beside it that hides teeth."""
_LOWER = 0.13
"""Half widths that the lower teeth stand above the middle of the lower lip."""


@dataclass(frozen=True, slots=True, eq=False)
class Mouth:
    """A mouth as it is in the picture and as it shall be."""

    source: Slit
    target: Slit
    head: Points
    """(2, 3) the move of the upper teeth with the head."""

    @property
    def change(self) -> float:
        """How far the borders moved, in half widths of the mouth."""
        one, other = self.source, self.target
        shifts = [
            np.abs(other.upper / other.half - one.upper / one.half).max(),
            np.abs(other.lower / other.half - one.lower / one.half).max(),
            abs(other.half - one.half) / one.half,
        ]
        return float(max(shifts))


def paint_mouth(
    canvas: NDArray[Any], region: Region, mouth: Mouth, picture: Source, palette: Palette
) -> None:
    """Paint the inside of the mouth into a canvas that shows a region of the picture."""
    box = mouth.target.box(1.02, 0.16, region)
    if min(box.size) < 1:
        return
    x, y = places_of(box)
    along, across = mouth.target.local(x, y)
    upper, lower = mouth.target.borders(along)
    share = cover(across, upper, lower, soft=max(1.0, 0.03 * mouth.target.half, 2 * palette.soft))
    share = share * (np.abs(along) < 1)
    behind = back(mouth.head, x, y)
    light = _inside(mouth, behind, (along, across, upper, lower), picture, palette)
    laid(canvas, box.seen_from(region), light, share, picture.transfer)
    off = np.asarray(across - (upper + lower) / 2, np.float32)
    for colour, thick, strength in ((palette.lip, _MEETING, 0.85), (palette.seam, _SEAM, 0.6)):
        line = _seam(mouth, along, off, thick)
        if line is not None:
            flat = np.broadcast_to(colour, light.shape)
            laid(canvas, box.seen_from(region), flat, line * np.float32(strength), picture.transfer)


def _seam(mouth: Mouth, along: Plane, off: Plane, wide: float) -> Plane | None:
    """A line where lips meet that the picture shows apart; None where they do not meet.

    wide: in half widths of the mouth.
    """
    before, now = mouth.source.gap / mouth.source.half, mouth.target.gap / mouth.target.half
    met = float(np.clip(1 - now / 0.04, 0, 1) * np.clip(before / 0.08 - 0.5, 0, 1))
    if met == 0:
        return None
    thick = np.float32(wide * mouth.target.half + 0.6)
    line: Plane = np.exp(-((off / thick) ** 2)) * np.float32(met)
    line = line * rise(1 - np.abs(along), 0.0, 0.12)
    return line * (line > 0.01)


def _inside(
    mouth: Mouth,
    behind: tuple[Plane, Plane],
    at: tuple[Plane, Plane, Plane, Plane],
    picture: Source,
    palette: Palette,
) -> NDArray[np.float32]:
    """(h, w, 3) linear light of the inside: the picture's own where it shows any."""
    news = float(np.clip(mouth.change / 0.06, 0, 1))
    own, share = _own(mouth, behind, picture)
    share = 1 - (1 - share) * np.float32(news)
    if news == 0:
        return own
    made = _made(mouth, behind, at, palette)
    if palette.soft > 0.7:
        made = np.asarray(cv2.GaussianBlur(made, (0, 0), palette.soft), np.float32)
    light: NDArray[np.float32] = made + share[..., None] * (own - made)
    return light


def _own(
    mouth: Mouth, behind: tuple[Plane, Plane], picture: Source
) -> tuple[NDArray[np.float32], Plane]:
    """What the picture shows between its lips, and how far that reaches."""
    along, across = mouth.source.local(*behind)
    along = np.clip(along, -0.98, 0.98)
    upper, lower = mouth.source.borders(along)
    edge = np.float32(0.03 * mouth.source.half)
    room = lower - upper
    inset = np.minimum(edge, room * np.float32(0.3))
    held = np.clip(across, upper + inset, lower - inset)
    light = picture.light(*mouth.source.placed(along, held))
    soft = 0.07 * mouth.source.half
    share = np.clip((lower - across) / soft, 0, 1) * rise(room, 0.3 * soft, 1.5 * soft)
    wide = np.clip((mouth.source.gap / mouth.source.half - 0.07) / 0.08, 0, 1)
    return light, share * np.float32(wide)


def _made(
    mouth: Mouth,
    behind: tuple[Plane, Plane],
    at: tuple[Plane, Plane, Plane, Plane],
    palette: Palette,
) -> NDArray[np.float32]:
    """(h, w, 3) linear light of an inside that the picture does not show."""
    along, across, upper, lower = at
    half = np.float32(mouth.target.half)
    room = np.maximum(lower - upper, np.float32(0.01) * half)
    down = np.clip((across - upper) / room, 0, 1)
    light = palette.cavity * (0.55 + 0.9 * down * (1 - np.abs(along)))[..., None]
    light = _mixed(light, palette.tongue, *_tongue(along, across, lower, mouth))
    light = _mixed(light, palette.teeth, *_lower_teeth(along, across, mouth))
    teeth, shade = _upper_teeth(behind, mouth)
    shadow = 0.35 + 0.65 * rise((across - upper) / half, 0.0, 0.16)
    return _mixed(light, palette.teeth, teeth, shade * shadow)


def _mixed(
    under: NDArray[np.float32], colour: NDArray[np.float32], share: Plane, shade: Plane
) -> NDArray[np.float32]:
    over = colour * shade[..., None]
    light: NDArray[np.float32] = under + share[..., None] * (over - under)
    return light.astype(np.float32)


def _tongue(along: Plane, across: Plane, lower: Plane, mouth: Mouth) -> tuple[Plane, Plane]:
    """How much of each pixel is tongue, and how bright it is."""
    high = np.float32(max(0.9 * mouth.target.gap, 0.02 * mouth.target.half))
    rising = (lower - across) / high
    away = (along / np.float32(0.72)) ** 2 + (np.maximum(rising, 0) / np.float32(0.85)) ** 2
    middle = 1 - np.float32(0.25) * np.exp(-((along / np.float32(0.07)) ** 2))
    shade = (0.30 + 0.70 * rise(rising, 0.0, 0.45)) * (1 - 0.75 * rise(away, 0.0, 1.0)) * middle
    return 1 - rise(away, 0.15, 1.15), shade


def _lower_teeth(along: Plane, across: Plane, mouth: Mouth) -> tuple[Plane, Plane]:
    """How much of each pixel is lower teeth, which show in a wide open mouth only.

    Their row is flatter than the lip, behind which it goes to both sides.
    """
    half = np.float32(mouth.target.half)
    shown = np.clip((mouth.target.gap / mouth.target.half - 0.3) / 0.25, 0, 1)
    lip = np.float32(mouth.target.lower[len(mouth.target.lower) // 2])
    narrow = along / np.float32(0.66)
    top = np.float32(_LOWER * shown) - np.float32(0.10) * along**2
    top -= np.float32(0.02) * (1 - _seams(narrow, 0.09))
    share = rise((across - lip) / half + top, -0.015, 0.03) * (1 - rise(np.abs(along), 0.5, 0.75))
    shade = np.float32(0.42) * (1 - np.float32(0.8) * along**2)
    return share * np.float32(shown), shade * (0.75 + 0.25 * _seams(narrow))


def _upper_teeth(behind: tuple[Plane, Plane], mouth: Mouth) -> tuple[Plane, Plane]:
    """How much of each pixel is upper teeth, which move with the head, and how bright they are."""
    along, across = mouth.source.local(*behind)
    upper, lower = mouth.source.borders(np.clip(along, -1, 1))
    half = np.float32(mouth.source.half)
    rest = upper + np.float32(0.3) * (lower - upper)
    ends = np.clip(np.abs(along), 0, 1)
    reach = half * np.float32(_TEETH) * (1 - np.float32(0.45) * ends**2)
    round_ = half * np.float32(0.022) * (1 - _seams(along, 0.09))
    edge = rest + reach - round_
    share = rise((edge - across) / half, -0.012, 0.03) * (1 - rise(ends, 0.72, 0.95))
    return share, (1 - np.float32(0.62) * ends**2) * (0.82 + 0.18 * _seams(along))


def _seams(along: Plane, width: float = 0.03) -> Plane:
    """1 on teeth, down to 0 where two meet."""
    away = np.min([np.abs(np.abs(along) - np.float32(seam)) for seam in _SEAMS], axis=0)
    return rise(away, 0.0, width)
