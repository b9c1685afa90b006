"""What every kind of style ends with: looks over the picture, a preview, a contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from afterglow.cli.previews import preview
from afterglow.cli.values import Number
from afterglow.effects.style.command.values import Styles
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from afterglow.cli.run import StreamRun
    from afterglow.effects.style.distance import Distances
    from afterglow.frames import Effect

Command = TypeVar("Command", bound=Callable[..., Any])

Names = tuple[tuple[str, ...], ...]
"""Names of looks, as they were given: one or several to a flag."""


def looks(told: str, *usual: str) -> Callable[[Command], Command]:
    """Add --style and --strength, and pass ``styles`` and ``strength``. told: the flag's help."""

    def decorate(command: Command) -> Command:
        flag = click.option(
            "--style",
            "styles",
            type=Styles(),
            multiple=True,
            metavar="NAME[,NAME...]",
            default=usual,
            help=told,
        )
        much = "How much of the look is seen."
        share = click.option("--strength", type=Number(0, 1), default=1.0, help=much)
        return flag(share(command))

    return decorate


def showing(command: Command) -> Command:
    """Add --preview and --contact-sheet, and pass ``preview`` and ``sheet``."""
    sheet = click.option(
        "--contact-sheet",
        "sheet",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="A picture of the result from beginning to end, as well.",
    )
    return preview(sheet(command))


def names_of(styles: Names) -> Iterable[str]:
    """The names of looks in turn."""
    return (name for given in styles for name in given)


def looks_over(
    styles: Names, strength: float, seed: int, distances: Distances | None = None
) -> list[Effect]:
    """The looks that were asked for, one over the other."""
    from afterglow.effects.style.looks import look_named

    return [look_named(name, strength, seed, distances) for name in names_of(styles)]


def require_one(sheet: str | None, run: StreamRun) -> None:
    """Raise UsageError where a contact sheet is asked for of a folder."""
    if sheet is not None and Path(run.source).is_dir():
        raise UsageError(f"--contact-sheet shows one video, and not a folder ({run.source})")


def sheet_of(
    sheet: str | None, run: StreamRun, stack: ExitStack, read: Iterable[str | Path | None]
) -> list[Effect]:
    """What keeps a contact sheet, if one is asked for, until the stack is left.

    read: files that are read besides the source of the run.

    Raises:
        UsageError: its name is none of a picture, is taken, or that of another file of the run.
    """
    if sheet is None:
        return []
    from afterglow.cli.stills import kept_picture
    from afterglow.effects.style.contact_sheet import Sheeted

    others = run.target, run.source, *read
    held = kept_picture(sheet, overwrite=run.overwrite, others=others)
    return [Sheeted(stack.enter_context(held))]
