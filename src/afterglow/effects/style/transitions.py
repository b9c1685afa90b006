"""From one picture to another: what is seen when a share of the way is done.

Every transition takes two pictures of one shape and a share from 0 to 1, at which it gives the
pictures themselves. Easing is the caller's. A matte goes the same way with ``LINEAR`` for its
transfer, save in ``dip``, where it fades into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from afterglow import ops
from afterglow.analysis.between import morph_of, picture_between
from afterglow.ops import levels
from afterglow.ops.halves import Picture
from afterglow.ops.standards import fits_uint16

if TYPE_CHECKING:
    from afterglow.frames import Frame, Pixels
    from afterglow.ops.halves import Depth

LINEAR = "linear"
"""The transfer of a matte: its numbers are shares already."""
_BAND = 0.12
"""Share of the width over which the edge of a wipe is soft."""


class Transition(Protocol):
    """What is seen between two pictures."""

    def __call__(
        self, one: Picture, other: Picture, share: float, transfer: str = "bt709"
    ) -> Picture:
        """Return the picture when a share of the way, 0 to 1, is done."""


def dissolve(one: Picture, other: Picture, share: float, transfer: str = "bt709") -> Picture:
    """Return the pictures mixed in linear light, as when one film is exposed twice.

    one, other: (H, W, 3) RGB or (H, W), uint8 or uint16. transfer: how their numbers become light.

    Raises:
        ValueError: the pictures are not of one shape and type; so do the others.
    """
    ends = _ends(one, other, share)
    if ends is not None:
        return ends
    return _mixed(one, other, share, transfer)


def dip(one: Picture, other: Picture, share: float, transfer: str = "bt709") -> Picture:
    """Return the first fading to black until half of the way, and the second out of it.

    Light falls and rises evenly for the eye: it is dimmed in display values. A matte, told by the
    transfer "linear", is dissolved.
    """
    ends = _ends(one, other, share)
    if ends is not None:
        return ends
    if transfer == LINEAR:
        return _mixed(one, other, share, transfer)
    return ops.gain(one if share < 0.5 else other, abs(1 - 2 * share))


def wipe(one: Picture, other: Picture, share: float, transfer: str = "bt709") -> Picture:
    """Return the second picture uncovered from the left, behind a soft edge in linear light."""
    ends = _ends(one, other, share)
    if ends is not None:
        return ends
    width = one.shape[1]
    band = max(1.0, _BAND * width)
    edge = share * (width + band)
    left, right = max(0, int(edge - band)), min(width, int(np.ceil(edge)))
    mixed: Any = levels.copied(one)
    mixed[:, :left] = other[:, :left]
    if right > left:
        place = (np.arange(left, right, dtype=np.float32) + np.float32(0.5) - edge) / band
        soft = ops.smoothstep(np.clip(-place, 0, 1)[None].repeat(len(one), 0), 0.0, 1.0)
        mask = ops.beside(np.ascontiguousarray(soft), one)
        part = _mixed(one[:, left:right], other[:, left:right], mask, transfer)
        mixed[:, left:right] = part
    result: Picture = mixed
    return result


def slide(one: Picture, other: Picture, share: float, transfer: str = "bt709") -> Picture:
    """Return the second picture pushing the first one out to the left, exact between pixels."""
    ends = _ends(one, other, share)
    if ends is not None:
        return ends
    width = one.shape[1]
    strip: Any = levels.black(one, (one.shape[0], 2 * width, *one.shape[2:]), ops.depth_of(one))
    strip[:, :width], strip[:, width:] = one, other
    moved = ops.translate(strip, -share * width, 0.0, "replicate", "cubic")
    return cast("Picture", moved[:, :width])


def flow(one: Picture, other: Picture, share: float, transfer: str = "bt709") -> Picture:
    """Return the first picture flowing into the second along the motion between them.

    The motion is found by DIS and made fluid, so that pictures of different things melt.
    """
    return _flowing(one, other, (one, other), share, transfer)


TRANSITIONS: Mapping[str, Transition] = {
    "dissolve": dissolve,
    "dip": dip,
    "wipe": wipe,
    "slide": slide,
    "flow": flow,
}
"""All of them by name."""
_WEIGHED = ("dissolve", "wipe")
"""Those that mix two pictures where they lie, so that their mattes say how much of each is seen."""


def crossed(name: str, one: Frame, other: Frame, share: float, transfer: str = "bt709") -> Frame:
    """Return a frame between two of the same size, with its matte if they have one; pts of ``one``.

    Raises:
        KeyError: there is no such transition.
    """
    if name in _WEIGHED and one.alpha is not None and other.alpha is not None:
        pixels = _weighed(name, one, other, share, transfer)
    else:
        pixels = TRANSITIONS[name](one.pixels, other.pixels, share, transfer)
    if one.alpha is None or other.alpha is None:
        return replace(one, pixels=pixels, alpha=None)
    if name == "flow":
        seen = one.pixels, other.pixels
        return replace(
            one, pixels=pixels, alpha=_flowing(one.alpha, other.alpha, seen, share, LINEAR)
        )
    alpha = TRANSITIONS[name](one.alpha, other.alpha, share, LINEAR)
    return replace(one, pixels=pixels, alpha=alpha)


def _weighed(name: str, one: Frame, other: Frame, share: float, transfer: str) -> Pixels:
    """The colours of two frames with mattes: each counts as much as is seen of it.

    What a matte hides has any colour, black as a rule, and would darken what the other shows.
    """
    first, second = cast("Any", one.pixels), cast("Any", other.pixels)
    near, far = (ops.to_float(ops.array_of(cast("Any", each.alpha))) for each in (one, other))
    solid = min(float(near.min()), float(far.min())) == 1
    if solid or not 0 < share < 1:
        return cast("Pixels", TRANSITIONS[name](first, second, share, transfer))
    dark = np.zeros(near.shape, np.uint16)
    uncovered = ops.to_float(TRANSITIONS[name](dark, levels.invert(dark), share, LINEAR))
    seen = (1 - uncovered) * near + uncovered * far
    part = np.where(seen > 0, uncovered * far / np.maximum(seen, 1e-6), uncovered)
    mask = ops.beside(part.astype(np.float32), first)
    return cast("Pixels", _mixed(first, second, mask, transfer))


def _flowing(
    one: Picture, other: Picture, seen: tuple[Any, Any], share: float, transfer: str
) -> Picture:
    """Pictures or mattes on the way that leads from the one of the pictures seen to the other."""
    ends = _ends(one, other, share)
    if ends is not None:
        return ends
    passage = morph_of(ops.array_of(seen[0]), ops.array_of(seen[1]))
    first, second = ops.array_of(one), ops.array_of(other)
    made = picture_between(first, second, passage, share, transfer, ops.eased(share))
    return cast("Picture", ops.beside(made, one))


def _ends(one: Picture, other: Picture, share: float) -> Picture | None:
    """The picture itself at an end of the way; None between."""
    if one.shape != other.shape or one.dtype != other.dtype:
        raise ValueError(f"no transition from {tuple(one.shape)} to {tuple(other.shape)}")
    if share <= 0:
        return one
    return other if share >= 1 else None


def _mixed(one: Picture, other: Picture, share: Any, transfer: str) -> Picture:
    """Two pictures in linear light, by a number or an (H, W) mask."""
    depth: Depth = "uint16" if fits_uint16(transfer) and transfer != LINEAR else "float32"
    first, second = (ops.to_linear(cast("Any", each), transfer, depth) for each in (one, other))
    light = ops.lerp(first, second, share)
    return cast("Picture", ops.to_display(light, transfer, ops.depth_of(one)))
