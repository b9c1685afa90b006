"""What puppets wear: necks, jumpers and hoods, in their colours."""

from __future__ import annotations

from collections.abc import Sequence

from afterglow.effects.style.character.puppet.curves import (
    Points,
    flipped,
    mirrored,
    moved,
    smooth,
    tapered,
)
from afterglow.effects.style.character.puppet.painter import Colour
from afterglow.effects.style.character.puppet.parts import Part, Patch, Softness, Stroke
from afterglow.effects.style.character.puppet.shades import Glow, Mark, Shade

Edge = tuple[Colour, float] | None

BODY_BOX = (-1.3, 0.55, 1.3, 2.4)
"""The part of the body that a texture holds, in face heights."""
_NECK = [(0, 0.2), (0.165, 0.25), (0.16, 0.54), (0.195, 0.66), (0.36, 0.8), (0, 1.0)]
_SHOULDERS = [(0.44, 0.765), (0.68, 0.86), (0.86, 1.07), (0.95, 1.5), (1.05, 2.2, 1), (1.05, 6, 1),
              (0, 6, 1)]  # fmt: skip
_NECKLINE = [(0, 0.88), (0.13, 0.83), (0.225, 0.70, 1)]


def neck(skin: Colour, low: Colour, shadow: Colour, head: Points, edge: Edge = None) -> Part:
    """Return a neck under the shadow of a head."""
    return Patch(
        smooth(mirrored(_NECK)), Shade(low, skin, (0.5, 0.95)), "neck", edge=edge,
        over=(Softness(moved(head, 0.02, 0.10), shadow, 0.6, 0.035),),
    )  # fmt: skip


def torso(
    light: Colour, dark: Colour, edge: Edge = None, wide: float = 1.0, over: Sequence[Part] = ()
) -> Part:
    """Return shoulders and chest in cloth with a round neckline; ``over`` is painted on it."""
    outline = smooth(mirrored([*_NECKLINE, *_SHOULDERS]))
    outline[:, 0] *= wide
    bright: Colour = (min(255, light[0] + 40), min(255, light[1] + 40), min(255, light[2] + 40))
    fold = Mark(
        tapered(smooth([(0.60, 1.6), (0.56, 1.3), (0.50, 1.12)], closed=False), [0.06, 0.03, 0]),
        dark, 0.7, 0.012,
    )  # fmt: skip
    other = Mark(flipped(fold.outline), dark, 0.7, 0.012)
    marks = (
        Glow(0.8, 1.3, 0.3, 0.6, dark, 0.6),
        Glow(-0.48, 0.92, 0.26, 0.13, bright, 0.4),
        fold,
        other,
    )
    shade = Shade(light, dark, (0.7, 2.0), marks, slope=0.2, box=BODY_BOX)
    return Patch(outline, shade, "body", edge=edge, over=over)


def collar(light: Colour, dark: Colour, edge: Edge = None) -> Part:
    """Return the band of a round neckline."""
    band = [*_NECKLINE, (0.278, 0.722, 1), (0.175, 0.885), (0, 0.945)]
    return Patch(
        smooth(mirrored(band)), Shade(light, dark, (0.7, 0.95), box=BODY_BOX), "body", edge=edge
    )


def hooded(light: Colour, dark: Colour, cord: Colour, edge: Edge = None) -> tuple[Part, ...]:
    """Return a torso with a hood that lies on the shoulders, and its two cords."""
    roll = smooth(
        [(0.0, 0.97), (0.13, 0.87), (0.24, 0.64, 1), (0.34, 0.60), (0.42, 0.70), (0.30, 0.90),
         (0.12, 1.05), (0, 1.07)]
    )  # fmt: skip
    shade = Shade(light, dark, (0.62, 1.1), box=BODY_BOX)
    fallen = moved(roll, 0, 0.04)
    shadows = [Softness(each, dark, 0.6, 0.03, "body") for each in (fallen, flipped(fallen))]
    parts: list[Part] = [
        torso(light, dark, edge, over=shadows),
        Patch(roll, shade, "body", edge=edge),
        Patch(flipped(roll), shade, "body", edge=edge),
    ]
    for side in (-1, 1):
        line = smooth([(side * 0.11, 1.0), (side * 0.13, 1.14), (side * 0.12, 1.30)], closed=False)
        parts += [Stroke(line, cord, 0.02, "body"), Stroke(line[-4:], cord, 0.032, "body")]
    return tuple(parts)
