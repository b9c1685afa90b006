"""A man whose right half was rebuilt: steel plates, a red lens, cables in the neck."""

from __future__ import annotations

from dataclasses import dataclass

from afterglow.effects.style.character.puppet.clothes import BODY_BOX, neck
from afterglow.effects.style.character.puppet.curves import (
    Points,
    ellipse,
    flipped,
    mirrored,
    rounded,
    smooth,
    tapered,
)
from afterglow.effects.style.character.puppet.eyes import Brows, Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import (
    Character,
    Patch,
    Softness,
    Stage,
    Stroke,
)
from afterglow.effects.style.character.puppet.rig import Build
from afterglow.effects.style.character.puppet.shades import Glow, Mark, Marks, Shade

_SKIN, _SKIN_LOW, _SHADOW = (176, 122, 92), (142, 90, 68), (88, 50, 46)
_HAIR, _HAIR_LIGHT = (34, 32, 44), (84, 84, 112)
_STEEL, _STEEL_MID, _STEEL_LOW = (206, 214, 226), (142, 152, 170), (78, 88, 108)
_SEAM = (44, 50, 66)
_RED, _RED_BRIGHT, _CYAN = (255, 70, 64), (255, 206, 190), (72, 232, 240)

_HEAD = smooth(
    mirrored(
        [(0, -0.5), (0.22, -0.46), (0.355, -0.28), (0.385, -0.04), (0.375, 0.16), (0.335, 0.33),
         (0.20, 0.475), (0.09, 0.515), (0, 0.52)]
    )
)  # fmt: skip
_PLATE = smooth(
    [(0.06, -0.52, 1), (0.24, -0.46), (0.36, -0.28), (0.39, -0.04), (0.38, 0.16), (0.34, 0.33),
     (0.215, 0.475, 1), (0.17, 0.36, 1), (0.21, 0.26, 1), (0.13, 0.13, 1), (0.075, 0.06, 1),
     (0.06, -0.12, 1), (0.10, -0.22, 1)]
)  # fmt: skip
_JAW_SEAM = smooth([(0.19, 0.21), (0.28, 0.205), (0.385, 0.15)], closed=False)
_BROW_SEAM = smooth([(0.09, -0.235), (0.21, -0.265), (0.36, -0.27)], closed=False)
_CHEEK_SEAM = smooth([(0.285, 0.20), (0.27, 0.30), (0.30, 0.40)], closed=False)
_EAR = smooth([(-0.36, -0.06), (-0.415, -0.08), (-0.44, 0.0), (-0.425, 0.10), (-0.385, 0.14),
               (-0.36, 0.1)])  # fmt: skip
_DISC = ellipse(0.405, 0.01, 0.058, 0.105)
_CROP = smooth(
    [(-0.388, 0.03, 1), (-0.418, -0.10), (-0.425, -0.25), (-0.35, -0.50),
     (-0.14, -0.64), (0.10, -0.665),
     (0.30, -0.60), (0.40, -0.48, 1), (0.33, -0.44), (0.20, -0.40), (0.06, -0.335, 1),
     (-0.10, -0.355), (-0.25, -0.325), (-0.335, -0.24), (-0.362, -0.12)]
)  # fmt: skip


def _strand(*places: tuple[float, float]) -> Mark:
    """A lock that catches the light."""
    return Mark(tapered(smooth(places, closed=False), [0, 0.03, 0.02, 0]), _HAIR_LIGHT, 0.6, 0.006)


