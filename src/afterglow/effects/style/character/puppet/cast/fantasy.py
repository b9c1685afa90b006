"""An elf with silver hair, a circlet and a cloak."""

from __future__ import annotations

from afterglow.effects.style.character.puppet.clothes import BODY_BOX, neck
from afterglow.effects.style.character.puppet.curves import (
    ellipse,
    flipped,
    mirrored,
    smooth,
    tapered,
)
from afterglow.effects.style.character.puppet.eyes import Brows, Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import Character, Patch, Softness, Stroke
from afterglow.effects.style.character.puppet.rig import Build
from afterglow.effects.style.character.puppet.shades import Glow, Mark, Marks, Shade

_SKIN, _SKIN_LOW, _SHADOW = (222, 214, 238), (186, 172, 216), (134, 112, 178)
_HAIR, _HAIR_DARK, _HAIR_LIGHT = (232, 236, 244), (150, 160, 192), (255, 255, 255)
_GOLD, _GOLD_LOW = (255, 214, 120), (196, 138, 54)
_GEM, _GEM_LOW = (120, 255, 214), (20, 160, 140)
_CLOAK, _CLOAK_LOW = (44, 96, 92), (16, 46, 58)
_BLUSH = (214, 128, 190)

_HEAD = smooth(
    mirrored(
        [(0, -0.5), (0.22, -0.46), (0.345, -0.28), (0.37, -0.04), (0.345, 0.16), (0.255, 0.34),
         (0.13, 0.47), (0, 0.51)]
    )
)  # fmt: skip
_EAR = smooth(
    [(0.33, -0.08), (0.42, -0.12), (0.58, -0.21), (0.80, -0.33, 1), (0.70, -0.12), (0.55, 0.06),
     (0.41, 0.14), (0.34, 0.1)]
)  # fmt: skip
_EAR_IN = Mark(
    smooth([(0.40, -0.05), (0.52, -0.13), (0.71, -0.25, 1), (0.61, -0.10), (0.50, 0.02),
            (0.41, 0.07)]),
    _SHADOW, 0.55, 0.008,
)  # fmt: skip
_EAR_SHADE = Shade(
    _SKIN, _SKIN_LOW, (-0.3, 0.15),
    (_EAR_IN, Mark(flipped(_EAR_IN.outline), _SHADOW, 0.55, 0.008)), box=(-0.9, -0.5, 0.9, 0.3),
)  # fmt: skip
_BACK = smooth(
    mirrored(
        [(0, -0.60), (0.28, -0.55), (0.43, -0.36), (0.46, -0.05), (0.45, 0.40), (0.52, 0.80),
         (0.56, 1.2), (0.50, 1.6, 1), (0.3, 1.3), (0, 1.0)]
    )
)  # fmt: skip
_TRESS = smooth(
    [(-0.004, -0.665, 1), (0.16, -0.645), (0.34, -0.54), (0.46, -0.32), (0.478, -0.02),
     (0.44, 0.30), (0.47, 0.62),
     (0.46, 0.95), (0.40, 1.30, 1), (0.335, 1.0), (0.33, 0.70), (0.35, 0.42), (0.375, 0.12),
     (0.36, -0.12), (0.29, -0.30), (0.16, -0.41), (-0.004, -0.475, 1)]
)  # fmt: skip


def _strand(*places: tuple[float, float], width: float = 0.018, light: bool = False) -> Mark:
    """A lock: a long thin leaf through the places."""
    line = smooth(places, closed=False)
    outline = tapered(line, [0.0, width, width, 0.0])
    return Mark(outline, _HAIR_LIGHT if light else _HAIR_DARK, 0.75, 0.004)


