"""A young monkey in a mustard hoodie."""

from __future__ import annotations

from afterglow.effects.style.character.puppet.clothes import hooded, neck
from afterglow.effects.style.character.puppet.curves import (
    ellipse,
    flipped,
    mirrored,
    smooth,
    tapered,
)
from afterglow.effects.style.character.puppet.eyes import Brows, Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import Character, Patch, Softness
from afterglow.effects.style.character.puppet.rig import Build
from afterglow.effects.style.character.puppet.shades import Glow, Mark, Marks, Shade

_FUR, _FUR_DARK, _FUR_LIGHT = (134, 86, 58), (84, 50, 38), (176, 122, 84)
_SKIN, _SKIN_LOW, _SHADOW = (244, 208, 168), (226, 178, 138), (172, 112, 84)

_HEAD = smooth(
    mirrored(
        [(0, -0.53), (0.10, -0.52), (0.29, -0.45), (0.435, -0.25), (0.46, 0.02), (0.43, 0.23),
         (0.34, 0.41), (0.17, 0.505), (0, 0.525)]
    )
)  # fmt: skip
_TUFT = smooth(
    [(-0.13, -0.47), (-0.12, -0.60), (-0.06, -0.665, 1), (-0.045, -0.60), (0.0, -0.72, 1),
     (0.045, -0.61), (0.115, -0.66, 1), (0.12, -0.56), (0.13, -0.46)]
)  # fmt: skip
_MASK = smooth(
    mirrored(
        [(0, -0.19, 1), (0.06, -0.265), (0.17, -0.30), (0.285, -0.23), (0.325, -0.06),
         (0.30, 0.08), (0.335, 0.19), (0.345, 0.31), (0.26, 0.435), (0.13, 0.49), (0, 0.50)]
    )
)  # fmt: skip
_MUZZLE = ellipse(0, 0.275, 0.30, 0.195)
_EAR, _EAR_IN = ellipse(0.475, -0.01, 0.15, 0.165), ellipse(0.485, 0.0, 0.10, 0.115)
_EAR_SHADE = Shade((238, 178, 146), (208, 138, 112), (-0.12, 0.12))
_NOSTRIL = ellipse(0.036, 0.155, 0.016, 0.011, -20)


def _hair(x: float, y: float, lean: float) -> Mark:
    """A short stroke of fur."""
    line = smooth([(x, y - 0.02), (x + 0.4 * lean, y + 0.04), (x + lean, y + 0.09)], closed=False)
    return Mark(tapered(line, [0, 0.022, 0]), _FUR_DARK, 0.45, 0.004)


_COAT: Marks = (
    Glow(-0.14, -0.42, 0.22, 0.10, _FUR_LIGHT, 0.65),
    Glow(0.46, 0.05, 0.13, 0.5, _FUR_DARK, 0.75),
    Glow(-0.48, 0.1, 0.09, 0.5, _FUR_DARK, 0.45),
    *(_hair(0.30 + 0.03 * n, -0.22 + 0.10 * n, 0.03) for n in range(5)),
    *(_hair(-0.30 - 0.03 * n, -0.22 + 0.10 * n, -0.03) for n in range(5)),
    *(_hair(-0.16 + 0.08 * n, -0.42 + 0.02 * abs(n - 2), 0.02 * (n - 2)) for n in range(5)),
)
_FACE = Shade(
    _SKIN, _SKIN_LOW, (-0.25, 0.5),
    (
        Glow(0, -0.20, 0.05, 0.08, _SHADOW, 0.35),
        Glow(0.34, 0.0, 0.09, 0.3, _SHADOW, 0.4),
        Glow(-0.34, 0.0, 0.06, 0.3, _SHADOW, 0.25),
        Glow(-0.155, -0.05, 0.12, 0.11, _SHADOW, 0.28),
        Glow(0.155, -0.05, 0.12, 0.11, _SHADOW, 0.28),
        Glow(-0.25, 0.13, 0.08, 0.06, (240, 136, 110), 0.5),
        Glow(0.25, 0.13, 0.08, 0.06, (240, 136, 110), 0.5),
    ),
    z=0.2,
)  # fmt: skip
_SNOUT = Shade(
    (252, 226, 192), (236, 192, 152), (0.1, 0.48),
    (Glow(0.24, 0.32, 0.1, 0.12, _SHADOW, 0.25), Glow(0, 0.155, 0.08, 0.035, _SHADOW, 0.35)),
    z=0.3,
)  # fmt: skip
CHARACTER = Character(
    (
        neck(_FUR, _FUR_DARK, (50, 28, 24), _HEAD),
        *hooded((246, 198, 82), (196, 128, 34), (255, 246, 224)),
        Patch(_EAR, Shade(_FUR, _FUR_DARK, (-0.2, 0.2)), z=-0.06),
        Patch(flipped(_EAR), Shade(_FUR, _FUR_DARK, (-0.2, 0.2)), z=-0.06),
        Patch(_EAR_IN, _EAR_SHADE, z=-0.03),
        Patch(flipped(_EAR_IN), _EAR_SHADE, z=-0.03),
        Patch(_TUFT, Shade(_FUR_LIGHT, _FUR, (-0.7, -0.5)), z=-0.02),
        Patch(_HEAD, Shade(_FUR, (112, 70, 48), (-0.4, 0.5), _COAT, z=0.1)),
        Softness(_MASK, _FUR_DARK, 0.45, 0.018, z=0.1),
        Patch(_MASK, _FACE, z=0.12),
        Softness(ellipse(0, 0.30, 0.30, 0.19), _SHADOW, 0.30, 0.02, z=0.2),
        Patch(_MUZZLE, _SNOUT, z=0.22),
        Patch(_NOSTRIL, (92, 52, 44), z=0.34),
        Patch(flipped(_NOSTRIL), (92, 52, 44), z=0.34),
        Softness(ellipse(0, 0.115, 0.03, 0.015), (255, 246, 230), 0.7, 0.012, z=0.34),
        Eyes(
            x=0.155, y=-0.045, half=0.083, high=0.082, low=0.066,
            iris=((58, 30, 20), (112, 62, 34), (176, 112, 62)), iris_size=(0.054, 0.058),
            pupil=(0.029, 0.032), lid=(222, 172, 134), crease=(166, 108, 82), lash=(58, 34, 28),
            lash_width=0.014, tilt=0.04, bend=0.55, wing=0.04,
        ),
        Mouth(
            y=0.318, half=0.155, lip=(232, 176, 138), lip_dark=(238, 192, 154), line=(112, 62, 50),
            thick=(0.012, 0.022), gape=0.2, shine=None, curl=0.06, rest=0.35, z=0.3,
        ),
        Brows(_FUR_DARK, (0.085, -0.185), (0.235, -0.185), 0.03, (0.012, 0.034, 0.030, 0.01)),
    ),
    studio=((226, 238, 214), (138, 176, 142)),
    build=Build(size=0.96, lower=0.02),
)  # fmt: skip
