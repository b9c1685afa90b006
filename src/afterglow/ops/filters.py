"""Neighbourhoods: blurs, sharpness, morphology, and the soft step that makes a gate.

Outside of the picture blurs see it mirrored at its edge pixel; morphology sees nothing.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from afterglow.ops.geometry import resize
from afterglow.ops.halves import Picture, half

Element: TypeAlias = Literal["ellipse", "box"]
"""The shape that morphology moves over a mask."""


def gaussian_blur(pixels: Picture, sigma: float) -> Picture:
    """The picture blurred by a Gaussian of ``sigma`` pixels, cut off at three sigma.

    8-bit pictures use weights in steps of 1/256 (OpenCV's bit-exact blur) in both halves.
    Cost grows with sigma; ``soft_blur`` does not.
    """
    return half(pixels, "filters.gaussian_blur")(pixels, sigma) if sigma > 0 else pixels


def soft_blur(pixels: Picture, sigma: float) -> Picture:
    """A wide blur at the price of a narrow one: a Gaussian on a reduced picture.

    Up to sigma 4 it is ``gaussian_blur``. Beyond, the picture is reduced until sigma is 2 to 4,
    blurred and enlarged again; within 4 levels of the Gaussian, but near the edge of a picture up
    to 20, because what is mirrored there lies half a coarse pixel off.
    """
    step = int(sigma // 2)
    if sigma <= 4 or min(pixels.shape[:2]) < 2 * step:
        return gaussian_blur(pixels, sigma)
    height, width = pixels.shape[:2]
    small = resize(pixels, -(-width // step), -(-height // step))
    # Area averaging and linear enlarging blur as well: their variance comes off.
    own = (step**2 - 1) / 12 + (step**2) / 6
    rest = max(sigma**2 - own, 0.25) ** 0.5 / step
    return resize(gaussian_blur(small, rest), width, height)


def box_blur(pixels: Picture, size: int) -> Picture:
    """The mean over ``size`` x ``size`` pixels around each; size is odd.

    Raises:
        ValueError: size is even or less than 1.
    """
    return half(pixels, "filters.box_blur")(pixels, _odd(size))


def laplacian_energy(grey: Picture, block: int) -> Picture:
    """(H, W) ``float32`` mean square of the Laplacian in ``block`` x ``block`` pixels: sharpness.

    grey: ``(H, W)``, any type. block: odd. The unit is squared 8-bit levels, whatever the depth.
    The Laplacian is the 4-neighbour one; the measure is that of Pech-Pacheco et al., Diatom
    autofocusing in brightfield microscopy, ICPR 2000 (the Laplacian's mean is near zero).

    Raises:
        ValueError: block is even or less than 1.
    """
    return half(grey, "filters.laplacian_energy")(grey, _odd(block))


def dilate(mask: Picture, radius: int, element: Element = "ellipse") -> Picture:
    """The mask grown: the brightest value within ``radius`` pixels."""
    return half(mask, "filters.dilate")(mask, radius, element) if radius > 0 else mask


def erode(mask: Picture, radius: int, element: Element = "ellipse") -> Picture:
    """The mask shrunk: the darkest value within ``radius`` pixels."""
    return half(mask, "filters.erode")(mask, radius, element) if radius > 0 else mask


def closing(mask: Picture, radius: int, element: Element = "ellipse") -> Picture:
    """The mask with holes filled that the element does not fit into: dilated, then eroded."""
    return erode(dilate(mask, radius, element), radius, element)


def smoothstep(pixels: Picture, low: float, high: float) -> Picture:
    """0 up to ``low``, white from ``high``, and the cubic 3t^2 - 2t^3 between them.

    low, high: fractions of white, ``low < high``, so that they mean the same at every depth.

    Raises:
        ValueError: low is not below high.
    """
    if not low < high:
        raise ValueError(f"smoothstep needs low < high, not {low} and {high}")
    return half(pixels, "filters.smoothstep")(pixels, low, high)


def _odd(size: int) -> int:
    if size < 1 or size % 2 == 0:
        raise ValueError(f"the size of a block is odd and at least 1, not {size}")
    return size