_RIGHT: Marks = (
    _strand((0.02, -0.51), (0.22, -0.44), (0.385, -0.2), (0.415, 0.1), (0.39, 0.45), (0.40, 1.0)),
    _strand((0.02, -0.58), (0.28, -0.51), (0.43, -0.26), (0.455, 0.0), (0.425, 0.32)),
    _strand((0.08, -0.61), (0.26, -0.55), (0.40, -0.38), (0.44, -0.2), width=0.035, light=True),
    _strand((0.42, 0.5), (0.43, 0.75), (0.42, 1.05)),
)
_TRESSES: Marks = (
    *_RIGHT,
    *(Mark(flipped(each.outline), each.colour, each.strength, each.blur)
      for each in _RIGHT if isinstance(each, Mark)),
    Glow(0.36, 0.55, 0.16, 0.2, _HAIR_DARK, 0.35),
    Glow(-0.36, 0.55, 0.16, 0.2, _HAIR_DARK, 0.25),
)  # fmt: skip
_HANGING = Shade(_HAIR, (186, 194, 220), (-0.5, 1.2), _TRESSES, box=(-0.75, -0.95, 0.75, 1.5))


def _leaf(x: float, y: float, length: float, lean: float) -> Mark:
    """A leaf painted on the cheek."""
    line = smooth(
        [(x, y), (x + 0.5 * lean, y + 0.5 * length), (x + lean, y + length)], closed=False
    )
    return Mark(tapered(line, [0.0, 0.022, 0.0]), (84, 196, 190), 0.9, 0.002)


_PAINT = (_leaf(0.275, 0.115, 0.10, -0.02), _leaf(0.235, 0.125, 0.075, -0.035),
          _leaf(0.30, 0.10, 0.055, 0.015))  # fmt: skip
_FACE = Shade(
    (234, 228, 246), _SKIN_LOW, (-0.25, 0.62),
    (
        Glow(0, -0.40, 0.34, 0.12, _SHADOW, 0.4),
        Glow(0.40, 0.1, 0.11, 0.5, _SHADOW, 0.5),
        Glow(-0.41, 0.1, 0.09, 0.5, _SHADOW, 0.35),
        Glow(-0.22, 0.175, 0.10, 0.07, _BLUSH, 0.4),
        Glow(0.22, 0.175, 0.10, 0.07, _BLUSH, 0.4),
        Glow(0, 0.08, 0.04, 0.13, (250, 246, 255), 0.7),
        Glow(0, 0.235, 0.08, 0.03, _SHADOW, 0.3),
        Glow(0, 0.42, 0.08, 0.02, _SHADOW, 0.3),
        Glow(-0.19, -0.05, 0.13, 0.055, (156, 108, 190), 0.55),
        Glow(0.19, -0.05, 0.13, 0.055, (156, 108, 190), 0.55),
        *_PAINT,
        *(Mark(flipped(each.outline), each.colour, each.strength, each.blur) for each in _PAINT),
    ),
    slope=0.2, z=0.18,
)  # fmt: skip
_CIRCLET = smooth([(-0.39, -0.24), (-0.2, -0.305), (0, -0.265), (0.2, -0.305), (0.39, -0.24)],
                  closed=False)  # fmt: skip
_DROP = smooth([(0, -0.33, 1), (0.032, -0.265), (0.024, -0.215), (0, -0.185, 1), (-0.024, -0.215),
                (-0.032, -0.265)])  # fmt: skip
_CLOAK_SHAPE = smooth(
    mirrored([(0, 1.05, 1), (0.16, 0.84), (0.25, 0.66, 1), (0.36, 0.70), (0.66, 0.84), (0.84, 1.05),
              (0.94, 1.5), (1.1, 2.3, 1), (1.2, 6, 1), (0, 6, 1)])
)  # fmt: skip
_TRIM = smooth([(0.0, 1.05), (0.15, 0.85), (0.25, 0.66)], closed=False)
_GOWN = smooth(
    mirrored(
        [(0, 0.95), (0.10, 0.90), (0.19, 0.74, 1), (0.36, 0.80, 1), (0.2, 1.3, 1), (0, 1.3, 1)]
    )
)
_NOSE = smooth([(-0.045, 0.165), (-0.016, 0.182), (0, 0.190), (0.016, 0.182), (0.045, 0.163)],
               closed=False)  # fmt: skip
