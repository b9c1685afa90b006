"""A boy of a Sunday strip: bold outlines, ginger hair, a round nose and freckles."""

from __future__ import annotations

from afterglow.effects.style.character.puppet.clothes import collar, neck, torso
from afterglow.effects.style.character.puppet.curves import (
    ellipse,
    flipped,
    mirrored,
    rounded,
    smooth,
)
from afterglow.effects.style.character.puppet.eyes import Brows, Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import Character, Patch, Softness, Stroke
from afterglow.effects.style.character.puppet.rig import Build
from afterglow.effects.style.character.puppet.shades import Glow, Mark, Shade

_INK = (44, 30, 40)
_EDGE = (_INK, 0.016)
_SKIN, _SKIN_LOW, _SHADOW = (255, 210, 166), (250, 186, 140), (234, 148, 108)
_HAIR, _HAIR_DARK, _HAIR_LIGHT = (250, 132, 44), (214, 88, 22), (255, 186, 92)

_HEAD = smooth(
    mirrored(
        [(0, -0.47), (0.24, -0.43), (0.39, -0.25), (0.425, 0.02), (0.44, 0.20), (0.37, 0.39),
         (0.20, 0.49), (0, 0.51)]
    )
)  # fmt: skip
_EAR = smooth(
    [(0.38, -0.05), (0.47, -0.10), (0.54, -0.02), (0.53, 0.10), (0.45, 0.16), (0.39, 0.12)]
)
_EAR_LINE = smooth([(0.445, -0.03), (0.495, 0.01), (0.475, 0.09)], closed=False)
_HAIR_OUTLINE = smooth(
    [(-0.435, 0.0, 1), (-0.475, -0.16), (-0.46, -0.33), (-0.52, -0.46, 1), (-0.40, -0.47),
     (-0.36, -0.62, 1), (-0.24, -0.56), (-0.16, -0.74, 1), (-0.04, -0.62), (0.06, -0.80, 1),
     (0.14, -0.62), (0.30, -0.70, 1), (0.32, -0.54), (0.46, -0.54, 1), (0.44, -0.40),
     (0.475, -0.22), (0.435, 0.0, 1), (0.41, -0.16), (0.37, -0.29, 1), (0.29, -0.26),
     (0.22, -0.36, 1), (0.10, -0.285), (0.02, -0.37, 1), (-0.10, -0.29), (-0.18, -0.37, 1),
     (-0.28, -0.27), (-0.36, -0.30, 1), (-0.41, -0.15)]
)  # fmt: skip
_NOSE = ellipse(0, 0.135, 0.088, 0.074)


def _lick(x: float, top: float, low: float, lean: float) -> Mark:
    """A lock that stands up."""
    return Mark(
        smooth([(x, low, 1), (x + 0.4 * lean - 0.015, (top + low) / 2), (x + lean, top, 1),
                (x + 0.4 * lean + 0.018, (top + low) / 2)]),
        _HAIR_DARK, 0.8, 0.002,
    )  # fmt: skip


_LICKS = (
    Glow(-0.15, -0.52, 0.25, 0.10, _HAIR_LIGHT, 0.7),
    Glow(0.44, -0.2, 0.08, 0.3, _HAIR_DARK, 0.5),
    _lick(-0.02, -0.58, -0.38, -0.08), _lick(0.13, -0.58, -0.36, 0.0),
    _lick(0.28, -0.52, -0.34, 0.05), _lick(-0.2, -0.52, -0.36, -0.06),
    _lick(-0.34, -0.44, -0.30, -0.06),
)  # fmt: skip
_FACE = Shade(
    _SKIN, _SKIN_LOW, (-0.2, 0.6),
    (
        Glow(0, -0.32, 0.5, 0.08, _SHADOW, 0.5),
        Glow(0.46, 0.15, 0.11, 0.5, _SHADOW, 0.55),
        Glow(-0.285, 0.215, 0.10, 0.08, (255, 128, 104), 0.55),
        Glow(0.285, 0.215, 0.10, 0.08, (255, 128, 104), 0.55),
        Glow(0, 0.23, 0.12, 0.04, _SHADOW, 0.5),
    ),
    z=0.2,
)  # fmt: skip
_FRECKLES = [
    Patch(ellipse(side * x, y, 0.011, 0.010), (216, 122, 78), z=None, solid=False)
    for side in (-1, 1)
    for x, y in ((0.235, 0.185), (0.285, 0.165), (0.275, 0.215), (0.33, 0.195))
]
_STRIPES = [
    Patch(rounded(-1.4, top, 1.4, top + 0.10, 0.01), (250, 246, 236), "body", solid=False)
    for top in (0.95, 1.17, 1.39, 1.61, 1.83, 2.05, 2.27)
]
CHARACTER = Character(
    (
        neck(_SKIN, _SKIN_LOW, (222, 128, 92), _HEAD, _EDGE),
        torso((66, 140, 232), (36, 84, 182), _EDGE, 0.92, over=_STRIPES),
        collar((60, 130, 224), (44, 104, 200), _EDGE),
        Patch(_EAR, Shade(_SKIN, _SKIN_LOW, (-0.1, 0.15)), z=-0.05, edge=_EDGE),
        Patch(flipped(_EAR), Shade(_SKIN, _SKIN_LOW, (-0.1, 0.15)), z=-0.05, edge=_EDGE),
        Stroke(_EAR_LINE, (206, 112, 82), 0.014, z=-0.05),
        Stroke(flipped(_EAR_LINE), (206, 112, 82), 0.014, z=-0.05),
        Patch(_HEAD, _FACE, edge=_EDGE),
        *_FRECKLES,
        Eyes(
            x=0.128, y=-0.025, half=0.122, high=0.132, low=0.115,
            iris=((26, 74, 140), (52, 128, 206), (128, 196, 246)), iris_size=(0.060, 0.064),
            pupil=(0.036, 0.039), lid=(250, 188, 142), crease=(222, 138, 98), lash=_INK,
            lash_width=0.0, rim=0.014, tilt=0.0, bend=0.5, shadow=(150, 150, 196),
        ),
        Mouth(
            y=0.315, half=0.165, lip=_SKIN, lip_dark=_SKIN, line=_INK, thick=(0, 0), gape=0.21,
            inside=(120, 26, 40), tongue=(244, 104, 106), shine=None, line_width=0.016, curl=0.07,
            rest=0.5, outlined=True, z=0.26,
        ),
        Patch(
            _NOSE, Shade((255, 176, 128), (240, 128, 86), (0.07, 0.2), z=0.36), z=0.36, edge=_EDGE,
            solid=False, over=(Softness(ellipse(-0.03, 0.105, 0.024, 0.018), (255, 240, 222), 0.9,
                                        0.008, z=0.36),),
        ),
        Patch(_HAIR_OUTLINE, Shade(_HAIR, (238, 112, 32), (-0.6, -0.1), _LICKS, z=0.05), z=0.05,
              edge=_EDGE),
        Brows(
            (150, 60, 20), (0.055, -0.215), (0.245, -0.215), 0.035, (0.02, 0.04, 0.036, 0.014), 1.1
        ),
    ),
    studio=((255, 240, 176), (250, 188, 84)),
    build=Build(size=0.98, lower=0.03),
)  # fmt: skip
