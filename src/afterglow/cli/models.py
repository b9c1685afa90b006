"""The ``models`` command: which weights there are, fetch them, verify them, where they lie."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

import click

from afterglow.cli.progress import write_line
from afterglow.errors import ModelError, UsageError

if TYPE_CHECKING:
    from afterglow.models.fetching import Pulled
    from afterglow.models.lock import Lock, Model
    from afterglow.models.store import Store


@click.group(short_help="List, fetch and verify models' weights.")
def models() -> None:
    """List, fetch and verify the weights that models.lock names.

    Only pull asks the network. A model lies in a folder of its name, in the folder that the
    environment variable AFTERGLOW_MODELS names.

    Example: afterglow models pull person
    """


@models.command("list", short_help="Show every model, and whether it is here.")
@click.option("--commercial-only", is_flag=True, help="Only models for commercial use.")
def list_(commercial_only: bool) -> None:
    """Show every model with role, size, licence, commercial use, and whether it is here.

    Example: afterglow models list
    """
    from afterglow.models.store import open_store, told_size

    store = open_store()
    rows = [("name", "role", "size", "licence", "commercial", "present")]
    for model in store.lock.models.values():
        if model.commercial == "yes" or not commercial_only:
            size = told_size(model.bytes)
            facts = (model.name, model.role, size, model.licence, model.commercial)
            rows.append((*facts, store.presence(model)))
    click.echo("\n".join(_table(rows)))
    for name, members in store.lock.groups.items():
        click.echo(f"group {name}: {', '.join(members)}")


@models.command(short_help="Fetch models.")
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--for", "effect", metavar="EFFECT", help="All that an effect can use.")
@click.option("--all", "every", is_flag=True, help="All that there are.")
@click.option("--commercial-only", is_flag=True, help="Refuse models not for commercial use.")
@click.option(
    "--accept-licence", metavar="NAME", multiple=True, help="Say yes to the licence of this model."
)
@click.option(
    "--trust-on-first-use",
    "first_use",
    is_flag=True,
    help="Take models that have no hash as they come, and record the hash.",
)
def pull(
    names: tuple[str, ...],
    effect: str | None,
    every: bool,
    commercial_only: bool,
    accept_licence: tuple[str, ...],
    first_use: bool,
) -> None:
    """Fetch models and groups by name; what is here and right is not fetched again.

    \b
    Examples:
      afterglow models pull person
      afterglow models pull --for matte --accept-licence rvm-mobilenetv3
    """
    from afterglow.models import fetching
    from afterglow.models.store import check_commercial, open_store

    if (bool(names), effect is not None, every).count(True) != 1:
        raise UsageError("say which models", hint="give names, or --for EFFECT, or --all")
    store = open_store()
    accepted = [model.name for model in store.lock.select(accept_licence)]
    if names:
        chosen = store.lock.select(names)
    else:
        chosen = _open_to_all(store.lock, effect, accepted, first_use, commercial_only)
    for model in chosen if commercial_only else ():
        check_commercial(model)
    fetching.check_wishes(chosen, accepted, first_use=first_use)
    with _watching() as watch:
        for pulled in fetching.pull(store, chosen, watch.see):
            watch.say(_told(store, pulled))


def _open_to_all(
    lock: Lock, effect: str | None, accepted: Sequence[str], first_use: bool, commercial_only: bool
) -> list[Model]:
    """Models of an effect, or all, without those that need another word; says which."""
    from afterglow.models.fetching import check_wishes
    from afterglow.models.store import check_commercial

    taken = []
    for model in lock.models.values() if effect is None else lock.used_by(effect):
        try:
            if commercial_only:
                check_commercial(model)
            check_wishes([model], accepted, first_use=first_use)
        except ModelError as error:
            write_line(f"afterglow: left out: {error}")
        else:
            taken.append(model)
    return taken


@models.command(short_help="Compare what is here with models.lock.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--deep", is_flag=True, help="Compare every byte (sha256), not only sizes.")
def verify(names: tuple[str, ...], deep: bool) -> None:
    """Compare models that are here, or those named, with models.lock; offline.

    Example: afterglow models verify --deep
    """
    from afterglow.models.store import open_store

    store = open_store()
    chosen = store.lock.select(names) if names else list(store.lock.models.values())
    wrongs = 0
    for model in chosen:
        for line in _verdicts(store, model, deep=deep, named=bool(names)):
            wrongs += not line.startswith("ok ")
            click.echo(line)
    if wrongs:
        raise ModelError(f"not as locked: {wrongs}", hint="afterglow models pull fetches it anew")


def _verdicts(store: Store, model: Model, *, deep: bool, named: bool) -> list[str]:
    """What verify has to say about one model."""
    wrong = [f"wrong {model.name}: {line}" for line in store.wrongs(model, deep=deep)]
    missing = store.missing(model)
    if missing and (named or (wrong or len(missing) < len(model.files))):
        wrong += [f"wrong {model.name}: {file.path} is not here" for file in missing]
    if wrong or missing:
        return wrong
    if not model.pinned:
        return [f"wrong {model.name}: it has no sha256 to compare with"]
    return [f"ok    {model.name} ({'sha256' if deep else 'sizes'})"]


@models.command(short_help="Show where a model lies.")
@click.argument("name")
@click.option("--commercial-only", is_flag=True, help="Refuse a model not for commercial use.")
def path(name: str, commercial_only: bool) -> None:
    """Show the file or folder of a model, after comparing every byte of it with models.lock.

    Example: afterglow models path person-square
    """
    from afterglow.models.store import open_store

    store = open_store()
    for model in store.lock.select([name]):
        click.echo(store.require(model.name, commercial_only=commercial_only).path)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Lines in which every column is as wide as its widest word."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _told(store: Store, pulled: Pulled) -> str:
    """What became of a model, for people."""
    name, where = pulled.model.name, store.folder_of(pulled.model)
    lines = [f"{name}: {'fetched' if pulled.fetched else 'is here'} ({where})"]
    lines += [
        f"{name}: trusted on first use: {file} has sha256 {found} (recorded in {pulled.record})"
        for file, found in pulled.trusted.items()
    ]
    return "\n".join(f"afterglow: {line}" for line in lines)


class _Watching:
    """Says what comes; silent in between."""

    def __enter__(self) -> _Watching:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def see(self, label: str, done: int, total: int | None) -> None:
        """Take note of bytes that came."""

    def say(self, text: str) -> None:
        """Write a line."""
        write_line(text)


class _Drawing(_Watching):
    """Draws a bar for the file that comes."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Left
        from rich.progress import TransferSpeedColumn as Speed

        look = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), Speed(), Left())
        self._progress = Progress(*look, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("", total=None)
        self._label = ""

    def __enter__(self) -> _Drawing:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def see(self, label: str, done: int, total: int | None) -> None:
        """Move the bar, or begin it for the next file."""
        if label != self._label:
            self._label = label
            self._progress.reset(self._task, description=label)
        self._progress.update(self._task, completed=done, total=total)

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _watching() -> _Watching:
    choice: Callable[[], _Watching] = _Drawing if sys.stderr.isatty() else _Watching
    return choice()
