"""The ``models`` command: which weights there are, fetch them, verify them, where they lie."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from afterglow.cli import options
from afterglow.cli.downloads import watching
from afterglow.cli.progress import write_line
from afterglow.errors import ModelError, UsageError

if TYPE_CHECKING:
    from afterglow.models.fetching import Pulled
    from afterglow.models.lock import Lock, Model
    from afterglow.models.locking import Pinned
    from afterglow.models.store import Store


@click.group(short_help="List, fetch and verify models' weights.")
def models() -> None:
    """List, fetch and verify the weights that models.lock names.

    Only pull and lock ask the network. A model lies in a folder of its name, in the folder that the
    environment variable AFTERGLOW_MODELS names.

    Example: afterglow models pull person
    """


@models.command("list", short_help="Show every model, and whether it is here.")
@options.commercial_only
def list_(commercial_only: bool) -> None:
    """Show every model with role, size, licence, commercial use, and whether it is here.

    Example: afterglow models list
    """
    from afterglow.models.sizes import told_size
    from afterglow.models.store import open_store

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
@options.commercial_only
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
    with watching() as watch:
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
    told, wrong = 0, []
    for model in chosen:
        for line in _verdicts(store, model, deep=deep, named=bool(names)):
            told += 1
            wrong += [] if line.startswith("ok ") else [model.name]
            click.echo(line)
    if not told:
        write_line("afterglow: none of the models is here")
    if wrong:
        again = " ".join(dict.fromkeys(wrong))
        raise ModelError(
            f"not as locked: {len(wrong)}", hint=f"afterglow models pull {again} fetches it anew"
        )


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
@options.commercial_only
def path(name: str, commercial_only: bool) -> None:
    """Show the file or folder of a model, after comparing every byte of it with models.lock.

    Example: afterglow models path person-square
    """
    from afterglow.models.store import open_store

    store = open_store()
    for model in store.lock.select([name]):
        click.echo(store.require(model.name, commercial_only=commercial_only).path)


@models.command(short_help="Fill in a model's entry with what its hub says.")
@click.argument("name")
@click.option("--upgrade", is_flag=True, help="Move to the newest commit, and to its hashes.")
def lock(name: str, upgrade: bool) -> None:
    """Ask a model's hub for the lengths and hashes of its files, and write its entry.

    Only metadata is asked for; no file is fetched. The entry goes into the lock that the
    environment variable AFTERGLOW_MODELS_LOCK names, or to stdout as a lock of its own. What the
    entry says already is compared and kept: only --upgrade moves it.

    \b
    Examples:
      afterglow models lock sd15-inpaint > own.lock
      AFTERGLOW_MODELS_LOCK=own.lock afterglow models lock sd15-inpaint --upgrade
    """
    from afterglow.models import hub, locking
    from afterglow.models.lock import LOCK_VARIABLE, read_locks

    model = read_locks().model(name)
    locking.check_lockable(model)
    told = hub.listing(model, None if upgrade else model.revision)
    pinned = locking.pinned(model, told, upgrade=upgrade)
    own = os.environ.get(LOCK_VARIABLE)
    if own:
        locking.write_entry(Path(own), pinned.model)
    else:
        click.echo(f"version = 1\n\n{locking.toml_of(pinned.model)}", nl=False)
    for line in _locked(model, pinned, own or "stdout"):
        write_line(f"afterglow: {model.name}: {line}")


def _locked(before: Model, pinned: Pinned, where: str) -> list[str]:
    """What became of an entry, for people."""
    commit = f"commit {pinned.model.revision}"
    lines = [f"{commit}{f' instead of {before.revision}' if pinned.moved else ''} ({where})"]
    if pinned.added:
        lines.append(f"named as well now: {', '.join(pinned.added)}")
    if pinned.unpinned:
        lines.append(
            f"not pinned, as the hub tells no sha256 of small files: {', '.join(pinned.unpinned)}"
            " (pull --trust-on-first-use records what they have)"
        )
    return lines


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
