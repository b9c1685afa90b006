"""The ``style`` command: a group whose parts are imported only when they are asked for."""

from __future__ import annotations

import click

from afterglow.cli.groups import LazyGroup

_HERE = "afterglow.effects.style.command"


@click.group(
    cls=LazyGroup,
    places={
        "character": f"{_HERE}.character:character",
        "cinematic": f"{_HERE}.cinematic:cinematic",
        "hybrid": f"{_HERE}.hybrid:hybrid",
    },
    noun="kind of style",
    short_help="Looks, camera moves, light, talking faces.",
)
def style() -> None:
    """Give video and pictures a style.

    \b
    Example: afterglow style cinematic in.mp4 out.mp4 --style noir
    """
