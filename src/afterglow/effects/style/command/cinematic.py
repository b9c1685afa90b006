"""The ``style cinematic`` command: its flags."""

from __future__ import annotations

from difflib import get_close_matches

import click

from afterglow.cli import options
from afterglow.cli.run import StreamRun
from afterglow.cli.values import Number

STYLES = (
    *("cinematic", "anime", "realistic", "abstract", "vintage", "neon", "noir", "watercolor"),
    "none",
)
"""What ``--style`` knows."""


class Styles(click.ParamType[tuple[str, ...]]):
    """One style, or several with commas between."""

    name = "style"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names; a usage error for one that there is not."""
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip().lower() for name in str(value).split(","))
        for name in names:
            if name not in STYLES:
                near = get_close_matches(name, STYLES, n=1)
                meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(STYLES)}"
                self.fail(f"{name!r} is no style; {meant}", param, ctx)
        return names


@click.command(short_help="Looks, camera moves, light and air.")
@options.streaming
@options.looks("style")
@click.option(
    "--style",
    "styles",
    type=Styles(),
    multiple=True,
    metavar="NAME[,NAME...]",
    default=("noir",),
    help=f"Looks, one over the other: {', '.join(STYLES)}.",
)
@click.option("--strength", type=Number(0, 1), default=1.0, help="How much of the look is seen.")
@options.seed
def cinematic(
    run: StreamRun, styles: tuple[tuple[str, ...], ...], strength: float, seed: int
) -> None:
    """Give SOURCE a look.

    \b
    Example: afterglow style cinematic in.mp4 out.mp4 --style noir
    """
    from afterglow.effects.style.looks import look_named

    names = [name for given in styles for name in given]
    run.through(*(look_named(name, strength, seed) for name in names))
