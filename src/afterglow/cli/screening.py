"""Videos that are only looked at: nothing comes of them but what is told."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from afterglow.cli import options
from afterglow.cli.flags import Flags
from afterglow.cli.progress import Reporter, reporter_for
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.frames import Frame, VideoInfo
    from afterglow.media import ReadOptions


@dataclass(frozen=True, slots=True)
class Screening(Flags):
    """The flags of a command that looks at videos, typed and checked."""

    videos: tuple[str, ...]
    """Files, image sequences or -, in the order they were named."""
    start: Fraction | None
    """Seconds from the first picture."""
    duration: Fraction | None
    """Seconds."""
    hdr: Literal["refuse", "keep", "tonemap"]
    """What becomes of PQ and HLG."""

    def reporter(self) -> Reporter:
        """Whoever tells what is going on."""
        return reporter_for(quiet=self.quiet, as_json=self.as_json)

    @contextmanager
    def shown(
        self, name: str, reporter: Reporter, *, whole: bool = False
    ) -> Iterator[tuple[Iterator[Frame], VideoInfo]]:
        """Give the frames of a video in main memory, and what it is; each is told.

        whole: it has no part in --start and --duration.

        Raises:
            MediaError: it cannot be read, or is HDR and nobody said what to do.
        """
        from afterglow.engine.plans import frames_of
        from afterglow.engine.thrift import be_thrifty
        from afterglow.media import open_source

        be_thrifty()
        reading = self._reading(whole=whole)
        with open_source(name, reading, reporter.note) as source:
            reporter.stage(Path(name).name, frames_of(source.video, reading))
            yield _counted(source.frames(), reporter), source.video

    def require_shown(self, references: Sequence[str]) -> None:
        """Raise MediaError where a video or a reference cannot be shown, before one is."""
        from afterglow.media import open_source, silent

        for whole, names in ((False, self.videos), (True, references)):
            for name in names:
                if name != "-":
                    open_source(name, self._reading(whole=whole), silent).close()

    def _reading(self, *, whole: bool) -> ReadOptions:
        from afterglow.media import ReadOptions

        cut = (None, None) if whole else (self.start, self.duration)
        return ReadOptions(start=cut[0] or Fraction(0), duration=cut[1], hdr=self.hdr)


def _counted(frames: Iterator[Frame], reporter: Reporter) -> Iterator[Frame]:
    for number, frame in enumerate(frames, 1):
        yield frame
        reporter.step(number)


def videos_of(names: Sequence[str]) -> tuple[str, ...]:
    """Files, sequences and -; of a folder its videos, by name.

    Raises:
        UsageError: a name is empty, - stands twice, or there is no video in a folder.
    """
    found = [each for name in names for each in _videos(name)]
    if found.count("-") > 1:
        raise UsageError("there is one standard input, and - stands twice")
    return tuple(found)


def _videos(name: str) -> list[str]:
    from afterglow.batch import VIDEOS

    if not name:
        raise UsageError("the name of a video is empty", hint="give a file, a folder or -")
    folder = Path(name)
    if name == "-" or not folder.is_dir():
        return [name]
    found = [str(path) for path in sorted(folder.iterdir()) if path.suffix.lower() in VIDEOS]
    if not found:
        raise UsageError(f"there is no video in the folder ({name})")
    return found


def screening(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command VIDEO... and the flags of looking at them; it is called with ``run``."""

    @functools.wraps(command)
    def with_run(videos: tuple[str, ...], **settings: Any) -> Any:
        mine = {name: settings.pop(name) for name in Screening.settings() if name in settings}
        return command(Screening(videos=videos_of(videos), **mine), **settings)

    whole = vars(options.streaming(command))["__click_params__"]
    own = getattr(command, "__click_params__", [])
    names = Screening.settings()
    argument = click.Argument(["videos"], nargs=-1, required=True, metavar="VIDEO...")
    kept = [each for each in whole if each in own or each.name in names]
    vars(with_run)["__click_params__"] = [argument, *kept]
    return with_run
