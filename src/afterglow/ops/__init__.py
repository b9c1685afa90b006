"""Pixel operations, pure: a NumPy array is computed by OpenCV, a torch tensor where it lies.

Pictures are ``(H, W)`` or ``(H, W, C)`` with 2 to 4 channels, in ``uint8``, in ``uint16`` over its
whole range, or in ``float32`` with white at 1.0. What comes out has the type that went in, unless
an operation says otherwise. Integers are clamped and rounded to nearest: nothing overflows.
"""

from afterglow.ops.blend import add, difference, gain, lerp, multiply, over, screen
from afterglow.ops.colour import from_float, luma, to_display, to_float, to_linear
from afterglow.ops.easing import eased, rise
from afterglow.ops.filters import (
    box_blur,
    closing,
    dilate,
    erode,
    gaussian_blur,
    laplacian_energy,
    smoothstep,
    soft_blur,
)
from afterglow.ops.geometry import coverage, reduce, resize, translate, warp
from afterglow.ops.halves import depth_of
from afterglow.ops.places import array_of, beside
from afterglow.ops.ycbcr import (
    Layout,
    join_semiplanar,
    rgb_to_ycbcr,
    split_semiplanar,
    ycbcr_to_rgb,
)

__all__ = [
    "Layout",
    "add",
    "array_of",
    "beside",
    "box_blur",
    "closing",
    "coverage",
    "depth_of",
    "difference",
    "dilate",
    "eased",
    "erode",
    "from_float",
    "gain",
    "gaussian_blur",
    "join_semiplanar",
    "laplacian_energy",
    "lerp",
    "luma",
    "multiply",
    "over",
    "reduce",
    "resize",
    "rgb_to_ycbcr",
    "rise",
    "screen",
    "smoothstep",
    "soft_blur",
    "split_semiplanar",
    "to_display",
    "to_float",
    "to_linear",
    "translate",
    "warp",
    "ycbcr_to_rgb",
]
