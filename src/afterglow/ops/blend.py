"""Two pictures made one: multiply, screen, over and their kin.

A second operand of shape ``(H, W)`` beside an ``(H, W, C)`` picture counts for all channels.
``float32`` pictures are not clamped, save by ``screen`` and ``lerp``'s amount.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from afterglow.ops.halves import Picture, half

Channels: TypeAlias = Literal["max", "mean"]


def multiply(below: Picture, above: Picture) -> Picture:
    """Product of two pictures, white being one; display-referred as in every editor."""
    return half(below, "blend.multiply")(below, above)


def screen(below: Picture, above: Picture) -> Picture:
    """1 - (1 - below)(1 - above), white being one: never darker than either."""
    return half(below, "blend.screen")(below, above)


def add(below: Picture, above: Picture, amount: float = 1.0) -> Picture:
    """below + amount x above, clamped at white for integers; meant for linear light."""
    return half(below, "blend.add")(below, above, amount)


def gain(pixels: Picture, factor: float) -> Picture:
    """The picture times a number, clamped at white for integers."""
    return half(pixels, "blend.gain")(pixels, factor)


def lerp(below: Picture, above: Picture, amount: float | Picture) -> Picture:
    """below + amount x (above - below); exactly ``below`` where both are equal or amount is 0.

    amount: a number, clamped to 0..1, or an ``(H, W)`` mask of any of the three types, white
        being 1, which is taken in the depth of the pictures.
    """
    return half(below, "blend.lerp")(below, above, amount)


def over(below: Picture, above: Picture, alpha: Picture, opacity: float = 1.0) -> Picture:
    """``above`` laid over an opaque ``below`` by its straight matte, times an opacity.

    alpha: ``(H, W)`` matte of ``above``, not multiplied into it. Averages light, so it belongs in
    linear light (Porter and Duff, Compositing Digital Images, 1984: "over" on an opaque ground).
    """
    matte = alpha if opacity == 1.0 else gain(alpha, min(max(opacity, 0.0), 1.0))
    return lerp(below, above, matte)


def difference(one: Picture, other: Picture, channels: Channels = "max") -> Picture:
    """(H, W) absolute difference: the largest of the channels, or their mean."""
    return half(one, "blend.difference")(one, other, channels)
