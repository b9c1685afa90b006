"""Named looks: settings of an effect in a TOML file, in our folder or in the person's own.

A look is effects/<effect>/<name>.toml: a ``description``, and options of the command by name.
The person's folder is the one named by AFTERGLOW_EFFECTS, else effects in their configuration
folder; it is searched first. What was typed wins over the environment, and that over the look.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import click

from afterglow.cli.progress import write_line
from afterglow.errors import UsageError
from afterglow.shipped import shipped

FOLDER_VARIABLE = "AFTERGLOW_EFFECTS"
"""Environment variable that names the folder of the person's own looks."""

TABLES = frozenset({"emotions"})
"""Files beside the looks that are none: tables which a command reads itself."""


@dataclass(frozen=True, slots=True)
class Look:
    """A named look as its file says it."""

    path: Path
    """Where it was read."""
    description: str
    """One line for people."""
    settings: dict[str, object]
    """Values by option name, without dashes in front."""


def folders(effect: str) -> list[Path]:
    """Where looks of an effect may lie; the first that has a name wins."""
    own = os.environ.get(FOLDER_VARIABLE) or Path(click.get_app_dir("afterglow")) / "effects"
    return [Path(own) / effect, shipped("effects") / effect]


def looks_of(effect: str) -> dict[str, Path]:
    """The file of every look by name, sorted; the person's own win over the shipped ones."""
    found: dict[str, Path] = {}
    for folder in reversed(folders(effect)):
        found |= {path.stem: path for path in folder.glob("*.toml") if path.stem not in TABLES}
    return dict(sorted(found.items()))


def find_look(effect: str, name: str) -> Path:
    """The file of a look by its name or path; raises UsageError where there is none."""
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"no such look file ({name})")
        return path
    known = looks_of(effect)
    if name not in known:
        raise UsageError(f"{effect} has no look of that name ({name})", hint=_nearest(name, known))
    return known[name]


def read_look(path: Path) -> Look:
    """A look from its file; raises UsageError where the file is not one."""
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"the look cannot be read: {error} ({path})") from error
    description = settings.pop("description", None)
    if not isinstance(description, str) or not description.strip():
        raise UsageError(f"the look has no description ({path})", hint='add description = "..."')
    return Look(path, description.strip(), settings)


def list_looks(effect: str, ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print every look with its description, and leave; a callback of --list-effects."""
    if not wanted or ctx.resilient_parsing:
        return
    found = {}
    for name, path in looks_of(effect).items():
        try:
            found[name] = read_look(path).description
        except UsageError as error:
            write_line(f"afterglow: {name} is left out: {error}")
    width = max(map(len, found), default=0)
    for name, description in found.items():
        click.echo(f"{name:<{width}}  {description}")
    ctx.exit()


def wear_look(effect: str, ctx: click.Context, param: click.Parameter, name: str | None) -> None:
    """Make a look's values the defaults of the command; a callback of --effect."""
    if name is None or ctx.resilient_parsing:
        return
    look = read_look(find_look(effect, name))
    options = settable(ctx.command)
    values = dict(_checked(ctx, look, options, key) for key in look.settings)
    ctx.default_map = {**(ctx.default_map or {}), **values}


def settable(command: click.Command) -> dict[str, click.Parameter]:
    """What a look may set: the command's own options by flag name, without the dashes."""
    from afterglow.cli.run import StreamRun

    shared = {*StreamRun.settings(), "look", "list_effects", "help"}
    return {
        flag.lstrip("-"): option
        for option in command.params
        if isinstance(option, click.Option) and option.name not in shared
        for flag in option.opts
    }


def _checked(
    ctx: click.Context, look: Look, options: dict[str, click.Parameter], key: str
) -> tuple[str, object]:
    """The parameter name of a key and its value as typed; raises UsageError for a bad one."""
    option = options.get(key.replace("_", "-"))
    if option is None or option.name is None:
        raise UsageError(
            f"the look sets something that {ctx.command.name} does not have ({key} in {look.path})",
            hint=_nearest(key, options),
        )
    value = _as_typed(look.settings[key], option)
    if value is None:
        raise UsageError(
            f"the look's value is of the wrong kind ({key} = {look.settings[key]} in {look.path})"
        )
    try:
        option.type_cast_value(ctx, value)
    except click.BadParameter as error:
        raise UsageError(
            f"the look's value cannot be: {error.message} ({key} in {look.path})"
        ) from error
    return option.name, value


def _as_typed(value: object, option: click.Parameter) -> object | None:
    """A value as the command line would give it; None where its kind does not fit the option."""
    if isinstance(value, bool) or getattr(option, "is_flag", False):
        return value if isinstance(value, bool) and getattr(option, "is_flag", False) else None
    if getattr(option, "multiple", False):
        return [str(each) for each in value] if isinstance(value, list) else None
    return None if isinstance(value, list | dict) else str(value)


def _nearest(
    name: str, known: dict[str, object] | dict[str, Path] | dict[str, click.Parameter]
) -> str:
    near = get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are: {', '.join(sorted(known)) or 'none'}"
