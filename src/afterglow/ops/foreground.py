"""The subject's own colours where its edge is mixed with what was behind it."""

from __future__ import annotations

from afterglow.ops.halves import Picture, half

SMOOTH = 1e-5
"""How much neighbours must be alike where the matte does not change (epsilon_r of the paper)."""
COARSE = 128
"""Pixels of the shorter side up to which a level is small."""
FAINT = 0.0005
"""Light, of white, that is not worth being added."""
QUARTER = 4
"""Factor by which the picture is smaller in which colours are sought swiftly."""
TURNS = (20, 2)
"""Turns of the solver on a small level, and on others."""
SWIFT_TURNS = (10, 2)
"""The same where colours are sought swiftly."""


def estimate_foreground(
    pixels: Picture, alpha: Picture, transfer: str | None = None, *, swift: bool = False
) -> Picture:
    """The picture with the subject's own colour where the matte is neither 0 nor white.

    pixels: (H, W, 3) RGB; alpha: (H, W) of the same type. transfer: the light of the pixels, in
    whose linear form they are unmixed; None takes the numbers as they are.

    Foreground F and background B are sought that mix to the picture and change little where the
    matte changes little, from coarse to fine: Germer, Uelwer, Conrad and Harmeling, Fast
    Multi-Level Foreground Estimation (2020), equations 3 to 6. Here only pixels of the edge are
    solved, all at once in each turn; elsewhere one of the two is the picture itself.
    swift: colours are sought at a quarter of the size, and only made to mix to the picture at the
        full one.
    """
    return half(pixels, "foreground.estimate_foreground")(pixels, alpha, transfer, swift)


def true_foreground(
    pixels: Picture, alpha: Picture, plate: Picture, transfer: str | None = None
) -> Picture:
    """The picture with F = (I - (1 - a) B) / a where the matte is neither 0 nor white.

    pixels, plate: (H, W, 3) RGB of one type, the plate being what was behind; alpha: (H, W) of the
    same type. transfer: the light of the pixels, in whose linear form they are unmixed; None takes
    the numbers as they are. Smith and Blinn, Blue Screen Matting (1996), equation 1.
    """
    return half(pixels, "foreground.true_foreground")(pixels, alpha, plate, transfer)


def laid_over(below: Picture, above: Picture, alpha: Picture, transfer: str) -> Picture:
    """``above`` over ``below`` by its straight matte, in linear light.

    below, above: (H, W, 3) RGB of one type; alpha: (H, W) of the same type. Exactly one or the
    other where the matte is 0 or white. Porter and Duff, Compositing Digital Images (1984).
    """
    return half(below, "foreground.laid_over")(below, above, alpha, transfer)


def lit_over(
    below: Picture, above: Picture, alpha: Picture, rim: Picture | None, transfer: str
) -> Picture:
    """``above`` over ``below`` as by ``laid_over``, with more light screened on ``above``.

    rim: (h, w, 3) linear light of a smaller size, float32; None for no light.
    """
    return half(below, "foreground.lit_over")(below, above, alpha, rim, transfer)
