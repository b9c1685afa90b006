"""A fox with a green scarf."""

from __future__ import annotations

from afterglow.effects.style.character.puppet.clothes import BODY_BOX
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

_FUR, _FUR_LOW, _FUR_LIGHT = (240, 132, 58), (206, 92, 36), (255, 176, 96)
_CREAM, _CREAM_LOW, _GREY = (255, 247, 234), (240, 214, 188), (206, 160, 132)
_DARK = (66, 36, 36)
_GREEN, _GREEN_LOW = (62, 148, 104), (30, 96, 74)

_HEAD = smooth(
    mirrored(
        [(0, -0.44), (0.20, -0.425), (0.36, -0.30), (0.43, -0.10), (0.475, 0.04), (0.585, 0.19, 1),
         (0.48, 0.215), (0.555, 0.33, 1), (0.42, 0.315), (0.44, 0.42, 1), (0.30, 0.385),
         (0.19, 0.465), (0.10, 0.515), (0, 0.53)]
    )
)  # fmt: skip
_EAR = smooth(
    [(0.09, -0.40), (0.17, -0.60), (0.33, -0.835, 1), (0.435, -0.60), (0.455, -0.34), (0.40, -0.14),
     (0.25, -0.25)]
)  # fmt: skip
_EAR_TIP = smooth([(0.238, -0.70, 1), (0.29, -0.69), (0.40, -0.70, 1), (0.33, -0.835, 1)])
_EAR_IN = smooth(
    [
        (0.18, -0.42),
        (0.23, -0.57),
        (0.325, -0.735, 1),
        (0.385, -0.56),
        (0.395, -0.34),
        (0.30, -0.28),
    ]
)
_MASK = smooth(
    mirrored(
        [(0, 0.13), (0.085, 0.075), (0.14, 0.105), (0.21, 0.15), (0.33, 0.115), (0.455, 0.085),
         (0.585, 0.19, 1), (0.48, 0.215), (0.555, 0.33, 1), (0.42, 0.315), (0.44, 0.42, 1),
         (0.30, 0.385), (0.19, 0.465), (0.10, 0.515), (0, 0.53)]
    )
)  # fmt: skip
_SNOUT = smooth(
    mirrored([(0, 0.075), (0.085, 0.095), (0.155, 0.19), (0.175, 0.31), (0.12, 0.41), (0, 0.44)])
)
_NOSE = smooth(
    mirrored(
        [(0, 0.095), (0.05, 0.098), (0.082, 0.125), (0.066, 0.165), (0.022, 0.192), (0, 0.196)]
    )
)


def _fur(x: float, y: float, lean: float, light: bool = False) -> Mark:
    """A pointed stroke of fur."""
    line = smooth([(x, y - 0.03), (x + 0.4 * lean, y + 0.04), (x + lean, y + 0.10)], closed=False)
    colour = _FUR_LIGHT if light else _FUR_LOW
    return Mark(tapered(line, [0, 0.024, 0]), colour, 0.7, 0.004)


