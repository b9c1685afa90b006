"""The ``ghost`` command: its flags."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from afterglow.cli import options
from afterglow.cli.run import StreamRun
from afterglow.cli.values import Colour, Number, Odd, Spacing


@click.command(short_help="Motion trails behind what moves.")
@options.streaming
@options.matte
@options.looks("ghost")
@click.option(
    "--ghost",
    "style",
    type=click.Choice(["glow", "shadow", "normal"]),
    default="glow",
    help="Overexposed light, dark silhouettes, or plain copies.",
)
@click.option("--layers", type=click.IntRange(1, 64), default=6, help="Number of ghosts.")
@click.option(
    "--decay",
    type=Number(0.05, 0.99),
    default=0.7,
    help="Opacity of a ghost over that of the next nearer one.",
)
@click.option(
    "--spacing",
    type=Spacing(),
    default="5",
    help="Time between ghosts: frames, or seconds as 0.2s.",
)
@click.option("--intensity", type=Number(0, 4), default=1.0, help="Factor on every opacity.")
@click.option(
    "--order",
    type=click.Choice(["behind", "front", "trail-only"]),
    default="behind",
    help="Where the trail lies, seen from the subject.",
)
@click.option(
    "--direction",
    type=click.Choice(["past", "future", "both"]),
    default="past",
    help="Ghosts of what was, of what will be, or both.",
)
@click.option("--tint", type=Colour(), help="Colour of the ghosts: a name or #rrggbb.")
@click.option(
    "--blend-space",
    type=click.Choice(["linear", "display"]),
    help="Light that ghosts are laid in (linear for normal, display for glow and shadow).",
)
@click.option(
    "--camera",
    type=click.Choice(["translation", "similarity", "none"]),
    default="translation",
    help="Camera motion that is taken out; similarity knows turns and zooms as well.",
)
@click.option("--ungated", is_flag=True, help="Lay whole pictures over one another (classic echo).")
@click.option("--mask", is_flag=True, help="Trails only of what is in focus and moves.")
@click.option(
    "--motion-thresh",
    type=Number(1, 50),
    default=10,
    help="Levels of change, of 255, that count as motion; with --mask.",
)
@click.option(
    "--focus-block",
    type=Odd(3, 255),
    default=31,
    help="Side of the block that tells focus, in pixels at 540 lines; with --mask.",
)
def ghost(run: StreamRun, spacing: int | Fraction, **settings: Any) -> None:
    """Draw a decaying trail of ghosts behind everything that moves in SOURCE.

    Still parts stay exactly as they are, also under a moving camera. SOURCE and TARGET are files,
    image sequences (shot_%04d.png), two folders, or - for a pipe.

    \b
    Examples:
      afterglow ghost in.mp4 out.mp4
      afterglow ghost in.mp4 out.mp4 --ghost=shadow --layers=4 --decay=0.5 --spacing=4
      afterglow ghost in.mp4 - | afterglow ghost - out.mov --ghost normal
      afterglow ghost clips/ out/ --effect dreamy
    """
    from afterglow.effects.ghost.effect import Ghost

    run.through(Ghost(spacing=spacing, transparent=run.holds_alpha(), **settings))
