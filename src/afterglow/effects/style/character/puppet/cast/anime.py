"""A girl of an animated series: lilac hair, large violet eyes, a sailor collar."""

from __future__ import annotations

from math import cos, pi, sin

from afterglow.effects.style.character.puppet.clothes import BODY_BOX, neck, torso
from afterglow.effects.style.character.puppet.curves import ellipse, flipped, mirrored, smooth
from afterglow.effects.style.character.puppet.eyes import Brows, Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import Character, Part, Patch, Stroke
from afterglow.effects.style.character.puppet.rig import Build
from afterglow.effects.style.character.puppet.shades import Glow, Mark, Marks, Shade

_INK = (92, 52, 92)
_EDGE = (_INK, 0.007)
_SKIN, _SKIN_LOW, _SHADOW = (255, 232, 218), (252, 208, 194), (236, 160, 156)
_HAIR, _HAIR_DARK, _HAIR_LIGHT = (206, 164, 232), (150, 104, 196), (240, 216, 252)
_NAVY, _NAVY_DARK = (62, 74, 134), (40, 46, 96)
_RED, _RED_DARK = (236, 82, 96), (188, 48, 72)

_HEAD = smooth(
    mirrored(
        [(0, -0.5), (0.24, -0.45), (0.37, -0.26), (0.385, -0.02), (0.355, 0.17), (0.25, 0.35),
         (0.10, 0.475), (0, 0.505)]
    )
)  # fmt: skip
_BACK = smooth(
    mirrored(
        [(0, -0.68), (0.30, -0.61), (0.48, -0.38), (0.53, -0.02), (0.56, 0.40), (0.62, 0.80),
         (0.60, 1.05), (0.55, 1.16, 1), (0.48, 1.02), (0.43, 1.12, 1), (0.3, 0.9), (0, 0.7)]
    )
)  # fmt: skip
_SIDE_LOCK = smooth(
    [(0.34, -0.30), (0.44, -0.28), (0.505, -0.02), (0.50, 0.30), (0.48, 0.52), (0.41, 0.70, 1),
     (0.405, 0.48), (0.415, 0.20), (0.395, -0.02)]
)  # fmt: skip
_FRINGE = smooth(
    [(-0.455, 0.10, 1), (-0.50, -0.08), (-0.485, -0.32), (-0.33, -0.59), (0, -0.70),
     (0.33, -0.59), (0.485, -0.32), (0.50, -0.08), (0.455, 0.10, 1), (0.42, -0.04),
     (0.36, -0.16, 1), (0.345, -0.06), (0.285, 0.02, 1), (0.25, -0.10), (0.19, -0.22, 1),
     (0.16, -0.10), (0.07, -0.005, 1), (0.065, -0.12), (0.03, -0.24, 1), (-0.02, -0.12),
     (-0.12, -0.02, 1), (-0.12, -0.13), (-0.145, -0.23, 1), (-0.20, -0.10), (-0.30, 0.015, 1),
     (-0.325, -0.06), (-0.355, -0.17, 1), (-0.40, -0.04)]
)  # fmt: skip
_AHOGE = smooth(
    [(-0.03, -0.67, 1), (0.02, -0.80), (0.15, -0.84, 1), (0.08, -0.78), (0.05, -0.67, 1)]
)


def _lock(x: float, top: float, low: float, lean: float, light: bool = False) -> Mark:
    """A lock of the fringe: a leaf that hangs."""
    middle = (top + low) / 2
    return Mark(
        smooth([(x, top, 1), (x + 0.5 * lean - 0.012, middle), (x + lean, low, 1),
                (x + 0.5 * lean + 0.014, middle)]),
        _HAIR_LIGHT if light else _HAIR_DARK, 0.75 if light else 0.6, 0.003,
    )  # fmt: skip


