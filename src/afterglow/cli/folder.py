"""A folder of clips from the command line: what is told, and how it ends."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from afterglow.cli.progress import Json, Reporter, write_event
from afterglow.errors import AfterglowError, MediaError, UsageError

if TYPE_CHECKING:
    from afterglow.batch import Clip, Event, Folder, Outcome

ARGUMENTS = "afterglow.arguments"
"""Where in a click context the arguments of the command lie as they were typed."""

_NOT_FOR_CLIPS = ("workers", "cluster", "quiet", "as_json", "dry_run")
"""Flags of the folder that a run of one clip does not get."""

_ALONE = ("--workers=1", "--cluster=")
"""Flags that every clip gets, so that it does not take the folder's from the environment."""

_OF_ALL = ("device: ", "encoder: ")
"""Beginnings of notes that are the same for every clip; people are told them once."""


@dataclass(frozen=True, slots=True)
class FolderRun:
    """Every video of a folder into another folder."""

    source: Path
    """Where the clips are; folders in it are left alone."""
    target: Path
    """Where the results go; made if it is not there."""
    workers: int
    """Clips at once."""
    cluster: str | None
    """Address of a Ray cluster, or local."""
    alpha: str | None = None
    """ALPHA of a command that takes one: - or auto, the same for every clip."""

    def make(self, reporter: Reporter, *, overwrite: bool, dry_run: bool) -> None:
        """Make what is not there yet; raise, at the end, if a clip failed."""
        from afterglow.batch import sort_folder

        self._require_name_of_folder()
        folder = sort_folder(self.source, self.target, overwrite=overwrite, alpha=self.alpha)
        _tell_sorting(folder, reporter, dry_run=dry_run)
        if dry_run or not folder.clips:
            return
        make_folder(self.target)
        failures = [each for each in self._followed(folder, reporter) if each.failed]
        if failures:
            _tell_failures(failures, reporter)
            raise AfterglowError(
                f"{len(failures)} of {len(folder.clips)} clips failed",
                hint="mend them and run the same command again: finished clips are skipped",
            )

    def _require_name_of_folder(self) -> None:
        """Raise UsageError where the target is not there and is called like a video."""
        from afterglow.batch import IMAGES, VIDEOS
        from afterglow.media.landing import is_sequence

        called_like_one = self.target.suffix.lower() in VIDEOS | IMAGES
        if (called_like_one or is_sequence(str(self.target))) and not self.target.exists():
            raise UsageError(
                f"a folder becomes a folder, and the target is called like a video ({self.target})",
                hint="name a folder, or make one of that name first",
            )

    def _followed(self, folder: Folder, reporter: Reporter) -> Iterator[Outcome]:
        """Outcomes as they come, each told."""
        total = len(folder.clips)
        reporter.clips(0, total)
        with closing(self._outcomes(folder, reporter)) as outcomes:
            for done, outcome in enumerate(outcomes, 1):
                if not outcome.failed:
                    reporter.note(f"{outcome.clip.source.name}: made {outcome.clip.target}")
                reporter.clips(done, total)
                yield outcome

    def _outcomes(self, folder: Folder, reporter: Reporter) -> Generator[Outcome, None, None]:
        from afterglow.batch import make_here, make_on_cluster

        command = [*retold(click.get_current_context()), *_ALONE]
        told: set[str] = set()

        def hear(clip: Clip, event: Event) -> None:
            text = str(event.get("text"))
            of_all = event["event"] == "note" and text.startswith(_OF_ALL)
            if isinstance(reporter, Json) or not of_all:
                _pass_on(clip, event, reporter)
            elif text not in told:
                told.add(text)
                reporter.note(text)

        if self.cluster is not None:
            return make_on_cluster(folder.clips, command, self.cluster, hear)
        return make_here(folder.clips, command, self.workers, hear)


def retold(context: click.Context) -> list[str]:
    """The command and the flags as they were typed, without SOURCE, TARGET and folder flags."""
    command = context.command
    values, _, _ = command.make_parser(context).parse_args(list(context.meta[ARGUMENTS]))
    flags = {option.name: option for option in command.params if isinstance(option, click.Option)}
    told = _path(context)
    for name, value in values.items():
        if name in flags and name not in _NOT_FOR_CLIPS:
            told += _typed(flags[name], value)
    return told


def _path(context: click.Context) -> list[str]:
    """The names by which a command is called, its groups' first, without the program's."""
    if context.parent is None:
        return []
    return [*_path(context.parent), str(context.info_name)]


def _typed(option: click.Option, value: object) -> list[str]:
    """A flag as it would be typed to get this value."""
    if option.is_flag:
        return [option.opts[0] if value else option.secondary_opts[0]]
    values = value if isinstance(value, list) else [value]
    return [f"{max(option.opts, key=len)}={each}" for each in values]


def _tell_sorting(folder: Folder, reporter: Reporter, *, dry_run: bool) -> None:
    for path in folder.skipped:
        reporter.note(f"{path.name}: skipped, no video")
    for clip in folder.finished:
        reporter.note(f"{clip.source.name}: finished before ({clip.target})")
    if dry_run:
        for clip in folder.clips:
            reporter.note(f"{clip.source.name}: would make {clip.target}")
    if not folder.clips:
        reporter.note("nothing to make")


def _tell_failures(failures: list[Outcome], reporter: Reporter) -> None:
    for outcome in sorted(failures, key=lambda outcome: outcome.clip.source.name):
        reporter.failure(outcome.clip.source.name, outcome.message)


def _pass_on(clip: Clip, event: Event, reporter: Reporter) -> None:
    """Tell what the run of a clip tells."""
    if isinstance(reporter, Json):
        facts = {key: value for key, value in event.items() if key != "event"}
        write_event(str(event["event"]), clip=clip.source.name, **facts)
    elif event["event"] == "note":
        reporter.note(f"{clip.source.name}: {event.get('text')}")


def make_folder(path: Path) -> None:
    """Make the folder, and those it lies in; raises MediaError where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MediaError(f"the folder cannot be made: {error.strerror} ({path})") from error
