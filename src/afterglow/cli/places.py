"""Commands with places of their own on the line, instead of SOURCE and TARGET."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import click

from afterglow.cli import options

Meant: TypeAlias = Callable[[tuple[str, ...], Mapping[str, Any]], Mapping[str, Any]]
"""Takes the names on the line and all flags; gives ``source``, ``target`` and what else is meant.

It raises where names are missing, or there are too many.
"""


def places(
    metavar: str, meant: Meant, said: Mapping[str, str], *, required: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command places and the flags of every run; it is called with ``run``.

    metavar: how the help shows the places. said: the help, by name, of flags that mean something
    else here. required: say so where there is no name at all, as click does.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        streamed = options.streaming(command)

        @functools.wraps(streamed)
        def with_places(places: tuple[str, ...], **settings: Any) -> Any:
            return streamed(**meant(places, settings), **settings)

        kind = click.Path(allow_dash=True)
        names = click.Argument(["places"], nargs=-1, required=required, type=kind, metavar=metavar)
        flags = vars(streamed)["__click_params__"]
        kept = [each for each in flags if each.name not in ("source", "target")]
        for each in kept:
            each.help = said.get(each.name, getattr(each, "help", None))
        vars(with_places)["__click_params__"] = [*kept, names]
        return with_places

    return decorate