_SHINE = smooth(
    [(-0.40, -0.36, 1), (-0.2, -0.44), (0, -0.46), (0.2, -0.44), (0.40, -0.36, 1), (0.30, -0.37),
     (0.22, -0.355, 1), (0.12, -0.40), (0.05, -0.365, 1), (-0.06, -0.405), (-0.13, -0.36, 1),
     (-0.24, -0.385)]
)  # fmt: skip
_LOCKS: Marks = (
    Mark(_SHINE, _HAIR_LIGHT, 0.9, 0.004),
    _lock(0.03, -0.60, -0.24, 0.0),
    _lock(0.10, -0.62, -0.23, 0.09), _lock(-0.05, -0.60, -0.23, -0.09),
    _lock(0.2, -0.56, -0.17, 0.155), _lock(-0.18, -0.56, -0.18, -0.17),
    _lock(0.40, -0.38, -0.06, 0.02), _lock(-0.40, -0.38, -0.06, -0.02),
    Glow(0, -0.02, 0.6, 0.10, _HAIR_DARK, 0.22),
)  # fmt: skip
_FACE = Shade(
    _SKIN, _SKIN_LOW, (-0.2, 0.6),
    (
        Glow(0, -0.17, 0.45, 0.10, _SHADOW, 0.55),
        Glow(0.40, 0.1, 0.08, 0.4, _SHADOW, 0.45),
        Glow(-0.40, 0.1, 0.08, 0.4, _SHADOW, 0.35),
        Glow(-0.235, 0.215, 0.08, 0.045, (255, 138, 146), 0.62),
        Glow(0.235, 0.215, 0.08, 0.045, (255, 138, 146), 0.62),
    ),
    z=0.15,
)  # fmt: skip
_HANGING = Shade(_HAIR, _HAIR_DARK, (-0.2, 0.75), box=(-0.75, -0.95, 0.75, 1.3), z=0.05)
_COLLAR = smooth(
    [(0.0, 1.00, 1), (0.16, 0.83), (0.235, 0.67, 1), (0.36, 0.715), (0.54, 0.78, 1), (0.44, 0.94),
     (0.22, 1.06), (0.0, 1.13, 1)]
)  # fmt: skip
_STRIPE = smooth([(0.02, 1.08), (0.2, 1.01), (0.40, 0.895), (0.49, 0.80)], closed=False)
_BOW = smooth([(0.0, 1.03, 1), (0.09, 0.96), (0.20, 0.93), (0.23, 1.03), (0.2, 1.13), (0.09, 1.10)])
_TAIL = smooth([(0.0, 1.05, 1), (0.09, 1.20), (0.13, 1.36, 1), (0.05, 1.34, 1), (0.0, 1.20)])
_BLUSH = [
    Stroke(smooth([(x - 0.012, 0.235), (x + 0.012, 0.200)], closed=False), (238, 110, 128), 0.007,
           z=0.22)
    for x in (-0.265, -0.23, -0.195, 0.195, 0.23, 0.265)
]  # fmt: skip
_STAR = [
    (0.37 + far * sin(turn), -0.37 - far * cos(turn), 1)
    for turn, far in ((n * pi / 5, 0.075 if n % 2 == 0 else 0.036) for n in range(10))
]


def _both(part: Patch) -> tuple[Part, Part]:
    """A patch and its other side."""
    other = Patch(flipped(part.outline), part.fill, part.space, part.z, part.edge)
    return other, part


CHARACTER = Character(
    (
        Patch(
            _BACK, Shade(_HAIR_DARK, (112, 74, 164), (-0.3, 1.0), box=(-0.75, -0.95, 0.75, 1.3)),
            "neck", z=-0.08, edge=_EDGE,
        ),
        neck(_SKIN, _SKIN_LOW, (226, 140, 140), _HEAD, _EDGE),
        torso((252, 250, 255), (200, 198, 226), _EDGE, wide=0.88),
        *_both(Patch(_COLLAR, Shade(_NAVY, _NAVY_DARK, (0.7, 1.2), box=BODY_BOX), "body",
                     edge=_EDGE)),
        Stroke(_STRIPE, (255, 255, 255), 0.012, "body"),
        Stroke(flipped(_STRIPE), (255, 255, 255), 0.012, "body"),
        *_both(Patch(_TAIL, Shade(_RED, _RED_DARK, (1.0, 1.4), box=BODY_BOX), "body",
                     edge=_EDGE)),
        *_both(Patch(_BOW, Shade(_RED, _RED_DARK, (0.9, 1.2), box=BODY_BOX), "body",
                     edge=_EDGE)),
        Patch(ellipse(0, 1.032, 0.042, 0.05), _RED, "body", edge=_EDGE),
        Patch(_HEAD, _FACE, edge=_EDGE),
        *_BLUSH,
        Stroke(smooth([(0.004, 0.185), (0.018, 0.203)], closed=False), (214, 128, 124), 0.010,
               z=0.34),
        Eyes(
            x=0.19, y=0.055, half=0.105, high=0.105, low=0.080,
            iris=((78, 44, 132), (132, 84, 204), (214, 168, 250)), iris_size=(0.076, 0.100),
            pupil=(0.030, 0.042), lid=(250, 214, 202), crease=(206, 128, 134), lash=(70, 36, 72),
            lash_width=0.030, lashes=2, shadow=(140, 110, 180), tilt=0.06, bend=0.5, wing=0.14,
            pupil_colour=(46, 22, 84),
        ),
        Mouth(
            y=0.338, half=0.060, lip=_SKIN, lip_dark=_SKIN, line=(150, 62, 76), thick=(0, 0),
            gape=0.15, inside=(150, 44, 62), tongue=(246, 132, 132), shine=None, line_width=0.010,
            curl=0.05, rest=0.45, outlined=True,
        ),
        *_both(Patch(_SIDE_LOCK, _HANGING, "neck", 0.03, _EDGE)),
        Patch(_AHOGE, Shade(_HAIR_LIGHT, _HAIR, (-0.85, -0.65)), z=0.0, edge=_EDGE),
        Patch(_FRINGE, Shade((222, 184, 242), _HAIR, (-0.65, 0.05), _LOCKS, z=0.08), z=0.08,
              edge=_EDGE),
        Patch(smooth(_STAR), Shade((255, 222, 120), (244, 168, 72), (-0.42, -0.3)), z=0.1,
              edge=_EDGE),
        Brows((104, 60, 132), (0.10, -0.105), (0.275, -0.10), 0.03, (0.008, 0.021, 0.018, 0.006)),
    ),
    studio=((255, 236, 244), (176, 196, 236)),
    build=Build(size=0.94, lower=0.04, jaw=0.05),
)  # fmt: skip
