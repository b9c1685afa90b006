"""A woman with a chestnut bob and a teal jumper."""

from __future__ import annotations

from afterglow.effects.style.character.puppet.clothes import collar, neck, torso
from afterglow.effects.style.character.puppet.curves import ellipse, flipped, mirrored, smooth
from afterglow.effects.style.character.puppet.eyes import Brows, Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import Character, Patch, Softness, Stroke
from afterglow.effects.style.character.puppet.shades import Glow, Mark, Marks, Shade

_SKIN, _SKIN_LOW, _SHADOW = (244, 196, 164), (228, 168, 136), (190, 114, 94)
_HAIR, _HAIR_DARK, _HAIR_LIGHT = (124, 70, 50), (76, 40, 34), (182, 112, 74)
_BLUSH = (240, 120, 106)

_HEAD = smooth(
    mirrored(
        [(0, -0.5), (0.22, -0.46), (0.355, -0.28), (0.385, -0.02), (0.365, 0.17), (0.295, 0.34),
         (0.165, 0.465), (0, 0.505)]
    )
)  # fmt: skip
_EAR = smooth(
    [(0.36, -0.06), (0.415, -0.08), (0.44, 0.0), (0.425, 0.10), (0.385, 0.14), (0.36, 0.1)]
)
_HAIR_BACK = smooth(
    mirrored(
        [(0, -0.645), (0.30, -0.58), (0.475, -0.36), (0.53, -0.02), (0.535, 0.24), (0.51, 0.44),
         (0.43, 0.56), (0.33, 0.555), (0.24, 0.48), (0, 0.44)]
    )
)  # fmt: skip
_FRINGE = smooth(
    [(-0.40, 0.50, 1), (-0.505, 0.34), (-0.525, 0.04), (-0.495, -0.27), (-0.36, -0.54),
     (-0.08, -0.67), (0.22, -0.64), (0.44, -0.45), (0.525, -0.12), (0.53, 0.20), (0.50, 0.40),
     (0.41, 0.52, 1), (0.425, 0.30), (0.41, 0.08), (0.375, -0.09), (0.28, -0.25), (0.10, -0.37),
     (-0.13, -0.46, 1), (-0.25, -0.34), (-0.345, -0.18), (-0.39, 0.0), (-0.415, 0.24)]
)  # fmt: skip


def _strand(*places: tuple[float, float], width: float = 0.02, light: bool = False) -> Mark:
    """A lock: a long thin leaf through the places."""
    back = [(x + width, y + 0.3 * width) for x, y in reversed(places[1:-1])]
    tips = [(*places[0], 1), *places[1:-1], (*places[-1], 1)]
    return Mark(smooth([*tips, *back]), _HAIR_LIGHT if light else _HAIR_DARK, 0.55, 0.005)