_LOCKS: Marks = (
    _strand((-0.30, -0.36), (-0.26, -0.50), (-0.10, -0.585), (0.10, -0.60)),
    _strand((-0.16, -0.39), (-0.08, -0.50), (0.08, -0.545), (0.26, -0.54)),
    _strand((0.0, -0.38), (0.08, -0.46), (0.20, -0.48), (0.34, -0.47)),
    _strand((-0.385, -0.12), (-0.385, -0.28), (-0.33, -0.40)),
)
_FACE = Shade(
    (190, 134, 102), _SKIN_LOW, (-0.3, 0.62),
    (
        Glow(-0.05, -0.36, 0.36, 0.10, _SHADOW, 0.55),
        Glow(-0.42, 0.1, 0.11, 0.5, _SHADOW, 0.55),
        Glow(-0.25, 0.26, 0.08, 0.12, _SHADOW, 0.35),
        Glow(0.10, 0.05, 0.08, 0.5, _SHADOW, 0.30),
        Glow(0, 0.06, 0.035, 0.13, (224, 168, 132), 0.7),
        Glow(0, 0.225, 0.10, 0.03, _SHADOW, 0.4),
        Glow(0, 0.405, 0.09, 0.022, _SHADOW, 0.5),
        Glow(-0.185, -0.05, 0.12, 0.05, _SHADOW, 0.5),
        Glow(-0.08, 0.42, 0.28, 0.12, (92, 66, 66), 0.45),
    ),
    z=0.16,
)  # fmt: skip
_METAL = Shade(
    _STEEL, _STEEL_MID, (-0.45, 0.5),
    (
        Glow(0.42, 0.05, 0.13, 0.55, _STEEL_LOW, 0.9),
        Glow(0.20, -0.38, 0.10, 0.07, (255, 255, 255), 0.8),
        Glow(0.19, -0.02, 0.15, 0.12, _STEEL_LOW, 0.55),
        Glow(0.21, 0.15, 0.10, 0.035, (246, 250, 255), 0.7),
    ),
    z=0.12,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lens:
    """One glowing eye in a steel socket, with two shutters for lids."""

    x: float = 0.198
    y: float = -0.005
    radius: float = 0.088

    def show(self, stage: Stage) -> None:
        """Paint it."""
        pose, paint, size = stage.pose, stage.painter, self.radius
        socket = self._placed(stage, ellipse(self.x, self.y, size * 1.22, size * 1.22))
        ring = self._placed(stage, ellipse(self.x, self.y, size, size))
        paint.fill(socket, paint=_STEEL_LOW)
        paint.fill(ring, paint=(28, 16, 24))
        right, down = pose.gaze
        at = self.x + 0.030 * right, self.y + 0.026 * down
        with paint.inside(ring):
            for scale, colour in ((0.80, (120, 18, 30)), (0.64, (206, 36, 44)), (0.46, _RED),
                                  (0.22, _RED_BRIGHT)):  # fmt: skip
                disc = self._placed(stage, ellipse(*at, size * scale, size * scale))
                paint.fill(disc, paint=colour)
            self._shutters(stage)
            spot = ellipse(self.x - 0.03, self.y - 0.04, 0.022, 0.014, 30)
            paint.fill(self._placed(stage, spot), paint=(255, 240, 240), opacity=0.5)
        open_share = min(1.0, max(0.0, pose.lids))
        glow = self._placed(stage, ellipse(*at, size * 0.7, size * 0.7 * max(0.1, open_share)))
        blur = max(0.3, stage.rig.lengths(0.05))
        paint.soft(glow, paint=_RED, opacity=0.30 * open_share, blur=blur)
        paint.line(ring, _SEAM, stage.rig.lengths(0.010), closed=True)

    def _shutters(self, stage: Stage) -> None:
        """The lids: plates that close from above and below."""
        pose, size = stage.pose, self.radius
        upper = self.y + 0.30 * size - 1.30 * size * min(1.2, max(0.0, pose.lids))
        lower = self.y + 0.30 * size + 0.75 * size * (1 - 0.6 * pose.squint) * min(1, pose.lids)
        tilt = 0.5 * size * pose.frown
        left, right, far = self.x - 1.2 * size, self.x + 1.2 * size, 1.5 * size
        lids = (
            [(left, self.y - far), (right, self.y - far), (right, upper - 0.4 * tilt),
             (left, upper + tilt)],
            [(left, lower), (right, lower), (right, self.y + far), (left, self.y + far)],
        )  # fmt: skip
        for lid in lids:
            plate = self._placed(stage, smooth([(x, y, 1) for x, y in lid]))
            stage.painter.fill(plate, paint=_STEEL_MID)
            stage.painter.line(plate, _SEAM, stage.rig.lengths(0.008), closed=True)

    def _placed(self, stage: Stage, points: Points) -> Points:
        return stage.rig.placed(points, "head", None)


_JACKET = smooth(
    mirrored([(0, 1.15, 1), (0.15, 0.86), (0.245, 0.60, 1), (0.34, 0.60, 1), (0.40, 0.74),
              (0.70, 0.86), (0.90, 1.06), (1.0, 1.5), (1.1, 2.2, 1), (1.1, 6, 1), (0, 6, 1)])
)  # fmt: skip
_LAPEL = smooth([(0.0, 1.15, 1), (0.15, 0.86), (0.245, 0.60, 1), (0.34, 0.60, 1), (0.33, 0.80),
                 (0.20, 1.02), (0.05, 1.32, 1)])  # fmt: skip
_PIPE = smooth([(0.34, 0.62), (0.33, 0.80), (0.20, 1.02), (0.05, 1.30)], closed=False)
_NEON = [
    Softness(tapered(line, [0.03] * 2), _CYAN, 0.6, 0.022, "body")
    for line in (_PIPE, flipped(_PIPE))
]
_CABLES = [
    Stroke(smooth([(x, 0.30), (x + 0.01, 0.5), (x + 0.05, 0.66), (x + 0.10, 0.80)], closed=False),
           colour, 0.022, "neck", solid=True)
    for x, colour in ((0.125, (58, 64, 82)), (0.095, (168, 54, 58)), (0.06, (58, 64, 82)))
]  # fmt: skip
_SHIRT = smooth(
    mirrored(
        [(0, 0.87), (0.12, 0.82), (0.20, 0.69, 1), (0.36, 0.75, 1), (0.3, 1.4, 1), (0, 1.4, 1)]
    )
)
CHARACTER = Character(
    (
        neck(_SKIN, _SKIN_LOW, (58, 32, 34), _HEAD),
        *_CABLES,
        Patch(_SHIRT, Shade((74, 80, 98), (44, 48, 62), (0.8, 1.2), box=BODY_BOX), "body"),
        Patch(_JACKET, Shade((62, 66, 84), (26, 28, 40), (0.65, 1.8),
                             (Glow(-0.52, 0.90, 0.22, 0.12, (118, 126, 152), 0.5),
                              Glow(0.8, 1.2, 0.25, 0.6, (18, 20, 30), 0.7)), 0.2, box=BODY_BOX),
              "body", over=_NEON),
        Patch(_LAPEL, Shade((52, 56, 72), (32, 34, 48), (0.6, 1.3), box=BODY_BOX), "body",
              over=_NEON),
        Patch(flipped(_LAPEL), Shade((58, 62, 80), (34, 36, 50), (0.6, 1.3), box=BODY_BOX), "body",
              over=_NEON),
        Stroke(_PIPE, (170, 250, 252), 0.010, "body", solid=True),
        Stroke(flipped(_PIPE), (170, 250, 252), 0.010, "body", solid=True),
        Patch(_EAR, Shade(_SKIN, _SKIN_LOW, (-0.1, 0.14)), z=-0.04),
        Patch(_DISC, Shade(_STEEL_MID, _STEEL_LOW, (-0.1, 0.1)), z=-0.02),
        Patch(_HEAD, _FACE, over=(Softness(_PLATE, (40, 24, 28), 0.5, 0.012),)),
        Patch(_PLATE, _METAL, edge=(_SEAM, 0.007)),
        *(Stroke(line, _SEAM, 0.008) for line in (_JAW_SEAM, _BROW_SEAM, _CHEEK_SEAM)),
        *(Patch(ellipse(x, y, 0.011, 0.011), _STEEL_LOW, solid=False)
          for x, y in ((0.13, -0.30), (0.315, -0.20), (0.335, 0.11), (0.205, 0.315),
                       (0.30, 0.345))),
        Patch(rounded(0.285, -0.375, 0.315, -0.305, 0.012), _CYAN, solid=False),
        Stroke(smooth([(-0.056, 0.155), (-0.042, 0.178), (-0.018, 0.180), (0, 0.19), (0.02, 0.18),
                       (0.044, 0.178), (0.058, 0.155)], closed=False), (92, 50, 44), 0.010, z=0.34),
        Eyes(
            x=0.182, y=0.0, half=0.088, high=0.048, low=0.036,
            iris=((30, 50, 66), (62, 104, 130), (136, 184, 204)), iris_size=(0.045, 0.047),
            pupil=(0.020, 0.021), lid=(150, 98, 74), crease=(92, 52, 46), lash=(34, 22, 24),
            lash_width=0.014, tilt=0.06, wing=0.05, sides=(-1,),
        ),
        Lens(),
        Mouth(y=0.300, half=0.118, lip=(172, 100, 88), lip_dark=(144, 78, 72), line=(74, 34, 36),
              thick=(0.020, 0.028), shine=(216, 150, 134), rest=0.3),
        Brows((38, 30, 38), (0.080, -0.105), (0.290, -0.105), 0.026, (0.016, 0.036, 0.030, 0.010)),
        Patch(_CROP, Shade(_HAIR, (22, 20, 30), (-0.6, -0.1), _LOCKS, z=0.03), z=0.03),
    ),
    studio=((86, 118, 142), (18, 24, 42)),
    build=Build(size=0.98, lower=0.01),
)  # fmt: skip