CHARACTER = Character(
    (
        Patch(_BACK, Shade((96, 98, 150), (112, 118, 166), (-0.2, 1.2),
                           box=(-0.75, -0.95, 0.75, 1.7)), "neck", z=-0.1),
        neck(_SKIN, _SKIN_LOW, (98, 78, 146), _HEAD),
        Patch(_GOWN, Shade((240, 232, 214), (196, 180, 170), (0.8, 1.2), box=BODY_BOX), "body"),
        Patch(_CLOAK_SHAPE, Shade(_CLOAK, _CLOAK_LOW, (0.7, 1.7),
                                  (Glow(0.75, 1.2, 0.25, 0.6, _CLOAK_LOW, 0.7),
                                   Glow(-0.5, 0.92, 0.25, 0.14, (96, 156, 142), 0.45)), 0.2,
                                  box=BODY_BOX), "body"),
        Stroke(_TRIM, _GOLD, 0.026, "body"),
        Stroke(flipped(_TRIM), _GOLD, 0.026, "body"),
        Patch(ellipse(0, 1.07, 0.07, 0.07), Shade(_GOLD, _GOLD_LOW, (1.0, 1.14), box=BODY_BOX),
              "body"),
        Patch(ellipse(0, 1.07, 0.042, 0.042), Shade(_GEM, _GEM_LOW, (1.02, 1.12), box=BODY_BOX),
              "body"),
        Patch(_EAR, _EAR_SHADE, z=-0.04),
        Patch(flipped(_EAR), _EAR_SHADE, z=-0.04),
        Patch(ellipse(0.425, 0.155, 0.018, 0.03), _GOLD, z=-0.03),
        Patch(ellipse(-0.425, 0.155, 0.018, 0.03), _GOLD, z=-0.03),
        Patch(_HEAD, _FACE),
        Stroke(_NOSE, (140, 108, 172), 0.008, z=0.34),
        Softness(ellipse(-0.008, 0.135, 0.014, 0.013), (255, 255, 255), 0.7, 0.007, z=0.34),
        Eyes(
            x=0.178, y=0.012, half=0.096, high=0.060, low=0.040,
            iris=((18, 92, 86), (40, 172, 150), (150, 246, 214)), iris_size=(0.050, 0.054),
            pupil=(0.020, 0.026), lid=(178, 142, 204), crease=(118, 84, 158), lash=(58, 36, 82),
            lash_width=0.021, lashes=2, tilt=0.22, bend=0.8, wing=0.24,
        ),
        Mouth(y=0.305, half=0.100, lip=(196, 104, 160), lip_dark=(166, 76, 140),
              line=(92, 36, 92), inside=(70, 22, 58), tongue=(206, 100, 136),
              shine=(255, 222, 244), rest=0.4),
        Stroke(_CIRCLET, _GOLD_LOW, 0.026, z=0.13),
        Stroke(_CIRCLET, _GOLD, 0.016, z=0.13),
        Patch(_TRESS, _HANGING, "neck", 0.04),
        Patch(flipped(_TRESS), _HANGING, "neck", 0.04),
        Softness(_DROP, _GEM, 0.7, 0.02, z=0.22),
        Patch(_DROP, Shade(_GEM, _GEM_LOW, (-0.32, -0.19), z=0.2), z=0.2, edge=(_GOLD, 0.010)),
        Brows((128, 118, 160), (0.088, -0.128), (0.285, -0.150), 0.030,
              (0.010, 0.023, 0.018, 0.005)),
    ),
    studio=((150, 150, 216), (40, 34, 84)),
    build=Build(size=0.96, span=0.86, lower=0.02),
)  # fmt: skip