_LOCKS: Marks = (
    Glow(0.05, -0.50, 0.30, 0.06, _HAIR_LIGHT, 0.5),
    Glow(0.47, -0.08, 0.05, 0.2, _HAIR_LIGHT, 0.35),
    Glow(-0.47, -0.08, 0.04, 0.2, _HAIR_LIGHT, 0.45),
    Glow(0.45, 0.46, 0.2, 0.12, _HAIR_DARK, 0.8),
    Glow(-0.45, 0.46, 0.2, 0.12, _HAIR_DARK, 0.8),
    _strand((-0.12, -0.46), (0.10, -0.49), (0.34, -0.36), (0.455, -0.06), (0.46, 0.36)),
    _strand((-0.12, -0.47), (0.16, -0.57), (0.40, -0.42), (0.50, -0.1), (0.505, 0.2), width=0.012),
    _strand((-0.13, -0.46), (0.04, -0.43), (0.22, -0.34), (0.36, -0.16), width=0.012),
    _strand((-0.13, -0.46), (-0.30, -0.38), (-0.43, -0.14), (-0.46, 0.10), (-0.45, 0.4)),
    _strand((-0.10, -0.51), (0.16, -0.54), (0.36, -0.42), (0.44, -0.26), width=0.03, light=True),
    _strand((-0.16, -0.51), (-0.32, -0.45), (-0.44, -0.26), (-0.48, 0.0), width=0.02, light=True),
)
_FACE = Shade(
    (252, 212, 182), _SKIN_LOW, (-0.3, 0.62),
    (
        Glow(0.02, -0.42, 0.44, 0.15, _SHADOW, 0.45),
        Glow(0.41, 0.1, 0.12, 0.5, _SHADOW, 0.45),
        Glow(-0.43, 0.1, 0.09, 0.5, _SHADOW, 0.28),
        Glow(-0.235, 0.165, 0.11, 0.085, _BLUSH, 0.42),
        Glow(0.235, 0.165, 0.11, 0.085, _BLUSH, 0.42),
        Glow(0, 0.08, 0.045, 0.12, (255, 230, 208), 0.6),
        Glow(0, 0.225, 0.09, 0.03, _SHADOW, 0.30),
        Glow(0, 0.41, 0.09, 0.02, _SHADOW, 0.28),
        Glow(-0.19, -0.055, 0.12, 0.05, (206, 130, 108), 0.4),
        Glow(0.19, -0.055, 0.12, 0.05, (206, 130, 108), 0.4),
        Glow(0.055, 0.03, 0.02, 0.11, _SHADOW, 0.25),
    ),
    slope=0.25, z=0.18,
)  # fmt: skip
_EAR_SHADE = Shade(
    _SKIN, _SKIN_LOW, (-0.1, 0.14),
    (Glow(0.40, 0.03, 0.02, 0.07, _SHADOW, 0.6), Glow(-0.40, 0.03, 0.02, 0.07, _SHADOW, 0.6)),
)  # fmt: skip
_NOSE = smooth(
    [(-0.054, 0.158), (-0.042, 0.176), (-0.018, 0.178), (0, 0.188), (0.020, 0.178), (0.042, 0.176),
     (0.054, 0.156)],
    closed=False,
)  # fmt: skip
CHARACTER = Character(
    (
        Patch(_HAIR_BACK, Shade(_HAIR_DARK, (46, 22, 22), (-0.3, 0.5), z=-0.1), z=-0.1),
        neck(_SKIN, _SKIN_LOW, (160, 84, 74), _HEAD),
        torso((66, 162, 164), (22, 88, 100)),
        collar((42, 128, 136), (28, 100, 110)),
        Patch(_EAR, _EAR_SHADE, z=-0.04),
        Patch(flipped(_EAR), _EAR_SHADE, z=-0.04),
        Patch(_HEAD, _FACE),
        Stroke(_NOSE, (182, 102, 86), 0.009, z=0.34),
        Softness(ellipse(-0.008, 0.132, 0.016, 0.013), (255, 246, 234), 0.7, 0.007, z=0.34),
        Eyes(
            x=0.182, y=0.008, half=0.091, high=0.057, low=0.041,
            iris=((54, 66, 40), (98, 124, 70), (164, 180, 108)), iris_size=(0.048, 0.051),
            pupil=(0.021, 0.023), lid=(230, 166, 138), crease=(164, 94, 80), lash=(48, 26, 26),
            lash_width=0.018, lashes=3, tilt=0.10,
        ),
        Mouth(y=0.296, half=0.112, lip=(220, 100, 98), lip_dark=(196, 74, 80), line=(130, 42, 50)),
        Brows((92, 50, 40), (0.092, -0.118), (0.288, -0.106), 0.036, (0.012, 0.027, 0.022, 0.006)),
        Patch(_FRINGE, Shade(_HAIR, _HAIR_DARK, (-0.7, 0.6), _LOCKS, z=0.05), z=0.05),
    ),
    studio=((253, 230, 212), (212, 158, 142)),
)  # fmt: skip
