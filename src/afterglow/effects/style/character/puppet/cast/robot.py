"""A friendly robot: a white shell, a dark visor with lit eyes, a hinged jaw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from afterglow.effects.style.character.puppet.clothes import BODY_BOX
from afterglow.effects.style.character.puppet.curves import (
    Points,
    ellipse,
    flipped,
    mirrored,
    moved,
    rounded,
    smooth,
)
from afterglow.effects.style.character.puppet.eyes import Brows
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import (
    Character,
    Patch,
    Softness,
    Stage,
    Stroke,
)
from afterglow.effects.style.character.puppet.rig import Build
from afterglow.effects.style.character.puppet.shades import Glow, Marks, Shade

_SHELL, _SHELL_LOW, _SHADOW = (244, 248, 252), (186, 200, 216), (120, 138, 164)
_ORANGE, _ORANGE_LOW = (255, 150, 62), (214, 96, 28)
_STEEL, _STEEL_LOW = (132, 146, 168), (74, 86, 110)
_GLASS, _GLASS_LOW = (38, 50, 74), (16, 22, 38)
_LIGHT, _BRIGHT = (72, 226, 246), (214, 252, 255)

_SKULL = smooth(
    mirrored(
        [(0, -0.52), (0.24, -0.505), (0.40, -0.42), (0.455, -0.24), (0.46, 0.06), (0.44, 0.22),
         (0.34, 0.27, 1), (0, 0.29)]
    )
)  # fmt: skip
_JAW = smooth(
    mirrored(
        [(0, 0.16), (0.30, 0.15), (0.425, 0.17, 1), (0.43, 0.30), (0.36, 0.45), (0.2, 0.515),
         (0, 0.52)]
    )
)  # fmt: skip
_VISOR = rounded(-0.365, -0.30, 0.365, 0.135, 0.15)
_GLARE = smooth(
    [(-0.32, -0.12, 1), (-0.31, -0.24), (-0.20, -0.27), (0.02, -0.275, 1), (-0.2, -0.2)]
)
_SHELL_MARKS: Marks = (
    Glow(-0.20, -0.43, 0.20, 0.07, (255, 255, 255), 0.95),
    Glow(0.48, -0.05, 0.13, 0.5, _SHADOW, 0.6),
    Glow(-0.49, 0.0, 0.07, 0.5, _SHADOW, 0.35),
    Glow(0, 0.17, 0.45, 0.05, _SHADOW, 0.4),
)
_EAR, _BOLT = rounded(0.43, -0.14, 0.545, 0.13, 0.05), ellipse(0.50, -0.005, 0.038, 0.062)
_NECK_RINGS = [
    Stroke(
        smooth([(-0.15, y - 0.012), (0, y + 0.012), (0.15, y - 0.012)], closed=False),
        _STEEL_LOW, 0.016, "neck",
    )
    for y in (0.56, 0.61, 0.66, 0.71)
]  # fmt: skip
_CHEST = smooth(
    mirrored(
        [(0, 0.72), (0.22, 0.725), (0.42, 0.78), (0.58, 0.92), (0.62, 1.3), (0.58, 6, 1), (0, 6, 1)]
    )
)
_SHOULDER = smooth(
    [(0.52, 0.80), (0.70, 0.78), (0.90, 0.92), (1.0, 1.2), (1.02, 1.7), (0.98, 2.2, 1),
     (0.66, 2.2, 1), (0.60, 1.3), (0.55, 1.0)]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lamps:
    """Two lit eyes behind glass, with shutters for lids and an iris that looks."""

    x: float = 0.172
    y: float = -0.075
    half: float = 0.092
    high: float = 0.118

    def show(self, stage: Stage) -> None:
        """Paint them."""
        for side in (-1, 1):
            self._lamp(stage, side)

    def _lamp(self, stage: Stage, side: int) -> None:
        pose, paint = stage.pose, stage.painter
        right, down = pose.gaze
        awake = min(1.0, max(0.0, pose.lids))
        x, y = side * self.x + 0.028 * right * awake, self.y + 0.025 * down * awake
        lids = min(1.18, max(0.0, pose.lids - 0.12 * pose.squint))
        top = y + self.high * (0.55 - 1.55 * lids)
        low = y + self.high * (1 - 0.75 * pose.squint * (lids > 0.3))
        low = max(low, top + 0.016) if lids > 0.12 else y + 0.55 * self.high + 0.016
        wide = self.half * (1.0 + 0.06 * (lids < 0.12))
        radius = min(self.half * 0.98, (low - top) / 2 * 0.98)
        shape = self._placed(stage, rounded(x - wide, top, x + wide, low, radius))
        paint.soft(shape, paint=_LIGHT, opacity=0.55, blur=stage.rig.lengths(0.026))
        paint.fill(shape, paint=_LIGHT)
        with paint.inside(shape):
            core = x + 0.026 * right, y + 0.05 * down
            for size, colour in ((0.86, (120, 240, 252)), (0.62, (16, 84, 116)),
                                 (0.50, (24, 130, 168)), (0.26, _BRIGHT)):  # fmt: skip
                ring = ellipse(*core, self.half * size, self.half * size * 1.12)
                paint.fill(self._placed(stage, ring), paint=colour)
            spot = ellipse(core[0] - 0.03, core[1] - 0.045, 0.018, 0.018)
            paint.fill(self._placed(stage, spot), paint=(255, 255, 255), opacity=0.9)

    def _placed(self, stage: Stage, points: Points) -> Points:
        return stage.rig.placed(points, "head", 0.24)


CHARACTER = Character(
    (
        Stroke(smooth([(0, -0.5), (0.005, -0.62), (0.0, -0.72)], closed=False), _STEEL, 0.026,
               solid=True),
        Softness(ellipse(0, -0.755, 0.05, 0.05), _ORANGE, 0.55, 0.03),
        Patch(ellipse(0, -0.755, 0.05, 0.05),
              Shade((255, 190, 110), _ORANGE_LOW, (-0.81, -0.7),
                    (Glow(-0.016, -0.775, 0.015, 0.015, (255, 244, 220), 0.9),))),
        Patch(smooth(mirrored([(0, 0.3), (0.14, 0.3), (0.15, 0.6), (0.19, 0.78), (0, 0.8)])),
              Shade(_STEEL_LOW, _STEEL, (0.5, 0.85)), "neck"),
        *_NECK_RINGS,
        Patch(_SHOULDER, Shade(_ORANGE, _ORANGE_LOW, (0.75, 1.6), box=BODY_BOX), "body"),
        Patch(flipped(_SHOULDER), Shade((255, 166, 84), _ORANGE_LOW, (0.75, 1.8), box=BODY_BOX),
              "body"),
        Patch(_CHEST, Shade(_SHELL, _SHELL_LOW, (0.7, 1.7),
                            (Glow(0.55, 1.2, 0.14, 0.6, _SHADOW, 0.6),
                             Glow(0, 0.70, 0.30, 0.06, _SHADOW, 0.7)), 0.2, box=BODY_BOX), "body"),
        Patch(rounded(-0.20, 0.92, 0.20, 1.12, 0.06), Shade(_GLASS, _GLASS_LOW, (0.9, 1.1),
                                                            box=BODY_BOX), "body"),
        *(Patch(ellipse(x, 1.02, 0.028, 0.028), colour, "body")
          for x, colour in ((-0.11, (255, 112, 96)), (0, (255, 206, 92)), (0.11, (112, 236, 170)))),
        Patch(_EAR, Shade(_STEEL, _STEEL_LOW, (-0.14, 0.13)), z=-0.02),
        Patch(flipped(_EAR), Shade(_STEEL, _STEEL_LOW, (-0.14, 0.13)), z=-0.02),
        Patch(_BOLT, Shade(_ORANGE, _ORANGE_LOW, (-0.06, 0.06)), z=-0.02),
        Patch(flipped(_BOLT), Shade(_ORANGE, _ORANGE_LOW, (-0.06, 0.06)), z=-0.02),
        Patch(_JAW, Shade((206, 216, 230), (150, 164, 186), (0.15, 0.5),
                          (Glow(0.40, 0.35, 0.10, 0.2, _SHADOW, 0.6),
                           Glow(-0.2, 0.44, 0.2, 0.05, (236, 242, 250), 0.6)))),
        Patch(_SKULL, Shade(_SHELL, _SHELL_LOW, (-0.4, 0.35), _SHELL_MARKS, 0.25, 0.1)),
        Stroke(smooth([(-0.30, -0.42), (0, -0.45), (0.30, -0.42)], closed=False), _SHELL_LOW, 0.008,
               z=0.14),
        Patch(moved(_VISOR * np.array([1.05, 1.08], np.float32), 0, 0.006),
              Shade(_STEEL_LOW, (168, 182, 204), (-0.35, 0.15), z=0.16), z=0.16),
        Patch(_VISOR, Shade(_GLASS, _GLASS_LOW, (-0.3, 0.1), z=0.18), z=0.18),
        Patch(_GLARE, (84, 104, 140), z=0.2, solid=False),
        Lamps(),
        Brows(_LIGHT, (0.085, -0.225), (0.265, -0.225), 0.012, (0.024, 0.026, 0.026, 0.022), 0.8,
              0.24),
        Mouth(
            y=0.315, half=0.175, lip=_STEEL, lip_dark=_STEEL_LOW, line=(34, 42, 62),
            thick=(0.026, 0.030), gape=0.17, inside=(22, 28, 46), tongue=_ORANGE,
            teeth=(226, 240, 250), shine=(214, 226, 242), line_width=0.014, curl=0.05, rest=0.3,
            z=0.24,
        ),
        *(Patch(ellipse(side * 0.335, 0.385, 0.020, 0.020), _STEEL_LOW, z=0.1)
          for side in (-1, 1)),
    ),
    studio=((214, 232, 246), (98, 132, 178)),
    build=Build(size=0.94, lower=0.06, round=0.22, jaw=0.085),
)  # fmt: skip
