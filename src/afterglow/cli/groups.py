"""A group of commands that imports a command only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint
from typing import Any

import click

from afterglow.cli.folder import ARGUMENTS
from afterglow.errors import UsageError


class LazyGroup(click.Group):
    """Commands by name and place; help has a line for each, also for what cannot be loaded."""

    def __init__(
        self,
        *given: Any,
        places: Mapping[str, str] | None = None,
        noun: str = "command",
        **more: Any,
    ) -> None:
        """Take the commands as ``name: "module:attribute"``, and what one of them is called."""
        super().__init__(*given, **more)
        self._places = dict(places or {})
        self._noun = noun

    def names(self) -> set[str]:
        """Every name, without importing one."""
        return set(self._places)

    def place(self, name: str) -> EntryPoint | None:
        """Where the command of a name lies; None for an unknown one."""
        return EntryPoint(name, self._places[name], "") if name in self._places else None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, sorted."""
        return sorted(self.names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; one that cannot be loaded raises what its package raises."""
        place = self.place(cmd_name)
        if place is None:
            return None
        command = place.load()
        if not isinstance(command, click.Command):
            raise TypeError(f"{place.value} is no click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was asked for; for an unknown one say which is meant."""
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            near = get_close_matches(name, self.list_commands(ctx), n=1)
            meant = f"did you mean {near[0]}?" if near else f"{ctx.command_path} --help lists them"
            raise UsageError(f"there is no {self._noun} of that name ({name})", hint=meant)
        ctx.meta[ARGUMENTS] = args[1:]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one line for every command, also for those that cannot be loaded."""
        rows = [(name, self._short_help(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _short_help(self, ctx: click.Context, name: str) -> str:
        try:
            command = self.get_command(ctx, name)
        except Exception as error:  # noqa: BLE001 - other people's code can fail in any way
            return f"(cannot be loaded: {type(error).__name__}: {error})"
        return "" if command is None else command.get_short_help_str(limit=100)