_COAT: Marks = (
    Glow(0, -0.36, 0.28, 0.12, _FUR_LIGHT, 0.75),
    Glow(0.46, -0.05, 0.14, 0.4, _FUR_LOW, 0.8),
    Glow(0.20, -0.02, 0.14, 0.12, _FUR_LOW, 0.35),
    Glow(-0.20, -0.02, 0.14, 0.12, _FUR_LOW, 0.35),
    Glow(0, -0.05, 0.06, 0.22, _FUR_LIGHT, 0.55),
    *(_fur(0.05 * n, -0.40 + 0.02 * abs(n), 0.015 * n, True) for n in (-2, -1, 0, 1, 2)),
    *(_fur(side * (0.31 + 0.03 * n), -0.18 + 0.08 * n, side * 0.04) for side in (-1, 1)
      for n in range(3)),
)  # fmt: skip
_CHEEKS = Shade(
    _CREAM, _CREAM_LOW, (0.0, 0.55),
    (
        Glow(0.50, 0.25, 0.10, 0.12, _GREY, 0.45),
        Glow(-0.29, 0.20, 0.10, 0.07, (255, 158, 128), 0.45),
        Glow(0.29, 0.20, 0.10, 0.07, (255, 158, 128), 0.45),
        Glow(0, 0.50, 0.18, 0.05, _GREY, 0.6),
    ),
    z=0.12,
)  # fmt: skip
_CHEST = smooth(
    mirrored([(0, 0.60), (0.20, 0.68), (0.44, 0.80), (0.66, 0.98), (0.78, 1.3), (0.86, 2.0, 1),
              (0.9, 6, 1), (0, 6, 1)])
)  # fmt: skip
_BIB = smooth(
    mirrored([(0, 0.7), (0.24, 0.8), (0.30, 0.95), (0.36, 1.02, 1), (0.29, 1.06), (0.34, 1.18, 1),
              (0.25, 1.18), (0.26, 1.32, 1), (0.12, 1.36), (0, 1.5, 1)])
)  # fmt: skip
_WRAP = smooth(
    mirrored([(0, 0.645), (0.20, 0.60), (0.315, 0.615), (0.36, 0.70), (0.30, 0.80), (0.14, 0.865),
              (0, 0.88)])
)  # fmt: skip
_END = smooth(
    [(0.10, 0.80), (0.24, 0.76), (0.32, 1.0), (0.38, 1.24, 1), (0.20, 1.27, 1), (0.15, 1.02)]
)
_FOLDS = [
    Stroke(smooth(line, closed=False), _GREEN_LOW, 0.010, "body")
    for line in (
        [(-0.30, 0.68), (-0.10, 0.755), (0.14, 0.75)],
        [(-0.24, 0.765), (-0.05, 0.815), (0.12, 0.80)],
        [(0.22, 0.85), (0.27, 1.0), (0.30, 1.15)],
    )
]
_NECK = smooth(mirrored([(0, 0.2), (0.24, 0.3), (0.25, 0.55), (0.30, 0.75), (0, 0.9)]))
_EARS = Shade(_FUR_LIGHT, _FUR, (-0.7, -0.3))
CHARACTER = Character(
    (
        Patch(_NECK, Shade(_CREAM_LOW, _GREY, (0.4, 0.8)), "neck"),
        Patch(_CHEST, Shade(_FUR, _FUR_LOW, (0.7, 1.6), (Glow(0.7, 1.2, 0.2, 0.6, _FUR_LOW, 0.7),),
                            box=BODY_BOX), "body"),
        Patch(_BIB, Shade(_CREAM, _CREAM_LOW, (0.8, 1.5), box=BODY_BOX), "body"),
        Softness(_END, (90, 50, 30), 0.35, 0.025, "body"),
        Patch(_END, Shade(_GREEN, _GREEN_LOW, (0.7, 1.3), box=BODY_BOX), "body"),
        Patch(_WRAP, Shade((78, 168, 120), _GREEN_LOW, (0.6, 0.95), box=BODY_BOX), "body",
              over=(Softness(_HEAD, (16, 60, 46), 0.6, 0.03),)),
        *_FOLDS,
        *(part for turn in (lambda p: p, flipped) for part in (
            Patch(turn(_EAR), _EARS, z=-0.06),
            Patch(turn(_EAR_TIP), _DARK, z=-0.06),
            Patch(turn(_EAR_IN), Shade(_DARK, (250, 214, 190), (-0.72, -0.35)), z=-0.04),
        )),
        Patch(_HEAD, Shade(_FUR, (226, 112, 44), (-0.4, 0.3), _COAT, z=0.1)),
        Patch(_MASK, _CHEEKS),
        Softness(_SNOUT, _GREY, 0.45, 0.022, z=0.24),
        Patch(_SNOUT, Shade(_CREAM, (250, 230, 208), (0.05, 0.45), z=0.3), z=0.28, solid=False),
        Stroke(smooth([(0, 0.19), (0, 0.262)], closed=False), (120, 70, 60), 0.010, z=0.36),
        Patch(_NOSE, Shade((70, 48, 54), (26, 16, 22), (0.09, 0.19), z=0.40), z=0.40, solid=False),
        Softness(ellipse(-0.02, 0.118, 0.026, 0.010), (255, 255, 255), 0.75, 0.007, z=0.40),
        Eyes(
            x=0.205, y=-0.035, half=0.088, high=0.074, low=0.050,
            iris=((96, 48, 12), (212, 138, 26), (255, 204, 88)), iris_size=(0.056, 0.062),
            pupil=(0.022, 0.034), lid=(214, 104, 42), crease=(150, 64, 26), lash=_DARK,
            lash_width=0.024, tilt=0.24, bend=0.7, wing=0.22, shadow=(130, 90, 110),
        ),
        Mouth(
            y=0.285, half=0.122, lip=(240, 214, 192), lip_dark=_CREAM, line=(96, 52, 48),
            thick=(0.004, 0.016), gape=0.17, shine=None, line_width=0.013, curl=0.05, rest=0.55,
            z=0.33, fangs=True,
        ),
        Brows(_DARK, (0.115, -0.165), (0.245, -0.20), 0.022, (0.012, 0.030, 0.026, 0.010)),
    ),
    studio=((238, 236, 214), (110, 158, 146)),
    build=Build(size=0.92, lower=0.10, round=0.26),
)  # fmt: skip
