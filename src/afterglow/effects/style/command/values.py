"""Kinds of values that the flags of ``style`` take."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Literal, TypeAlias

import click

from afterglow.cli.values import Colour, Number

Veil: TypeAlias = tuple[float, tuple[int, int, int]]
"""The density of fog, 0 to 1, and its R'G'B', 0 to 255."""

STYLES = (
    *("cinematic", "anime", "realistic", "abstract", "vintage", "neon", "noir", "watercolor"),
    "none",
)
"""What ``--style`` knows."""
MOVES = (
    *("static", "slow-zoom-in", "slow-zoom-out", "pan-left", "pan-right", "tilt-up", "tilt-down"),
    *("orbit", "dolly", "crane"),
)
"""What ``--camera`` knows."""
_GREY = (200, 200, 210)
"""R'G'B' of fog that nobody gave a colour."""


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


class DepthName(click.ParamType["Path | Literal['auto']"]):
    """A file, or auto."""

    name = "file|auto"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | Literal["auto"]:
        """The file or auto; a usage error for a file that is not there."""
        if value == "auto":
            return "auto"
        if not Path(str(value)).is_file():
            self.fail(f"{value!r} is no file, and not auto", param, ctx)
        return Path(str(value))


class Fogs(click.ParamType[Veil]):
    """A density, and perhaps a colour behind a colon."""

    name = "density[:colour]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Veil:
        """The density and the colour; a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        density, _, colour = str(value).partition(":")
        share = Number(0, 1).convert(density, param, ctx)
        return share, Colour().convert(colour, param, ctx) if colour else _GREY
