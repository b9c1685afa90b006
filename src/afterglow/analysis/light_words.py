"""Light and camera of a shot in words, so that a picture made from a prompt fits the shot."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.ops.standards import is_known

_SIDE = 64
"""Pixels of the small picture whose light is weighed."""
_ASIDE = 0.05
"""Offset from which light comes from a side."""
_STRONG = 0.2
"""Offset from which it is strong."""
_HEIGHTS = (
    (0.3, "camera low above the floor, low angle"),
    (0.75, "camera at waist height"),
    (1.2, "camera at eye level"),
    (float("inf"), "camera high above, high angle"),
)
"""Up to which height of the camera, in statures of the subject, which words say it."""


def lit_prompt(prompt: str, light: tuple[float, float] | None, height: float | None) -> str:
    """Return the prompt with words for where light comes from, and for how high the camera is.

    light: (x, y) where the light's middle lies, -1 to 1 from the picture's middle, y down; None
        where nobody knows. height: of the camera above the subject's feet, in statures of the
        subject, so that the horizon runs through its eyes at about 0.93; None where nobody knows.
    """
    words = [prompt.strip().rstrip(",.")]
    if light is not None:
        words.append(_light(*light))
    if height is not None:
        words.append(next(said for limit, said in _HEIGHTS if height <= limit))
    return ", ".join(filter(None, words))


def _light(x: float, y: float) -> str:
    down = "upper" if y < -_ASIDE else "lower" if y > _ASIDE else ""
    across = "left" if x < -_ASIDE else "right" if x > _ASIDE else ""
    if not down and not across:
        return "soft even light"
    alone = {"upper": "above", "lower": "below"}
    where = f"the {f'{down} {across}'.strip()}" if across else alone[down]
    return f"{'strong ' if np.hypot(x, y) > _STRONG else ''}light from {where}"


def light_of(pixels: NDArray[Any], transfer: str) -> tuple[float, float]:
    """Return (x, y), -1 to 1 from the middle, y down: where the light of a picture has its middle.

    pixels: (H, W, 3) RGB, uint8 or uint16. A black picture has it in its middle.
    """
    small = np.asarray(ops.resize(pixels, _SIDE, _SIDE))
    light = ops.to_linear(small, transfer) if is_known(transfer) else ops.to_float(small)
    weight = np.asarray(ops.luma(light), np.float64)
    place = (np.arange(_SIDE) + 0.5) * 2 / _SIDE - 1
    total = float(weight.sum())
    if total <= 0:
        return 0.0, 0.0
    return float((weight * place).sum() / total), float((weight * place[:, None]).sum() / total)
